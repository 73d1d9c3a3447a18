import type { Colors } from 'picocolors/types.js';
import type { Protocol } from '../record.ts';
import { captureName } from '../report/capture-name.ts';
import { digitsOf } from '../report/clock.ts';
import { streamText } from '../report/endpoint.ts';
import { bytes, count, counted, duration, interval } from '../report/units.ts';
import { wrappedTable } from '../report/wrapped-table.ts';
import type { Change, HandshakeShift, ProfileCounts, ServerDiff, ShiftVerdict } from './diff.ts';
import { ASPECTS } from './diff-aspects.ts';
import type { CaptureDiff, DiffSide } from './diff-captures.ts';
import type { ShapePair } from './diff-pairs.ts';
import { explainCommand } from './failure.ts';

export interface DiffReportOptions {
  /** Changes that `--fail-on` names. */
  failing: readonly Change[];
  /** Also changes that are too small to be worth a line, and those beyond the first of each kind. */
  all: boolean;
  width: number;
  colors: Colors;
  /** What was compared, as the user named it: a file, a folder. */
  named: Record<'before' | 'after', string>;
}

const LINES_SHOWN = 20;

const SECTIONS = [
  ['Worse', 'worse'],
  ['Different', 'changed'],
  ['Better', 'better'],
] as const;

/** The report for people: both captures side by side, then what is worse, better, or just different. */
export function diffReport(diff: CaptureDiff, options: DiffReportOptions): string {
  const { width, colors } = options;
  const digits = digitsBoth(diff);
  const text = [
    wrappedTable([sideRow('before', diff.before, colors), sideRow('after', diff.after, colors)], width, [
      'left',
      'left',
    ]),
    wrappedTable(overview(diff, colors), width, ['left', 'right', 'right', 'left']),
  ];
  const shown = diff.all.changes.filter((change) => options.all || isWorthALine(change));
  for (const [title, direction] of SECTIONS) {
    const changes = shown.filter((change) => change.direction === direction);
    changes.sort((a, b) => aspectOrder(a) - aspectOrder(b) || distance(b) - distance(a));
    text.push(
      section(
        title,
        changes.map((change) => changeRow(change, digits, options)),
        options,
      ) + lookAt(changes, options),
    );
  }
  const pairs = diff.servers.flatMap((server) => server.pairs.map((pair) => pairRow(server, pair)));
  text.push(section('Connections that do something else', pairs, options));
  if (shown.length === 0 && pairs.length === 0) text.push('No difference\n');
  return text.filter((part) => part !== '').join('\n');
}

function aspectOrder({ aspect }: Change): number {
  return Object.keys(ASPECTS).indexOf(aspect);
}

function distance({ before, after }: Change): number {
  return Math.abs(after - before);
}

function isWorthALine({ aspect, relative }: Change): boolean {
  const { least } = ASPECTS[aspect];
  return least === null || relative === null || Math.abs(relative) > least;
}

function section(title: string, rows: string[][], { all, width, colors }: DiffReportOptions): string {
  if (rows.length === 0) return '';
  const shown = all ? rows : rows.slice(0, LINES_SHOWN);
  const more = rows.length - shown.length;
  const rest = more === 0 ? '' : `… ${count(more)} more: --all\n`;
  return `${colors.bold(title)}\n${wrappedTable(shown, width, ['left', 'left', 'left'])}${rest}`;
}

function sideRow(
  label: string,
  { captures, packets, connections, duration: seconds }: DiffSide,
  colors: Colors,
): string[] {
  const files = captures.map(({ file }) => captureName(file)).join(', ');
  const size = `${counted(packets, 'packet')}, ${counted(connections, 'connection')}, ${duration(seconds)}`;
  return [colors.dim(label), `${files} (${size})`];
}

/** Digits that the clocks of both sides have. */
function digitsBoth({ before, after }: Pick<CaptureDiff, 'before' | 'after'>): number {
  return Math.min(digitsOf(before.captures), digitsOf(after.captures));
}

function overview(diff: CaptureDiff, colors: Colors): string[][] {
  const { before, after, handshake } = diff.all;
  return [
    ['', colors.dim('before'), colors.dim('after'), ''],
    ['connections', count(before.connections), count(after.connections), ''],
    ...handshakeRows(handshake, digitsBoth(diff), colors),
    ['retransmitted', shareText(retransmissionShare(before)), shareText(retransmissionShare(after)), ''],
    ['from client', bytes(before.fromClient.bytes), bytes(after.fromClient.bytes), ''],
    ['from server', bytes(before.fromServer.bytes), bytes(after.fromServer.bytes), ''],
  ];
}

function handshakeRows(shift: HandshakeShift, digits: number, colors: Colors): string[][] {
  return (['p50', 'p95', 'p99'] as const).map((percentile) => {
    const { verdict, p } = shift[percentile];
    const [before, after] = [shift.before, shift.after].map((side) =>
      side === null ? '' : interval(side[percentile], digits),
    );
    const isMissing = shift.before === null || shift.after === null;
    const paint = verdict === 'slower' ? colors.red : verdict === 'faster' ? colors.green : String;
    return [`connect ${percentile}`, before, after, isMissing ? '' : paint(verdictText(verdict, p))];
  });
}

function verdictText(verdict: ShiftVerdict, p: number | null): string {
  if (verdict === 'too few') return 'too few to tell';
  if (verdict === 'noise') return `no more than noise (${chanceText(p)})`;
  return `${verdict} (${chanceText(p)})`;
}

/** 'p 0.02', 'p < 0.001' */
function chanceText(p: number | null): string {
  if (p === null) return '';
  return p < 0.001 ? 'p < 0.001' : `p ${p.toFixed(p < 0.1 ? 3 : 2)}`;
}

function retransmissionShare({ fromClient, fromServer }: ProfileCounts): number {
  const packets = fromClient.packets + fromServer.packets;
  return packets === 0 ? 0 : (fromClient.retransmissions + fromServer.retransmissions) / packets;
}

/** 0.0123 → '1.23 %' */
function shareText(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function changeRow(change: Change, digits: number, { failing, colors }: DiffReportOptions): string[] {
  const { aspect, server, direction, example } = change;
  const paint = failing.includes(change) ? colors.red : direction === 'better' ? colors.green : String;
  const side = example?.capture === 'before' ? ' before' : '';
  const stream =
    example === null ? '' : ` (${streamText({ protocol: protocolOf(server), stream: example.stream })}${side})`;
  return [paint(aspect), server, `${changeText(change, digits)}${stream}`];
}

/** The command that shows the first of them: in a line of its own, so that it can be copied. */
function lookAt(changes: readonly Change[], { named }: DiffReportOptions): string {
  const first = changes.find(({ example }) => example !== null);
  const example = first?.example ?? null;
  if (first === undefined || example === null) return '';
  const connection = { protocol: protocolOf(first.server), stream: example.stream };
  return `${explainCommand(connection, [named[example.capture]])}\n`;
}

function protocolOf(server: string): Protocol {
  return server.slice(0, server.indexOf(' ')) as Protocol;
}

/** 'reset: none of 20 → 3 of 22 connections, p 0.02'. @param digits that the clocks of the captures have */
export function changeText(change: Change, digits?: number): string {
  const { aspect, what, before, after, of, relative, p } = change;
  const chance = p === null ? '' : `, ${chanceText(p)}`;
  if (of !== null) {
    const part = (some: number, all: number) => `${some === 0 ? 'none' : count(some)} of ${count(all)}`;
    if (of.before === 0) return `${what}: ${part(after, of.after)} at a new server`;
    const news = before === 0 ? ', new' : after === 0 ? ', gone' : chance;
    return `${what}: ${part(before, of.before)} → ${part(after, of.after)}${news}`;
  }
  const more = relative === null ? '' : `, ${relative > 0 ? '+' : ''}${(relative * 100).toFixed(0)} %`;
  switch (aspect) {
    case 'handshake':
      return `connect ${what}: ${interval(before, digits)} → ${interval(after, digits)}${more}${chance}`;
    case 'retransmissions':
      return `retransmitted ${what}: ${shareText(before)} → ${shareText(after)} of the packets${chance}`;
    case 'bytes':
      return `${what}: ${bytes(Math.round(before))} → ${bytes(Math.round(after))} a connection${more}`;
    default:
      // Of a server that is gone it is always -100 %.
      return `${what}: ${count(before)} → ${count(after)}${after === 0 ? '' : more}`;
  }
}

function pairRow({ server }: ServerDiff, { was, is, connections, before, after }: ShapePair): string[] {
  const name = server.after ?? server.before ?? '';
  const [then, now] = [before, after].map((stream) => streamText({ protocol: protocolOf(name), stream }));
  const text = `was ${was} (${then}), is ${is} (${now})`;
  return [`${count(connections)} ×`, name, text];
}

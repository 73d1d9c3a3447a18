import type { Colors } from 'picocolors/types.js';
import type { AnalysisResult } from '../analyze.ts';
import type { CaptureInfo, Summary } from '../summary.ts';
import { captureName } from './capture-name.ts';
import { bytes, count, counted, duration, interval, utc } from './units.ts';

/** Files named one by one; more are counted. */
const FILES_SHOWN = 5;

/** Lines that can go where there is no room for all, the first of them first; of the files only one is then named. */
export const DISPENSABLE: readonly string[] = ['other frames', 'files', 'resets', 'closes', 'handshakes'];

/**
 * The lines on the capture as a whole: a label and a text. What there is none of has no line.
 * @param digits that the clock of the capture has after the point of a second
 * @param without so many of the lines that can go
 */
export function head(
  { captures, summary }: AnalysisResult,
  seconds: number,
  digits: number,
  colors: Colors,
  without = 0,
): string[][] {
  const isCaptured = captures.some(({ live }) => live !== undefined && live.backend !== null);
  const took = `${isCaptured ? 'captured for' : 'read in'} ${duration(seconds)}`;
  const gone = DISPENSABLE.slice(0, without);
  const lines = [
    ...captureLines(captures, took, gone.includes('files') ? 1 : FILES_SHOWN),
    ['packets', `${span(summary, digits)}${captures.length === 1 ? '' : ` (${took})`}`],
    ['connections', connectionsText(summary, colors)],
    ['handshakes', handshakesText(summary, digits)],
    ['closes', nonZero(summary.closes)],
    ['resets', resetsText(summary)],
    ['other frames', summary.otherFrames.map(({ kind, frames }) => `${count(frames)} ${kind}`).join(', ')],
  ];
  return lines
    .filter(([label, text]) => text !== '' && !gone.includes(label))
    .map(([label, text]) => [colors.dim(label), text]);
}

function captureLines(captures: CaptureInfo[], took: string, named: number): string[][] {
  const lines = captures
    .slice(0, named)
    .map((capture, i) => [i === 0 ? 'capture' : '', captureText(capture, captures.length > 1 ? null : took)]);
  const more = captures.slice(named);
  if (more.length > 0) lines.push(['', `and ${[counted(more.length, 'more file'), ...missingFrom(more)].join(', ')}`]);
  return lines;
}

/** What the files that are not named lack, so that no hole in the capture goes unsaid. */
function missingFrom(captures: CaptureInfo[]): string[] {
  const drops = captures.reduce((sum, capture) => sum + (capture.drops ?? 0), 0);
  const cut = captures.filter((capture) => capture.cut !== null).length;
  return [...(drops > 0 ? [droppedText(drops)] : []), ...(cut > 0 ? [`${count(cut)} cut`] : [])];
}

function droppedText(drops: number): string {
  return `${count(drops)} dropped while capturing`;
}

/** @param took null where it is one of several */
function captureText(capture: CaptureInfo, took: string | null): string {
  const { file, format, compression, linkTypes, packets, drops, cut, live } = capture;
  const parts = [compression === null ? format : `${format} in ${compression}`, ...linkTypes];
  if (live !== undefined && live.backend !== null) parts[0] = `live, ${live.backend}, ${live.timestamps} timestamps`;
  if (took === null) parts.push(counted(packets, 'packet'));
  if (drops !== null && drops > 0) parts.push(droppedText(drops));
  if (cut !== null) parts.push(`cut at byte ${count(cut.offset)}`);
  return `${captureName(file)} (${parts.join(', ')}${took === null ? '' : `; ${took}`})`;
}

function span({ packets, wireBytes, duration: seconds, start }: Summary, digits: number): string {
  const size = `${count(packets)}, ${bytes(wireBytes)}`;
  return start === null ? size : `${size}, ${duration(seconds, digits)} from ${utc(start, digits)} UTC`;
}

/** Failed are those with a finding of severity 'error'. */
function connectionsText(summary: Summary, colors: Colors): string {
  const { connections, failed, payloadBytes, retransmissions, evicted } = summary;
  const kinds = nonZero({ TCP: connections.tcp, UDP: connections.udp, SCTP: connections.sctp });
  const parts = kinds === '' ? ['none'] : [kinds];
  if (kinds !== '' && failed > 0) parts[0] += `, ${colors.red(`${count(failed)} of them failed`)}`;
  if (kinds !== '') parts.push(`${bytes(payloadBytes)} payload, ${counted(retransmissions, 'retransmission')}`);
  if (evicted > 0) parts.push(`${count(evicted)} given up while open, to bound memory (--max-connections)`);
  return parts.join('; ');
}

function handshakesText({ handshakes, connectTime }: Summary, digits: number): string {
  const outcomes = nonZero(handshakes);
  if (outcomes === '' || connectTime === null) return outcomes;
  const { p50, p95, p99, max } = connectTime;
  if (connectTime.count === 1) return `${outcomes}; connect ${interval(max, digits)}`;
  const times = Object.entries({ p50, p95, p99, max }).map(([name, value]) => `${name} ${interval(value, digits)}`);
  return `${outcomes}; connect ${times.join(', ')}`;
}

function resetsText({ resets, resetCauses }: Summary): string {
  const { fromClient, fromServer } = resets;
  if (fromClient + fromServer === 0) return '';
  return `${count(fromClient)} from clients, ${count(fromServer)} from servers: ${nonZero(resetCauses)}`;
}

function nonZero(counts: Record<string, number>): string {
  return Object.entries(counts)
    .filter(([, value]) => value > 0)
    .map(([name, value]) => `${count(value)} ${name}`)
    .join(', ');
}

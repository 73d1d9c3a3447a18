import pc from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { Explained, ExplainedConnection } from '../explain/explain.ts';
import { ladderSteps } from '../explain/ladder-step.ts';
import { notesOf } from '../explain/notes.ts';
import { findingsWith, type Story, storyOf } from '../explain/story.ts';
import type { Connection } from '../record.ts';
import { toAscii } from './ascii.ts';
import { severityPaint } from './connection-table.ts';
import { endpointText, printableEndpoint, streamText } from './endpoint.ts';
import { ladder } from './ladder.ts';
import { ASCII, UNICODE } from './ladder-glyphs.ts';
import { NARROWEST, WIDEST } from './ladder-layout.ts';
import { duration, utc as utcText } from './units.ts';
import { wrap } from './wrap.ts';

/** How explanations are shown. */
export interface ExplanationOptions {
  /** Columns of the terminal; lines are never longer, but for less than 60. */
  width: number;
  color: boolean;
  ascii: boolean;
  /** Sequence numbers as on the wire, not counted from each side's first. */
  absolute: boolean;
  /** Times of day (UTC), not since the connection began. */
  utc: boolean;
}

/** The connections one after the other: title, problems, ladder, story; at last what was left out. */
export function* explanations(explained: Explained, options: ExplanationOptions): Generator<string> {
  const clean = options.ascii ? (text: string) => toAscii(text) : String;
  const width = Math.max(NARROWEST, Math.min(options.width, WIDEST));
  const isWholeInput = explained.captures.length === 1;
  let isFirst = true;
  for (const connection of explained.connections) {
    if (!isFirst) yield '\n\n';
    isFirst = false;
    for (const text of explanation(connection, isWholeInput, { ...options, width })) yield clean(text);
  }
  const colors = pc.createColors(options.color);
  for (const [index, line] of explained.leftOut.entries()) {
    if (index === 0 && !isFirst) yield '\n';
    for (const text of wrap(line, width)) yield clean(`${colors.dim(text)}\n`);
  }
}

function* explanation(
  connection: ExplainedConnection,
  isWholeInput: boolean,
  { width, color, ascii, absolute, utc }: ExplanationOptions,
): Generator<string> {
  const colors = pc.createColors(color);
  const record = shownRecord(connection);
  yield* title(record, width, colors);
  yield '\n';
  const steps = ladderSteps(connection, absolute);
  yield* ladder(steps, notesOf(record, steps), record.start, {
    width,
    glyphs: ascii ? ASCII : UNICODE,
    colors,
    clean: ascii ? (text) => toAscii(text) : String,
    utc,
  });
  yield '\n';
  yield* told(storyOf(record, isWholeInput, connection.silence), width, colors);
}

/** The record as it is told: nothing of the capture's own text in it, and with the problems that it is only a part of. */
function shownRecord({ record, exampleOf }: ExplainedConnection): Connection {
  return {
    ...record,
    client: printableEndpoint(record.client),
    server: printableEndpoint(record.server),
    findings: findingsWith(record, exampleOf),
  };
}

function* title(record: Connection, width: number, colors: Colors): Generator<string> {
  const { client, server, start, duration: seconds, findings } = record;
  const name = `${streamText(record)}: client ${endpointText(client)}, server ${endpointText(server)}`;
  for (const line of wrap(name, width)) yield `${colors.bold(line)}\n`;
  const where = [...record.vlan.map((id) => `VLAN ${id}`), ...record.tunnel].join(', ');
  const when = `${utcText(start)} UTC, lasted ${duration(seconds)}${where === '' ? '' : `; in ${where}`}`;
  for (const line of wrap(when, width)) yield `${colors.dim(line)}\n`;
  for (const { code, severity, message } of findings) {
    const lines = wrap(`${severity} ${code}: ${message}`, width);
    for (const line of lines) yield `${severityPaint(colors, severity)(line)}\n`;
  }
}

const LABEL_WIDTH = 16;

function* told({ happened, saw, next, filter }: Story, width: number, colors: Colors): Generator<string> {
  yield* labelled('What happened', happened.join(' '), width, colors);
  yield* labelled('The client saw', saw.client, width, colors);
  yield* labelled('The server saw', saw.server, width, colors);
  for (const [index, advice] of next.entries()) {
    yield* labelled(index === 0 ? 'Look at next' : '', advice, width, colors);
  }
  yield* labelled('In Wireshark', filter, width, colors);
}

function* labelled(label: string, text: string, width: number, colors: Colors): Generator<string> {
  for (const [index, line] of wrap(text, width - LABEL_WIDTH).entries()) {
    const name = index === 0 ? label : '';
    yield `${name === '' ? '' : colors.bold(name)}${' '.repeat(LABEL_WIDTH - name.length)}${line}\n`;
  }
}

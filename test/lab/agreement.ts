import type { Connection, Mark, Side } from '../../src/record.ts';
import { certainCalls } from './certain-calls.ts';
import { nanoseconds, type TrueCall, type TrueConnection, type Truth } from './truth.ts';

/** What is compared with the truth of a connection. */
export type Question =
  | 'record'
  | 'first closer'
  | 'TIME-WAIT'
  | 'sender of the RST'
  | 'cause of the RST'
  | 'error of the client'
  | 'error of the server'
  | 'certain calls'
  | 'connect()'
  | 'accept()'
  /** The server owed an answer when it closed, or nothing: asked in the mixed run. */
  | 'closed without answer'
  | 'nothing owed';

/** A question that the record answers otherwise than the truth. */
export interface Disagreement {
  /** Of the truth. */
  client: string;
  server: string;
  stream: number | null;
  question: Question;
  expected: string;
  got: string;
}

/** In seconds: between the packet and the clock of the application that it woke. */
const TOLERANCE = 0.001;
const AT_ONCE = 'within 1 ms of the SYN-ACK';

export interface Agreement {
  /** How many times each question was asked. */
  asked: Map<Question, number>;
  disagreements: Disagreement[];
}

/** Holds the records of a capture against the truth of it. */
export function agreementOf(truth: Truth, records: Connection[]): Agreement {
  const agreement: Agreement = { asked: new Map(), disagreements: [] };
  for (const [connection, record] of pairsOf(truth, records)) {
    for (const [question, expected, got] of answers(connection, record)) {
      agreement.asked.set(question, (agreement.asked.get(question) ?? 0) + 1);
      const { client, server } = connection;
      const stream = record?.stream ?? null;
      if (expected !== got) agreement.disagreements.push({ client, server, stream, question, expected, got });
    }
  }
  return agreement;
}

/** Each connection of the truth, and the record of it. */
export function pairsOf(truth: Truth, records: Connection[]): [TrueConnection, Connection | undefined][] {
  const left = [...records];
  return truth.connections.map((connection) => {
    const index = left.findIndex((record) => isOf(record, connection));
    return [connection, index < 0 ? undefined : left.splice(index, 1)[0]];
  });
}

/** One line for a person. */
export function disagreementText({ client, server, stream, question, expected, got }: Disagreement): string {
  return `${client} > ${server} (stream ${stream ?? '?'}): ${question}: expected ${expected}, got ${got}`;
}

function isOf(record: Connection, { protocol, client, server }: TrueConnection): boolean {
  const ends = [endText(record.client), endText(record.server)];
  return record.protocol === protocol && ends.includes(client) && ends.includes(server);
}

/** Address and port as the truth has them. */
export function endText({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

type Answer = [Question, string, string];

function answers(truth: TrueConnection, record: Connection | undefined): Answer[] {
  if (record === undefined) return [['record', 'one', 'none']];
  // Whom the packets show to be the client may be the server of the scenario.
  const swapped = endText(record.client) !== truth.client;
  const trueSide = (side: Side | 'both' | null) =>
    side === 'both' || side === null ? side : (side === 'client') === swapped ? 'server' : 'client';
  const all: Answer[] = errorAnswers(truth, record, swapped);
  if (truth.protocol !== 'tcp') return all;
  const senders = [...new Set(record.resets.map(({ from }) => trueSide(from)))];
  all.push(['first closer', text(truth.firstCloser), text(trueSide(record.close?.firstCloser ?? null))]);
  all.push(['TIME-WAIT', text(truth.timeWait), text(trueSide(record.close?.timeWait ?? null))]);
  all.push(['sender of the RST', text(truth.resetBy), senders.length === 2 ? 'both' : text(senders[0] ?? null)]);
  if (truth.resetCause !== null) all.push(['cause of the RST', truth.resetCause, text(record.resets[0]?.cause)]);
  return [...all, ...timeAnswers(truth, record)];
}

function errorAnswers(truth: TrueConnection, { sockets }: Connection, swapped: boolean): Answer[] {
  return (['client', 'server'] as const).flatMap((side): Answer[] => {
    const actual = truth.sides[side];
    const told = swapped === (side === 'client') ? 'server' : 'client';
    const { error, asked } = actual ?? { error: null, asked: true };
    const all: Answer[] =
      asked && sockets[told].unknown === undefined
        ? [[`error of the ${side}`, text(error), text(sockets[told].error)]]
        : [];
    const { asked: certain, wrong } = certainCalls(told, actual, sockets[told].calls ?? []);
    for (let i = wrong.length; i < certain; i++) all.push(['certain calls', 'true', 'true']);
    for (const each of wrong) all.push(['certain calls', 'true', each]);
    return all;
  });
}

/** connect() returned when the record says, and after as long; accept() did not before the record says. */
function timeAnswers({ sides }: TrueConnection, { handshake }: Connection): Answer[] {
  const all: Answer[] = [];
  const connected = sides.client?.calls.find(({ call, result }) => call === 'connect' && result === 0);
  const accepted = sides.server?.calls.find(({ call, result }) => call === 'accept' && result === 0);
  const { syn = null, connectTime = null, acceptTime = null } = handshake ?? {};
  if (connected !== undefined) {
    const late = endAfter(connected, syn, connectTime);
    const longer = took(connected) - (connectTime ?? Number.NaN);
    const good = late >= 0 && late <= TOLERANCE && Math.abs(longer) <= TOLERANCE;
    all.push(['connect()', AT_ONCE, good ? AT_ONCE : `${micros(late)} after, ${micros(longer)} longer`]);
  }
  if (accepted !== undefined) {
    const late = endAfter(accepted, syn, acceptTime);
    all.push(['accept()', 'not before the ACK', late >= 0 ? 'not before the ACK' : `${micros(late)} after`]);
  }
  return all;
}

/** Seconds from the moment that lies so long after the SYN to the end of the call; NaN where a part is not known. */
function endAfter({ end }: TrueCall, syn: Mark | null, duration: number | null): number {
  if (end === null || syn === null || duration === null) return Number.NaN;
  return Number(nanoseconds(end) - nanoseconds(syn.time)) / 1e9 - duration;
}

function took({ start, end }: TrueCall): number {
  return end === null ? Number.NaN : Number(nanoseconds(end) - nanoseconds(start)) / 1e9;
}

function micros(seconds: number): string {
  return Number.isNaN(seconds) ? 'unknown' : `${Math.round(seconds * 1e6)} µs`;
}

function text(value: string | null | undefined): string {
  return value ?? 'none';
}

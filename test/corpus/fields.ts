import type { Connection, Direction, Side } from '../../src/record.ts';
import type { OracleClose, OracleCounter, OracleStream, OracleTcpStream, Pair } from './oracle.ts';

/** A connection record turned the oracle's way: a sent the stream's first frame. */
export interface Oriented {
  connection: Connection;
  a: Direction;
  b: Direction;
  /** Which of client and server is a, then which is b. */
  sides: Pair<Side>;
}

/** What is compared: a name for the table, and the two values. `undefined`: this stream does not tell. */
export interface Field<Oracle> {
  name: string;
  oracle: (row: Oracle) => unknown;
  ours: (stream: Oriented, row: Oracle) => unknown;
}

export const STREAM_FIELDS: Field<OracleStream>[] = [
  { name: 'frames', oracle: (row) => row.frames, ours: ({ a, b }) => [a.packets, b.packets] },
  { name: 'bytes', oracle: (row) => row.bytes, ours: ({ a, b }) => [a.bytes, b.bytes] },
  { name: 'first frame', oracle: (row) => row.first_frame, ours: ({ connection }) => connection.firstFrame },
  { name: 'last frame', oracle: (row) => row.last_frame, ours: ({ connection }) => connection.lastFrame },
  { name: 'first time', oracle: (row) => row.first_time, ours: ({ connection }) => connection.start },
  { name: 'last time', oracle: (row) => row.last_time, ours: ({ connection }) => connection.end },
];

export const TCP_FIELDS: Field<OracleTcpStream>[] = [
  ...STREAM_FIELDS,
  {
    name: 'first SYN',
    // The record keeps the client's; the server sends one only in a simultaneous open.
    oracle: (row) => row.first_syn.filter((frame) => frame !== null).sort((x, y) => x - y)[0] ?? null,
    ours: ({ connection }) => connection.handshake?.syn?.frame ?? null,
  },
  {
    name: 'first SYN-ACK',
    oracle: (row) => row.first_synack.filter((frame) => frame !== null).sort((x, y) => x - y)[0] ?? null,
    ours: ({ connection }) => connection.handshake?.synAck?.frame ?? null,
  },
  {
    name: 'first FIN',
    oracle: (row) => row.first_fin,
    ours: (stream) => stream.sides.map((side) => firstStep(stream.connection, side, 'FIN')),
  },
  {
    name: 'first RST',
    oracle: (row) => row.first_rst,
    ours: (stream) => {
      // Only the first 16 resets are in the record.
      if (stream.a.resets + stream.b.resets > stream.connection.resets.length) return undefined;
      return stream.sides.map((side) => stream.connection.resets.find((reset) => reset.from === side)?.frame ?? null);
    },
  },
  {
    name: 'SYN count',
    oracle: (row) => row.syn_count,
    // The oracle counts SYNs without ACK, the record those with ACK too.
    ours: ({ a, b }, row) =>
      [a.syns, b.syns].map((syns, i) => (row.first_synack[i] === null ? syns : row.syn_count[i])),
  },
  { name: 'FIN count', oracle: (row) => row.fin_count, ours: ({ a, b }) => [a.fins, b.fins] },
  { name: 'RST count', oracle: (row) => row.rst_count, ours: ({ a, b }) => [a.resets, b.resets] },
  {
    name: 'initial RTT',
    oracle: (row) => row.initial_rtt,
    ours: ({ connection }) => connection.handshake?.initialRtt?.toFixed(9) ?? null,
  },
  {
    name: 'completeness',
    oracle: (row) => row.completeness,
    // The oracle was read in one pass, where a frame's value is what was known before it: the last frame is missing.
    ours: ({ connection: { completeness } }, row) =>
      completeness !== null && isOneFrameMore(row.completeness, completeness) ? row.completeness : completeness,
  },
  counter('retransmission', (direction) => direction.retransmissions),
  counter('fast_retransmission', (direction) => direction.fastRetransmissions),
  counter('spurious_retransmission', (direction) => direction.spuriousRetransmissions),
  counter('out_of_order', (direction) => direction.outOfOrder),
  counter('duplicate_ack', (direction) => direction.duplicateAcks),
  counter('lost_segment', (direction) => direction.lostSegments),
  counter('ack_lost_segment', (direction) => direction.ackedUnseen),
  counter('zero_window', (direction) => direction.zeroWindows),
  counter('zero_window_probe', (direction) => direction.zeroWindowProbes),
  counter('window_full', (direction) => direction.windowFull),
  counter('window_update', (direction) => direction.windowUpdates),
  counter('keep_alive', (direction) => direction.keepAlives),
  counter('keep_alive_ack', (direction) => direction.keepAliveAcks),
];

export const CLOSE_FIELDS: Field<OracleClose>[] = [
  {
    name: 'first closer',
    oracle: (row) => ((row.fin_order[0] ?? Infinity) < (row.fin_order[1] ?? Infinity) ? 'a' : 'b'),
    ours: ({ connection, sides }) => {
      const first = connection.close?.steps.find((step) => step.what === 'FIN');
      return first === undefined ? null : ['a', 'b'][sides.indexOf(first.from)];
    },
  },
  {
    name: 'FIN acknowledged',
    oracle: (row) => row.fin_acked,
    ours: ({ connection, sides }) => sides.map((side) => (connection.close?.finToAck[side] ?? null) !== null),
  },
  {
    name: 'simultaneous close',
    oracle: (row) => row.simultaneous,
    ours: ({ connection }) => {
      // A reset after the FINs names the style, so it hides whether the FINs crossed.
      if (connection.close?.style === 'reset-after-fin') return undefined;
      return connection.close?.style === 'simultaneous' || connection.close?.firstCloser === 'both';
    },
  },
];

/** Turns a record so that `a` is the endpoint that the oracle calls a; null where the endpoints are others. */
export function orient(connection: Connection, row: OracleStream): Oriented | null {
  const { client, server, fromClient, fromServer } = connection;
  const isA = (address: string, port: number) => sameAddress(address, row.a_ip) && port === row.a_port;
  const isB = (address: string, port: number) => sameAddress(address, row.b_ip) && port === row.b_port;
  if (isA(client.address, client.port) && isB(server.address, server.port)) {
    return { connection, a: fromClient, b: fromServer, sides: ['client', 'server'] };
  }
  if (isB(client.address, client.port) && isA(server.address, server.port)) {
    return { connection, a: fromServer, b: fromClient, sides: ['server', 'client'] };
  }
  return null;
}

/** The record adds a zone to link-local addresses where it knows one; tshark never does. */
function sameAddress(ours: string, oracle: string): boolean {
  const zone = ours.indexOf('%');
  return (zone < 0 ? ours : ours.slice(0, zone)) === oracle;
}

/** Bits of tcp.completeness that one frame can add: SYN, SYN-ACK, or any of ACK, data, FIN and RST together. */
function isOneFrameMore(before: number, after: number): boolean {
  const added = after & ~before;
  return (after & before) === before && (added === 1 || added === 2 || (added & 0b11) === 0);
}

function counter(name: OracleCounter, value: (direction: Direction) => number): Field<OracleTcpStream> {
  return { name, oracle: (row) => row[name], ours: ({ a, b }) => [value(a), value(b)] };
}

function firstStep(connection: Connection, side: Side, what: 'FIN' | 'RST'): number | null {
  return connection.close?.steps.find((step) => step.from === side && step.what === what)?.frame ?? null;
}

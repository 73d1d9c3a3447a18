import { type PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { type AnalyzeOptions, analyzeInput } from '../../src/analyze.ts';
import type { CaptureInput } from '../../src/capture/input.ts';
import type { Connection, Side } from '../../src/record.ts';
import type { Summary } from '../../src/summary.ts';
import { ethernet, icmp, ipv4, ipv6, sctp, tcp, u16, udp, zeros } from './packets.ts';

/**
 * Conversations as readable scripts: `await talk(c.syn(), s.synAck(), c.ack(), c.data(100), s.ack(), c.fin())`.
 *
 * A step is plain data; `talk` gives it its numbers when it plays the script, so a script can be cut, repeated or
 * put together. Sequence and acknowledgment numbers in steps count from the ISN, as Wireshark shows them: the SYN is
 * 0, the first byte 1. What a step does not name is what an endpoint would send that has received all before it.
 */

/** What a test may say of a packet. Times are seconds since the start of the script. */
export interface StepFields {
  at?: number;
  /** Seconds after the packet before; default 0.01. */
  after?: number;
  ttl?: number;
  /** IP identification; default 0, as Linux sends with DF. */
  id?: number;
  seq?: number;
  ack?: number;
  /** TCP_ constants. */
  flags?: number;
  window?: number;
  options?: Uint8Array;
  /** TCP checksum; default: the right one. */
  checksum?: number;
  /** Payload of a segment that is not named for it: data in a SYN, in a FIN. */
  length?: number;
  /** The payload itself, where it matters; default: `length` zeros. */
  content?: Uint8Array;
  /** The number that this and all later packets of the side count from. */
  isn?: number;
}

export interface Step extends StepFields {
  pair: Pair;
  from: Side;
  /** The whole IP payload, for other protocols than TCP. */
  payload?: Uint8Array;
  /** Sent, but not in the capture. */
  isUnseen?: boolean;
  /** The same packet as the one before, byte for byte. */
  isCopy?: boolean;
  /** An ICMP error about a packet like this one. */
  quotes?: { step: Step; type: number; code: number; from: string; length: number };
}

export interface Pair {
  client: { address: string; port: number; isn: number };
  server: { address: string; port: number; isn: number };
}

export interface TimedPacket {
  seconds: number;
  nanoseconds: number;
  bytes: Uint8Array;
}

export interface Talk {
  /** In the order in which they were reported. */
  connections: Connection[];
  /** The first of them in the capture. */
  connection: Connection;
  /** Capture time in seconds since the start, when each of them was reported. */
  reportedAt: number[];
  summary: Summary;
}

/** Seconds since 1970 of the first packet, unless a test says `at`. */
export const START = 1_700_000_000;
const STEP_SECONDS = 0.01;
/** Where the checksum stands in a TCP header. */
const TCP_CHECKSUM = 16;

/** Two hosts and the steps of each. Without addresses: 10.0.0.1 port 40000, 10.0.0.2 port 80. */
export function pair(fields: { client?: Partial<Pair['client']>; server?: Partial<Pair['server']> } = {}) {
  const both: Pair = {
    client: { address: '10.0.0.1', port: 40000, isn: 1000, ...fields.client },
    server: { address: '10.0.0.2', port: 80, isn: 5000, ...fields.server },
  };
  return { client: stepsOf(both, 'client'), server: stepsOf(both, 'server') };
}

function stepsOf(both: Pair, from: Side) {
  const segment = (flags: number, fields: StepFields): Step => ({ pair: both, from, flags, ...fields });
  return {
    syn: (fields: StepFields = {}) => segment(TCP_SYN, { seq: 0, ...fields }),
    synAck: (fields: StepFields = {}) => segment(TCP_SYN | TCP_ACK, { seq: 0, ...fields }),
    ack: (fields: StepFields = {}) => segment(TCP_ACK, fields),
    data: (length: number, fields: StepFields = {}) => segment(TCP_ACK, { length, ...fields }),
    says: (content: Uint8Array, fields: StepFields = {}) => segment(TCP_ACK, { content, ...fields }),
    fin: (fields: StepFields = {}) => segment(TCP_FIN | TCP_ACK, fields),
    rst: (fields: StepFields = {}) => segment(TCP_RST, fields),
    rstAck: (fields: StepFields = {}) => segment(TCP_RST | TCP_ACK, fields),
    datagram: (length: number, fields: StepFields = {}): Step => {
      const ports = { sourcePort: both[from].port, destinationPort: both[otherSide(from)].port };
      return { pair: both, from, payload: udp(ports, zeros(length)), ...fields };
    },
    /** SCTP chunks (sctpChunk) in one packet. */
    chunks: (verificationTag: number, chunks: Uint8Array[], fields: StepFields = {}): Step => {
      const ports = { sourcePort: both[from].port, destinationPort: both[otherSide(from)].port };
      return { pair: both, from, payload: sctp({ ...ports, verificationTag }, ...chunks), ...fields };
    },
  };
}

export const { client: c, server: s } = pair();

/** The step happened, and the capture has missed it. */
export const unseen = (step: Step): Step => ({ ...step, isUnseen: true });

/** The packet before once more, as a mirror port gives it. */
export const copy = (fields: StepFields = {}): Step => ({ ...c.ack(fields), isCopy: true });

/** An ICMP error that quotes `length` bytes of the transport layer of a packet like `step`. */
export function icmpError(step: Step, type: number, code: number, fields: StepFields & { from?: string } = {}): Step {
  const isIpv6 = step.pair.client.address.includes(':');
  const { from = isIpv6 ? '2001:db8::254' : '10.0.0.254', length = 28, ...rest } = fields;
  return { pair: step.pair, from: step.from, ...rest, quotes: { step, type, code, from, length } };
}

/** A handshake without options, at 0, 0.01 and 0.02 s. */
export const handshake = [c.syn(), s.synAck(), c.ack()];

const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** Analyses a script. */
export function talk(...steps: Step[]): Promise<Talk> {
  return analyzePackets(play(steps));
}

/** The same with options; `order: 'capture'` and the like. */
export function talkWith(options: AnalyzeOptions, ...steps: Step[]): Promise<Talk> {
  return analyzePackets(play(steps), options);
}

/** The connection of a script that has one. */
export async function connectionOf(...steps: Step[]): Promise<Connection> {
  const { connections, connection } = await talk(...steps);
  if (connections.length !== 1) throw new Error(`${connections.length} connections where one was meant`);
  return connection;
}

/** The capture goes on, to so many seconds, with a packet of another connection. */
export const watchedTo = (at: number): Step => pair({ client: { port: 41000 } }).client.data(1, { at });

/** The connection that a script begins with; the capture goes on with others. */
export async function firstOf(...steps: Step[]): Promise<Connection> {
  return (await talkWith({ order: 'capture' }, ...steps)).connection;
}

/** Plays a script: the packets of its steps. */
export function play(steps: Step[]): TimedPacket[] {
  const numbers = new Map<Pair, Numbering>();
  const packets: TimedPacket[] = [];
  let now = -STEP_SECONDS;
  let last: Uint8Array = zeros(0);
  for (const step of steps) {
    now = step.at ?? now + (step.after ?? STEP_SECONDS);
    let numbering = numbers.get(step.pair);
    if (numbering === undefined) {
      numbering = new Numbering(step.pair);
      numbers.set(step.pair, numbering);
    }
    if (!step.isCopy) last = ethernet({}, packetOf(step, numbering));
    if (step.isUnseen) continue;
    const nanoseconds = Math.round((now - Math.floor(now)) * 1e9);
    const carry = nanoseconds === 1e9 ? 1 : 0;
    packets.push({
      seconds: START + Math.floor(now) + carry,
      nanoseconds: carry === 1 ? 0 : nanoseconds,
      bytes: last,
    });
  }
  return packets;
}

function packetOf(step: Step, numbering: Numbering): Uint8Array {
  const { pair: both, from, ttl = 64, id = 0 } = step;
  if (step.quotes !== undefined) return icmpPacket(step.quotes, id, numbering);
  const addresses = { source: both[from].address, destination: both[otherSide(from)].address, ttl };
  const payload = step.payload ?? numbering.segment(step, true);
  const isIpv6 = addresses.source.includes(':');
  const packet = isIpv6 ? ipv6(addresses, payload) : ipv4({ ...addresses, id }, payload);
  if (step.checksum !== undefined) packet.set(u16(step.checksum), (isIpv6 ? 40 : 20) + TCP_CHECKSUM);
  return packet;
}

function icmpPacket(quotes: NonNullable<Step['quotes']>, id: number, numbering: Numbering): Uint8Array {
  const { step: quoted, type, code, from, length } = quotes;
  const addresses = { source: from, destination: quoted.pair[quoted.from].address };
  const inner = {
    source: quoted.pair[quoted.from].address,
    destination: quoted.pair[otherSide(quoted.from)].address,
  };
  const transport = quoted.payload ?? numbering.segment(quoted, false);
  if (!from.includes(':')) {
    return ipv4({ ...addresses, id }, icmp(4, type, code, 0, ipv4(inner, transport).subarray(0, 20 + length)));
  }
  return ipv6(addresses, icmp(6, type, code, 0, ipv6(inner, transport).subarray(0, 40 + length)));
}

/** Where both sides of a pair are: ISN, and the next sequence number relative to it. */
class Numbering {
  readonly #pair: Pair;
  readonly #isn: Record<Side, number>;
  readonly #next: Record<Side, number> = { client: 0, server: 0 };

  constructor(both: Pair) {
    this.#pair = both;
    this.#isn = { client: both.client.isn, server: both.server.isn };
  }

  segment(step: Step, moves: boolean): Uint8Array {
    const { from, length = 0, content = zeros(length), flags = TCP_ACK, window, options } = step;
    const peer = otherSide(from);
    if (step.isn !== undefined) {
      this.#isn[from] = step.isn;
      this.#next[from] = 0;
    }
    const seq = step.seq ?? this.#next[from];
    const space = content.length + ((flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0);
    if (moves && (flags & TCP_RST) === 0) this.#next[from] = Math.max(this.#next[from], seq + space);
    const ack = step.ack ?? this.#next[peer];
    const fields = {
      sourcePort: this.#pair[from].port,
      destinationPort: this.#pair[peer].port,
      sequence: (this.#isn[from] + seq) >>> 0,
      acknowledgment: (flags & TCP_ACK) !== 0 || step.ack !== undefined ? (this.#isn[peer] + ack) >>> 0 : 0,
      flags,
      ...(window === undefined ? {} : { window }),
      ...(options === undefined ? {} : { options }),
    };
    return tcp(fields, content);
  }
}

/** Analyses packets as if they came from a capture file. */
export async function analyzePackets(packets: Iterable<TimedPacket>, options: AnalyzeOptions = {}): Promise<Talk> {
  const input = new PacketInput(packets);
  const connections: Connection[] = [];
  const reportedAt: number[] = [];
  const consumer = {
    ended: (ended: { record(): Connection }) => {
      connections.push(ended.record());
      reportedAt.push(input.now - START);
    },
  };
  const { summary } = await analyzeInput(input, consumer, options);
  const connection = connections.reduce(
    (first, each) => (each.firstFrame < first.firstFrame ? each : first),
    connections[0],
  );
  return { connections, connection, reportedAt, summary };
}

/** Packets from memory, all in one chunk; `now` is the time of the last one that was taken. */
export class PacketInput implements CaptureInput {
  readonly captures = [];
  readonly bytesRead = 0;
  readonly bytesTotal = null;
  now = 0;
  readonly #packets: Iterator<TimedPacket>;
  #filled = false;

  constructor(packets: Iterable<TimedPacket>) {
    this.#packets = packets[Symbol.iterator]();
  }

  async fill(): Promise<boolean> {
    const first = !this.#filled;
    this.#filled = true;
    return first;
  }

  next(view: PacketView): boolean {
    const { done, value } = this.#packets.next();
    if (done) return false;
    view.bytes = value.bytes;
    view.data = new DataView(value.bytes.buffer, value.bytes.byteOffset);
    view.start = 0;
    view.end = value.bytes.length;
    view.originalLength = value.bytes.length;
    view.linkType = 1;
    view.seconds = value.seconds;
    view.nanoseconds = value.nanoseconds;
    view.frame++;
    this.now = value.seconds + value.nanoseconds / 1e9;
    return true;
  }

  interfaceName(): string {
    return '';
  }

  async close(): Promise<void> {}
}

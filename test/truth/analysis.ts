import { PACKET_ICMP_ERROR, PACKET_TCP, type PacketView } from '../../parsers/packet-view.ts';
import { type AnalysisObserver, analyzeInput, type RunningAnalysis } from '../../src/analyze.ts';
import type { Connection, Protocol } from '../../src/record.ts';
import { C_PROTOCOL, C_STREAM, INT_STRIDE } from '../../src/track/columns.ts';
import type { RecordSource } from '../../src/track/record-source.ts';
import { clientOf } from '../../src/track/roles.ts';
import { Slab } from '../../src/track/slab.ts';
import { type Frame, FrameInput } from './frames.ts';

/** A packet that belongs to a connection, as the analysis saw it. */
export interface FollowedPacket {
  /** Index into the connections. */
  readonly connection: number;
  readonly isFromClient: boolean;
  /** An ICMP error about the connection; then `isFromClient` is of the packet that it quotes. */
  readonly isIcmpError: boolean;
  /** Of TCP; zeros elsewhere. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly length: number;
}

/** What the analysis says of a capture, and which packet it counted where. */
export interface Analysis {
  readonly connections: readonly Connection[];
  /** One for each frame; null for those of no connection. */
  readonly packets: readonly (FollowedPacket | null)[];
}

export type Analyze = (frames: readonly Frame[]) => Promise<Analysis>;

const PROTOCOL_NUMBERS: Record<Protocol, number> = { tcp: 6, udp: 17, sctp: 132 };

/** Analyses packets as if they came from a capture file. */
export const analyzeFrames: Analyze = async (frames) => {
  const onlooker = new Onlooker(frames.length);
  const connections: Connection[] = [];
  const consumer = { ended: (ended: { record(): Connection }) => connections.push(ended.record()) };
  const options = { calls: true, order: 'capture', summarize: false } as const;
  await analyzeInput(new FrameInput(frames), consumer, options, onlooker);
  onlooker.release();
  return { connections, packets: onlooker.packets(connections) };
};

interface Noted extends Omit<FollowedPacket, 'connection' | 'isFromClient'> {
  readonly key: number;
  readonly sender: number;
}

/** Notes for each packet which connection it was counted for. */
class Onlooker implements AnalysisObserver {
  readonly #noted: (Noted | null)[];
  /** Which endpoint is the client may come out late: the last packet's answer is that of the record. */
  readonly #clients = new Map<number, number>();
  #source: RecordSource | null = null;
  #packet: Readonly<PacketView> | null = null;

  constructor(frames: number) {
    this.#noted = new Array<null>(frames).fill(null);
  }

  begin({ source, packet }: RunningAnalysis): void {
    this.#source = source;
    this.#packet = packet;
  }

  updated(row: number, sender: number): void {
    if (this.#source === null || this.#packet === null) return;
    const { ints } = this.#source.slab;
    const at = row * INT_STRIDE;
    const key = keyOf(ints[at + C_PROTOCOL] & 0xff, ints[at + C_STREAM]);
    this.#clients.set(key, clientOf(ints, at));
    const { frame, kind, flags, sequence, acknowledgment, dataLength } = this.#packet;
    const isIcmpError = kind === PACKET_ICMP_ERROR;
    const isTcp = kind === PACKET_TCP;
    this.#noted[frame - 1] = {
      key,
      sender,
      isIcmpError,
      flags: isTcp ? flags : 0,
      sequence: isTcp ? sequence : 0,
      acknowledgment: isTcp ? acknowledgment : 0,
      length: isIcmpError ? 0 : dataLength,
    };
  }

  left(): void {}

  /** Its tables can serve the next analysis: to make them takes longer than to analyse a small capture. */
  release(): void {
    if (this.#source?.slab instanceof Slab) this.#source.slab.memory.release();
  }

  packets(connections: readonly Connection[]): (FollowedPacket | null)[] {
    const indexes = new Map(
      connections.map(({ protocol, stream }, index) => [keyOf(PROTOCOL_NUMBERS[protocol], stream), index]),
    );
    return this.#noted.map((noted) => {
      if (noted === null) return null;
      const { key, sender, ...rest } = noted;
      const connection = indexes.get(key);
      if (connection === undefined) return null;
      return { connection, isFromClient: sender === this.#clients.get(key), ...rest };
    });
  }
}

/** Protocol numbers are below 256. */
function keyOf(protocol: number, stream: number): number {
  return stream * 256 + protocol;
}

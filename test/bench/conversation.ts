import type { Flow, Packet } from './capture-writer.ts';
import { between, type Random } from './random.ts';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;
/** 1500 bytes less IPv4, TCP and timestamps; IPv6 leaves 20 less. */
const SEGMENT = { 4: 1448, 6: 1428 };

/** One TCP connection as it is being made up: knows both sides' next sequence numbers and the time. */
export class Conversation {
  readonly #flow: Flow;
  readonly #random: Random;
  /** Microseconds there and back; the capture point is near the server. */
  readonly #roundTrip: number;
  /** Next sequence number, client's then server's. */
  readonly #next: [number, number];
  /** Microseconds since the start of the capture. */
  at: number;

  constructor(flow: Flow, random: Random, at: number) {
    this.#flow = flow;
    this.#random = random;
    this.#roundTrip = between(random, 400, 60_000);
    this.#next = [between(random, 1, 0xffffffff), between(random, 1, 0xffffffff)];
    this.at = at;
  }

  *handshake(): Generator<Packet> {
    if (this.#random() < 0.003) {
      yield this.#packet(true, SYN, 0, this.#next[0]);
      this.at += 1_000_000;
    }
    yield this.#syn();
    this.at += 40;
    yield this.#packet(false, SYN | ACK, 0, this.#next[1]++);
    this.at += this.#roundTrip;
    yield this.#packet(true, ACK);
  }

  /** A SYN that nobody answers, or that a closed port refuses. */
  *refused(answered: boolean): Generator<Packet> {
    yield this.#syn();
    if (!answered) return;
    this.at += 30;
    yield { ...this.#packet(false, RST | ACK, 0, 0), acknowledgment: this.#next[0], window: 0 };
  }

  /** `length` bytes from one side, acknowledged every second segment, some of them lost and sent again. */
  *send(fromClient: boolean, length: number, loss = 0): Generator<Packet> {
    const segment = SEGMENT[this.#flow.version];
    let unacknowledged = 0;
    for (let left = length; left > 0; ) {
      const size = Math.min(left, segment);
      left -= size;
      const lost = left > 8 * segment && this.#random() < loss;
      const start = this.#sequence(fromClient);
      yield this.#packet(fromClient, left === 0 ? PSH | ACK : ACK, size);
      this.at += 12;
      if (lost) {
        left -= yield* this.#recover(fromClient, start, size, segment);
        unacknowledged = 0;
      } else if (++unacknowledged === 2 || left === 0) {
        unacknowledged = 0;
        this.at += left === 0 ? this.#roundTrip : 20;
        yield this.#packet(!fromClient, ACK);
      }
    }
  }

  /** Six segments after a lost one, each drawing a duplicate ACK; then the lost one again and its ACK. */
  *#recover(fromClient: boolean, lostStart: number, lostSize: number, segment: number): Generator<Packet, number> {
    const duplicateAck = this.#packet(!fromClient, ACK);
    for (let i = 0; i < 6; i++) {
      yield this.#packet(fromClient, ACK, segment);
      this.at += 15;
      yield { ...duplicateAck, at: this.at, acknowledgment: lostStart };
      this.at += 10;
    }
    this.at += this.#random() < 0.1 ? 210_000 : 0;
    yield { ...this.#packet(fromClient, ACK, 0, lostStart), length: lostSize };
    this.at += this.#roundTrip;
    yield this.#packet(!fromClient, ACK);
    return 6 * segment;
  }

  /** A byte before the next one, as Linux asks whether the peer is still there, and its answer. */
  *keepAlive(): Generator<Packet> {
    yield this.#packet(true, ACK, 0, this.#next[0] - 1);
    this.at += 40;
    yield this.#packet(false, ACK);
  }

  *close(clientFirst: boolean): Generator<Packet> {
    yield this.#fin(clientFirst);
    this.at += clientFirst ? 60 : this.#roundTrip;
    yield this.#fin(!clientFirst);
    this.at += clientFirst ? this.#roundTrip : 60;
    yield this.#packet(clientFirst, ACK);
  }

  *reset(byClient: boolean): Generator<Packet> {
    yield this.#packet(byClient, RST | ACK);
  }

  #syn(): Packet {
    return { ...this.#packet(true, SYN, 0, this.#next[0]++), acknowledgment: 0 };
  }

  #fin(fromClient: boolean): Packet {
    const fin = this.#packet(fromClient, FIN | ACK);
    this.#next[fromClient ? 0 : 1] += 1;
    return fin;
  }

  #sequence(fromClient: boolean): number {
    return this.#next[fromClient ? 0 : 1];
  }

  #packet(fromClient: boolean, flags: number, length = 0, sequence = this.#sequence(fromClient)): Packet {
    this.#next[fromClient ? 0 : 1] += length;
    const acknowledgment = flags & ACK ? this.#sequence(!fromClient) : 0;
    return { at: this.at, flow: this.#flow, fromClient, length, flags, sequence, acknowledgment, window: 502 };
  }
}

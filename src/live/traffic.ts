import { endpointText } from '../report/endpoint.ts';
import { printable } from '../report/printable.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_PORTS,
  C_PROTOCOL,
  E_RETRANSMISSIONS,
  F_WIRE_BYTES,
  INT_STRIDE,
} from '../track/columns.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { RowObserver } from '../track/row-observer.ts';
import { endpointOf, sidesOf } from '../track/sides.ts';
import { HeavyHitters } from './heavy-hitters.ts';
import { withRoomFor } from './row-memory.ts';

/** Conversations kept apart to find the top ones. */
const TALKERS_KEPT = 1024;
/** Rates of talkers are averages over about so many seconds. */
const TALKER_SECONDS = 5;

export interface Talker {
  client: string;
  server: string;
  /** Bits per second. */
  rate: number;
}

/**
 * Who sends how much: looked up once a second in the rows that had packets, from what their counters have grown by,
 * so that a packet costs no more than a note of its row.
 */
export class Traffic implements RowObserver {
  /** Segments sent again, of all connections. */
  retransmissions = 0;
  readonly #source: RecordSource;
  readonly #talkers = new HeavyHitters<{ client: string; server: string }>(TALKERS_KEPT);
  #touched: number[] = [];
  #isTouched = new Uint8Array(0);
  #bytesSeen = new Float64Array(0);
  #retransmissionsSeen = new Int32Array(0);

  constructor(source: RecordSource) {
    this.#source = source;
  }

  updated(row: number): void {
    if (row >= this.#isTouched.length) {
      this.#isTouched = withRoomFor(this.#isTouched, row);
      this.#bytesSeen = withRoomFor(this.#bytesSeen, row);
      this.#retransmissionsSeen = withRoomFor(this.#retransmissionsSeen, row);
    }
    if (this.#isTouched[row] !== 0) return;
    this.#isTouched[row] = 1;
    this.#touched.push(row);
  }

  left(row: number): void {
    if (row >= this.#isTouched.length) return;
    this.#collect(row);
    this.#isTouched[row] = 0;
    this.#bytesSeen[row] = 0;
    this.#retransmissionsSeen[row] = 0;
  }

  /** Brings the counters up to now. Called once a second. */
  tick(): void {
    this.#talkers.fade(1 - 1 / TALKER_SECONDS);
    for (const row of this.#touched) {
      if (this.#isTouched[row] === 0) continue;
      this.#isTouched[row] = 0;
      this.#collect(row);
    }
    this.#touched = [];
  }

  /** Conversations by their rate, each of one client with one port of a server; largest first. */
  talkers(count: number): Talker[] {
    return this.#talkers.top(count).map(({ weight, what }) => ({ ...what, rate: (weight * 8) / TALKER_SECONDS }));
  }

  #collect(row: number): void {
    const source = this.#source;
    const { ints, floats } = source.slab;
    const sides = sidesOf(ints, row);
    const bytes = floats[sides.clientTimes + F_WIRE_BYTES] + floats[sides.serverTimes + F_WIRE_BYTES];
    const retransmissions = ints[sides.client + E_RETRANSMISSIONS] + ints[sides.server + E_RETRANSMISSIONS];
    const grown = bytes - this.#bytesSeen[row];
    this.retransmissions += retransmissions - this.#retransmissionsSeen[row];
    this.#bytesSeen[row] = bytes;
    this.#retransmissionsSeen[row] = retransmissions;
    if (grown <= 0) return;
    const server = 1 - sides.clientEndpoint;
    this.#talkers.add(keyOf(ints, row, server), grown, () => ({
      client: hostText(endpointOf(source, sides.at, sides.clientEndpoint).address),
      server: endpointText(endpointOf(source, sides.at, server)),
    }));
  }
}

/** Protocol, client, server and its port, as they stand in the row. */
function keyOf(ints: Int32Array, row: number, server: number): string {
  const at = row * INT_STRIDE;
  const c = at + (server === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
  const s = at + (server === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  const port = server === 0 ? ints[at + C_PORTS] >>> 16 : ints[at + C_PORTS] & 0xffff;
  const client = `${ints[c]} ${ints[c + 1]} ${ints[c + 2]} ${ints[c + 3]}`;
  return `${ints[at + C_PROTOCOL]} ${client} ${ints[s]} ${ints[s + 1]} ${ints[s + 2]} ${ints[s + 3]} ${port}`;
}

function hostText(address: string): string {
  return printable(address.includes(':') ? `[${address}]` : address);
}

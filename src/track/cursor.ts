import type { PacketView } from '../../parsers/packet-view.ts';
import {
  E_TTL,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  FLOAT_STRIDE,
  INT_STRIDE,
} from './columns.ts';
import type { Rows } from './slab.ts';

/**
 * Points into the slab at the connection and the two endpoints that the packet being handled concerns:
 * the sender is `me`, the receiver `peer`, so that every rule is written once for both directions.
 * Set anew for each packet; holds no state of its own.
 */
export class Cursor {
  ints: Int32Array = new Int32Array(0);
  floats: Float64Array = new Float64Array(0);
  row = 0;
  /** Which endpoint sent the packet, 0 or 1. */
  sender = 0;
  /** Where the connection's, the sender's and the receiver's columns begin, in `ints` … */
  at = 0;
  me = 0;
  peer = 0;
  /** … and in `floats`. */
  times = 0;
  myTimes = 0;
  peerTimes = 0;

  /** The last packet that widened its sender's range of TTLs, and the range before it. */
  ttlFrame = 0;
  ttlRange = 0;

  set(slab: Rows, row: number, sender: number): void {
    if (this.ints !== slab.ints) {
      this.ints = slab.ints;
      this.floats = slab.floats;
    }
    pointAt(this, row, sender);
  }
}

/** Points the cursor at a row of the slab that it already has. */
export function pointAt(cursor: Cursor, row: number, sender: number): void {
  const at = row * INT_STRIDE;
  const times = row * FLOAT_STRIDE;
  cursor.row = row;
  cursor.sender = sender;
  cursor.at = at;
  cursor.me = at + ENDPOINT_INT_0 + sender * ENDPOINT_INT_STRIDE;
  cursor.peer = at + ENDPOINT_INT_0 + (1 - sender) * ENDPOINT_INT_STRIDE;
  cursor.times = times;
  cursor.myTimes = times + ENDPOINT_FLOAT_0 + sender * ENDPOINT_FLOAT_STRIDE;
  cursor.peerTimes = times + ENDPOINT_FLOAT_0 + (1 - sender) * ENDPOINT_FLOAT_STRIDE;
}

/** Range of TTLs of the sender's packets before this one. */
export function ttlBefore(cursor: Cursor, view: PacketView): number {
  return cursor.ttlFrame === view.frame ? cursor.ttlRange : cursor.ints[cursor.me + E_TTL];
}

import type { PacketView } from '../../parsers/packet-view.ts';
import {
  E_FIRST_DATA_FRAME,
  E_LAST_DATA_FRAME,
  E_PACKETS,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_LAST_TIME,
  F_UNIQUE_BYTES,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import { isDuplicateDatagram } from './duplicates.ts';
import type { Slab } from './slab.ts';
import { W_TWO_WAY } from './words.ts';
import { noteZeekDatagram } from './zeek.ts';

/** A UDP datagram of a known exchange. */
export function updateUdp(cursor: Cursor, view: PacketView, slab: Slab): void {
  const { ints, me, peer } = cursor;
  if (ints[me + E_PACKETS] === 1 && ints[peer + E_PACKETS] !== 0) slab.words[W_TWO_WAY] = 1;
  if (isDuplicateDatagram(cursor, view)) return;
  cursor.floats[cursor.myTimes + F_LAST_TIME] = cursor.floats[cursor.times + T_NOW];
  noteZeekDatagram(cursor);
  noteDatagramPayload(cursor, view);
}

/** Payload that has no sequence numbers of ours: every byte is new. */
export function noteDatagramPayload(cursor: Cursor, view: PacketView): void {
  const { ints, floats, me, myTimes, times } = cursor;
  if (view.dataLength === 0) return;
  const now = floats[times + T_NOW];
  if (ints[me + E_FIRST_DATA_FRAME] === 0) {
    ints[me + E_FIRST_DATA_FRAME] = view.frame;
    floats[myTimes + F_FIRST_DATA_TIME] = now;
  }
  ints[me + E_LAST_DATA_FRAME] = view.frame;
  floats[myTimes + F_LAST_DATA_TIME] = now;
  floats[myTimes + F_UNIQUE_BYTES] += view.dataLength;
}

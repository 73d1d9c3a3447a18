import { FIRST_OPERATION, type PacketView } from '../../parsers/packet-view.ts';
import { C_MULTIPATH, E_FLAGS, END_NEW_OPERATION } from './columns.ts';
import type { Cursor } from './cursor.ts';

/** The data sequence signal, which only a subflow has whose both ends agreed on MPTCP (RFC 8684 3.3). */
const DATA_SEQUENCE_SIGNAL = FIRST_OPERATION << 2;

/**
 * What Wireshark 4.0 remembers of MPTCP options: which operations came on either side, and whether one of them was new
 * since a side's last segment.
 */
export function noteOperations(cursor: Cursor, view: PacketView): void {
  const { ints, at, me, peer } = cursor;
  ints[me + E_FLAGS] &= ~END_NEW_OPERATION;
  if ((view.operations & ~ints[at + C_MULTIPATH]) === 0) return;
  ints[at + C_MULTIPATH] |= view.operations;
  ints[me + E_FLAGS] |= END_NEW_OPERATION;
  ints[peer + E_FLAGS] |= END_NEW_OPERATION;
}

/**
 * Is this TCP connection a subflow of an MPTCP connection? Its FIN ends the subflow alone: what the applications read
 * ends with a DATA_FIN (RFC 8684 3.3.3), on whichever subflow that comes.
 */
export function isSubflow(ints: Int32Array, at: number): boolean {
  return (ints[at + C_MULTIPATH] & DATA_SEQUENCE_SIGNAL) !== 0;
}

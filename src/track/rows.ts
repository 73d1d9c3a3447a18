import type { PacketView } from '../../parsers/packet-view.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_FIRST_FRAME,
  C_FIRST_NANOSECONDS,
  C_LAST_FRAME,
  C_PORTS,
  C_PROTOCOL,
  C_STATUS,
  C_TUNNELS,
  C_VLAN_01,
  C_VLAN_23,
  E_PACKETS,
  E_TTL,
  F_BYTES,
  F_WIRE_BYTES,
  FLOAT_STRIDE,
  INT_STRIDE,
  ROW_QUOTED,
  ROW_USED,
  T_BASE_SECONDS,
  T_NOW,
} from './columns.ts';
import type { Cursor } from './cursor.ts';
import type { Slab } from './slab.ts';

/** Endpoints, first frame and time of a row, from the first packet: its sender is endpoint 0. */
export function nameRow(slab: Slab, row: number, view: PacketView): void {
  const { ints } = slab;
  const at = row * INT_STRIDE;
  ints[at + C_STATUS] = ROW_USED;
  ints[at + C_ADDRESS_0] = view.source0;
  ints[at + C_ADDRESS_0 + 1] = view.source1;
  ints[at + C_ADDRESS_0 + 2] = view.source2;
  ints[at + C_ADDRESS_0 + 3] = view.source3;
  ints[at + C_ADDRESS_1] = view.destination0;
  ints[at + C_ADDRESS_1 + 1] = view.destination1;
  ints[at + C_ADDRESS_1 + 2] = view.destination2;
  ints[at + C_ADDRESS_1 + 3] = view.destination3;
  ints[at + C_PORTS] = (view.sourcePort << 16) | view.destinationPort;
  ints[at + C_PROTOCOL] = (view.ipVersion << 8) | view.ipProtocol;
  ints[at + C_FIRST_FRAME] = view.frame;
  ints[at + C_FIRST_NANOSECONDS] = view.nanoseconds;
  ints[at + C_VLAN_01] = packVlan(view.vlanCount, 0, view.vlan0, view.vlan1);
  ints[at + C_VLAN_23] = packVlan(view.vlanCount, 2, view.vlan2, view.vlan3);
  if (view.tunnelCount > 0) ints[at + C_TUNNELS] = packTunnels(view);
  slab.floats[row * FLOAT_STRIDE + T_BASE_SECONDS] = view.seconds;
}

/** The same for a connection that an ICMP error quotes: the sender of the quoted packet is endpoint 0. */
export function nameQuotedRow(slab: Slab, row: number, view: PacketView): void {
  const { ints, floats } = slab;
  const at = row * INT_STRIDE;
  ints[at + C_STATUS] = ROW_USED | ROW_QUOTED;
  ints[at + C_ADDRESS_0] = view.quotedSource0;
  ints[at + C_ADDRESS_0 + 1] = view.quotedSource1;
  ints[at + C_ADDRESS_0 + 2] = view.quotedSource2;
  ints[at + C_ADDRESS_0 + 3] = view.quotedSource3;
  ints[at + C_ADDRESS_1] = view.quotedDestination0;
  ints[at + C_ADDRESS_1 + 1] = view.quotedDestination1;
  ints[at + C_ADDRESS_1 + 2] = view.quotedDestination2;
  ints[at + C_ADDRESS_1 + 3] = view.quotedDestination3;
  ints[at + C_PORTS] = (view.quotedSourcePort << 16) | view.quotedDestinationPort;
  ints[at + C_PROTOCOL] = (view.quotedIpVersion << 8) | view.quotedProtocol;
  floats[row * FLOAT_STRIDE + T_BASE_SECONDS] = view.seconds;
  floats[row * FLOAT_STRIDE + T_NOW] = view.nanoseconds;
}

/** Port of endpoint 0 or 1. */
export function portOf(ints: Int32Array, at: number, endpoint: number): number {
  return endpoint === 0 ? ints[at + C_PORTS] >>> 16 : ints[at + C_PORTS] & 0xffff;
}

/** Copies the four words of the address of endpoint 0 or 1. */
export function copyAddress(ints: Int32Array, at: number, endpoint: number, keyed: Int32Array, to: number): void {
  const from = at + (endpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  for (let word = 0; word < 4; word++) keyed[to + word] = ints[from + word];
}

/** What every packet counts for, whatever its protocol, and its time as the row's. */
export function countPacket(cursor: Cursor, view: PacketView): void {
  const { ints, floats, at, me, times, myTimes } = cursor;
  floats[times + T_NOW] = (view.seconds - floats[times + T_BASE_SECONDS]) * 1e9 + view.nanoseconds;
  ints[at + C_LAST_FRAME] = view.frame;
  ints[me + E_PACKETS]++;
  floats[myTimes + F_BYTES] += view.dataLength;
  floats[myTimes + F_WIRE_BYTES] += view.originalLength;
  const ttl = view.ttl;
  const range = ints[me + E_TTL];
  if (range !== ((ttl << 8) | ttl)) {
    cursor.ttlFrame = view.frame;
    cursor.ttlRange = range;
    ints[me + E_TTL] = widen(range, ttl, ints[me + E_PACKETS] === 1);
  }
}

function widen(range: number, ttl: number, isFirst: boolean): number {
  if (isFirst) return (ttl << 8) | ttl;
  const low = range >>> 8;
  const high = range & 0xff;
  return (Math.min(ttl, low) << 8) | Math.max(ttl, high);
}

/** Two of the packet's VLAN ids, 0xffff where there is none. */
function packVlan(count: number, first: number, upper: number, lower: number): number {
  return ((count > first ? upper : 0xffff) << 16) | (count > first + 1 ? lower : 0xffff);
}

function packTunnels(view: PacketView): number {
  const count = view.tunnelCount;
  return (
    (view.tunnel0 << 24) |
    ((count > 1 ? view.tunnel1 : 0) << 16) |
    ((count > 2 ? view.tunnel2 : 0) << 8) |
    (count > 3 ? view.tunnel3 : 0)
  );
}

import { TUNNEL_NAMES } from '../parsers/packet-view.ts';
import { makeFindings } from './findings.ts';
import type { Connection, Protocol } from './record.ts';
import { makeResets } from './socket/reset-record.ts';
import { makeSockets } from './socket/sockets.ts';
import { makeClose } from './track/close-record.ts';
import {
  C_COMPLETENESS,
  C_FIRST_FRAME,
  C_FIRST_NANOSECONDS,
  C_LAST_FRAME,
  C_STREAM,
  C_TUNNELS,
  C_VLAN_01,
  C_VLAN_23,
  E_PACKETS,
  F_BYTES,
  T_BASE_SECONDS,
  T_NOW,
} from './track/columns.ts';
import { makeDirection } from './track/direction-record.ts';
import { makeHandshake } from './track/handshake-record.ts';
import { makeIcmp } from './track/icmp-record.ts';
import type { RecordSource } from './track/record-source.ts';
import { areRolesInferred } from './track/roles.ts';
import { endpointOf, protocolOf, type Sides, sidesOf } from './track/sides.ts';
import { durationOf, formatTime } from './track/times.ts';
import { zeekHistory, zeekStateOf, zeekTcpState, zeekUdpState } from './track/zeek.ts';

/** The plain record of a connection. The row may be used again afterwards. */
export function makeRecord(source: RecordSource, row: number): Connection {
  const { slab, events } = source;
  const { ints, floats } = slab;
  const sides = sidesOf(ints, row);
  const { at, times } = sides;
  const protocol = protocolOf(ints, at);
  const base = floats[times + T_BASE_SECONDS];
  const hasHandshake = protocol !== 'udp';
  return {
    stream: ints[at + C_STREAM],
    protocol,
    client: endpointOf(source, at, sides.clientEndpoint),
    server: endpointOf(source, at, 1 - sides.clientEndpoint),
    rolesInferred: areRolesInferred(ints, at),
    vlan: vlans(ints[at + C_VLAN_01], ints[at + C_VLAN_23]),
    tunnel: tunnels(ints[at + C_TUNNELS]),
    firstFrame: ints[at + C_FIRST_FRAME],
    lastFrame: ints[at + C_LAST_FRAME],
    start: formatTime(base, ints[at + C_FIRST_NANOSECONDS]),
    end: formatTime(base, floats[times + T_NOW]),
    duration: durationOf(ints, floats, sides),
    handshake: hasHandshake ? makeHandshake(ints, floats, at, times, sides.client, sides.server) : null,
    close: hasHandshake ? makeClose(source, row, sides) : null,
    resets: makeResets(source, row, sides),
    icmp: makeIcmp(slab, events, row, base),
    fromClient: makeDirection(ints, floats, sides, sides.client, sides.clientTimes),
    fromServer: makeDirection(ints, floats, sides, sides.server, sides.serverTimes),
    sockets: makeSockets(source, row, sides),
    zeek: makeZeek(ints, floats, sides, protocol),
    completeness: protocol === 'tcp' ? ints[at + C_COMPLETENESS] : null,
    findings: makeFindings(source, row, sides) as Connection['findings'],
  };
}

const NO_NUMBERS: number[] = [];
const NO_STRINGS: string[] = [];

function vlans(first: number, second: number): number[] {
  if (first === -1) return NO_NUMBERS;
  return [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff].filter((id) => id !== 0xffff);
}

function tunnels(packed: number): string[] {
  if (packed === 0) return NO_STRINGS;
  const codes = [packed >>> 24, (packed >>> 16) & 0xff, (packed >>> 8) & 0xff, packed & 0xff];
  return codes.filter((code) => code !== 0).map((code) => TUNNEL_NAMES[code]);
}

function makeZeek(ints: Int32Array, floats: Float64Array, sides: Sides, protocol: Protocol): Connection['zeek'] {
  const { at, client, server } = sides;
  const history = zeekHistory(ints, at, sides.clientEndpoint);
  if (protocol === 'sctp') return { connState: 'OTH', history }; // Zeek follows no associations
  if (protocol === 'udp') {
    return { connState: zeekUdpState(ints[client + E_PACKETS] > 0, ints[server + E_PACKETS] > 0), history };
  }
  const anyPayload = floats[sides.clientTimes + F_BYTES] + floats[sides.serverTimes + F_BYTES] > 0;
  return { connState: zeekTcpState(zeekStateOf(ints, client), zeekStateOf(ints, server), anyPayload), history };
}

import { formatAddress } from '../../parsers/network/address.ts';
import { TUNNEL_NAMES } from '../../parsers/packet-view.ts';
import type { Connection, Direction, Endpoint, IcmpError, Protocol, Reset } from '../record.ts';
import { makeClose, type Sides } from './close-record.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_COMPLETENESS,
  C_FIRST_FRAME,
  C_FIRST_NANOSECONDS,
  C_LAST_FRAME,
  C_PORTS,
  C_PROTOCOL,
  C_STREAM,
  C_TUNNELS,
  C_VLAN_01,
  C_VLAN_23,
  C_ZONE,
  E_ACKED_UNSEEN,
  E_DUPLICATE_ACKS,
  E_DUPLICATES,
  E_FAST_RETRANSMISSIONS,
  E_FINS,
  E_FIRST_DATA_FRAME,
  E_KEEP_ALIVE_ACKS,
  E_KEEP_ALIVES,
  E_LAST_DATA_FRAME,
  E_LOST_SEGMENTS,
  E_OUT_OF_ORDER,
  E_PACKETS,
  E_RESETS,
  E_RETRANSMISSIONS,
  E_RTT_SAMPLES,
  E_SPURIOUS_RETRANSMISSIONS,
  E_SYNS,
  E_TTL,
  E_WINDOW_FULL,
  E_WINDOW_UPDATES,
  E_ZERO_WINDOW_PROBES,
  E_ZERO_WINDOWS,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  F_BYTES,
  F_FIRST_DATA_TIME,
  F_LAST_DATA_TIME,
  F_RTT_M2,
  F_RTT_MAX,
  F_RTT_MEAN,
  F_RTT_MIN,
  F_UNIQUE_BYTES,
  F_WIRE_BYTES,
  FLOAT_STRIDE,
  INT_STRIDE,
  T_BASE_SECONDS,
  T_NOW,
} from './columns.ts';
import {
  EVENT_ICMP,
  EVENT_RST,
  EVENT_STRIDE,
  type EventPool,
  V_ADDRESS,
  V_DETAIL,
  V_ENDPOINT,
  V_FRAME,
  V_KIND,
  V_VALUE,
  V_VERSION,
} from './events.ts';
import { makeFindings, zeroWindowNanoseconds } from './findings.ts';
import { makeHandshake } from './handshake-record.ts';
import { icmpMeaning } from './icmp-errors.ts';
import type { RecordSource } from './record-source.ts';
import { areRolesInferred, clientOf } from './roles.ts';
import type { Rows } from './slab.ts';
import { TCP_STATES } from './tcp-state.ts';
import { formatTime, mark, seconds } from './times.ts';
import { zeekHistory, zeekStateOf, zeekTcpState, zeekUdpState } from './zeek.ts';
import { isLinkLocal } from './zones.ts';

const PROTOCOLS: Record<number, Protocol> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

/** Where a connection's client and server stand in the slab. */
export function sidesOf(ints: Int32Array, row: number): Sides {
  const at = row * INT_STRIDE;
  const times = row * FLOAT_STRIDE;
  const clientEndpoint = clientOf(ints, at);
  return {
    at,
    times,
    client: at + ENDPOINT_INT_0 + clientEndpoint * ENDPOINT_INT_STRIDE,
    server: at + ENDPOINT_INT_0 + (1 - clientEndpoint) * ENDPOINT_INT_STRIDE,
    clientTimes: times + ENDPOINT_FLOAT_0 + clientEndpoint * ENDPOINT_FLOAT_STRIDE,
    serverTimes: times + ENDPOINT_FLOAT_0 + (1 - clientEndpoint) * ENDPOINT_FLOAT_STRIDE,
    clientEndpoint,
  };
}

export function protocolOf(ints: Int32Array, at: number): Protocol {
  return PROTOCOLS[ints[at + C_PROTOCOL] & 0xff];
}

/** Address (with its zone, if it is link-local and the zone is known) and port of endpoint 0 or 1. */
export function endpointOf({ slab, zones }: RecordSource, at: number, endpoint: number): Endpoint {
  const { ints } = slab;
  const a = at + (endpoint === 0 ? C_ADDRESS_0 : C_ADDRESS_1);
  const address = formatAddress(ints[at + C_PROTOCOL] >>> 8, ints[a], ints[a + 1], ints[a + 2], ints[a + 3]);
  const zone = ints[at + C_ZONE];
  return {
    address: zone !== 0 && isLinkLocal(ints[a]) ? `${address}%${zones.name(zone)}` : address,
    port: endpoint === 0 ? ints[at + C_PORTS] >>> 16 : ints[at + C_PORTS] & 0xffff,
  };
}

/** The plain record of a connection. The row may be used again afterwards. */
export function makeRecord(source: RecordSource, row: number): Connection {
  const { slab, events } = source;
  const { ints, floats } = slab;
  const sides = sidesOf(ints, row);
  const { at, times } = sides;
  const protocol = protocolOf(ints, at);
  const base = floats[times + T_BASE_SECONDS];
  const firstNs = ints[at + C_FIRST_NANOSECONDS];
  const last = floats[times + T_NOW];
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
    start: formatTime(base, firstNs),
    end: formatTime(base, last),
    duration: seconds(last - firstNs),
    handshake: hasHandshake ? makeHandshake(ints, floats, at, times, sides.client, sides.server) : null,
    close: hasHandshake ? makeClose(slab, events, row, sides) : null,
    resets: makeResets(slab, events, row, sides, base),
    icmp: makeIcmp(slab, events, row, base),
    fromClient: makeDirection(ints, floats, sides, sides.client, sides.clientTimes),
    fromServer: makeDirection(ints, floats, sides, sides.server, sides.serverTimes),
    zeek: makeZeek(ints, floats, sides, protocol),
    completeness: protocol === 'tcp' ? ints[at + C_COMPLETENESS] : null,
    findings: makeFindings(source, row, sides) as Connection['findings'],
  };
}

const NO_NUMBERS: number[] = [];
const NO_STRINGS: string[] = [];
const NO_RESETS: Reset[] = [];
const NO_ICMP: IcmpError[] = [];

function vlans(first: number, second: number): number[] {
  if (first === -1) return NO_NUMBERS;
  return [first >>> 16, first & 0xffff, second >>> 16, second & 0xffff].filter((id) => id !== 0xffff);
}

function tunnels(packed: number): string[] {
  if (packed === 0) return NO_STRINGS;
  const codes = [packed >>> 24, (packed >>> 16) & 0xff, (packed >>> 8) & 0xff, packed & 0xff];
  return codes.filter((code) => code !== 0).map((code) => TUNNEL_NAMES[code]);
}

function makeResets(slab: Rows, events: EventPool, row: number, sides: Sides, base: number): Reset[] {
  let event = events.first(slab, row);
  if (event < 0) return NO_RESETS;
  const resets: Reset[] = [];
  for (; event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.ints[v + V_KIND] !== EVENT_RST) continue;
    resets.push({
      from: events.ints[v + V_ENDPOINT] === sides.clientEndpoint ? 'client' : 'server',
      frame: events.ints[v + V_FRAME],
      time: formatTime(base, events.times[event]),
      accepted: events.ints[v + V_VALUE] === 1,
      receiverState: TCP_STATES[events.ints[v + V_DETAIL]],
    });
  }
  return resets;
}

function makeIcmp(slab: Rows, events: EventPool, row: number, base: number): IcmpError[] {
  let event = events.first(slab, row);
  if (event < 0) return NO_ICMP;
  const errors: IcmpError[] = [];
  for (; event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.ints[v + V_KIND] !== EVENT_ICMP) continue;
    const version = events.ints[v + V_VERSION];
    const type = events.ints[v + V_VALUE] >>> 8;
    const code = events.ints[v + V_VALUE] & 0xff;
    const a = v + V_ADDRESS;
    const { ints } = events;
    errors.push({
      frame: ints[v + V_FRAME],
      time: formatTime(base, events.times[event]),
      from: formatAddress(version, ints[a], ints[a + 1], ints[a + 2], ints[a + 3]),
      type,
      code,
      ...meaningOf(version, type, code, ints[v + V_DETAIL] === 1),
    });
  }
  return errors;
}

/** A quoted packet that is not in flight is an old or a forged one: the kernel ignores the message. */
function meaningOf(version: number, type: number, code: number, inFlight: boolean) {
  const { text, errno, fatal } = icmpMeaning(version, type, code);
  return inFlight ? { text, errno, fatal } : { text, errno: null, fatal: false };
}

function makeDirection(
  ints: Int32Array,
  floats: Float64Array,
  sides: Sides,
  side: number,
  sideTimes: number,
): Direction {
  const base = floats[sides.times + T_BASE_SECONDS];
  const samples = ints[side + E_RTT_SAMPLES];
  const ttl = ints[side + E_TTL];
  return {
    packets: ints[side + E_PACKETS],
    bytes: floats[sideTimes + F_BYTES],
    syns: ints[side + E_SYNS],
    fins: ints[side + E_FINS],
    resets: ints[side + E_RESETS],
    uniqueBytes: floats[sideTimes + F_UNIQUE_BYTES],
    wireBytes: floats[sideTimes + F_WIRE_BYTES],
    retransmissions: ints[side + E_RETRANSMISSIONS],
    fastRetransmissions: ints[side + E_FAST_RETRANSMISSIONS],
    spuriousRetransmissions: ints[side + E_SPURIOUS_RETRANSMISSIONS],
    outOfOrder: ints[side + E_OUT_OF_ORDER],
    duplicateAcks: ints[side + E_DUPLICATE_ACKS],
    lostSegments: ints[side + E_LOST_SEGMENTS],
    ackedUnseen: ints[side + E_ACKED_UNSEEN],
    zeroWindows: ints[side + E_ZERO_WINDOWS],
    zeroWindowProbes: ints[side + E_ZERO_WINDOW_PROBES],
    windowFull: ints[side + E_WINDOW_FULL],
    windowUpdates: ints[side + E_WINDOW_UPDATES],
    keepAlives: ints[side + E_KEEP_ALIVES],
    keepAliveAcks: ints[side + E_KEEP_ALIVE_ACKS],
    duplicates: ints[side + E_DUPLICATES],
    zeroWindowTime: seconds(zeroWindowNanoseconds(ints, floats, sides.times, side, sideTimes)),
    rtt:
      samples === 0
        ? null
        : {
            samples,
            min: seconds(floats[sideTimes + F_RTT_MIN]),
            mean: roundNanoseconds(floats[sideTimes + F_RTT_MEAN]),
            max: seconds(floats[sideTimes + F_RTT_MAX]),
            stdev: samples < 2 ? 0 : roundNanoseconds(Math.sqrt(floats[sideTimes + F_RTT_M2] / (samples - 1))),
          },
    firstData: mark(ints[side + E_FIRST_DATA_FRAME], base, floats[sideTimes + F_FIRST_DATA_TIME]),
    lastData: mark(ints[side + E_LAST_DATA_FRAME], base, floats[sideTimes + F_LAST_DATA_TIME]),
    ttl: ints[side + E_PACKETS] === 0 ? null : { min: ttl >>> 8, max: ttl & 0xff },
  };
}

/** A computed time is no finer than the clock that it came from. */
function roundNanoseconds(nanoseconds: number): number {
  return Math.round(nanoseconds) / 1e9;
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

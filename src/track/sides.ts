import { formatAddress } from '../../parsers/network/address.ts';
import type { Endpoint, Protocol } from '../record.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_PROTOCOL,
  C_ZONE,
  ENDPOINT_FLOAT_0,
  ENDPOINT_FLOAT_STRIDE,
  ENDPOINT_INT_0,
  ENDPOINT_INT_STRIDE,
  FLOAT_STRIDE,
  INT_STRIDE,
} from './columns.ts';
import type { RecordSource } from './record-source.ts';
import { clientOf } from './roles.ts';
import { portOf } from './rows.ts';
import { isLinkLocal } from './zones.ts';

/** Where the rows of the connection and of its two sides begin. */
export interface Sides {
  at: number;
  times: number;
  client: number;
  server: number;
  clientTimes: number;
  serverTimes: number;
  /** Which endpoint (0 or 1) the client is. */
  clientEndpoint: number;
}

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
    port: portOf(ints, at, endpoint),
  };
}

import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { InputError } from '../input-error.ts';

/** Captures on all interfaces at once (Linux). */
export const ANY = 'any';

const SYSTEM_FOLDER = '/sys/class/net';
/** IFF_UP of linux/if.h. */
const IS_UP = 1;

/** A network interface of this machine. */
export interface NetworkInterface {
  name: string;
  /** 'no carrier': it is up, and nothing is connected to it. null where the system does not say. */
  state: 'up' | 'no carrier' | 'down' | null;
  /** With the length of the network's prefix: `10.0.0.5/24`. */
  addresses: string[];
}

/** Names of the interfaces of this machine, also of those that are down. */
export function interfaceNames(): string[] {
  try {
    return readdirSync(SYSTEM_FOLDER).filter((name) => readState(name) !== null);
  } catch {
    return Object.keys(networkInterfaces());
  }
}

/** The interfaces of this machine; those with addresses first. */
export function listInterfaces(): NetworkInterface[] {
  const known = networkInterfaces();
  const list = interfaceNames().map((name) => ({
    name,
    state: readState(name),
    addresses: (known[name] ?? []).map(({ cidr, address }) => cidr ?? address),
  }));
  return list.sort(
    (a, b) => Number(b.addresses.length > 0) - Number(a.addresses.length > 0) || (a.name < b.name ? -1 : 1),
  );
}

/** null where the system does not say, or has no such interface. */
export function readState(name: string): NetworkInterface['state'] {
  try {
    const flags = Number(readFileSync(`${SYSTEM_FOLDER}/${name}/flags`, 'utf8'));
    if ((flags & IS_UP) === 0) return 'down';
    // The loopback and tunnels say 'unknown': they have no carrier to lose.
    const operation = readFileSync(`${SYSTEM_FOLDER}/${name}/operstate`, 'utf8').trim();
    return operation === 'down' || operation === 'lowerlayerdown' ? 'no carrier' : 'up';
  } catch {
    return null;
  }
}

/**
 * The interface of the default route; without one the first that is not the loopback.
 * @throws InputError where there is none
 */
export function defaultInterface(): string {
  const routed = routedInterface();
  if (routed !== null) return routed;
  const addresses = Object.entries(networkInterfaces());
  const first = addresses.find(([, list]) => list?.some(({ internal }) => !internal))?.[0];
  if (first !== undefined) return first;
  throw new InputError(`no interface has an address: name one (${[...interfaceNames(), ANY].join(', ')})`);
}

function routedInterface(): string | null {
  try {
    // Interface, destination, gateway, flags, counts, metric, mask …: the default route has destination and mask 0.
    const routes = readFileSync('/proc/net/route', 'utf8').split('\n').slice(1);
    const fields = routes.map((line) => line.split('\t'));
    return (
      fields.find(([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000')?.[0] ?? null
    );
  } catch {
    return null;
  }
}

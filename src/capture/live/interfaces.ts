import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { InputError } from '../input-error.ts';

/** Captures on all interfaces at once (Linux). */
export const ANY = 'any';

/** Names of the interfaces of this machine, also of those that are down. */
export function interfaceNames(): string[] {
  try {
    return readdirSync('/sys/class/net').filter((name) => name !== 'bonding_masters');
  } catch {
    return Object.keys(networkInterfaces());
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
  throw new InputError(`no interface has an address: name one (${interfaceNames().join(', ')})`);
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

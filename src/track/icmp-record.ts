import { formatAddress } from '../../parsers/network/address.ts';
import type { IcmpError } from '../record.ts';
import { EVENT_ICMP, EVENT_STRIDE, V_ADDRESS, V_DETAIL, V_FRAME, V_KIND, V_VALUE, V_VERSION } from './event-columns.ts';
import type { EventPool } from './events.ts';
import { icmpMeaning } from './icmp-errors.ts';
import type { Rows } from './slab.ts';
import { formatTime } from './times.ts';

const NO_ICMP: IcmpError[] = [];

/** The ICMP errors that quote a connection. @param base T_BASE_SECONDS of its row */
export function makeIcmp(slab: Rows, events: EventPool, row: number, base: number): IcmpError[] {
  let event = events.first(slab, row);
  if (event < 0) return NO_ICMP;
  const errors: IcmpError[] = [];
  for (; event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    if (events.eventInts[v + V_KIND] !== EVENT_ICMP) continue;
    const version = events.eventInts[v + V_VERSION];
    const type = events.eventInts[v + V_VALUE] >>> 8;
    const code = events.eventInts[v + V_VALUE] & 0xff;
    const a = v + V_ADDRESS;
    const { eventInts: ints } = events;
    errors.push({
      frame: ints[v + V_FRAME],
      time: formatTime(base, events.eventTimes[event]),
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

import { makeFindings } from './findings.ts';
import { makeRecord } from './make-record.ts';
import type { Connection } from './record.ts';
import { makeResets } from './socket/reset-record.ts';
import { makeSockets } from './socket/sockets.ts';
import { makeClose } from './track/close-record.ts';
import { C_FIRST_FRAME, C_FIRST_NANOSECONDS, C_LAST_FRAME, C_STREAM, T_BASE_SECONDS, T_NOW } from './track/columns.ts';
import { makeDirection } from './track/direction-record.ts';
import { makeHandshake } from './track/handshake-record.ts';
import { makeIcmp } from './track/icmp-record.ts';
import type { RecordSource } from './track/record-source.ts';
import { endpointOf, protocolOf, type Sides, sidesOf } from './track/sides.ts';
import { seconds } from './track/times.ts';

/** The record of one row after another, each part made when it is read. */
export interface RecordView {
  /** Valid until the next `set`; its parts, once read, are plain and stay. */
  readonly record: Connection;
  set(row: number): void;
}

/**
 * For expressions, which read a field or two of each connection: a whole record takes several times as long to make
 * as an expression to evaluate. What is seldom asked for is taken from the whole record.
 */
export function recordView(source: RecordSource): RecordView {
  let row = 0;
  let sides: Sides | null = null;
  let whole: Connection | null = null;
  let made: Partial<Connection> = {};

  const places = () => (sides ??= sidesOf(source.slab.ints, row));
  const all = () => (whole ??= makeRecord(source, row));
  const followed = () => protocolOf(source.slab.ints, places().at) !== 'udp';
  const part = <K extends keyof Connection>(name: K, make: () => Connection[K]): Connection[K] => {
    const known = made[name];
    if (known !== undefined) return known as Connection[K];
    const value = make();
    made[name] = value;
    return value;
  };
  const direction = (side: 'client' | 'server', times: 'clientTimes' | 'serverTimes') => {
    const { ints, floats } = source.slab;
    return makeDirection(ints, floats, places(), places()[side], places()[times]);
  };

  // Own properties of a plain object: CEL reads nothing else.
  const record: Connection = {
    get stream() {
      return source.slab.ints[places().at + C_STREAM];
    },
    get protocol() {
      return protocolOf(source.slab.ints, places().at);
    },
    get client() {
      return part('client', () => endpointOf(source, places().at, places().clientEndpoint));
    },
    get server() {
      return part('server', () => endpointOf(source, places().at, 1 - places().clientEndpoint));
    },
    get duration() {
      const { ints, floats } = source.slab;
      return seconds(floats[places().times + T_NOW] - ints[places().at + C_FIRST_NANOSECONDS]);
    },
    get handshake() {
      return part('handshake', () => {
        const { ints, floats } = source.slab;
        const { at, times, client, server } = places();
        return followed() ? makeHandshake(ints, floats, at, times, client, server) : null;
      });
    },
    get close() {
      return part('close', () => (followed() ? makeClose(source.slab, source.events, row, places()) : null));
    },
    get resets() {
      return part('resets', () => makeResets(source, row, places()));
    },
    get icmp() {
      return part('icmp', () => {
        const base = source.slab.floats[places().times + T_BASE_SECONDS];
        return makeIcmp(source.slab, source.events, row, base);
      });
    },
    get fromClient() {
      return part('fromClient', () => direction('client', 'clientTimes'));
    },
    get fromServer() {
      return part('fromServer', () => direction('server', 'serverTimes'));
    },
    get sockets() {
      return part('sockets', () => makeSockets(source, row, places()));
    },
    get findings() {
      return part('findings', () => makeFindings(source, row, places()) as Connection['findings']);
    },
    get rolesInferred() {
      return all().rolesInferred;
    },
    get vlan() {
      return all().vlan;
    },
    get tunnel() {
      return all().tunnel;
    },
    get firstFrame() {
      return source.slab.ints[places().at + C_FIRST_FRAME];
    },
    get lastFrame() {
      return source.slab.ints[places().at + C_LAST_FRAME];
    },
    get start() {
      return all().start;
    },
    get end() {
      return all().end;
    },
    get zeek() {
      return all().zeek;
    },
    get completeness() {
      return all().completeness;
    },
  };

  return {
    record,
    set(next) {
      row = next;
      sides = null;
      whole = null;
      made = {};
    },
  };
}

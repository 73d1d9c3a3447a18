import { createHash } from 'node:crypto';
import type { Connection, Direction } from '../record.ts';
import type { MakeReporter } from './reporter.ts';
import { rowReporter } from './rows.ts';
import { utc } from './units.ts';

const UNSET = '-';

/** Zeek's transport_proto has no name for SCTP; ip_proto tells. */
const PROTO = { tcp: 'tcp', udp: 'udp', sctp: 'unknown_transport' } as const;
const IP_PROTO = { tcp: 6, udp: 17, sctp: 132 } as const;

/** The columns of conn.log as Zeek 7.1 and later writes it: name, type, value. */
const COLUMNS: [name: string, type: string, value: (record: Connection) => string | number][] = [
  ['ts', 'time', (record) => microseconds(record.start)],
  ['uid', 'string', uid],
  ['id.orig_h', 'addr', (record) => withoutZone(record.client.address)],
  ['id.orig_p', 'port', (record) => record.client.port],
  ['id.resp_h', 'addr', (record) => withoutZone(record.server.address)],
  ['id.resp_p', 'port', (record) => record.server.port],
  ['proto', 'enum', (record) => PROTO[record.protocol]],
  ['service', 'string', () => UNSET],
  ['duration', 'interval', (record) => (onePacket(record) ? UNSET : record.duration.toFixed(6))],
  ['orig_bytes', 'count', (record) => payload(record, record.fromClient)],
  ['resp_bytes', 'count', (record) => payload(record, record.fromServer)],
  ['conn_state', 'string', (record) => record.zeek.connState],
  ['local_orig', 'bool', () => UNSET],
  ['local_resp', 'bool', () => UNSET],
  ['missed_bytes', 'count', () => UNSET],
  ['history', 'string', (record) => record.zeek.history || UNSET],
  ['orig_pkts', 'count', (record) => record.fromClient.packets],
  ['orig_ip_bytes', 'count', () => UNSET],
  ['resp_pkts', 'count', (record) => record.fromServer.packets],
  ['resp_ip_bytes', 'count', () => UNSET],
  ['tunnel_parents', 'set[string]', () => UNSET],
  ['ip_proto', 'count', (record) => IP_PROTO[record.protocol]],
];

/** Zeek counts sequence space for TCP, so that a byte sent twice counts once, and payload for the others. */
function payload(record: Connection, direction: Direction): string | number {
  if (onePacket(record) && direction.bytes === 0) return UNSET;
  return record.protocol === 'tcp' ? direction.uniqueBytes : direction.bytes;
}

function onePacket({ fromClient, fromServer }: Connection): boolean {
  return fromClient.packets + fromServer.packets < 2;
}

function microseconds(time: string): string {
  return time.slice(0, -3);
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone < 0 ? address : address.slice(0, zone);
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Like Zeek's: C and base62. The same connection of the same capture always has the same one. */
function uid({ protocol, stream, start, client, server }: Connection): string {
  const identity = [protocol, stream, start, client.address, client.port, server.address, server.port].join(' ');
  const digest = createHash('sha256').update(identity).digest('hex');
  let rest = BigInt(`0x${digest.slice(0, 24)}`);
  let text = '';
  for (; rest > 0n; rest /= 62n) text += BASE62[Number(rest % 62n)];
  return `C${text}`;
}

/** '1700000000.123456789' → '2023-11-14-22-13-20' */
function headerTime(time: string): string {
  return utc(time).slice(0, 19).replaceAll(/[: ]/g, '-');
}

/**
 * Zeek's conn.log. #open and #close are the first and last times of the connections written, so that the same
 * capture always gives the same bytes.
 */
export const zeek: MakeReporter = (output, options) => {
  let opened: string | null = null;
  function open(time: string) {
    opened = time;
    output.data(
      [
        '#separator \\x09',
        '#set_separator\t,',
        '#empty_field\t(empty)',
        '#unset_field\t-',
        '#path\tconn',
        `#open\t${headerTime(time)}`,
        `#fields\t${COLUMNS.map(([name]) => name).join('\t')}`,
        `#types\t${COLUMNS.map(([, type]) => type).join('\t')}`,
        '',
      ].join('\n'),
    );
  }
  const format = {
    row(record: Connection) {
      if (opened === null) open(record.start);
      output.data(`${COLUMNS.map(([, , value]) => value(record)).join('\t')}\n`);
    },
    end({ summary }: { summary: { start: string | null; end: string | null } }) {
      const end = summary.end ?? '0.000000000';
      if (opened === null) open(summary.start ?? end);
      output.data(`#close\t${headerTime(end)}\n`);
    },
  };
  return rowReporter(format, output, options);
};

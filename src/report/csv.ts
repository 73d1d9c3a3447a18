import type { Connection, Direction } from '../record.ts';
import { printable } from './printable.ts';
import type { MakeReporter } from './reporter.ts';
import { rowReporter } from './rows.ts';

type Cell = string | number | boolean | null | undefined;

/** Counters of a direction that are a column of their own, under fromClient. and fromServer. */
const DIRECTION_COLUMNS = [
  'packets',
  'bytes',
  'uniqueBytes',
  'wireBytes',
  'syns',
  'fins',
  'resets',
  'retransmissions',
  'fastRetransmissions',
  'spuriousRetransmissions',
  'outOfOrder',
  'duplicateAcks',
  'lostSegments',
  'ackedUnseen',
  'zeroWindows',
  'zeroWindowTime',
  'windowFull',
  'keepAlives',
  'duplicates',
] as const satisfies (keyof Direction)[];

function direction(name: 'fromClient' | 'fromServer'): [string, (record: Connection) => Cell][] {
  return [
    ...DIRECTION_COLUMNS.map((column): [string, (record: Connection) => Cell] => [
      `${name}.${column}`,
      (record) => record[name][column],
    ]),
    [`${name}.rtt.mean`, (record) => record[name].rtt?.mean],
    [`${name}.rtt.max`, (record) => record[name].rtt?.max],
  ];
}

/** The columns of --csv: the name is the path of the value in the record. */
export const CSV_COLUMNS: [name: string, value: (record: Connection) => Cell][] = [
  ['stream', (record) => record.stream],
  ['protocol', (record) => record.protocol],
  ['client.address', (record) => record.client.address],
  ['client.port', (record) => record.client.port],
  ['server.address', (record) => record.server.address],
  ['server.port', (record) => record.server.port],
  ['rolesInferred', (record) => record.rolesInferred],
  ['vlan', (record) => record.vlan.join(' ')],
  ['tunnel', (record) => record.tunnel.join(' ')],
  ['firstFrame', (record) => record.firstFrame],
  ['lastFrame', (record) => record.lastFrame],
  ['start', (record) => record.start],
  ['end', (record) => record.end],
  ['duration', (record) => record.duration],
  ['handshake.outcome', (record) => record.handshake?.outcome],
  ['handshake.kind', (record) => record.handshake?.kind],
  ['handshake.connectTime', (record) => record.handshake?.connectTime],
  ['handshake.acceptTime', (record) => record.handshake?.acceptTime],
  ['handshake.initialRtt', (record) => record.handshake?.initialRtt],
  ['handshake.synRetransmissions', (record) => record.handshake?.synRetransmissions],
  ['handshake.synAckRetransmissions', (record) => record.handshake?.synAckRetransmissions],
  ['close.style', (record) => record.close?.style],
  ['close.firstCloser', (record) => record.close?.firstCloser],
  ['close.state.client', (record) => record.close?.state.client],
  ['close.state.server', (record) => record.close?.state.server],
  ...direction('fromClient'),
  ...direction('fromServer'),
  ['sockets.client.error', (record) => record.sockets.client.error],
  ['sockets.server.error', (record) => record.sockets.server.error],
  ['zeek.connState', (record) => record.zeek.connState],
  ['zeek.history', (record) => record.zeek.history],
  ['completeness', (record) => record.completeness],
  ['findings', (record) => record.findings.map((finding) => finding.code).join(' ')],
];

/**
 * RFC 4180 2.5 to 2.7; an unknown value is an empty field. CSV has no escapes of its own, so what would act stands in it
 * as in text for people. Nothing that comes from a capture can begin a field, so none begins a formula: only the zone of
 * an address is such, after the address.
 */
function field(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'string' ? printable(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function line(values: Cell[]): string {
  return `${values.map(field).join(',')}\r\n`;
}

/** RFC 4180: a header, then one row a connection. */
export const csv: MakeReporter = (output, options) => {
  const header = line(CSV_COLUMNS.map(([name]) => name));
  output.data(header);
  const format = {
    row: (record: Connection) => output.data(line(CSV_COLUMNS.map(([, value]) => value(record)))),
    end: () => {},
  };
  return rowReporter(format, output, options);
};

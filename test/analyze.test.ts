import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyzeInput, analyzeInto, SORT_KEYS, type SortKey } from '../src/analyze.ts';
import type { Connection } from '../src/record.ts';
import { c, handshake, PacketInput, pair, play, type Step, s, talk, talkWith } from './support/conversation.ts';
import { pcap } from './support/packets.ts';

const other = pair({ client: { port: 41000 }, server: { port: 81 } });
const script = [
  ...[...handshake, c.data(100), s.data(50), c.fin(), s.fin(), c.ack()],
  ...[other.client.syn(), other.server.rstAck({ seq: 0 })],
];

/** A capture file of a script. */
function captureOf(steps: Step[]): Uint8Array {
  return pcap(
    play(steps).map(({ seconds, nanoseconds, bytes }) => ({
      time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
      bytes,
    })),
  );
}

describe('only what is asked for', () => {
  const isRefused = (connection: Connection) => connection.handshake?.outcome === 'refused';

  test('is handed out and counted; packets are those of the capture', async () => {
    const { connections, summary } = await talkWith({ where: isRefused }, ...script);
    expect(connections.map(({ server }) => server.port)).toEqual([81]);
    expect(summary).toMatchObject({ packets: 10, connections: { tcp: 1 }, payloadBytes: 0 });
    expect(summary.problems).toHaveLength(1);
  });

  test('in both orders', async () => {
    const { connections } = await talkWith({ where: isRefused, order: 'capture' }, ...script);
    expect(connections.map(({ stream }) => stream)).toEqual([1]);
  });
});

describe('a consumer', () => {
  test('gets what to sort by without a record', async () => {
    const records = (await talk(...script)).connections;
    const values: Partial<Record<SortKey, number>>[] = [];
    await analyzeInput(new PacketInput(play(script)), {
      ended: (connection) => {
        values.push(Object.fromEntries(SORT_KEYS.map((key) => [key, connection.sortValue(key)])));
        expect(connection).toMatchObject({ stream: values.length - 1, firstFrame: [1, 9][values.length - 1] });
      },
    });
    const expected = (record: Connection) => ({
      start: Number(record.start),
      duration: record.duration,
      packets: record.fromClient.packets + record.fromServer.packets,
      bytes: record.fromClient.bytes + record.fromServer.bytes,
      retransmissions: record.fromClient.retransmissions + record.fromServer.retransmissions,
      'connect-time': record.handshake?.connectTime ?? Number.NaN,
      rtt: record.handshake?.initialRtt ?? Number.NaN,
      resets: record.fromClient.resets + record.fromServer.resets,
      problems: record.findings.length,
    });
    const rounded = (each: object) => Object.values(each).map((value: number) => Number(value.toFixed(6)));
    expect(values.map(rounded)).toEqual(records.map((record) => rounded(expected(record))));
  });

  test('gets the same record however often it asks', async () => {
    await analyzeInput(new PacketInput(play(script)), {
      ended: (connection) => expect(connection.record()).toBe(connection.record()),
    });
    expect.assertions(2);
  });

  test('is waited for after each chunk, and after the end', async () => {
    const events: string[] = [];
    await analyzeInput(new PacketInput(play(script)), {
      ended: () => events.push('ended'),
      chunkDone: async () => {
        events.push('wait');
        await new Promise((resolve) => setTimeout(resolve, 5));
        events.push('waited');
      },
    });
    expect(events).toEqual(['wait', 'waited', 'ended', 'ended', 'wait', 'waited']);
  });
});

describe('capture files', () => {
  let folder: string;
  const consumer = () => {
    const connections: Connection[] = [];
    return { connections, ended: (connection: { record(): Connection }) => connections.push(connection.record()) };
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sockscope-'));
    const bytes = captureOf(script);
    await writeFile(join(folder, 'whole.pcap'), bytes);
    await writeFile(join(folder, 'cut.pcap'), bytes.subarray(0, bytes.length - 1));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('give what their packets give', async () => {
    const found = consumer();
    const { captures, summary } = await analyzeInto([join(folder, 'whole.pcap')], found);
    const expected = await talk(...script);
    expect(found.connections).toEqual(expected.connections);
    expect(summary).toEqual(expected.summary);
    expect(captures).toMatchObject([{ format: 'pcap', packets: 10, cut: null }]);
  });

  test('that are cut are analysed up to there, with a warning', async () => {
    const found = consumer();
    const warnings: string[] = [];
    const onWarning = (line: string) => warnings.push(line);
    const { summary, captures } = await analyzeInto([join(folder, 'cut.pcap')], found, { onWarning });
    expect([summary.packets, found.connections.length, captures[0].cut?.frame]).toEqual([9, 2, 9]);
    expect(warnings).toEqual([expect.stringContaining('cut.pcap: ')]);
  });

  test('tell how far they are read', async () => {
    const progress: [number, number | null][] = [];
    const onProgress = (read: number, total: number | null) => progress.push([read, total]);
    await analyzeInto([join(folder, 'whole.pcap')], consumer(), { onProgress });
    const size = captureOf(script).length;
    expect(progress.at(-1)).toEqual([size, size]);
  });
});

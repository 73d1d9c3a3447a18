import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { analyzeInto } from '../../src/analyze.ts';
import { makeRecord } from '../../src/make-record.ts';
import type { Connection } from '../../src/record.ts';
import { forEachRow, RowBatch } from '../../src/track/row-batch.ts';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';

/** The records of a capture, made where the connections end, and made from copies of their rows. */
async function bothWays(path: string): Promise<{ direct: Connection[]; copied: Connection[] }> {
  const direct: Connection[] = [];
  const batch = new RowBatch(100);
  await analyzeInto([path], {
    ended(connection) {
      direct.push(connection.record());
      connection.copyTo?.(batch);
    },
  });
  const copied: Connection[] = [];
  const message = batch.message();
  if (message !== null) {
    // As it arrives in another thread.
    const arrived = structuredClone(message, { transfer: [message.rows] });
    forEachRow(arrived, (source, row) => copied.push(makeRecord(source, row)));
  }
  return { direct, copied };
}

test.each(fixtureNames().filter((name) => name.endsWith('.pcap') || name.endsWith('.pcapng')))(
  'a record made from a copy of its row is the same: %s',
  async (name) => {
    const { direct, copied } = await bothWays(fixturePath(name));
    expect(copied).toEqual(direct);
  },
);

test('a batch is full when it says so, and its memory serves the next one', async () => {
  const path = fileURLToPath(new URL('../../fixtures/close/client-first.pcap', import.meta.url));
  const batch = new RowBatch(1);
  await analyzeInto([path], { ended: (connection) => connection.copyTo?.(batch) });
  expect(batch.isFull).toBe(true);
  const next = new RowBatch(1, batch.message()?.rows);
  expect(next.isFull).toBe(false);
  expect(next.message()).toBeNull();
});

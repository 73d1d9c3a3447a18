import { describe, expect, test } from '@jest/globals';
import { analyzeInto } from '../src/analyze.ts';
import type { Connection } from '../src/record.ts';
import { fixtureNames, fixturePath } from './fixtures/fixture-files.ts';

describe('each part of a view is that of the record', () => {
  test.each(fixtureNames())('%s', async (name) => {
    await analyzeInto([fixturePath(name)], {
      ended(connection) {
        const view = connection.view();
        const record = connection.record();
        const names = Object.keys(record) as (keyof Connection)[];
        expect(Object.fromEntries(names.map((name) => [name, view[name]]))).toEqual(record);
      },
    });
  });
});

test('what was read of a view stays when the view goes on', async () => {
  const read: { view: Connection; close: Connection['close']; style: unknown }[] = [];
  await analyzeInto([fixturePath('close/port-reuse.pcap')], {
    ended(connection) {
      const view = connection.view();
      read.push({ view, close: view.close, style: connection.record().close?.style });
    },
  });
  expect(read.map(({ close }) => close?.style)).toEqual(read.map(({ style }) => style));
  expect(new Set(read.map(({ style }) => style)).size).toBeGreaterThan(1);
  expect(new Set(read.map(({ view }) => view)).size).toBe(1);
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyzeInto, type EndedConnection } from '../../src/analyze.ts';
import type { Connection } from '../../src/record.ts';
import { Selection } from '../../src/report/selection.ts';
import { TableRows } from '../../src/report/table-rows.ts';
import { sockscope } from '../support/command.ts';
import { fateOf, writeFailingCapture } from '../support/failing-capture.ts';
import { aConnection, aFinding, ended } from '../support/records.ts';

const CONNECTIONS = 4000;
const failures = Array.from({ length: CONNECTIONS }, (_, stream) => stream).filter(
  (stream) => fateOf(stream) !== 'healthy',
);
let folder: string;
let capture: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  capture = join(folder, 'failing.pcap');
  writeFailingCapture(capture, CONNECTIONS);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const streamOf = (record: Connection) => record.stream;
const make = (limit: number, isChosen = false) => TableRows.make(limit, isChosen, null, streamOf);

/** The rows of a table, and how many connections it was given. */
async function tableOf(rows: TableRows<number>, needs: boolean) {
  let offered = 0;
  const consumer = {
    ended(connection: EndedConnection) {
      offered++;
      rows.offer(connection);
    },
    get needlessFrom() {
      return needs ? Number.POSITIVE_INFINITY : rows.needlessFrom;
    },
    get failedNeedlessFrom() {
      return needs ? Number.POSITIVE_INFINITY : rows.failedNeedlessFrom;
    },
  };
  const { summary } = await analyzeInto([capture], consumer);
  return { rows: rows.rows(), offered, summary };
}

describe('a large capture of which most connections are only counted', () => {
  test('has the rows that it would have if all were seen', async () => {
    for (const limit of [1, 20, Number.POSITIVE_INFINITY]) {
      const seen = await tableOf(make(limit), true);
      const counted = await tableOf(make(limit), false);
      expect(counted.rows).toEqual(failures.slice(0, limit));
      expect(seen.rows).toEqual(counted.rows);
      expect(counted.summary.problems).toEqual(seen.summary.problems);
      expect([counted.summary.failed, counted.summary.withProblems]).toEqual([
        seen.summary.failed,
        seen.summary.withProblems,
      ]);
      expect(seen.offered).toBeGreaterThan(CONNECTIONS);
      if (limit <= 20) expect(counted.offered).toBeLessThan(0.75 * CONNECTIONS);
    }
  }, 60_000);

  test('is shown by the command with the first that failed, of all that failed, and the groups of --json', () => {
    const { stdout } = sockscope([capture]);
    const { summary } = JSON.parse(sockscope([capture, '--json']).stdout);
    const rows = [...stdout.matchAll(/^tcp (\d+) /gm)].map((match) => Number(match[1]));
    expect(rows).toEqual(failures.slice(0, 20));
    expect(stdout).toContain(`\nConnections with problems (20 of ${failures.length.toLocaleString('en-US')}; --all)\n`);
    expect(summary.withProblems).toBe(failures.length);
    const slow = failures.filter((stream) => fateOf(stream) === 'slow').length;
    expect(summary.failed).toBe(failures.length - slow);
    expect(stdout).toContain(`, ${summary.failed.toLocaleString('en-US')} of them failed; `);
    const refused = failures.filter((stream) => fateOf(stream) === 'refused');
    expect(summary.problems).toContainEqual(
      expect.objectContaining({
        code: 'connection-refused',
        count: refused.length,
        example: refused[0],
        clients: 7,
        errors: [{ side: 'client', error: 'ECONNREFUSED', count: refused.length }],
      }),
    );
    expect(stdout).toMatch(
      new RegExp(
        `^ *${refused.length} × +connection-refused +7 clients → 10\\.0\\.0\\.2:81 +client ECONNREFUSED; .* +[▁-█]{16} +tcp ${refused[0]}$`,
        'm',
      ),
    );
  });

  test('with --all is shown with all that failed', () => {
    const { stdout } = sockscope([capture, '--all']);
    const rows = [...stdout.matchAll(/^tcp (\d+) /gm)].map((match) => Number(match[1]));
    expect(rows).toEqual(failures);
  });
});

describe('what need not be handed out', () => {
  const offer = (rows: TableRows<number>, firstFrame: number, severity?: 'error' | 'note') => {
    const findings = severity === undefined ? [] : [aFinding({ severity })];
    rows.offer(ended(aConnection({ stream: firstFrame, firstFrame, findings })));
  };
  const needless = (rows: TableRows<number>) => [rows.needlessFrom, rows.failedNeedlessFrom];
  const { POSITIVE_INFINITY } = Number;

  test('are healthy ones behind those that fill the table, but no failed ones', () => {
    const rows = make(2);
    expect(needless(rows)).toEqual([POSITIVE_INFINITY, POSITIVE_INFINITY]);
    offer(rows, 7);
    offer(rows, 5, 'note');
    offer(rows, 9);
    expect(needless(rows)).toEqual([7, POSITIVE_INFINITY]);
    expect(rows.rows()).toEqual([5, 7]);
  });

  test('are all healthy ones once one has failed, and failed ones behind those that fill the table', () => {
    const rows = make(2);
    for (const frame of [1, 2, 3]) offer(rows, frame);
    offer(rows, 30, 'error');
    expect(needless(rows)).toEqual([0, POSITIVE_INFINITY]);
    offer(rows, 40, 'error');
    offer(rows, 20, 'error');
    expect(needless(rows)).toEqual([0, 30]);
    expect(rows.rows()).toEqual([20, 30]);
  });

  test('are those that the user would not see, where the user chose', () => {
    const rows = make(2, true);
    offer(rows, 30, 'error');
    offer(rows, 20);
    offer(rows, 10);
    expect(needless(rows)).toEqual([20, 20]);
    expect(rows.rows()).toEqual([10, 20]);
  });

  test('goes on by itself in a copy', () => {
    const rows = make(2);
    offer(rows, 3);
    const copy = rows.copy();
    offer(rows, 4, 'error');
    offer(copy, 5);
    expect([rows.rows(), copy.rows()]).toEqual([[4], [3, 5]]);
  });

  test('first ones are made into rows no longer once one has failed', () => {
    const made = { records: 0 };
    const rows = new TableRows(false, new Selection(20, null, streamOf), new Selection(20, null, streamOf));
    rows.offer(ended(aConnection({ firstFrame: 1, findings: [aFinding()] }), made));
    for (let frame = 2; frame < 50; frame++) rows.offer(ended(aConnection({ firstFrame: frame }), made));
    expect(made.records).toBe(1);
  });
});

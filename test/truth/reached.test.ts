import { expect, test } from '@jest/globals';
import { type Reached, sorted, worseThan } from './reached.ts';
import { type Row, Tally } from './tally.ts';

const row: Row = {
  file: 'a.pcap',
  change: 'cut',
  copy: 'the first 3 packets',
  stream: 'tcp 0',
  kind: 'error',
  words: 'unanswered',
  whole: 'completed',
  changed: 'unanswered',
};

function tallyOf(compared: number, ...rows: Row[]): Tally {
  const tally = new Tally();
  tally.add({ file: 'a.pcap', leftOut: null, compared: { cut: compared }, rows });
  return tally;
}

const reached: Reached = { compared: { cut: 100 }, contradictions: { 'cut error': 1 }, explained: [] };

test('as many contradictions as before are no more', () => {
  expect(worseThan(reached, tallyOf(100, row))).toEqual([]);
});

test('one more is reported with its kind', () => {
  expect(worseThan(reached, tallyOf(100, row, row))).toEqual(['cut error: 2 in 100 connections, was 1 in 100']);
});

test('in fewer connections it may be as many as their share', () => {
  const before = { ...reached, contradictions: { 'cut error': 4 } };
  expect(worseThan(before, tallyOf(50, row, row))).toEqual([]);
  expect(worseThan(before, tallyOf(50, row, row, row))).toEqual(['cut error: 3 in 50 connections, was 4 in 100']);
});

test('a kind that there was none of is reported', () => {
  expect(worseThan(reached, tallyOf(100, { ...row, kind: 'style' }))).toEqual([
    'cut style: 1 in 100 connections, was 0 in 100',
  ]);
});

test('a change that was not made before is held to none', () => {
  expect(worseThan(reached, tallyOf(100, { ...row, change: 'holes' }))).toHaveLength(1);
});

test('what has an explanation is not counted, and is given with it', () => {
  const why = 'the packet that shows it is missing';
  const explained = [{ file: 'a.pcap', change: 'cut', stream: 'tcp 0', why } as const];
  const tally = tallyOf(100, row, { ...row, stream: 'tcp 1' });
  expect(worseThan({ ...reached, explained }, tally)).toEqual([]);
  expect(sorted(tally, explained).explained).toEqual([{ row, why }]);
});

test('the table has a row for each change and a column for each kind', () => {
  const [heading, cut] = tallyOf(100, row, row).table().split('\n');
  expect(heading).toMatch(/^change +compared +contradicted +error +warning/);
  expect(cut).toMatch(/^cut +100 +1 +2 +- /);
});

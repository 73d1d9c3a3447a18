import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findCaptures } from '../../src/capture/find-captures.ts';
import { globPattern } from '../../src/check/capture-pattern.ts';
import { pcap } from '../support/packets.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  mkdirSync(join(folder, 'deep', 'deeper'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'b.pcap'), pcap([]));
  writeFileSync(join(folder, 'a.json'), '{}');
  writeFileSync(join(folder, 'short'), 'a');
  writeFileSync(join(folder, 'deep', 'no-name'), pcap([]));
  writeFileSync(join(folder, 'deep', 'broken.pcap'), 'this is no capture');
  writeFileSync(join(folder, 'deep', 'deeper', 'ring.pcap3.gz'), '');
  writeFileSync(join(folder, 'deep', 'deeper', 'NEXT.PCAPNG'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a folder is searched for what is called a capture, and for what begins like one', () => {
  const { captures, found } = findCaptures([folder]);
  expect(captures.map((path) => path.slice(folder.length + 1))).toEqual([
    'b.pcap',
    'deep/broken.pcap',
    'deep/deeper/NEXT.PCAPNG',
    'deep/deeper/ring.pcap3.gz',
    'deep/no-name',
  ]);
  expect(found).toEqual([{ folder, captures, others: 2 }]);
});

test('what is named is taken as it is, once', () => {
  const named = [join(folder, 'a.json'), '-', join(folder, 'missing.pcap'), join(folder, 'a.json')];
  expect(findCaptures(named)).toEqual({ captures: named.slice(0, 3), found: [] });
});

test('links are followed, nothing counts twice, and a circle has an end', () => {
  const links = join(folder, 'links');
  mkdirSync(join(links, 'below'), { recursive: true });
  writeFileSync(join(links, 'below', 'real.pcap'), pcap([]));
  symlinkSync('below/real.pcap', join(links, 'again.pcap'));
  symlinkSync('..', join(links, 'below', 'up'));
  symlinkSync('itself', join(links, 'itself'));
  symlinkSync('nowhere', join(links, 'broken.pcap'));
  symlinkSync('../deep/deeper', join(links, 'elsewhere'));
  try {
    const { captures } = findCaptures([links]);
    expect(captures.map((path) => path.slice(links.length + 1))).toEqual([
      'below/real.pcap',
      'elsewhere/NEXT.PCAPNG',
      'elsewhere/ring.pcap3.gz',
    ]);
  } finally {
    rmSync(links, { recursive: true });
  }
});

test('a folder without captures is an error', () => {
  expect(() => findCaptures([join(folder, 'empty')])).toThrow(/empty: no captures in this folder/);
});

test.each<[pattern: string, path: string, matches: boolean]>([
  ['close/*.pcap', 'fixtures/close/a.pcap', true],
  ['close/*.pcap', 'close/a.pcap', true],
  ['close/*.pcap', 'disclose/a.pcap', false],
  ['close/*.pcap', 'close/deep/a.pcap', false],
  ['close/**/*.pcap', 'close/deep/er/a.pcap', true],
  ['close/**/*.pcap', 'close/a.pcap', true],
  ['close/**', 'close/deep/a.pcap', true],
  ['a?.pcap', 'x/ab.pcap', true],
  ['a?.pcap', 'x/a/.pcap', false],
  ['*.pcap', 'x/a.pcap.gz', false],
  ['a+(b).pcap', 'a+(b).pcap', true],
])('%s and %s: %s', (pattern, path, matches) => {
  expect(globPattern(pattern).test(path)).toBe(matches);
});

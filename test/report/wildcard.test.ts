import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { wildcardFor } from '../../src/report/wildcard.ts';
import { shell } from '../support/command.ts';

const root = mkdtempSync(join(tmpdir(), 'sockscope-'));
afterAll(() => rmSync(root, { recursive: true }));

function folder(name: string, files: string[]): string {
  const path = join(root, name);
  mkdirSync(path);
  for (const file of files) writeFileSync(join(path, file), '');
  return path;
}

describe('a wildcard for many files', () => {
  const plain = folder('plain', ['a.pcap', 'b.pcap', 'c.pcap', 'd.pcap.gz', '.hidden.pcap', 'notes.txt']);
  const all = ['a', 'b', 'c'].map((name) => join(plain, `${name}.pcap`));

  test('stands for exactly what a shell makes of it', () => {
    expect(wildcardFor(all)).toBe(`${plain}/*.pcap`);
    expect(wildcardFor([join(plain, 'd.pcap.gz')])).toBe(`${plain}/*.pcap.gz`);
  });

  test('is not there for a part of the files, for another order, and for files of several folders', () => {
    expect(wildcardFor(all.slice(1))).toBeNull();
    expect(wildcardFor([...all].reverse())).toBeNull();
    const other = folder('other', ['c.pcap']);
    expect(wildcardFor([...all.slice(0, 2), join(other, 'c.pcap')])).toBeNull();
  });

  test('is not there where a shell or the command would read the folder or a name otherwise', () => {
    for (const [name, file] of [
      ['with space', 'a.pcap'],
      ['dollar$', 'a.pcap'],
    ]) {
      expect(wildcardFor([join(folder(name, [file]), file)])).toBeNull();
    }
    expect(wildcardFor(['-a.pcap', 'b.pcap'])).toBeNull();
  });

  test('is not there for names without an extension, for no files, and for a folder that is gone', () => {
    expect(wildcardFor([join(folder('bare', ['capture']), 'capture')])).toBeNull();
    expect(wildcardFor([])).toBeNull();
    expect(wildcardFor(['gone/a.pcap', 'gone/b.pcap'])).toBeNull();
  });
});

test('the command that a report of many captures suggests explains the same connection when it is pasted', () => {
  const captures = 'fixtures/handshake/*.pcap';
  const report = shell(`sockscope ${captures}`).stdout;
  const next = /^next: (sockscope explain fixtures\/handshake\/\*\.pcap --stream (\d+))$/m.exec(report);
  const { stdout, status } = shell(next?.[1] ?? 'false');
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`^tcp ${next?.[2]}: client `));
});

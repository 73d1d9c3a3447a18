import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openCaptures } from '../../src/capture/input.ts';
import { bytes, zeros } from '../support/packets.ts';
import { pcapHeader, pcapng, readInput } from './support/capture-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function errorOf(path: string): Promise<string | undefined> {
  const { error } = await readInput((onWarning) => openCaptures([path], { onWarning }));
  return error?.replace(`${path}: `, '');
}

describe('what cannot be read is said in one line that says what to do', () => {
  test.each<[string, Uint8Array, string | RegExp]>([
    ['empty', zeros(0), 'empty; nothing was captured'],
    ['3 bytes', zeros(3), 'not a capture: only 3 bytes long'],
    [
      'a pcap header cut',
      pcapHeader().subarray(0, 20),
      'a pcap file cut short in its header, at byte 20; nothing was captured into it',
    ],
    [
      'a pcapng header cut',
      pcapng().section().subarray(0, 14),
      'a pcapng file cut short in its header, at byte 14; nothing was captured into it',
    ],
    [
      'text',
      bytes('Hello world'),
      'not a capture: starts with 48 65 6c 6c; pcap and pcapng (also gzip, zstd or lz4 compressed) are read',
    ],
    [
      'pcapng without a byte order',
      bytes(0x0a, 0x0d, 0x0d, 0x0a, zeros(40)),
      /^not a capture: starts with 0a 0d 0d 0a/,
    ],
    ['snoop', bytes('snoop\0\0\0', zeros(20)), 'a Solaris snoop capture: convert it with editcap -F pcap'],
    [
      'Git LFS pointer',
      bytes('version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'),
      'a Git LFS pointer, not the capture itself: run git lfs pull',
    ],
    [
      'git-annex pointer',
      bytes('/annex/objects/SHA256E-s12345--4d7a.pcap\n'),
      'a git-annex pointer, not the capture itself: run git annex get',
    ],
    [
      'text that begins as an LFS pointer does',
      bytes('version https://example.org/1\n'),
      /^not a capture: starts with 76 65 72 73/,
    ],
    [
      'Network Monitor',
      bytes('GMBU', zeros(40)),
      'a Microsoft Network Monitor 2 capture: convert it with editcap -F pcap',
    ],
    [
      'bzip2',
      bytes('BZh91AY&SY', zeros(20)),
      'compressed with bzip2: decompress it first (bzip2 -dc FILE | sockscope -)',
    ],
    ['xz', bytes(0xfd, '7zXZ\0', zeros(20)), 'compressed with xz: decompress it first (xz -dc FILE | sockscope -)'],
  ])('%s', async (name, content, message) => {
    const path = join(folder, `${name}.pcap`);
    writeFileSync(path, content);
    if (typeof message === 'string') expect(await errorOf(path)).toBe(message);
    else expect(await errorOf(path)).toMatch(message);
  });

  test('a missing file', async () => {
    expect(await errorOf(join(folder, 'nothing'))).toBe('no such file');
  });

  test('a directory', async () => {
    expect(await errorOf(folder)).toBe('is a directory; name the capture files in it');
  });

  test('no file at all', async () => {
    await expect(openCaptures([])).rejects.toThrow('no capture is named: give a file, or - for standard input');
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PacketView } from '../../parsers/packet-view.ts';
import { openCaptures } from '../../src/capture/input.ts';
import { bytes } from '../support/packets.ts';
import { pcapHeader, pcapng, pcapRecord, type ReadResult, readInput } from './support/capture-files.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

let written = 0;
function save(content: Uint8Array): string {
  const path = join(folder, `${++written}.pcap`);
  writeFileSync(path, content);
  return path;
}

/** A capture whose packets have these times in seconds, and this byte as their data. */
function capture(mark: number, times: number[]): Uint8Array {
  return bytes(pcapHeader(), ...times.map((time) => pcapRecord([time, 0, 1, 1], Uint8Array.of(mark))));
}

function read(paths: string[], chunkSize = 64): Promise<ReadResult> {
  return readInput((onWarning) => openCaptures(paths, { onWarning, chunkSize }));
}

/** Packets as `second:mark`. */
const order = ({ packets }: ReadResult) =>
  packets.map(({ time, data }) => `${Number.parseInt(time, 10)}:${Number(data)}`);

describe('several captures are read as one in time order', () => {
  test.each<[string, number[][], string[]]>([
    ['rotated files', [[1, 2, 3], [4, 5], [6]], ['1:1', '2:1', '3:1', '4:2', '5:2', '6:3']],
    ['rotated files in any order', [[6], [1, 2, 3], [4, 5]], ['1:2', '2:2', '3:2', '4:3', '5:3', '6:1']],
    ['side by side', [[1, 3, 5], [2, 3, 6], [4]], ['1:1', '2:2', '3:1', '3:2', '4:3', '5:1', '6:2']],
    [
      'equal times: as given',
      [
        [2, 2],
        [1, 2, 2],
      ],
      ['1:2', '2:1', '2:1', '2:2', '2:2'],
    ],
    ['times that go back keep their order within a file', [[5, 1, 7], [6]], ['5:1', '1:1', '6:2', '7:1']],
    ['a capture without packets', [[1], [], [2]], ['1:1', '2:3']],
    ['nothing but captures without packets', [[], []], []],
  ])('%s', async (_name, files, expected) => {
    const result = await read(files.map((times, index) => save(capture(index + 1, times))));
    expect(order(result)).toEqual(expected);
    expect(result.packets.map((packet) => packet.frame)).toEqual(expected.map((_, index) => index + 1));
    expect(result.captures.map((each) => each.packets)).toEqual(files.map((times) => times.length));
    expect(result.warnings).toEqual([]);
  });

  test('formats, byte orders and compression may differ', async () => {
    const ng = pcapng(false);
    const modern = bytes(ng.section(), ng.interface(101), ng.enhanced(0, 2_000_000n, Uint8Array.of(2)));
    const result = await read([save(gzipSync(capture(1, [1, 3]))), save(modern)]);
    expect(order(result)).toEqual(['1:1', '2:2', '3:1']);
    expect(result.packets.map((packet) => packet.linkType)).toEqual([1, 101, 1]);
    expect(result.captures).toMatchObject([
      { format: 'pcap', compression: 'gzip' },
      { format: 'pcapng', compression: null },
    ]);
  });

  test('the same file twice gives every packet twice', async () => {
    const path = save(capture(1, [1, 2]));
    expect(order(await read([path, path]))).toEqual(['1:1', '1:1', '2:1', '2:1']);
  });

  test('a pipe is read once', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const file = save(capture(1, [1, 4]));
    const piped = save(capture(2, [2, 3, 5]));
    execFileSync('sh', ['-c', `cat '${piped}' > '${pipe}' &`], { stdio: 'ignore' });
    expect(order(await read([file, pipe]))).toEqual(['1:1', '2:2', '3:2', '4:1', '5:2']);
  });
});

test('one damaged capture is a warning, the others go on', async () => {
  const cut = save(capture(1, [1, 4]).subarray(0, -1));
  const whole = save(capture(2, [2, 5]));
  const result = await read([cut, whole]);
  expect(order(result)).toEqual(['1:1', '2:2', '5:2']);
  expect(result.warnings).toEqual([
    `${cut}: cut short after frame 1: of the record at byte 41 only 16 bytes are there`,
  ]);
  expect(result.captures.map((each) => each.cut?.offset ?? null)).toEqual([41, null]);
});

test('one that is no capture is an error before anything is read', async () => {
  const result = await read([save(capture(1, [1])), save(bytes('this is no capture at all'))]);
  expect(result.error).toMatch(/2?\d+\.pcap: not a capture: starts with 74 68 69 73/);
  expect(result.packets).toEqual([]);
});

/** Files that this process has open, where the system tells. */
const openFiles = () => readdirSync('/proc/self/fd').length;

(existsSync('/proc/self/fd') ? test : test.skip)(
  'rotated files are open one after the other, not all at once',
  async () => {
    const paths = Array.from({ length: 40 }, (_, index) => save(capture(index, [index * 10, index * 10 + 5])));
    const before = openFiles();
    const input = await openCaptures(paths);
    expect(openFiles()).toBe(before);
    const view = new PacketView();
    let packets = 0;
    while (await input.fill()) {
      while (input.next(view)) packets++;
      expect(openFiles()).toBeLessThanOrEqual(before + 2);
    }
    expect(packets).toBe(80);
    expect(input.bytesRead).toBe(input.bytesTotal);
    await input.close();
    expect(openFiles()).toBe(before);
  },
);

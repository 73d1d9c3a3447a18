import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PacketView } from '../../../parsers/packet-view.ts';
import { openCaptures } from '../../../src/capture/input.ts';
import { CaptureWriter, encoderFor, type WriteOptions } from '../../../src/capture/write/capture-writer.ts';
import type { Lacks } from '../../../src/capture/write/encoder.ts';

const FILTER = 'tcp port 80';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-write-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A packet of `length` bytes that all say its number. */
function packet(number: number, length: number, fields: Partial<PacketView> = {}): PacketView {
  const view = new PacketView();
  view.bytes = new Uint8Array(length + 20).fill(number);
  Object.assign(view, { start: 9, end: 9 + length, originalLength: length, linkType: 1, interfaceId: 0 });
  return Object.assign(view, { seconds: 1_700_000_000 + number, nanoseconds: number * 1_000_003, ...fields });
}

interface Kept {
  time: string;
  length: number;
  originalLength: number;
  first: number;
  linkType: number;
  name: string;
}

/** What a reader finds in files. */
async function read(...paths: string[]): Promise<{ kept: Kept[]; drops: (number | null)[]; warnings: string[] }> {
  const warnings: string[] = [];
  const input = await openCaptures(paths, { onWarning: (message) => warnings.push(message) });
  const view = new PacketView();
  const kept: Kept[] = [];
  while (await input.fill()) {
    while (input.next(view)) {
      kept.push({
        time: `${view.seconds}.${String(view.nanoseconds).padStart(9, '0')}`,
        length: view.end - view.start,
        originalLength: view.originalLength,
        first: view.bytes[view.start],
        linkType: view.linkType,
        name: input.interfaceName(view),
      });
    }
  }
  await input.close();
  return { kept, drops: input.captures.map(({ drops }) => drops), warnings };
}

function writer(options: WriteOptions, lost: () => Lacks = () => ({ interface: null, system: null })) {
  const encoder = encoderFor(options.path);
  if (encoder === null) throw new Error(options.path);
  const problems: string[] = [];
  const source = {
    describe: (view: PacketView | null) => ({
      linkType: view?.linkType ?? 1,
      name: `eth${view?.interfaceId ?? 0}`,
      snapLength: 256,
      filter: FILTER,
    }),
    lost,
    onProblem: (message: string) => problems.push(message),
  };
  return { writer: new CaptureWriter(options, encoder, source), problems };
}

describe.each(['pcapng', 'pcap'])('packets written to .%s', (format) => {
  test('are read back as they were', async () => {
    const path = join(folder, `a.${format}`);
    const { writer: kept } = writer({ path });
    const lengths = [0, 1, 2, 3, 4, 60, 1514, 262_144];
    for (const [i, length] of lengths.entries()) kept.packet(packet(i, length, { originalLength: length + 5 }));
    kept.finish();
    const found = await read(path);
    expect(found.warnings).toEqual([]);
    expect(found.kept.map(({ length, originalLength, time }) => ({ length, originalLength, time }))).toEqual(
      lengths.map((length, i) => ({
        length,
        originalLength: length + 5,
        time: `${1_700_000_000 + i}.${String(i * 1_000_003).padStart(9, '0')}`,
      })),
    );
    expect(found.kept.slice(1).map(({ first }) => first)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([0, 1, 999_999_999])('keep their time: nanosecond %d', async (nanoseconds) => {
    const path = join(folder, `a.${format}`);
    const { writer: kept } = writer({ path });
    for (const seconds of [0, 1, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1])
      kept.packet(packet(1, 60, { seconds, nanoseconds }));
    kept.finish();
    const fraction = String(nanoseconds).padStart(9, '0');
    expect((await read(path)).kept.map(({ time }) => time)).toEqual(
      ['0', '1', '65535', '65536', '2147483648', '4294967295'].map((seconds) => `${seconds}.${fraction}`),
    );
  });

  test('make a capture also where there are none', async () => {
    const path = join(folder, `a.${format}`);
    writer({ path }).writer.finish();
    expect((await read(path)).kept).toEqual([]);
  });

  test('can be read while the capture goes on, once flushed', async () => {
    const path = join(folder, `a.${format}`);
    const { writer: kept } = writer({ path });
    kept.packet(packet(1, 60));
    kept.flush();
    expect((await read(path)).kept).toHaveLength(1);
    kept.finish();
  });

  test('go into files of a size, of which the last ones stay', async () => {
    const options = { path: join(folder, `web.${format}`), rotateSize: 10_000, keep: 3 };
    const { writer: kept } = writer(options);
    for (let i = 0; i < 200; i++) kept.packet(packet(i, 1000));
    kept.finish();
    const names = readdirSync(folder).sort();
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(name).toMatch(new RegExp(`^web-\\d{5}-\\d{8}T\\d{6}Z\\.${format}$`));
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(10_000);
    }
    const found = await read(...names.map((name) => join(folder, name)));
    const last = found.kept.at(-1)?.first ?? 0;
    expect(last).toBe(199);
    expect(found.kept.map(({ first }) => first)).toEqual(
      Array.from({ length: found.kept.length }, (_, i) => last - found.kept.length + 1 + i),
    );
  });

  test('are given up with one line where there is no room for them', () => {
    const path = join(folder, `a.${format}`);
    symlinkSync('/dev/full', path);
    const { writer: kept, problems } = writer({ path });
    for (let i = 0; i < 3; i++) {
      kept.packet(packet(i, 1000));
      kept.flush();
    }
    kept.finish();
    expect(problems).toEqual([expect.stringMatching(/a\.pcap(ng)?: not written any more: .*no space left/)]);
    expect(kept.problem).toBe(problems[0]);
  });
});

describe('pcapng', () => {
  test('describes each interface, whatever their link types', async () => {
    const path = join(folder, 'a.pcapng');
    const { writer: kept } = writer({ path });
    kept.packet(packet(1, 60, { interfaceId: 4, linkType: 276 }));
    kept.packet(packet(2, 60, { interfaceId: 0, linkType: 1 }));
    kept.packet(packet(3, 60, { interfaceId: 4, linkType: 276 }));
    kept.finish();
    const { kept: found } = await read(path);
    expect(found.map(({ linkType, name }) => [linkType, name])).toEqual([
      [276, 'eth4'],
      [1, 'eth0'],
      [276, 'eth4'],
    ]);
    expect(readFileSync(path).includes(`\0${FILTER}`)).toBe(true);
  });

  test('says of each file what was lost while it was written', async () => {
    let lost: Lacks = { interface: 1, system: 2 };
    const { writer: kept } = writer({ path: join(folder, 'a.pcapng'), rotateSize: 10_000 }, () => lost);
    for (let i = 0; i < 12; i++) kept.packet(packet(i, 1000));
    lost = { interface: 1, system: 12 };
    kept.finish();
    const names = readdirSync(folder).sort();
    expect((await read(...names.map((name) => join(folder, name)))).drops).toEqual([3, 10]);
  });
});

test('a pcap file holds one link type: writing ends when another comes', async () => {
  const path = join(folder, 'a.pcap');
  const { writer: kept, problems } = writer({ path });
  kept.packet(packet(1, 60));
  kept.packet(packet(2, 60, { linkType: 113 }));
  kept.packet(packet(3, 60));
  kept.finish();
  expect(problems).toEqual([expect.stringContaining('name it .pcapng')]);
  expect((await read(path)).kept.map(({ first }) => first)).toEqual([1]);
});

test('a file that cannot be begun is said at once, and why', () => {
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'folder.pcap'));
  const begun =
    (...path: string[]) =>
    () =>
      writer({ path: join(folder, ...path) });
  expect(begun('file', 'a.pcap')).toThrow(`file/a.pcap: cannot be written: ${folder}/file is no folder`);
  expect(begun('no', 'a.pcap')).toThrow(`no/a.pcap: cannot be written: there is no folder ${folder}/no`);
  expect(begun('folder.pcap')).toThrow('folder.pcap: cannot be written: it is a folder');
});

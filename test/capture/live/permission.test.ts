import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waysOut } from '../../../src/capture/live/permission.ts';

const { PATH } = process.env;
// sudo has a PATH of its own, where a sockscope of npm is not found.
const SUDO = 'sudo env "PATH=$PATH" sockscope live …';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  process.env.PATH = folder;
  writeFileSync(join(folder, 'dumpcap'), '');
});
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

describe('what helps a user who may not capture', () => {
  test('with a dumpcap for everybody: to give it the capabilities', () => {
    chmodSync(join(folder, 'dumpcap'), 0o755);
    const [first, second] = waysOut(
      new Map([
        ['tcpdump', 'permission'],
        ['dumpcap', 'permission'],
      ]),
      false,
    );
    expect(first).toMatch(`sudo setcap cap_net_raw,cap_net_admin=eip ${folder}/dumpcap`);
    expect(second).toBe(SUDO);
  });

  test('with a dumpcap for a group: to join the group', () => {
    chmodSync(join(folder, 'dumpcap'), 0o750);
    expect(waysOut(new Map([['dumpcap', 'permission']]), false)[0]).toMatch('sudo usermod -a -G wireshark');
  });

  test('without dumpcap: sudo', () => {
    expect(
      waysOut(
        new Map([
          ['tcpdump', 'permission'],
          ['dumpcap', 'missing'],
        ]),
        false,
      ),
    ).toEqual([SUDO]);
  });

  test('as root, in a container: its capabilities, and neither sudo nor those of a program', () => {
    chmodSync(join(folder, 'dumpcap'), 0o755);
    const problems = new Map([
      ['tcpdump', 'permission'],
      ['dumpcap', 'permission'],
    ] as const);
    expect(waysOut(problems, true)).toEqual([expect.stringMatching(/docker run --cap-add NET_RAW/)]);
  });

  test('without any program: to install one', () => {
    const [only, ...others] = waysOut(
      new Map([
        ['tcpdump', 'missing'],
        ['dumpcap', 'missing'],
        ['cap', 'missing'],
      ]),
    );
    expect(only).toMatch(/^install tcpdump, or dumpcap .*, or the npm package cap /);
    expect(others).toEqual([]);
  });

  test('where the fault is another: nothing', () => {
    expect(
      waysOut(
        new Map([
          ['tcpdump', 'other'],
          ['dumpcap', 'missing'],
        ]),
      ),
    ).toEqual([]);
  });
});

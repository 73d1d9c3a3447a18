import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waysOut } from '../../../src/capture/live/permission.ts';

const { PATH } = process.env;
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
    );
    expect(first).toMatch(`sudo setcap cap_net_raw,cap_net_admin=eip ${folder}/dumpcap`);
    expect(second).toMatch(/^sudo sockscope live/);
  });

  test('with a dumpcap for a group: to join the group', () => {
    chmodSync(join(folder, 'dumpcap'), 0o750);
    expect(waysOut(new Map([['dumpcap', 'permission']]))[0]).toMatch('sudo usermod -a -G wireshark');
  });

  test('without dumpcap: sudo', () => {
    expect(
      waysOut(
        new Map([
          ['tcpdump', 'permission'],
          ['dumpcap', 'missing'],
        ]),
      ),
    ).toEqual(['sudo sockscope live …']);
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

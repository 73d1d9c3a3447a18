import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Backend } from '../../../src/capture/live/backend.ts';
import { CaptureChild } from '../../../src/capture/live/child.ts';
import type { CaptureRequest } from '../../../src/capture/live/options.ts';

const REQUEST: CaptureRequest = { device: 'eth7', filter: '', snapLength: 256, buffer: 64, promiscuous: false };
const CAPTURE = 'fixtures/transfer/http.pcap';

const children: CaptureChild[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill();
    await child.source.close();
  }
});

/** A backend that is a shell script. It has begun with the line "begun". */
function scripted(script: string, program = 'sh'): Backend {
  return {
    name: 'tcpdump',
    timestamps: 'kernel',
    command: () => [program, '-c', script],
    hasBegun: (line) => line === 'begun',
    problem: (lines) => {
      const said = lines.find((line) => line.startsWith('sorry: '));
      return said === undefined ? null : { kind: 'interface', text: said.slice(7) };
    },
    drops: (line) => (line.startsWith('dropped ') ? { kernel: Number(line.slice(8)) } : null),
    askForDrops: 'SIGUSR1',
  };
}

async function start(script: string): Promise<CaptureChild> {
  const child = await CaptureChild.start(scripted(script), REQUEST);
  children.push(child);
  return child;
}

async function readAll({ source }: CaptureChild): Promise<Buffer> {
  const parts: Buffer[] = [];
  const target = new Uint8Array(1000);
  for (;;) {
    const length = await source.read(target);
    if (length === 0) return Buffer.concat(parts);
    parts.push(Buffer.from(target.subarray(0, length)));
  }
}

/** Writes the capture and goes on until it is interrupted. */
const RUNS = `trap 'echo dropped 7 >&2; exit 0' INT; trap 'echo dropped 3 >&2' USR1; cat ${CAPTURE}; echo begun >&2; while :; do sleep 0.05; done`;

describe('a program that captures', () => {
  test('is read to its end, once it is asked to end, and then has told what it dropped', async () => {
    const child = await start(RUNS);
    child.stop();
    expect(await readAll(child)).toEqual(readFileSync(CAPTURE));
    await child.ended;
    expect(child.failure).toBe(null);
    expect(child.drops).toEqual({ kernel: 7, interface: null, program: null });
  });

  test('tells what it dropped when it is asked', async () => {
    const child = await start(RUNS);
    child.askForDrops();
    while (child.drops.kernel !== 3) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(child.failure).toBe(null);
  });

  test.each([
    ['is killed', 'kill -9 $$', 'tcpdump was killed (SIGKILL)'],
    ['ends by itself', 'exit 3', 'tcpdump ended by itself, with exit code 3'],
    ['ends with words', 'echo sorry: eth7 is gone >&2; exit 1', 'tcpdump ended: eth7 is gone'],
  ])('and %s is a failure; what it had captured is there', async (_name, end, failure) => {
    const child = await start(`cat ${CAPTURE}; echo begun >&2; sleep 0.2; ${end}`);
    expect(await readAll(child)).toEqual(readFileSync(CAPTURE));
    await child.ended;
    expect(child.failure).toBe(failure);
  });

  test('is killed where it does not end', async () => {
    const child = await start(`trap '' INT; cat ${CAPTURE}; echo begun >&2; while :; do sleep 0.05; done`);
    child.stop();
    await readAll(child);
    await child.ended;
    expect(child.failure).toBe(null);
  });

  test('may refuse the pipe, and gets another', async () => {
    const script = `[ -p /dev/stdout ] && exec >/dev/null; cat ${CAPTURE}; echo begun >&2; sleep 0.2; cat ${CAPTURE}`;
    const child = await start(script);
    expect((await readAll(child)).length).toBe(2 * readFileSync(CAPTURE).length);
  });
});

describe('a program that cannot begin', () => {
  test('says why', async () => {
    await expect(start('echo sorry: no such thing >&2; exit 1')).rejects.toMatchObject({
      kind: 'interface',
      message: 'no such thing',
    });
  });

  test('and says nothing', async () => {
    await expect(start('exit 1')).rejects.toMatchObject({ kind: 'other', message: 'it ended at once' });
  });

  test('because it is not there', async () => {
    await expect(CaptureChild.start(scripted('', 'sockscope-no-such-program'), REQUEST)).rejects.toMatchObject({
      kind: 'missing',
    });
  });
});

import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { PacketView } from '../../../parsers/packet-view.ts';
import { FollowedInput } from '../../../src/capture/live/followed-input.ts';
import type { LiveOptions } from '../../../src/capture/live/options.ts';
import { StreamSource } from '../../../src/capture/stream-source.ts';
import { ethernet, ipv4, pcap, tcp } from '../../support/packets.ts';

const open: FollowedInput[] = [];
afterEach(async () => {
  for (const input of open.splice(0)) await input.close();
});

function follow(options: Partial<LiveOptions> = {}) {
  const pipe = new PassThrough();
  const origin = { name: '-', source: new StreamSource(pipe), child: null, backend: null, timestamps: null };
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const input = new FollowedInput(origin, { device: '-', wakeEvery: 5, onWarning, ...options });
  open.push(input);
  return { pipe, input, warnings };
}

function capture(packets: number): Uint8Array {
  return pcap(
    Array.from({ length: packets }, (_, i) => ({
      time: `${1_700_000_000 + i}`,
      bytes: ethernet({}, ipv4({}, tcp({ sourcePort: 1000 + i, destinationPort: 80 }))),
    })),
  );
}

/** Frames that come until `enough` of them are there or the capture ends. */
async function frames(input: FollowedInput, enough = Number.POSITIVE_INFINITY): Promise<number[]> {
  const view = new PacketView();
  const found: number[] = [];
  while (found.length < enough && (await input.fill())) {
    while (input.next(view)) found.push(view.frame);
  }
  return found;
}

describe('a capture that goes on', () => {
  test('wakes its reader when nothing comes, even before the header', async () => {
    const { pipe, input } = follow();
    for (let i = 0; i < 3; i++) {
      expect(await input.fill()).toBe(true);
      expect(input.next(new PacketView())).toBe(false);
    }
    expect(input.captures).toMatchObject([{ packets: 0, live: { backend: null, timestamps: null } }]);
    pipe.end(capture(2));
    expect(await frames(input)).toEqual([1, 2]);
  });

  test('gives packets as they come, and waits for the rest of those that have come in part', async () => {
    const { pipe, input } = follow();
    const whole = capture(3);
    pipe.write(whole.subarray(0, whole.length - 100));
    expect(await frames(input, 1)).toEqual([1]);
    expect(await input.fill()).toBe(true);
    expect(input.next(new PacketView())).toBe(false);
    pipe.write(whole.subarray(whole.length - 100));
    expect(await frames(input, 2)).toEqual([2, 3]);
    pipe.end();
    expect(await input.fill()).toBe(true);
    expect(await frames(input)).toEqual([]);
    expect(input.failure).toBe(null);
  });

  test('ends when it is told to', async () => {
    const { pipe, input } = follow();
    pipe.write(capture(2));
    expect(await frames(input, 2)).toEqual([1, 2]);
    input.stop();
    expect(input.isStopping).toBe(true);
    expect(await input.fill()).toBe(false);
  });

  test('ends after so many packets', async () => {
    const { pipe, input } = follow({ packets: 3 });
    pipe.write(capture(10));
    expect(await frames(input)).toEqual([1, 2, 3]);
    expect(input.isStopping).toBe(true);
  });

  test('ends after so long', async () => {
    const { pipe, input } = follow({ duration: 0.05 });
    pipe.write(capture(1));
    const began = performance.now();
    expect(await frames(input)).toEqual([1]);
    expect(performance.now() - began).toBeGreaterThan(40);
  });

  test('says where it was cut', async () => {
    const { pipe, input, warnings } = follow();
    pipe.end(capture(2).subarray(0, -5));
    expect(await frames(input)).toEqual([1]);
    expect(warnings).toEqual([expect.stringContaining('cut short after frame 1')]);
  });

  test('says that it is no capture', async () => {
    const { pipe, input } = follow();
    pipe.end('this is text, and no capture at all: more than the header of one');
    expect(await frames(input)).toEqual([]);
    expect(input.failure).toContain('not a capture');
  });
});

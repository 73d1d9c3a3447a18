import { expect, test } from '@jest/globals';
import { c, handshake, pair, s } from '../support/conversation.ts';
import { analyzeFrames } from './analysis.ts';
import type { Frame } from './frames.ts';
import { matched } from './matching.ts';
import { wholeOf } from './support.ts';

/** Two connections of the same addresses and ports. */
const again = pair({ client: { isn: 900_000 }, server: { isn: 800_000 } });
const twice = [
  ...handshake,
  c.rst(),
  again.client.syn({ after: 1 }),
  again.server.synAck(),
  again.client.ack(),
  again.client.data(100),
];

async function streams(keep: (frame: Frame) => boolean): Promise<[number, number[]][]> {
  const whole = await wholeOf(...twice);
  const frames = whole.frames.filter(keep);
  return matched(whole, await analyzeFrames(frames), frames).map(({ copy, wholes }) => [
    copy.stream,
    wholes.map(({ stream }) => stream),
  ]);
}

test('a connection is found by its packets where another had its addresses and ports', async () => {
  expect(await streams(({ number }) => number > 4)).toEqual([[0, [1]]]);
});

test('a connection of the copy may have packets of several, most of them first', async () => {
  expect(await streams(({ number }) => number !== 4 && number !== 5 && number !== 6)).toEqual([[0, [0, 1]]]);
});

test('the sides of a connection without its beginning are told by its addresses', async () => {
  const whole = await wholeOf(...handshake, s.data(10));
  expect(whole.packets.map((packet) => packet?.isFromClient)).toEqual([true, false, true, false]);
});

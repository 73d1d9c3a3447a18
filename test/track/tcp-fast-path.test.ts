import { expect, jest, test } from '@jest/globals';
import type { Step, TimedPacket } from '../support/conversation.ts';
import * as predicting from '../support/conversation.ts';
import { disturbed, nonsense, ordinary, randomOf } from '../support/random-conversation.ts';

const { c, handshake, play, s } = predicting;

/** The same analysis with every segment on the long way. */
async function withoutPrediction(): Promise<typeof predicting> {
  jest.resetModules();
  jest.unstable_mockModule('../../src/track/tcp-fast-path.ts', () => ({ followPredicted }));
  return import('../support/conversation.ts');
}
const followPredicted = jest.fn(() => false);

const bulk = Array.from({ length: 40 }, (_, i) => [
  ...[s.data(1448), s.data(1448), c.ack()],
  ...(i % 7 === 0 ? [c.data(100), s.ack()] : []),
  ...(i % 11 === 0 ? [s.data(10, { seq: 5 }), c.ack(), c.ack({ window: 0 }), c.ack()] : []),
]).flat();

const scripts: [string, Step[]][] = [
  ['a transfer with a little of everything', [...handshake, ...bulk, c.fin(), s.data(9), c.ack(), s.fin(), c.ack()]],
  ['a transfer that began before the capture', bulk],
  ['one that goes on after a reset', [...handshake, ...bulk, c.rst(), ...bulk]],
  ['one with a scaled window that fills', [...handshake, ...bulk, c.ack({ window: 2896 }), s.data(1448), s.data(1448)]],
];
const cases: [string, TimedPacket[]][] = [
  ...scripts.map(([name, steps]): [string, TimedPacket[]] => [name, play(steps)]),
  ...Array.from({ length: 150 }, (_, seed): [string, TimedPacket[]] => {
    const random = randomOf(seed);
    const steps = [...ordinary(random).slice(random(4)), ...(seed % 3 === 0 ? nonsense(random) : [])];
    return [`seed ${seed}`, seed % 2 === 0 ? play(steps) : disturbed(play(steps), random)];
  }),
];

test('the short way of predicted segments gives the records of the long way', async () => {
  const expected: unknown[] = [];
  for (const [name, packets] of cases) expected.push([name, await predicting.analyzePackets(packets)]);
  const { analyzePackets } = await withoutPrediction();
  const found: unknown[] = [];
  for (const [name, packets] of cases) found.push([name, await analyzePackets(packets)]);
  expect(followPredicted).toHaveBeenCalled();
  expect(found).toEqual(expected);
});

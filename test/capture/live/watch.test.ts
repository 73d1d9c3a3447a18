import { expect, test } from '@jest/globals';
import { Watch } from '../../../src/capture/live/watch.ts';

function watch() {
  const told: string[] = [];
  return { told, watch: new Watch('eth0', (message) => told.push(message)) };
}

test('falling behind is told once, and once that it is over', () => {
  const { told, watch: each } = watch();
  for (const seconds of [0.1, 1.9, 2.5, 3, 1, 2.5, 0.4, 0.1, 4]) each.lag(seconds);
  expect(told).toEqual([
    expect.stringContaining('2.5 s behind'),
    expect.stringContaining('caught up'),
    expect.stringContaining('4.0 s behind'),
  ]);
});

test('an interface that goes down is told once, and once that it is back', () => {
  const { told, watch: each } = watch();
  for (const state of ['up', 'down', 'down', 'no carrier', 'up', null] as const) each.state(state);
  expect(told).toEqual(['eth0 is down: packets come when it is up again', 'eth0 is up again']);
});

import { describe, expect, test } from '@jest/globals';
import { decode } from '../../parsers/decode.ts';
import { PacketView } from '../../parsers/packet-view.ts';
import { TimeWaitPiles } from '../../src/socket/time-wait.ts';
import type { ProblemGroup } from '../../src/summary.ts';
import { sidesOf } from '../../src/track/sides.ts';
import { OrdinaryMemory } from '../../src/track/table-memory.ts';
import { DEFAULT_THRESHOLDS } from '../../src/track/thresholds.ts';
import { Tracker } from '../../src/track/tracker.ts';
import { PacketInput, pair, play, type Step } from '../support/conversation.ts';

/** So many short connections of one client, one after the other within `seconds`. */
function connections(count: number, seconds: number, closer: 'client' | 'server' = 'client'): Step[] {
  return Array.from({ length: count }, (_, i) => {
    const { client: c, server: s } = pair({ client: { port: 40_000 + i }, server: { port: 443 } });
    const [first, second] = closer === 'client' ? [c, s] : [s, c];
    const opening = [c.syn({ at: (i / count) * seconds }), s.synAck({ after: 0 }), c.ack({ after: 0 })];
    return [...opening, first.fin({ after: 0 }), second.fin({ after: 0 }), first.ack({ after: 0 })];
  }).flat();
}

/** What is said where a client has 100 ports. */
function pilesOf(steps: Step[], handle = (piles: TimeWaitPiles) => piles): ProblemGroup[] {
  const piles = new TimeWaitPiles(new OrdinaryMemory().usual(), 100);
  const tracker = new Tracker({
    retain: false,
    mostConnections: 1000,
    interfaceName: () => '',
    ended: (row) => {
      const { slab, events, zones } = tracker;
      const source = {
        slab,
        events,
        zones,
        thresholds: DEFAULT_THRESHOLDS,
        nowSeconds: 0,
        isTwoWay: true,
        turns: null,
      };
      piles.add(source, sidesOf(slab.ints, row));
    },
  });
  const input = new PacketInput(play(steps));
  const view = new PacketView();
  while (input.next(view)) {
    decode(view);
    tracker.update(view);
  }
  tracker.finish();
  return handle(piles).problems();
}

describe('connections in TIME-WAIT on the client side', () => {
  test('are a problem where they hold half of the ports at once', () => {
    expect(pilesOf(connections(50, 50))).toEqual([
      {
        code: 'time-wait-pile-up',
        severity: 'warning',
        protocol: 'tcp',
        server: { address: '10.0.0.2', port: 443 },
        count: 50,
        example: 0,
        message:
          '10.0.0.1 had 50 connections in TIME-WAIT within 60 s: 50 % of the 100 ports that Linux gives by default',
        side: 'client',
        errors: [],
        clients: 1,
        client: '10.0.0.1',
        sameAs: [],
        firstTime: '1700000000.000000000',
        lastTime: '1700000040.000000000',
        times: { start: '1700000000.000000000', width: 10, counts: [10, 10, 10, 10, 10] },
      },
    ]);
  });

  test('say when, in no more than 32 numbers', () => {
    const later = connections(60, 1000).map((step) => (step.at === undefined ? step : { ...step, at: step.at + 2000 }));
    const [{ times }] = pilesOf([...connections(60, 6), ...later]);
    expect(times.width).toBe(160);
    expect(times.counts.length).toBeLessThanOrEqual(32);
    expect(times.counts.reduce((sum, count) => sum + count, 0)).toBe(120);
  });

  test('are found among many other clients, whenever these came', () => {
    const others = Array.from({ length: 300 }, (_, i) => {
      const address = `10.1.${i >> 8}.${i & 255}`;
      const { client: c, server: s } = pair({ client: { address }, server: { port: 443 } });
      return [c.syn(), s.synAck(), c.ack(), c.fin(), s.fin(), c.ack()].map((step) => ({ ...step, after: 0 }));
    }).flat();
    const steps = connections(60, 6);
    const problems = pilesOf([...steps.slice(0, 180), ...others, ...steps.slice(180)]);
    expect(problems.map(({ server, count }) => [server.address, count])).toEqual([['10.0.0.2', 60]]);
  });

  test.each<[string, Step[]]>([
    ['fewer', connections(49, 50)],
    ['over a longer time', connections(50, 100)],
    ['on the side of the server', connections(50, 50, 'server')],
    ['which never closed', connections(50, 50).filter((_, i) => i % 6 < 3)],
  ])('are none: %s', (_, steps) => {
    expect(pilesOf(steps)).toEqual([]);
  });

  test('are the most that were there at once, not all', () => {
    const later = connections(60, 50).map((step) => (step.at === undefined ? step : { ...step, at: step.at + 300 }));
    expect(pilesOf([...connections(55, 50), ...later])[0]?.count).toBe(60);
  });

  test('name the first stream as example, whichever closed first', () => {
    const steps = connections(50, 20);
    const closing = steps.slice(3, 6).map((step) => ({ ...step, at: 30 }));
    // So late that all have been reported, in the order in which they closed.
    const late = pair({ client: { port: 999 } }).client.datagram(1, { at: 600 });
    const problems = pilesOf([...steps.slice(0, 3), ...steps.slice(6), ...closing, late]);
    expect(problems).toMatchObject([{ count: 50, example: 0 }]);
  });

  test('of a copy are those of the original, and go their own way', () => {
    const steps = connections(50, 50);
    expect(pilesOf(steps, (piles) => piles.copy())).toEqual(pilesOf(steps));
  });
});

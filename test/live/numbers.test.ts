import { describe, expect, test } from '@jest/globals';
import { Deadlines } from '../../src/live/deadlines.ts';
import { HeavyHitters } from '../../src/live/heavy-hitters.ts';
import { LiveClock } from '../../src/live/live-clock.ts';
import { NO_TOTALS, Rates } from '../../src/live/rates.ts';
import { LargestRecently, Latest } from '../../src/live/recently.ts';
import { seededRandom } from '../bench/random.ts';
import { c, pair, s } from '../support/conversation.ts';
import { LiveScript } from './support.ts';

describe('heavy hitters', () => {
  test('are exact while there are few', () => {
    const hitters = new HeavyHitters<string>(10);
    for (let i = 0; i < 100; i++) hitters.add(`key ${i % 7}`, i % 7, () => `what ${i % 7}`);
    expect(hitters.top(2)).toEqual([
      { weight: 84, what: 'what 6' },
      { weight: 70, what: 'what 5' },
    ]);
  });

  test('of any number of keys keep those that matter, in bounded memory and with the promised error', () => {
    const kept = 50;
    const hitters = new HeavyHitters<number>(kept);
    const random = seededRandom(7);
    const real = new Map<number, number>();
    let all = 0;
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      const key = random() < 0.3 ? Math.floor(random() * 5) : 5 + i;
      const weight = 1 + Math.floor(random() * 100);
      real.set(key, (real.get(key) ?? 0) + weight);
      all += weight;
      hitters.add(String(key), weight, () => key);
      most = Math.max(most, hitters.size);
    }
    expect(most).toBeLessThan(2 * kept);
    const found = hitters.top(5);
    expect(found.map(({ what }) => what).sort()).toEqual([0, 1, 2, 3, 4]);
    for (const { what, weight } of found) {
      expect(weight).toBeLessThanOrEqual(real.get(what) ?? 0);
      expect(weight).toBeGreaterThanOrEqual((real.get(what) ?? 0) - all / kept);
    }
  });

  test('fade until they are gone', () => {
    const hitters = new HeavyHitters<string>(10);
    hitters.add('a', 10, () => 'a');
    hitters.fade(0.5);
    expect(hitters.top(1)).toEqual([{ weight: 5, what: 'a' }]);
    for (let i = 0; i < 5; i++) hitters.fade(0.5);
    expect(hitters.size).toBe(0);
  });
});

describe('the largest of the last time', () => {
  test('are those of this period and the one before', () => {
    const largest = new LargestRecently<string>(2, 60);
    const values = (now: number) => largest.list(now).map(({ value }) => value);
    for (const value of [3, 1, 5, 4]) largest.offer(value, 0, () => `${value}`);
    expect(values(59)).toEqual([5, 4]);
    largest.offer(2, 60, () => '2');
    expect(values(60)).toEqual([5, 4]);
    expect(values(120)).toEqual([2]);
    expect(values(300)).toEqual([]);
  });

  test('are described only when they are among them', () => {
    const largest = new LargestRecently<number>(1, 60);
    let described = 0;
    for (const value of [5, 4, 3, 6]) largest.offer(value, 0, () => ++described);
    expect(described).toBe(2);
  });
});

test('the latest come newest first, only so many', () => {
  const latest = new Latest<number>(3);
  expect(latest.list()).toEqual([]);
  for (const each of [1, 2]) latest.add(each);
  expect(latest.list()).toEqual([2, 1]);
  for (const each of [3, 4, 5]) latest.add(each);
  expect(latest.list()).toEqual([5, 4, 3]);
});

test('rates are what a second brought', () => {
  const rates = new Rates();
  rates.tick({ ...NO_TOTALS, packets: 100, wireBytes: 1000 }, 1);
  rates.tick({ ...NO_TOTALS, packets: 400, wireBytes: 2000, failures: 4 }, 2);
  expect(rates.perSecond).toEqual({ packets: 150, wireBytes: 500, connections: 0, failures: 2 });
  expect(rates.bits).toEqual([8000, 4000]);
  for (let i = 0; i < 1000; i++) rates.tick(NO_TOTALS, 1);
  expect(rates.bits.length).toBeLessThan(300);
});

test('deadlines are handed out when they have come, the earliest first, and only once', () => {
  const deadlines = new Deadlines();
  const due = (now: number) => {
    const rows: number[] = [];
    deadlines.due(now, (row) => rows.push(row));
    return rows;
  };
  deadlines.add(30, 3, 1);
  deadlines.add(10, 1, 1);
  deadlines.add(20, 2, 1);
  deadlines.add(10, 4, 1);
  expect(due(9)).toEqual([]);
  expect(due(20)).toEqual([1, 4, 2]);
  expect(due(1e9)).toEqual([3]);
  expect(due(1e9)).toEqual([]);
});

describe('the clock of a live session', () => {
  test('is that of the packets, moved on by the wall clock while none come', () => {
    let wall = 5000;
    const clock = new LiveClock(() => wall);
    expect(clock.now()).toBe(0);
    clock.wait(100);
    wall += 2500;
    expect(clock.now()).toBe(102.5);
    clock.resume();
    wall += 60_000; // packets are read: only they tell the time
    expect(clock.now()).toBe(102.5);
    clock.wait(101);
    expect(clock.now()).toBe(101);
    wall += 1000;
    clock.resume();
    clock.wait(null);
    wall += 1000;
    clock.wait(null); // it was looked for packets, and there were none
    wall += 1000;
    expect(clock.now()).toBe(104);
  });
});

describe('traffic', () => {
  test('talkers are known by client, server and its port, whoever spoke first', async () => {
    const script = new LiveScript();
    const { client, server } = pair({ client: { port: 40_001 } });
    const { client: other, server: otherServer } = pair({ server: { address: '10.0.0.9', port: 443 } });
    await script.play([
      ...[c.syn(), s.synAck(), c.ack(), s.data(1000)],
      ...[server.synAck({ ack: 1 }), client.ack(), server.data(1000)],
      ...[other.syn(), otherServer.synAck()],
    ]);
    script.session.second();
    const talkers = script.session.traffic.talkers(10);
    expect(talkers.map((each) => [each.client, each.server])).toEqual([
      ['10.0.0.1', '10.0.0.2:80'],
      ['10.0.0.1', '10.0.0.9:443'],
    ]);
    const bytes = script.records
      .filter(({ server: { port } }) => port === 80)
      .map(({ fromClient, fromServer }) => fromClient.wireBytes + fromServer.wireBytes);
    expect(talkers[0].rate).toBeCloseTo((bytes.reduce((sum, each) => sum + each) * 8) / 5, 6);
  });

  test('retransmissions are counted once, also of connections that leave between two seconds', async () => {
    const script = new LiveScript();
    const again = (at: number) => c.data(10, { seq: 1, at });
    await script.play(
      [c.syn(), s.synAck(), c.ack(), c.data(10), again(1), again(2), c.syn({ isn: 5_000_000, at: 3 })],
      {
        look: () => script.session.isBegun && script.session.second(),
      },
    );
    script.session.second();
    expect(script.session.traffic.retransmissions).toBe(2);
  });
});

import { describe, expect, test } from '@jest/globals';
import { decode } from '../../parsers/decode.ts';
import { PacketView } from '../../parsers/packet-view.ts';
import { seededRandom } from '../bench/random.ts';
import { c, handshake, icmpError, pair, s } from '../support/conversation.ts';
import { CHANGE_NAMES, type ChangedCopy, type ChangeName, changedCopies, type Whole } from './changes.ts';
import { type Frame, FrameInput, isInOrderOfTime } from './frames.ts';
import { framesOf, millisecondsOf, numbersOf, wholeOf } from './support.ts';

const AMOUNT = { cuts: 100, copies: 20 };

/** A connection with data that is lost on the way to the server and sent again. */
const conversation = [
  ...handshake,
  c.data(100, { after: 0.01 }),
  c.data(100, { seq: 1, after: 0.2, id: 7 }),
  s.ack({ after: 0.01 }),
  s.data(500, { after: 0.002 }),
  c.ack(),
  s.fin(),
  c.fin(),
  s.ack(),
];

function copiesOf(change: ChangeName, whole: Whole, amount = AMOUNT): ChangedCopy[] {
  return changedCopies(change, whole, seededRandom(1), amount);
}

test('the same seed gives the same copies', async () => {
  const whole = await wholeOf(...conversation);
  for (const change of CHANGE_NAMES) expect(copiesOf(change, whole)).toEqual(copiesOf(change, whole));
});

describe('cut', () => {
  test('a small capture is cut after every packet but the last', async () => {
    const lengths = copiesOf('cut', await wholeOf(...conversation)).map(({ frames }) => frames.length);
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('a copy is what the capture begins with', async () => {
    const whole = await wholeOf(...conversation);
    for (const { frames } of copiesOf('cut', whole)) expect(frames).toEqual(whole.frames.slice(0, frames.length));
  });

  test('a large one is cut at so many places, among them a SYN, a FIN and data', async () => {
    const whole = await wholeOf(...conversation);
    const places = copiesOf('cut', whole, { cuts: 4, copies: 1 }).map(({ frames }) => frames.length);
    expect(places).toHaveLength(4);
    expect(places.some((place) => place <= 2)).toBe(true);
    expect(places.some((place) => place === 9 || place === 10)).toBe(true);
    expect(places.some((place) => [4, 5, 7].includes(place))).toBe(true);
  });
});

describe('one side', () => {
  test('one copy has what the client sent, another what the server sent', async () => {
    const [client, server] = copiesOf('side', await wholeOf(...conversation));
    expect(numbersOf(client.frames)).toEqual([1, 3, 4, 5, 8, 10]);
    expect(numbersOf(server.frames)).toEqual([2, 6, 7, 9, 11]);
  });

  test('ICMP errors are of neither side', async () => {
    const syn = c.syn();
    const copies = copiesOf('side', await wholeOf(syn, icmpError(syn, 3, 1)));
    expect(copies.map(({ frames }) => numbersOf(frames))).toEqual([[1]]);
  });
});

describe('double', () => {
  test('each packet is there twice, the second time 50 µs later', async () => {
    const whole = await wholeOf(...conversation);
    const [{ frames }] = copiesOf('double', whole);
    expect(numbersOf(frames)).toEqual(numbersOf(whole.frames).flatMap((number) => [number, number]));
    const times = millisecondsOf(frames, whole);
    expect(times.slice(0, 4)).toEqual([0, 0.05, 10, 10.05]);
    expect(frames[1].bytes).toEqual(frames[0].bytes);
  });

  test('where packets follow one another faster than the copies, these come in the same order', async () => {
    const fast = conversation.map((step) => ({ ...step, after: 0.00001 }));
    const whole = await wholeOf(...fast);
    for (const { frames } of copiesOf('double', whole)) {
      expect(isInOrderOfTime(frames)).toBe(true);
      expect(frames).toHaveLength(2 * whole.frames.length);
      expect(numbersOf(seconds(frames))).toEqual(numbersOf(whole.frames));
      expect(numbersOf(frames)).not.toEqual(numbersOf(whole.frames).flatMap((number) => [number, number]));
    }
  });

  test('the delay varies in another copy', async () => {
    const whole = await wholeOf(...conversation);
    const { frames } = copiesOf('double', whole)[1];
    const times = millisecondsOf(frames, whole);
    const delays = times.flatMap((time, i) => (i % 2 === 1 ? [(time - times[i - 1]).toFixed(3)] : []));
    expect(new Set(delays).size).toBeGreaterThan(5);
  });
});

/** The second one of each two frames with the same number. */
function seconds(frames: readonly Frame[]): Frame[] {
  const seen = new Set<number>();
  return frames.filter(({ number }) => seen.has(number) || !seen.add(number));
}

describe('swap', () => {
  test('neighbours of one connection change places and keep their times', async () => {
    const other = pair({ client: { port: 40001 } });
    const whole = await wholeOf(c.syn(), other.client.syn(), s.synAck(), other.server.synAck(), c.ack());
    for (const { frames } of copiesOf('swap', whole)) {
      expect(numbersOf(frames)).not.toEqual([1, 2, 3, 4, 5]);
      expect([...frames].sort((one, two) => one.number - two.number)).toEqual(whole.frames);
      const stream = (numbers: number[]) => numbersOf(frames).filter((number) => numbers.includes(number));
      const [ours, others] = [stream([1, 3, 5]), stream([2, 4])];
      expect([`${ours}`, `${others}`].filter((order) => order === '1,3,5' || order === '2,4')).toHaveLength(1);
    }
  });
});

describe('holes', () => {
  test('some packets are missing, in another copy others', async () => {
    const whole = await wholeOf(...conversation);
    const copies = copiesOf('holes', whole);
    for (const { frames } of copies) {
      expect(frames.length).toBeLessThan(whole.frames.length);
      expect(frames).toEqual(whole.frames.filter((frame) => frames.includes(frame)));
    }
    expect(new Set(copies.map(({ words }) => words)).size).toBeGreaterThan(5);
  });

  test('of a large capture 3 % are missing', async () => {
    const steps = [...handshake, ...Array.from({ length: 5000 }, () => c.data(10, { after: 0.001 }))];
    const [{ frames }] = copiesOf('holes', await wholeOf(...steps));
    expect(frames.length / steps.length).toBeCloseTo(0.97, 2);
  });
});

test('a day later, everything else is the same', async () => {
  const whole = await wholeOf(...conversation);
  const [{ frames }] = copiesOf('shift', whole);
  expect(frames.map((frame) => ({ ...frame, seconds: frame.seconds - 86_400 }))).toEqual(whole.frames);
});

describe('both ends, merged', () => {
  /** Time, sender's port, TTL and length of each. */
  function shapes(frames: readonly Frame[], whole: Whole): string[] {
    const input = new FrameInput(frames);
    const view = new PacketView();
    return millisecondsOf(frames, whole).map((time) => {
      input.next(view);
      decode(view);
      return `${time} ${view.sourcePort} ttl ${view.ttl} length ${view.dataLength}`;
    });
  }

  test('the far end has what the client sends half a round trip later, and what the server sends earlier', async () => {
    const whole = await wholeOf(...handshake, c.data(100, { after: 0.5 }), s.data(200, { after: 0.01 }));
    const [{ frames }] = copiesOf('merged', whole);
    expect(shapes(frames, whole)).toEqual([
      '0 40000 ttl 64 length 0',
      '5 40000 ttl 59 length 0',
      '5 80 ttl 69 length 0',
      '10 80 ttl 64 length 0',
      '20 40000 ttl 64 length 0',
      '25 40000 ttl 59 length 0',
      '520 40000 ttl 64 length 100',
      '525 40000 ttl 59 length 100',
      '525 80 ttl 69 length 200',
      '530 80 ttl 64 length 200',
    ]);
  });

  test('it lacks what was lost on the way to it', async () => {
    const [{ frames }] = copiesOf('merged', await wholeOf(...conversation));
    const times = (number: number) => frames.filter((frame) => frame.number === number).length;
    expect([4, 5, 6].map(times)).toEqual([1, 2, 2]);
  });

  test('header checksums are right again', async () => {
    const [{ frames }] = copiesOf('merged', await wholeOf(...conversation));
    for (const { bytes } of frames) {
      let sum = 0;
      for (let at = 14; at < 34; at += 2) sum += bytes[at] * 256 + bytes[at + 1];
      expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
    }
  });

  test('IPv6 has a hop limit in its place', async () => {
    const six = pair({ client: { address: '2001:db8::1' }, server: { address: '2001:db8::2' } });
    const whole = await wholeOf(six.client.syn(), six.server.synAck());
    const [{ frames }] = copiesOf('merged', whole);
    expect(shapes(frames, whole).map((shape) => shape.split(' ')[3])).toEqual(['64', '59', '69', '64']);
  });

  test('no answer leaves before its question has arrived', async () => {
    const whole = await wholeOf(...handshake, c.data(100), s.ack({ after: 0.0002 }));
    const [{ frames }] = copiesOf('merged', whole);
    expect(numbersOf(frames)).toEqual([1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  });

  test('what a router answers with an ICMP error has not come to the far end', async () => {
    const syn = c.syn();
    const other = pair({ client: { port: 40001 } });
    const whole = await wholeOf(syn, icmpError(syn, 3, 1), other.client.syn(), other.server.synAck());
    const [{ frames }] = copiesOf('merged', whole);
    expect(numbersOf(frames).sort()).toEqual([1, 2, 3, 3, 4, 4]);
  });

  test('what the far host itself answers with an ICMP error has', async () => {
    const syn = c.syn();
    const [{ frames }] = copiesOf('merged', await wholeOf(syn, icmpError(syn, 3, 3, { from: '10.0.0.2' })));
    expect(numbersOf(frames)).toEqual([1, 1, 2, 2]);
  });
});

test('a capture without connections has no copy with another order', async () => {
  const whole = { frames: framesOf(c.syn()), connections: [], packets: [null] };
  expect(copiesOf('swap', whole)).toEqual([]);
  expect(copiesOf('merged', whole)).toEqual([]);
});

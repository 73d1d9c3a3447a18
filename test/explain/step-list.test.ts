import { describe, expect, test } from '@jest/globals';
import { TCP_ACK, TCP_FIN, TCP_SYN } from '../../parsers/packet-view.ts';
import type { Frame } from '../../src/explain/frame.ts';
import type { Step } from '../../src/explain/step.ts';
import { FEWEST_STEPS, StepList } from '../../src/explain/step-list.ts';
import { ANALYSIS_DUPLICATE_ACK, ANALYSIS_RETRANSMISSION, ANALYSIS_ZERO_WINDOW } from '../../src/track/tcp-analysis.ts';
import { seededRandom } from '../bench/random.ts';

const CLIENT = 0;
const SERVER = 1;
const OPEN = ['ESTABLISHED', 'ESTABLISHED'] as const;

let frames = 0;

function aFrame(changes: Partial<Frame>): Frame {
  frames += 1;
  return {
    frame: frames,
    at: frames * 1e6,
    sender: CLIENT,
    flags: TCP_ACK,
    sequence: 1,
    acknowledgment: 1,
    window: 100,
    length: 0,
    chunks: 0,
    sack: null,
    syn: null,
    found: 0,
    probesWindow: false,
    isCopy: false,
    missing: 0,
    states: OPEN,
    ...changes,
  };
}

function stepsOf(list: readonly Frame[], most = 1000): readonly Step[] {
  const steps = new StepList(most);
  for (const frame of list) steps.add(frame);
  return steps.steps();
}

const kinds = (steps: readonly Step[]) => steps.map(({ kind }) => kind);
const packets = (steps: readonly Step[]) => steps.reduce((sum, step) => sum + step.packets[0] + step.packets[1], 0);

// What comes first is known: no state changes with it.
const first = () => aFrame({ flags: TCP_SYN, states: OPEN });
const data = (sender: 0 | 1, changes: Partial<Frame> = {}) => aFrame({ sender, length: 100, ...changes });
const ack = (sender: 0 | 1, changes: Partial<Frame> = {}) => aFrame({ sender, ...changes });

describe('what is one row', () => {
  test('the data of one side with the ACKs that it gets', () => {
    const steps = stepsOf([first(), data(CLIENT), ack(SERVER), data(CLIENT), ack(SERVER), data(SERVER), ack(CLIENT)]);
    expect(kinds(steps)).toEqual(['packet', 'turn', 'turn']);
    expect(steps[1]).toMatchObject({ sender: CLIENT, packets: [2, 2], bytes: [200, 0], turns: 1 });
    expect(steps[2]).toMatchObject({ sender: SERVER, packets: [1, 1], bytes: [0, 100] });
  });

  test('what is counted in a turn breaks none', () => {
    const steps = stepsOf([first(), data(CLIENT), ack(SERVER, { found: ANALYSIS_DUPLICATE_ACK }), data(CLIENT)]);
    expect(kinds(steps)).toEqual(['packet', 'turn']);
    expect([...steps[1].marks]).toEqual([['duplicate ACK', 1]]);
  });

  test('what is flagged has its own, several alike one together', () => {
    const again = { found: ANALYSIS_RETRANSMISSION };
    const steps = stepsOf([first(), data(CLIENT), data(CLIENT, again), data(CLIENT, again), data(CLIENT)]);
    expect(kinds(steps)).toEqual(['packet', 'turn', 'packet', 'turn']);
    expect(steps[2].packets).toEqual([2, 0]);
    const stopped = stepsOf([first(), data(CLIENT), ack(SERVER, { found: ANALYSIS_ZERO_WINDOW }), data(CLIENT)]);
    expect(kinds(stopped)).toEqual(['packet', 'turn', 'packet', 'turn']);
  });

  test('what changes a state has its own', () => {
    const fin = aFrame({ flags: TCP_FIN | TCP_ACK, states: ['FIN-WAIT-1', 'ESTABLISHED'] });
    const steps = stepsOf([first(), fin, ack(SERVER, { states: ['FIN-WAIT-2', 'CLOSE-WAIT'] })]);
    expect(kinds(steps)).toEqual(['packet', 'packet', 'packet']);
  });

  test('duplicate ACKs are apart from those that move on', () => {
    const again = { found: ANALYSIS_DUPLICATE_ACK };
    const steps = stepsOf([first(), ack(SERVER, again), ack(SERVER, again), ack(SERVER), ack(SERVER)]);
    expect(steps.slice(1).map((step) => [step.kind, step.packets[SERVER]])).toEqual([
      ['acks', 2],
      ['acks', 2],
    ]);
  });

  test('a copy is counted, and no row', () => {
    const steps = stepsOf([first(), data(CLIENT), data(CLIENT, { isCopy: true })]);
    expect(steps.map(({ copies, packets: [client] }) => [client, copies])).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });
});

describe('a long connection', () => {
  test('has its first and last rows, and between them what stands for all others', () => {
    const random = seededRandom(7);
    const list = [first()];
    for (let i = 0; i < 20_000; i++) {
      const sender = random() < 0.5 ? CLIENT : SERVER;
      const found = random() < 0.2 ? ANALYSIS_RETRANSMISSION : 0;
      list.push(random() < 0.3 ? ack(sender) : data(sender, { found }));
    }
    for (const most of [FEWEST_STEPS, 20, 41]) {
      const steps = stepsOf(list, most);
      expect(steps.length).toBeLessThanOrEqual(most);
      expect(steps.length).toBeGreaterThan(most / 2);
      expect(packets(steps)).toBe(list.length);
      expect([steps[0].frame, steps.at(-1)?.lastFrame]).toEqual([list[0].frame, list.at(-1)?.frame]);
      const ends = steps.slice(1).map((step, i) => step.frame - steps[i].lastFrame);
      expect(new Set(ends)).toEqual(new Set([1]));
      const marked = steps.reduce((sum, { marks }) => sum + (marks.get('retransmission') ?? 0), 0);
      expect(marked).toBe(list.filter(({ found }) => found !== 0).length);
    }
  });

  test('keeps what is special in its middle before it folds that, too', () => {
    const list = [first()];
    for (let i = 0; i < 500; i++) list.push(data(CLIENT), data(SERVER));
    list.splice(500, 0, ack(SERVER, { found: ANALYSIS_ZERO_WINDOW }));
    const steps = stepsOf(list, 20);
    const middle = steps.filter(({ kind }) => kind !== 'turn');
    expect(kinds(middle)).toEqual(['packet', 'folded', 'packet', 'folded']);
    expect(middle[1].turns + middle[3].turns).toBeGreaterThan(900);
  });
});

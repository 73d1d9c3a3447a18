import { describe, expect, test } from '@jest/globals';
import type { Connection, Finding } from '../../src/record.ts';
import { c, handshake, type Step, s } from '../support/conversation.ts';
import { type Analyze, analyzeFrames } from './analysis.ts';
import type { ChangeName } from './changes.ts';
import { examined } from './examine.ts';
import { framesOf } from './support.ts';

type Lie = (said: Connection) => Connection;

const AMOUNT = { cuts: 100, copies: 3 };

const graceful = [...handshake, c.data(100), s.data(500), c.fin(), s.fin(), c.ack()];
const aborted = [...handshake, c.data(100), s.ack(), c.rstAck()];

/** What is found of an analysis that says the truth of the whole capture, and a lie of each copy of it. */
async function foundOf(lie: Lie, change: ChangeName, steps: Step[] = graceful): Promise<string[]> {
  let isWhole = true;
  const analyze: Analyze = async (frames) => {
    const { connections, packets } = await analyzeFrames(frames);
    const said = isWhole ? connections : connections.map(lie);
    isWhole = false;
    return { connections: said, packets };
  };
  const found = new Set<string>();
  const options = { seed: 1, amount: AMOUNT, changes: [change], analyze };
  for await (const { comparison } of examined(framesOf(...steps), options)) {
    for (const { kind, words } of comparison.contradictions) found.add(`${kind}: ${words}`);
  }
  return [...found];
}

function finding(code: string, severity: Finding['severity'], side: Finding['side'] = null): Lie {
  const invented = { code, severity, side, message: 'invented', frames: [] };
  return (said) => ({ ...said, findings: [...said.findings, invented] });
}

const closed =
  (changes: Partial<NonNullable<Connection['close']>>): Lie =>
  (said) => ({ ...said, close: said.close && { ...said.close, ...changes } });

const failed =
  (errno: string): Lie =>
  (said) => {
    const { client, server } = said.sockets;
    const call = {
      call: 'read',
      start: null,
      end: null,
      result: -1,
      errno,
      certainty: 'certain',
      because: '',
    } as const;
    return { ...said, sockets: { client: { error: errno, calls: [...(client.calls ?? []), call] }, server } };
  };

const outcome =
  (is: NonNullable<Connection['handshake']>['outcome']): Lie =>
  (said) => ({ ...said, handshake: said.handshake && { ...said.handshake, outcome: is } });

const cause: Lie = (said) => ({ ...said, resets: said.resets.map((reset) => ({ ...reset, cause: 'port-closed' })) });

describe('an analysis that lies about copies is caught', () => {
  test.each<[string, ChangeName, Lie, string, Step[]?]>([
    ['an error', 'cut', finding('reset', 'error'), 'error: reset'],
    ['an error', 'side', finding('reset', 'error'), 'error: reset'],
    ['an error', 'double', finding('reset', 'error'), 'error: new: reset'],
    ['an error', 'swap', finding('reset', 'error'), 'error: reset'],
    ['an error', 'holes', finding('reset', 'error'), 'error: reset'],
    ['an error', 'shift', finding('reset', 'error'), 'any: findings'],
    ['an error', 'merged', finding('reset', 'error'), 'error: new: reset'],
    ['an error that no table knows', 'cut', finding('never-heard-of', 'error'), 'error: never-heard-of'],
    ['a warning of what did not come', 'cut', finding('half-open', 'warning'), 'warning: half-open'],
    ['a warning of what did not come', 'side', finding('half-open', 'warning'), 'warning: half-open'],
    ['a warning of what the capture lacks', 'swap', finding('capture-loss', 'warning'), 'warning: capture-loss'],
    ['a warning', 'double', finding('zero-window', 'warning'), 'warning: new: zero-window'],
    ['a warning', 'merged', finding('zero-window', 'warning'), 'warning: new: zero-window'],
    [
      'a finding of the unseen side',
      'side',
      finding('port-reuse', 'note', 'server'),
      'side: note port-reuse of the unseen server',
    ],
    ['an errno', 'cut', failed('EPIPE'), 'errno: client EPIPE, not null'],
    ['an errno', 'side', failed('EPIPE'), 'side: certain EPIPE of the unseen client'],
    ['an errno', 'double', failed('EPIPE'), 'errno: client EPIPE, not null'],
    ['an errno', 'swap', failed('EPIPE'), 'errno: client EPIPE, not null'],
    ['an errno', 'holes', failed('EPIPE'), 'errno: client EPIPE, not null'],
    ['an errno', 'merged', failed('EPIPE'), 'errno: client EPIPE, not null'],
    ['a style', 'cut', closed({ style: 'abandoned' }), 'style: abandoned, not graceful'],
    ['a style', 'side', closed({ style: 'reset' }), 'style: reset, not graceful'],
    ['a style', 'double', closed({ style: 'open' }), 'style: style open, not graceful'],
    ['a style', 'swap', closed({ style: 'reset' }), 'style: reset, not graceful'],
    ['a style', 'holes', closed({ style: 'abandoned' }), 'style: abandoned, not graceful'],
    ['a style', 'merged', closed({ style: 'half-closed' }), 'style: style half-closed, not graceful'],
    ['a closer', 'cut', closed({ firstCloser: 'server' }), 'closer: server, not client'],
    ['a closer', 'side', closed({ firstCloser: 'server' }), 'side: closed first of the unseen server'],
    ['a closer', 'double', closed({ firstCloser: null }), 'closer: closer null, not client'],
    ['a closer', 'holes', closed({ firstCloser: 'both' }), 'closer: both, not client'],
    ['a closer', 'merged', closed({ firstCloser: 'server' }), 'closer: closer server, not client'],
    ['who is in TIME-WAIT', 'side', closed({ timeWait: 'both' }), 'side: in TIME-WAIT of the unseen client'],
    ['a cause', 'cut', cause, 'cause: port-closed, not abortive-close', [...aborted, s.data(10)]],
    ['a cause', 'side', cause, 'cause: port-closed, not abortive-close', aborted],
    ['a cause', 'double', cause, 'cause: port-closed, not abortive-close', aborted],
    ['a cause', 'swap', cause, 'cause: port-closed, not abortive-close', aborted],
    ['a cause', 'holes', cause, 'cause: port-closed, not abortive-close', aborted],
    ['an outcome', 'cut', outcome('refused'), 'outcome: refused, not completed'],
    ['an outcome', 'side', outcome('unreachable'), 'outcome: unreachable, not completed'],
    ['an outcome', 'double', outcome('half-open'), 'outcome: outcome half-open, not completed'],
    ['an outcome', 'swap', outcome('aborted'), 'outcome: aborted, not completed'],
    ['an outcome', 'holes', outcome('refused'), 'outcome: refused, not completed'],
    ['an outcome', 'merged', outcome('not-captured'), 'outcome: outcome not-captured, not completed'],
    ['another duration', 'shift', (said) => ({ ...said, duration: said.duration + 1 }), 'any: duration'],
  ])('%s: %s', async (_what, change, lie, words, steps = graceful) => {
    expect(await foundOf(lie, change, steps)).toContain(words);
  });

  test('bytes that it counts twice', async () => {
    const twice: Lie = (said) => ({ ...said, fromServer: { ...said.fromServer, uniqueBytes: 1000 } });
    expect(await foundOf(twice, 'double')).toContain('counts: server uniqueBytes 1000, not 500');
  });

  test('a finding that it leaves out of a doubled capture', async () => {
    const silent: Lie = (said) => ({ ...said, findings: [] });
    expect(await foundOf(silent, 'double', aborted)).toContain('error: gone: reset');
  });
});

describe('what the whole capture does not refute is no contradiction', () => {
  test.each<[string, ChangeName, Lie, string]>([
    ['what was true up to there', 'cut', finding('close-wait-leak', 'warning', 'server'), 'close-wait-leak'],
    ['what the cut capture has not yet seen', 'cut', closed({ style: 'open', firstCloser: null }), 'open, not'],
    ['a handshake that is on its way', 'cut', outcome('half-open'), 'half-open, not'],
    ['that a side was not captured', 'side', finding('one-direction', 'warning', 'server'), 'one-direction'],
    ['that the capture lacks what was left out', 'holes', finding('capture-loss', 'warning'), 'capture-loss'],
    ['that packets are doubled', 'double', finding('duplicate-packets', 'note'), 'duplicate-packets'],
  ])('%s: %s', async (_what, change, lie, word) => {
    expect((await foundOf(lie, change)).filter((words) => words.includes(word))).toEqual([]);
  });

  test('that the cause of a reset is not known', async () => {
    const unknown: Lie = (said) => ({ ...said, resets: said.resets.map((reset) => ({ ...reset, cause: 'unknown' })) });
    expect((await foundOf(unknown, 'side', aborted)).filter((words) => words.startsWith('cause'))).toEqual([]);
  });

  test('an analysis that says the same of a capture a day later', async () => {
    expect(await foundOf((said) => said, 'shift')).toEqual([]);
  });
});

import { describe, expect, test } from '@jest/globals';
import type { Connection, Finding } from '../../../src/record.ts';
import type { TrueCall, TrueConnection } from '../truth.ts';
import { toldIn, type Verdict, verdictOf } from './unanswered.ts';

/** Seconds that a frame needs. */
const DELAY = 0.005;

type Call = [call: TrueCall['call'], start: number, end: number | null, result?: number, errno?: string];

const OPEN: [Call, Call] = [
  ['connect', 0, 0.01, 0],
  ['accept', 0, 0.02, 0],
];
/** A request of 100 bytes and its answer of 50. */
const TURN: { client: Call[]; server: Call[] } = {
  client: [
    ['write', 0.03, 0.03, 100],
    ['read', 0.031, 0.05, 50],
  ],
  server: [
    ['read', 0.02, 0.036, 100],
    ['write', 0.04, 0.041, 50],
  ],
};

function truth(client: Call[], server: Call[]): TrueConnection {
  const calls = (all: Call[]) =>
    all.map(([call, start, end, result = 0, errno = null]) => ({
      call,
      start: start.toFixed(9),
      end: end?.toFixed(9) ?? null,
      result: errno === null ? result : -1,
      errno,
    }));
  const side = (all: Call[]) => ({ error: null, asked: true, calls: calls(all) });
  return {
    protocol: 'tcp',
    client: '10.9.0.1:1',
    server: '10.9.0.2:2',
    firstCloser: null,
    timeWait: null,
    resetBy: null,
    resetCause: null,
    sides: { client: side([OPEN[0], ...client]), server: side([OPEN[1], ...server]) },
  };
}

interface Case {
  name: string;
  client: Call[];
  server: Call[];
  verdict: Verdict | null;
}

const CASES: Case[] = [
  {
    name: 'the server read all of the only request and closed; the client read 0',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 0.06, 0],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['close', 0.05, 0.05],
    ],
    verdict: 'closed-without-answer',
  },
  {
    name: 'the server read a later request and was killed; the client got ECONNRESET',
    client: [...TURN.client, ['write', 0.1, 0.1, 90], ['read', 0.101, 0.13, 0, 'ECONNRESET']],
    server: [...TURN.server, ['read', 0.05, 0.106, 90], ['killed', 0.12, null]],
    verdict: 'closed-without-answer',
  },
  {
    name: 'the request lay unread for long when the server closed',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 0.21, 0, 'ECONNRESET'],
    ],
    server: [['close', 0.2, 0.2]],
    verdict: 'closed-without-answer',
  },
  {
    name: 'the request came unread, just before the close or just after it',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 0.05, 0, 'ECONNRESET'],
    ],
    server: [['close', 0.037, 0.037]],
    verdict: 'either',
  },
  {
    name: 'the request of a kept connection left while the close was on its way',
    client: [...TURN.client, ['write', 1, 1, 90], ['read', 1.001, 1.004, 0]],
    server: [...TURN.server, ['close', 0.998, 0.999]],
    verdict: 'keep-alive-race',
  },
  {
    name: 'the first request of a connection left while the close was on its way',
    client: [
      ['write', 1, 1, 90],
      ['read', 1.001, 1.004, 0],
    ],
    server: [['close', 0.998, 0.999]],
    verdict: 'either',
  },
  {
    name: 'the client wrote when the FIN may have been there, and had not looked',
    client: [...TURN.client, ['write', 1.1, 1.1, 90], ['read', 1.101, 1.101, 0]],
    server: [...TURN.server, ['close', 1, 1]],
    verdict: null,
  },
  {
    name: 'the client wrote after it had read 0, and had asked nothing before',
    client: [
      ['read', 0.02, 0.1, 0],
      ['write', 0.2, 0.2, 8],
      ['write', 0.3, 0.3, 0, 'EPIPE'],
    ],
    server: [['close', 0.09, 0.09]],
    verdict: 'nothing',
  },
  {
    name: 'the server closed after its answer, which the client read',
    client: [...TURN.client, ['read', 0.06, 0.1, 0]],
    server: [...TURN.server, ['close', 0.09, 0.09]],
    verdict: 'nothing',
  },
  {
    name: 'the server closed after an answer of which the client read nothing',
    client: [TURN.client[0], ['read', 0.031, 0.1, 0, 'ECONNRESET']],
    server: [...TURN.server, ['close', 0.09, 0.09]],
    verdict: null,
  },
  {
    name: 'what the server wrote had left before the request could have come',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 0.036, 50],
      ['read', 0.037, 0.1, 0],
    ],
    server: [
      ['write', 0.03, 0.031, 50],
      ['read', 0.032, 0.036, 100],
      ['close', 0.09, 0.09],
    ],
    verdict: null,
  },
  {
    name: 'the client wrote and closed without waiting, before it could know of the close',
    client: [...TURN.client, ['write', 1, 1, 7], ['close', 1.001, 1.001]],
    server: [...TURN.server, ['close', 0.998, 0.999]],
    verdict: 'nothing',
  },
  {
    name: 'the client closed without a look, when it may have known of the close',
    client: [
      ['write', 0.03, 0.03, 100],
      ['close', 0.2, 0.2],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['close', 0.1, 0.1],
    ],
    verdict: null,
  },
  {
    name: 'the last words of the client came long after the close, and it closed',
    client: [...TURN.client, ['write', 0.3, 0.3, 7], ['close', 0.301, 0.301]],
    server: [...TURN.server, ['close', 0.09, 0.09]],
    verdict: 'nothing',
  },
  {
    name: 'the client waited until it gave up, long before the server closed',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 2, 0, 'ETIMEDOUT'],
      ['close', 2, 2],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['close', 5, 5],
    ],
    verdict: null,
  },
  {
    name: 'the client shut its side down and got no answer, which it may not have wanted',
    client: [
      ['write', 0.03, 0.03, 100],
      ['shutdown', 0.031, 0.031],
      ['read', 0.04, 0.11, 0],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['read', 0.04, 0.04, 0],
      ['close', 0.1, 0.1],
    ],
    verdict: null,
  },
  {
    name: 'the client shut its side down and got its answer',
    client: [
      ['write', 0.03, 0.03, 100],
      ['shutdown', 0.031, 0.031],
      ['read', 0.04, 0.11, 50],
      ['read', 0.12, 0.13, 0],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['write', 0.1, 0.1, 50],
      ['close', 0.12, 0.12],
    ],
    verdict: 'nothing',
  },
  {
    name: 'the RST came although the server had not ended: a middlebox sent it',
    client: [
      ['write', 0.03, 0.03, 100],
      ['read', 0.031, 0.1, 0, 'ECONNRESET'],
    ],
    server: [
      ['read', 0.02, 0.036, 100],
      ['close', 3, 3],
    ],
    verdict: null,
  },
];

describe('what the calls prove of the last request', () => {
  test.each(CASES)('$verdict: $name', ({ client, server, verdict }) => {
    expect(verdictOf(truth(client, server), DELAY)).toBe(verdict);
  });
});

describe('a record', () => {
  const connection = truth([], []);
  const told = (verdict: Verdict, ...findings: [string, Finding['side']][]) => {
    const record = {
      client: { address: '10.9.0.1', port: 1 },
      server: { address: '10.9.0.2', port: 2 },
      findings: findings.map(([code, side]) => ({ code, side })),
    };
    return toldIn(record as Connection, connection, verdict);
  };

  test.each<Verdict>(['closed-without-answer', 'keep-alive-race'])(
    'says %s by that one finding, of the server',
    (code) => {
      expect(told(code, ['reset', 'server'], [code, 'server'])).toBe(code);
      expect(told('either', [code, 'server'])).toBe('either');
      expect(told('nothing', [code, 'server'])).toBe(`${code} of the server`);
      expect(told(code, [code, 'client'])).toBe(`${code} of the client`);
      expect(told(code, ['reset', 'server'])).toBe('nothing');
    },
  );

  test('does not call one close both', () => {
    const both = 'closed-without-answer of the server and keep-alive-race of the server';
    expect(told('either', ['closed-without-answer', 'server'], ['keep-alive-race', 'server'])).toBe(both);
  });

  test('has other findings beside them', () => {
    expect(told('nothing', ['reset', 'server'])).toBe('nothing');
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { READY_RULES, type ReadyRuleName } from '../../src/check/ready-rules.ts';
import { check, type RuleDefinition } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';
import { ROOT } from '../support/command.ts';

/** Captures of real sockets (and some by hand) that keep a rule and that break it. */
const CASES: [rule: RuleDefinition & string, kept: string[], broken: string[]][] = [
  ['no-failures', ['close/client-first', 'udp/request-response'], ['close/abort-by-client', 'handshake/refused']],
  ['no-refused', ['handshake/lost-syn'], ['handshake/refused', 'handshake/refused-ipv6', 'sctp/refused']],
  ['no-unanswered', ['handshake/refused'], ['handshake/unanswered', 'handshake/backlog-full']],
  ['no-unreachable', ['handshake/refused'], ['handshake/host-unreachable', 'handshake/prohibited-ipv6']],
  ['no-half-open', ['handshake/unanswered'], ['handshake/half-open']],
  [
    'handshakes-complete',
    ['handshake/simultaneous-open', 'handshake/fast-open', 'sctp/shutdown'],
    ['handshake/aborted', 'handshake/half-open', 'handshake/refused', 'handshake/unanswered'],
  ],
  ['handshake-under:0.05', ['close/client-first'], ['handshake/lost-syn', 'handshake/refused']],
  ['handshake-under:2', ['handshake/lost-syn'], ['handshake/unanswered']],
  [
    'no-resets',
    ['close/half-closed', 'capture/midstream'],
    ['close/abort-by-server', 'handshake/aborted', 'sctp/abort'],
  ],
  [
    'clean-close',
    ['close/simultaneous', 'close/lost-fin', 'sctp/shutdown'],
    ['close/unread-data', 'close/half-closed', 'close/data-after-close', 'capture/stopped-early'],
  ],
  [
    'client-closes-first',
    ['close/half-close', 'close/abort-by-client'],
    ['close/server-first-ipv6', 'close/simultaneous', 'close/abort-by-server'],
  ],
  [
    'server-closes-first',
    ['close/server-first-ipv6', 'close/unread-data'],
    ['close/client-first', 'close/simultaneous'],
  ],
  ['no-half-closed', ['close/half-close'], ['close/half-closed']],
  ['no-abandoned', ['close/half-closed'], ['handshake/unanswered']],
  [
    'no-time-wait-on-server',
    ['close/client-first', 'close/abort-by-server'],
    ['close/server-first-ipv6', 'close/simultaneous'],
  ],
  ['close-wait-under:1', ['close/half-close'], ['close/half-closed']],
  ['close-wait-under:0.01', ['close/abort-by-client'], ['close/half-close']],
  ['lasts-under:2', ['close/client-first'], ['transfer/keep-alive']],
  ['no-retransmissions', ['transfer/http', 'capture/any-forwarded'], ['transfer/loss', 'handshake/lost-syn']],
  ['no-retransmissions:0.5', ['transfer/loss', 'handshake/lost-syn'], ['handshake/half-open']],
  ['no-zero-window', ['transfer/http'], ['transfer/zero-window']],
  ['no-zero-window:60', ['transfer/zero-window'], []],
  ['no-zero-window:0.5', ['transfer/http'], ['transfer/zero-window']],
  ['no-broken-pipe', ['close/abort-by-server'], ['close/data-after-close']],
  ['no-socket-errors', ['close/half-closed'], ['close/data-after-close', 'handshake/refused', 'udp/closed-port']],
  ['no-icmp-errors', ['handshake/refused'], ['handshake/host-unreachable', 'udp/closed-port-ipv6']],
  ['no-capture-loss', ['transfer/loss', 'close/client-first'], ['oddities/syn-ack-of-nothing']],
];

async function outcomes(rule: RuleDefinition, names: string[]): Promise<string[]> {
  const { captures } = await check(
    names.map((name) => fixturePath(`${name}.pcap`)),
    [rule],
  );
  return captures.map(({ rules, error }) => error ?? rules[0].outcome);
}

describe('a ready rule', () => {
  test.each(CASES)('%s', async (rule, kept, broken) => {
    if (kept.length > 0) expect(await outcomes(rule, kept)).toEqual(kept.map(() => 'passed'));
    if (broken.length > 0) expect(await outcomes(rule, broken)).toEqual(broken.map(() => 'failed'));
  });

  test.each(READY_RULES.map(({ name }) => name))('%s is shown on captures that keep it and that break it', (name) => {
    const cases = CASES.filter(([rule]) => rule.split(':')[0] === name);
    expect(cases.some(([, kept]) => kept.length > 0)).toBe(true);
    expect(cases.some(([, , broken]) => broken.length > 0)).toBe(true);
  });

  test.each<[ReadyRuleName, string]>([
    ['no-resets', 'udp/request-response'],
    ['handshake-under', 'capture/midstream'],
    ['no-retransmissions', 'sctp/shutdown'],
  ])('%s looks at nothing in %s, which is no pass', async (use, name) => {
    const rule = use === 'handshake-under' ? { use, limit: 1 } : { use };
    expect(await outcomes(rule, [name])).toEqual(['failed']);
    expect(await outcomes({ ...rule, allowNone: true }, [name])).toEqual(['skipped']);
  });
});

test('the help topic has a line for each', () => {
  const topic = readFileSync(join(ROOT, 'src/help/rules.md'), 'utf8');
  const lines = READY_RULES.map(({ name, limit }) => {
    const unit = limit === null ? '' : limit.unit === 'seconds' ? ':SECONDS' : ':SHARE';
    return `| \`${name}${unit}\` | `;
  });
  expect(lines.filter((line) => !topic.includes(line))).toEqual([]);
});

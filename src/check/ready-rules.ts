/** A rule that needs no expression of its user: it is one over the record, with a limit where that makes sense. */
export interface ReadyRule<Name extends string = string> {
  name: Name;
  /** What holds; LIMIT stands for the limit. */
  describe: string;
  /** Which connections it is about. */
  where: string;
  /** With its limit as a literal; null where there is none. */
  expect(limit: string | null): string;
  limit: ReadyLimit | null;
}

export interface ReadyLimit {
  unit: 'seconds' | 'share';
  /** null: it must be given. */
  default: number | null;
  example: string;
}

const FOLLOWED = 'protocol != "udp"';
/** What came before the capture is not held against a connection. */
const SEEN = 'handshake != null && handshake.outcome != "not-captured"';
const ESTABLISHED = 'handshake != null && handshake.outcome in ["completed", "not-captured"]';
const CLOSED = `${ESTABLISHED} && close.firstCloser != null`;
const OF_BOTH = (condition: (side: string) => string) => `${condition('fromClient')} && ${condition('fromServer')}`;

function rule<Name extends string>(name: Name, describe: string, where: string, expect: string): ReadyRule<Name> {
  return { name, describe, where, expect: () => expect, limit: null };
}

function limited<Name extends string>(
  name: Name,
  describe: string,
  where: string,
  limit: ReadyLimit,
  expect: (limit: string) => string,
): ReadyRule<Name> {
  return { name, describe, where, expect: (given) => expect(given ?? ''), limit };
}

const SHARE: ReadyLimit = { unit: 'share', default: 0, example: '0.01' };
const seconds = (example: string, otherwise: number | null = null): ReadyLimit => ({
  unit: 'seconds',
  default: otherwise,
  example,
});

/** Each is documented by one line of the help topic `rules` and shown on captures that keep it and that break it. */
export const READY_RULES = [
  rule('no-failures', 'no problem of severity error', 'true', '!findings.exists(f, f.severity == "error")'),
  rule('no-refused', 'no handshake was answered with RST', SEEN, 'handshake.outcome != "refused"'),
  rule('no-unanswered', 'every SYN got an answer', SEEN, 'handshake.outcome != "unanswered"'),
  rule('no-unreachable', 'no handshake was ended by an ICMP error', SEEN, 'handshake.outcome != "unreachable"'),
  rule('no-half-open', 'every SYN-ACK was acknowledged', SEEN, 'handshake.outcome != "half-open"'),
  rule('handshakes-complete', 'every handshake was completed', SEEN, 'handshake.outcome == "completed"'),
  limited(
    'handshake-under',
    'every handshake was completed, and connect() took less than LIMIT s',
    SEEN,
    seconds('0.05'),
    (limit) => `handshake.outcome == "completed" && handshake.connectTime != null && handshake.connectTime < ${limit}`,
  ),
  rule(
    'no-resets',
    'no RST was sent (SCTP: ABORT)',
    FOLLOWED,
    OF_BOTH((side) => `${side}.resets == 0`),
  ),
  rule(
    'clean-close',
    'closed by FINs of both sides, each acknowledged',
    FOLLOWED,
    'close.style in ["graceful", "simultaneous"]',
  ),
  rule('client-closes-first', 'the client began to close', CLOSED, 'close.firstCloser == "client"'),
  rule('server-closes-first', 'the server began to close', CLOSED, 'close.firstCloser == "server"'),
  rule('no-half-closed', 'no side is still open after the FIN of the other', FOLLOWED, 'close.style != "half-closed"'),
  rule('no-abandoned', 'nobody was left without an answer until it gave up', FOLLOWED, 'close.style != "abandoned"'),
  rule(
    'no-time-wait-on-server',
    'no server is left in TIME-WAIT',
    FOLLOWED,
    'close.timeWait == null || close.timeWait == "client"',
  ),
  limited(
    'close-wait-under',
    'each side closed in less than LIMIT s after the FIN of the other',
    FOLLOWED,
    seconds('1'),
    (limit) =>
      `close.style != "half-closed" && ${['client', 'server']
        .map((side) => `(close.closeWait.${side} == null || close.closeWait.${side} < ${limit})`)
        .join(' && ')}`,
  ),
  limited(
    'lasts-under',
    'every connection lasted less than LIMIT s',
    FOLLOWED,
    seconds('30'),
    (limit) => `duration < ${limit}`,
  ),
  limited(
    'no-retransmissions',
    'neither side sent more than LIMIT of its packets again (copies do not count)',
    'protocol == "tcp"',
    SHARE,
    (limit) => OF_BOTH((side) => `${side}.retransmissions - ${side}.duplicates <= ${limit} * ${side}.packets`),
  ),
  limited(
    'no-zero-window',
    'no receive window was closed (for more than LIMIT s in all)',
    'protocol == "tcp"',
    seconds('0.2', 0),
    (limit) =>
      OF_BOTH((side) => (Number(limit) === 0 ? `${side}.zeroWindows == 0` : `${side}.zeroWindowTime <= ${limit}`)),
  ),
  rule(
    'no-broken-pipe',
    'no socket is left with EPIPE',
    'true',
    'sockets.client.error != "EPIPE" && sockets.server.error != "EPIPE"',
  ),
  rule(
    'no-socket-errors',
    'no socket is left with an error',
    'true',
    'sockets.client.error == null && sockets.server.error == null',
  ),
  rule('no-icmp-errors', 'no ICMP error speaks of it', 'true', 'size(icmp) == 0'),
  rule(
    'no-capture-loss',
    'the capture has every segment that was acknowledged',
    'protocol == "tcp"',
    OF_BOTH((side) => `${side}.ackedUnseen == 0`),
  ),
];

export type ReadyRuleName = (typeof READY_RULES)[number]['name'];

const BY_NAME = new Map<string, ReadyRule>(READY_RULES.map((ready) => [ready.name, ready]));

export function readyRule(name: string): ReadyRule | undefined {
  return BY_NAME.get(name);
}

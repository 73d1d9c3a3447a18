/**
 * What kind of statement each finding is, which tells what can refute it.
 *
 * happened  Packets show it, and no later packet undoes it.
 * absent    It says that something did not come. A later packet refutes it.
 * so far    It is true of the packets up to the last one and may change with the next: a share, a state, a capture's lack.
 */
export type Nature = 'happened' | 'absent' | 'so far';

interface Finding {
  readonly nature: Nature;
  /** Where the whole capture says one of these instead, it says the same and more. */
  readonly orBetter?: readonly string[];
}

const FINDINGS = {
  'connection-refused': { nature: 'happened' },
  unanswered: { nature: 'absent' },
  unreachable: { nature: 'happened' },
  'half-open': { nature: 'absent' },
  'handshake-aborted': { nature: 'happened' },
  'slow-handshake': { nature: 'happened' },
  'handshake-retransmitted': { nature: 'happened', orBetter: ['accept-queue-full', 'slow-handshake'] },
  'accept-queue-full': { nature: 'happened' },
  reset: { nature: 'happened' },
  'broken-pipe': { nature: 'happened' },
  'keep-alive-race': { nature: 'happened' },
  'keep-alive-timeout': { nature: 'happened' },
  'idle-timeout': { nature: 'happened' },
  'injected-reset': { nature: 'happened' },
  'closed-without-answer': { nature: 'happened' },
  'mtu-black-hole': { nature: 'absent' },
  abandoned: { nature: 'absent' },
  'reset-after-fin': { nature: 'happened', orBetter: ['broken-pipe', 'keep-alive-race', 'closed-without-answer'] },
  'unread-data': { nature: 'happened', orBetter: ['closed-without-answer'] },
  'close-wait-leak': { nature: 'so far' },
  'long-close-wait': { nature: 'happened' },
  'half-closed': { nature: 'so far' },
  'time-wait-pile-up': { nature: 'so far' },
  'port-scan': { nature: 'so far' },
  'heavy-retransmission': { nature: 'so far' },
  'zero-window': { nature: 'happened' },
  'capture-loss': { nature: 'absent' },
  'one-direction': { nature: 'so far' },
  'duplicate-packets': { nature: 'so far' },
  'icmp-error': { nature: 'so far' },
  'reset-ignored': { nature: 'so far' },
  'port-reuse': { nature: 'so far' },
  'mptcp-subflow': { nature: 'so far' },
} as const satisfies Record<string, Finding>;

/** Every code that the table knows. */
export const KNOWN_CODES: readonly string[] = Object.keys(FINDINGS);

/** A code that is not in the table is taken as what has happened. */
export function natureOf(code: string): Nature {
  return finding(code).nature;
}

/** The codes that say at least as much as this one. */
export function sayAsMuch(code: string): readonly string[] {
  return [code, ...(finding(code).orBetter ?? [])];
}

function finding(code: string): Finding {
  return (FINDINGS as Record<string, Finding>)[code] ?? { nature: 'happened' };
}

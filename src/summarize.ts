import { DDSketch } from '@datadog/sketches-js';
import { ProblemGroups } from './problem-groups.ts';
import type { CloseStyle, Finding, HandshakeOutcome, ResetCause } from './record.ts';
import { resetCausesOf } from './socket/reset-record.ts';
import { socketErrors } from './socket/sockets.ts';
import { TimeWaitPiles } from './socket/time-wait.ts';
import type { Distribution, ProblemGroup, Summary } from './summary.ts';
import { closeStyle } from './track/close-record.ts';
import {
  C_EVENTS,
  C_HANDSHAKE,
  C_REUSED_STREAM,
  E_DUPLICATES,
  E_RESETS,
  E_RETRANSMISSIONS,
  F_BYTES,
} from './track/columns.ts';
import { SEVERITY_ORDER } from './track/finding-list.ts';
import { connectNanoseconds, handshakeOutcome } from './track/handshake-record.ts';
import type { RecordSource } from './track/record-source.ts';
import { protocolOf, type Sides, sidesOf } from './track/sides.ts';
import type { Slab } from './track/slab.ts';
import { seconds } from './track/times.ts';
import { USUAL_CLOSED, USUAL_EXCHANGE, USUAL_OPEN, USUAL_REFUSED, USUAL_UNANSWERED } from './track/usual.ts';
import type { UsualSums } from './track/usual-sums.ts';
import {
  N_USUAL_BYTES,
  N_USUAL_RESENT,
  W_USUAL_CONNECTS,
  W_USUAL_IN_TURN,
  W_USUAL_SHAPES,
  W_USUAL_UNLISTED,
} from './track/words.ts';

/** Quantiles are within 1 % of the true value (DDSketch), and sketches of parts add up to that of the whole. */
const RELATIVE_ACCURACY = 0.01;

/** Adds connections up, from their rows, without making records of them. */
export class SummaryBuilder {
  readonly #connections: Summary['connections'] = { tcp: 0, udp: 0, sctp: 0 };
  readonly #handshakes: Record<HandshakeOutcome, number> = {
    completed: 0,
    refused: 0,
    unreachable: 0,
    unanswered: 0,
    'half-open': 0,
    aborted: 0,
    'not-captured': 0,
  };
  readonly #closes: Record<CloseStyle, number> = {
    open: 0,
    'half-closed': 0,
    graceful: 0,
    simultaneous: 0,
    reset: 0,
    'reset-after-fin': 0,
    abandoned: 0,
  };
  readonly #connectTime = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });
  readonly #problems: ProblemGroups;
  readonly #resets = { fromClient: 0, fromServer: 0 };
  readonly #resetCauses: Record<ResetCause, number> = {
    'port-closed': 0,
    'abortive-close': 0,
    'data-after-close': 0,
    'half-open-peer': 0,
    'backlog-overflow': 0,
    'client-abort': 0,
    'injected-suspected': 0,
    unknown: 0,
  };
  readonly #slab: Slab;
  readonly #usual: UsualSums;
  readonly #timeWait: TimeWaitPiles;
  #failed = 0;
  #withProblems = 0;
  #retransmissions = 0;
  #payloadBytes = 0;

  /**
   * @param usual what usual connections of `slab` add up to
   * @param problems, timeWait of the builder that this one goes on from
   */
  constructor(slab: Slab, usual: UsualSums, problems = new ProblemGroups(), timeWait = new TimeWaitPiles(usual)) {
    this.#slab = slab;
    this.#usual = usual;
    this.#problems = problems;
    this.#timeWait = timeWait;
  }

  /** @param found what was found of the row's connection, worst first */
  add(source: RecordSource, row: number, found: { readonly findings: readonly Finding[] }): void {
    const { ints, floats } = source.slab;
    const sides = sidesOf(ints, row);
    const { at, client, server } = sides;
    const protocol = protocolOf(ints, at);
    this.#connections[protocol]++;
    this.#payloadBytes += floats[sides.clientTimes + F_BYTES] + floats[sides.serverTimes + F_BYTES];
    if (protocol === 'udp' && isUneventful(ints, sides)) return;
    this.#retransmissions += ints[client + E_RETRANSMISSIONS] + ints[server + E_RETRANSMISSIONS];
    this.#resets.fromClient += ints[client + E_RESETS];
    this.#resets.fromServer += ints[server + E_RESETS];
    for (const cause of resetCausesOf(source, row, sides)) this.#resetCauses[cause]++;
    if (protocol === 'tcp') this.#timeWait.add(source, sides);
    if (protocol !== 'udp') {
      this.#handshakes[handshakeOutcome(ints[at + C_HANDSHAKE])]++;
      this.#closes[closeStyle(source, sides)]++;
      const connect = seconds(connectNanoseconds(ints, floats, at, sides.times));
      if (connect >= 0) this.#connectTime.accept(connect);
    }
    const { findings } = found;
    if (findings.length === 0) return;
    if (findings[0].severity === 'error') this.#failed++;
    if (findings[0].severity !== 'note') this.#withProblems++;
    this.#problems.add(source, sides, protocol, findings, socketErrors(source, row, sides));
  }

  /** Sums up the connect() times of usual connections that wait. */
  addConnects(): void {
    const { words } = this.#slab;
    const { connects } = this.#usual;
    for (let i = 0; i < words[W_USUAL_CONNECTS]; i++) this.#connectTime.accept(seconds(connects[i]));
    words[W_USUAL_CONNECTS] = 0;
  }

  /** Adds usual connections (track/usual.ts), which were only counted. Once, when the analysis has ended. */
  addUsual(): void {
    const { words, sums } = this.#slab;
    this.addConnects();
    const closed = words[W_USUAL_SHAPES + USUAL_CLOSED];
    const open = words[W_USUAL_SHAPES + USUAL_OPEN];
    const unanswered = words[W_USUAL_SHAPES + USUAL_UNANSWERED];
    const refused = words[W_USUAL_SHAPES + USUAL_REFUSED];
    this.#connections.tcp += closed + open + unanswered + refused;
    this.#failed += unanswered + refused;
    this.#withProblems += unanswered + refused;
    this.#connections.udp += words[W_USUAL_SHAPES + USUAL_EXCHANGE];
    this.#handshakes.completed += closed + open;
    this.#handshakes.unanswered += unanswered;
    this.#handshakes.refused += refused;
    this.#closes.graceful += words[W_USUAL_IN_TURN];
    this.#closes.simultaneous += closed - words[W_USUAL_IN_TURN];
    this.#closes.open += open;
    this.#closes.abandoned += unanswered;
    this.#closes.reset += refused;
    this.#resets.fromServer += refused;
    this.#resetCauses['port-closed'] += refused;
    this.#payloadBytes += sums[N_USUAL_BYTES];
    this.#retransmissions += sums[N_USUAL_RESENT];
    this.#problems.addUsual(this.#usual);
    this.#problems.notListed += words[W_USUAL_UNLISTED];
  }

  /** One that has the same in it and goes its own way. */
  copy(): SummaryBuilder {
    const copy = new SummaryBuilder(this.#slab, this.#usual, this.#problems.copy(), this.#timeWait.copy());
    Object.assign(copy.#connections, this.#connections);
    Object.assign(copy.#handshakes, this.#handshakes);
    Object.assign(copy.#closes, this.#closes);
    Object.assign(copy.#resets, this.#resets);
    copy.#connectTime.merge(this.#connectTime);
    Object.assign(copy.#resetCauses, this.#resetCauses);
    copy.#failed = this.#failed;
    copy.#withProblems = this.#withProblems;
    copy.#retransmissions = this.#retransmissions;
    copy.#payloadBytes = this.#payloadBytes;
    return copy;
  }

  /** What the connections added so far add up to; packets, times and other frames are the caller's. */
  finish(): Omit<Summary, 'packets' | 'wireBytes' | 'start' | 'end' | 'duration' | 'otherFrames' | 'evicted'> {
    const { problems, notListed } = this.#problems.list();
    return {
      connections: this.#connections,
      failed: this.#failed,
      withProblems: this.#withProblems,
      handshakes: this.#handshakes,
      connectTime: distribution(this.#connectTime),
      closes: this.#closes,
      resets: this.#resets,
      resetCauses: this.#resetCauses,
      retransmissions: this.#retransmissions,
      payloadBytes: this.#payloadBytes,
      problems: [...problems, ...this.#timeWait.problems()].sort(worstFirst),
      problemsNotListed: notListed,
    };
  }
}

/** A UDP exchange of which there is nothing to find: no ICMP error, no copy of a packet, ports that were not used before. */
function isUneventful(ints: Int32Array, { at, client, server }: Sides): boolean {
  return (
    (ints[at + C_EVENTS] | ints[at + C_REUSED_STREAM] | ints[client + E_DUPLICATES] | ints[server + E_DUPLICATES]) === 0
  );
}

/** Streams have their own numbers in each protocol. */
function worstFirst(a: ProblemGroup, b: ProblemGroup): number {
  const order = SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || b.count - a.count || a.example - b.example;
  return order || a.protocol.localeCompare(b.protocol);
}

/** What is said of a sketch; null where it is empty. */
export function distribution(sketch: DDSketch): Distribution | null {
  if (sketch.count === 0) return null;
  const { count, min, max, sum } = sketch;
  // Nearest rank: the least value that a share q of all does not exceed. The sketch takes the rank below q * (count - 1),
  // and answers with bucket middles, which may lie just outside of what was seen.
  const quantile = (q: number) => {
    const rank = Math.ceil(q * count) - 1;
    const value = sketch.getValueAtQuantile(Math.min(1, (rank + 0.5) / Math.max(1, count - 1)));
    return Math.min(max, Math.max(min, value));
  };
  return { count, min, mean: sum / count, p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99), max };
}

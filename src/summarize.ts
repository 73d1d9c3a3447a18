import { DDSketch } from '@datadog/sketches-js';
import { makeFindings } from './findings.ts';
import type { CloseStyle, Finding, HandshakeOutcome, Protocol, ResetCause } from './record.ts';
import { resetCausesOf } from './socket/reset-record.ts';
import { TimeWaitPiles } from './socket/time-wait.ts';
import type { Distribution, ProblemGroup, Summary } from './summary.ts';
import { closeStyle } from './track/close-record.ts';
import {
  C_ADDRESS_0,
  C_ADDRESS_1,
  C_EVENTS,
  C_HANDSHAKE,
  C_PORTS,
  C_PROTOCOL,
  C_REUSED_STREAM,
  C_STREAM,
  E_DUPLICATES,
  E_RESETS,
  E_RETRANSMISSIONS,
  F_BYTES,
} from './track/columns.ts';
import { SEVERITY_ORDER } from './track/finding-list.ts';
import { connectNanoseconds, handshakeOutcome } from './track/handshake-record.ts';
import { QT_CONNECT, QUIET_TIMES_STRIDE, type QuietLog, takeQuiet } from './track/quiet.ts';
import type { RecordSource } from './track/record-source.ts';
import { endpointOf, protocolOf, type Sides, sidesOf } from './track/sides.ts';
import type { Slab } from './track/slab.ts';
import { seconds } from './track/times.ts';

/** Quantiles are within 1 % of the true value (DDSketch), and sketches of parts add up to that of the whole. */
const RELATIVE_ACCURACY = 0.01;
/** Problem groups kept apart; a scan over more servers than this is counted, not listed. */
const GROUPS_KEPT = 10_000;

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
  readonly #groups = new Map<string, ProblemGroup>();
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
  #timeWait = new TimeWaitPiles();
  #retransmissions = 0;
  #payloadBytes = 0;
  #notListed = 0;

  add(source: RecordSource, row: number): void {
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
      this.#closes[closeStyle(ints, at, client, server)]++;
      const connect = seconds(connectNanoseconds(ints, floats, at, sides.times));
      if (connect >= 0) this.#connectTime.accept(connect);
    }
    for (const finding of makeFindings(source, row, sides)) this.#group(source, sides, protocol, finding);
  }

  /** Those that were only counted, up to now; they wait no more. */
  addQuiet(slab: Slab, log: QuietLog): void {
    const { count, graceful, bytes } = takeQuiet(slab);
    this.#connections.tcp += count;
    this.#handshakes.completed += count;
    this.#closes.graceful += graceful;
    this.#closes.simultaneous += count - graceful;
    this.#payloadBytes += bytes;
    for (let entry = 0; entry < count; entry++) {
      this.#connectTime.accept(seconds(log.quietTimes[entry * QUIET_TIMES_STRIDE + QT_CONNECT]));
      this.#timeWait.addQuiet(log, entry);
    }
  }

  #group(source: RecordSource, sides: Sides, protocol: Protocol, finding: Finding): void {
    const { ints } = source.slab;
    const key = `${finding.code} ${serverKey(ints, sides)}`;
    const group = this.#groups.get(key);
    const stream = ints[sides.at + C_STREAM];
    if (group !== undefined) {
      group.count++;
      // The example is the first in the capture, in whatever order connections end.
      if (stream < group.example) {
        group.example = stream;
        group.message = finding.message;
      }
    } else if (this.#groups.size < GROUPS_KEPT) {
      const { code, severity, message } = finding;
      const server = endpointOf(source, sides.at, 1 - sides.clientEndpoint);
      this.#groups.set(key, { code, severity, protocol, server, count: 1, example: stream, message });
    } else {
      this.#notListed++;
    }
  }

  /** One that has the same in it and goes its own way. */
  copy(): SummaryBuilder {
    const copy = new SummaryBuilder();
    Object.assign(copy.#connections, this.#connections);
    Object.assign(copy.#handshakes, this.#handshakes);
    Object.assign(copy.#closes, this.#closes);
    Object.assign(copy.#resets, this.#resets);
    copy.#connectTime.merge(this.#connectTime);
    for (const [key, group] of this.#groups) copy.#groups.set(key, { ...group });
    Object.assign(copy.#resetCauses, this.#resetCauses);
    copy.#timeWait = this.#timeWait.copy();
    copy.#retransmissions = this.#retransmissions;
    copy.#payloadBytes = this.#payloadBytes;
    copy.#notListed = this.#notListed;
    return copy;
  }

  /** What the connections added so far add up to; packets, times and other frames are the caller's. */
  finish(): Omit<Summary, 'packets' | 'wireBytes' | 'start' | 'end' | 'duration' | 'otherFrames' | 'evicted'> {
    return {
      connections: this.#connections,
      handshakes: this.#handshakes,
      connectTime: distribution(this.#connectTime),
      closes: this.#closes,
      resets: this.#resets,
      resetCauses: this.#resetCauses,
      retransmissions: this.#retransmissions,
      payloadBytes: this.#payloadBytes,
      problems: [...this.#groups.values(), ...this.#timeWait.problems()].sort(worstFirst),
      problemsNotListed: this.#notListed,
    };
  }
}

/** Protocol, address and port of the server, as they stand in the row: formatting them takes longer than the rest. */
function serverKey(ints: Int32Array, { at, clientEndpoint }: Sides): string {
  const a = at + (clientEndpoint === 0 ? C_ADDRESS_1 : C_ADDRESS_0);
  const port = clientEndpoint === 0 ? ints[at + C_PORTS] & 0xffff : ints[at + C_PORTS] >>> 16;
  return `${ints[at + C_PROTOCOL]} ${ints[a]} ${ints[a + 1]} ${ints[a + 2]} ${ints[a + 3]} ${port}`;
}

/** A UDP exchange of which there is nothing to find: no ICMP error, no copy of a packet, ports that were not used before. */
function isUneventful(ints: Int32Array, { at, client, server }: Sides): boolean {
  return (
    (ints[at + C_EVENTS] | ints[at + C_REUSED_STREAM] | ints[client + E_DUPLICATES] | ints[server + E_DUPLICATES]) === 0
  );
}

function worstFirst(a: ProblemGroup, b: ProblemGroup): number {
  return SEVERITY_ORDER[a.severity] - SEVERITY_ORDER[b.severity] || b.count - a.count || a.example - b.example;
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

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RunningAnalysis } from '../../analyze.ts';
import type { CloseStyle, HandshakeOutcome, Protocol, ResetCause } from '../../record.ts';
import { makeResets } from '../../socket/reset-record.ts';
import { closeStyle } from '../../track/close-record.ts';
import { C_EVENTS, C_HANDSHAKE, FLOAT_STRIDE, INT_STRIDE } from '../../track/columns.ts';
import { connectNanoseconds, handshakeOutcome } from '../../track/handshake-record.ts';
import { sidesOf } from '../../track/sides.ts';
import { SYN_SENT, TCP_STATES } from '../../track/tcp-state.ts';
import type { Surroundings } from '../display.ts';
import type { LiveEvent, LiveListener, LiveSession } from '../session.ts';

/** Seconds; on one machine a handshake takes microseconds, around the world a third of a second, with a lost SYN one more. */
const HANDSHAKE_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];
/** How a handshake can end for good: one whose SYN was not captured is not counted. */
const OUTCOMES = keysOf<Exclude<HandshakeOutcome, 'not-captured'>>({
  completed: true,
  refused: true,
  unreachable: true,
  unanswered: true,
  'half-open': true,
  aborted: true,
});
/** Open and half-closed ones end here, too: when they are given up to bound memory. */
const STYLES = keysOf<CloseStyle>({
  open: true,
  'half-closed': true,
  graceful: true,
  simultaneous: true,
  reset: true,
  'reset-after-fin': true,
  abandoned: true,
});
const CAUSES = keysOf<ResetCause>({
  'port-closed': true,
  'abortive-close': true,
  'data-after-close': true,
  'half-open-peer': true,
  'backlog-overflow': true,
  'client-abort': true,
  'injected-suspected': true,
  unknown: true,
});
const NONE = { tcp: 0, udp: 0, sctp: 0 };

/** All values of a type as a list: the compiler misses one that is left out. */
function keysOf<T extends string>(all: Record<T, true>): T[] {
  return Object.keys(all) as T[];
}

/**
 * A live session in numbers, in the text format of Prometheus. No label has values that come from the network, so
 * their number is bounded. What the session counts anyway is read when it is asked for.
 *
 * Every label value is there from the start, with 0: Prometheus takes the first sample of a counter for its beginning,
 * so that rate() would not see the first refusal of a counter that comes with it.
 */
export class LiveMetrics implements LiveListener {
  readonly #registry = new Registry();
  readonly #surroundings: () => Surroundings;
  readonly #handshakes: Counter<'protocol' | 'outcome'>;
  readonly #closes: Counter<'protocol' | 'style'>;
  readonly #resets: Counter<'cause'>;
  readonly #handshakeSeconds: Histogram;
  #session: LiveSession | null = null;
  #analysis: RunningAnalysis | null = null;

  constructor(surroundings: () => Surroundings) {
    const registers = [this.#registry];
    this.#surroundings = surroundings;
    this.#handshakes = new Counter({
      name: 'sockscope_handshakes_total',
      help: 'Handshakes that were completed or failed, by protocol and outcome',
      labelNames: ['protocol', 'outcome'],
      registers,
    });
    this.#closes = new Counter({
      name: 'sockscope_closes_total',
      help: 'Connections that have ended, by protocol and how they were closed (UDP: none)',
      labelNames: ['protocol', 'style'],
      registers,
    });
    this.#resets = new Counter({
      name: 'sockscope_resets_total',
      help: 'RST segments of connections that have ended or failed, by cause',
      labelNames: ['cause'],
      registers,
    });
    this.#handshakeSeconds = new Histogram({
      name: 'sockscope_handshake_seconds',
      help: 'From the first SYN to the SYN-ACK: how long connect() took',
      buckets: HANDSHAKE_BUCKETS,
      registers,
    });
    this.#beginAtZero();
    this.#register();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  begin(session: LiveSession, analysis: RunningAnalysis): void {
    this.#session = session;
    this.#analysis = analysis;
  }

  event({ kind, row, connection: { protocol } }: LiveEvent): void {
    const source = this.#analysis?.source;
    if (source === undefined || kind === 'open') return;
    const { ints, floats } = source.slab;
    const at = row * INT_STRIDE;
    if (kind === 'established') {
      this.#handshakes.inc({ protocol, outcome: 'completed' });
      const nanoseconds = connectNanoseconds(ints, floats, at, row * FLOAT_STRIDE);
      if (!Number.isNaN(nanoseconds)) this.#handshakeSeconds.observe(nanoseconds / 1e9);
      return;
    }
    const sides = sidesOf(ints, row);
    if (kind === 'failed') {
      this.#handshakes.inc({
        protocol,
        outcome: protocol === 'udp' ? 'unreachable' : handshakeOutcome(ints[at + C_HANDSHAKE]),
      });
    } else {
      const style = protocol === 'udp' ? 'none' : closeStyle(source, sides);
      this.#closes.inc({ protocol, style });
    }
    if (ints[at + C_EVENTS] === 0) return;
    for (const { cause } of makeResets(source, row, sides)) this.#resets.inc({ cause });
  }

  #beginAtZero(): void {
    for (const protocol of PROTOCOLS) {
      // UDP has neither a handshake nor a close: what it can meet is a port that is not there, and silence.
      const outcomes: HandshakeOutcome[] = protocol === 'udp' ? ['unreachable'] : OUTCOMES;
      for (const outcome of outcomes) this.#handshakes.inc({ protocol, outcome }, 0);
      for (const style of protocol === 'udp' ? ['none'] : STYLES) this.#closes.inc({ protocol, style }, 0);
    }
    for (const cause of CAUSES) this.#resets.inc({ cause }, 0);
  }

  /** What is read from the session when somebody asks. */
  #register(): void {
    const session = () => this.#session;
    const tracker = () => this.#analysis?.tracker;
    this.#total('packets', 'Packets analysed', () => tracker()?.packets ?? 0);
    this.#total('bytes', 'Bytes of the packets analysed, as they were on the wire', () => tracker()?.wireBytes ?? 0);
    this.#total('retransmissions', 'TCP segments retransmitted', () => session()?.traffic.retransmissions ?? 0);
    this.#total('evicted_connections', 'Open connections given up to bound memory', () => tracker()?.evicted ?? 0);
    this.#total(
      'dropped_packets',
      'Packets lost before the analysis; absent where nobody says',
      () => this.#surroundings().drops,
    );
    this.#byProtocol('connections_total', 'Connections that began', Counter, () => session()?.watch.begun ?? NONE);
    this.#byProtocol('open_connections', 'Connections that are open', Gauge, () => session()?.watch.open ?? NONE);
    this.#states();
    const help = 'How far the analysis is behind the network; absent where that cannot be told';
    this.#gauge('sockscope_lag_seconds', help, () => this.#surroundings().lag);
    this.#gauge('process_resident_memory_bytes', 'Memory of sockscope', () => this.#surroundings().memory);
  }

  #total(name: string, help: string, value: () => number | null): void {
    new Counter({
      name: `sockscope_${name}_total`,
      help,
      registers: [this.#registry],
      collect() {
        this.reset();
        const now = value();
        if (now === null) this.remove();
        else this.inc(now);
      },
    });
  }

  #gauge(name: string, help: string, value: () => number | null): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        const now = value();
        if (now === null) this.remove();
        else this.set(now);
      },
    });
  }

  #byProtocol(
    name: string,
    help: string,
    Metric: typeof Counter | typeof Gauge,
    values: () => Record<Protocol, number>,
  ): void {
    new Metric({
      name: `sockscope_${name}`,
      help: `${help}, by protocol`,
      labelNames: ['protocol'],
      registers: [this.#registry],
      collect() {
        this.reset();
        for (const [protocol, value] of Object.entries(values())) this.inc({ protocol }, value);
      },
    });
  }

  #states(): void {
    const session = () => this.#session;
    new Gauge({
      name: 'sockscope_open_endpoints',
      help: 'Ends of open TCP connections, by side and state (RFC 9293)',
      labelNames: ['side', 'state'],
      registers: [this.#registry],
      collect() {
        const watch = session()?.watch;
        for (const [i, state] of TCP_STATES.entries()) {
          if (i < SYN_SENT) continue; // no connection is open in these
          this.set({ side: 'client', state }, watch?.clientStates[i] ?? 0);
          this.set({ side: 'server', state }, watch?.serverStates[i] ?? 0);
        }
      },
    });
  }
}

import type { EndedConnection, RunningAnalysis } from '../analyze.ts';
import { endpointText } from '../report/endpoint.ts';
import { C_STATUS, FLOAT_STRIDE, INT_STRIDE, ROW_RESET } from '../track/columns.ts';
import { connectNanoseconds } from '../track/handshake-record.ts';
import { TCP_STATES } from '../track/tcp-state.ts';
import { type Processes, type ProcessesOf, processesText } from './processes/process.ts';
import { Rates, type Totals } from './rates.ts';
import { LargestRecently, Latest } from './recently.ts';
import type { LiveEvent, LiveListener, LiveSession } from './session.ts';
import type { Failure, LiveSnapshot, SlowHandshake } from './snapshot.ts';

/** As many as the tallest terminal shows. */
const ROWS_KEPT = 60;
const SLOW_PERIOD = 60;
/** Records made for the list of failures in a second: a port scan must not cost more than its packets. */
const FAILURES_A_SECOND = 200;

/** What the screen tells beside what happens to connections. */
export type Surroundings = Pick<LiveSnapshot, 'source' | 'how' | 'elapsed' | 'drops' | 'lag' | 'memory' | 'metrics'>;

/** The processes are looked for later: their text is made when it is shown. */
type WithProcesses<T> = Omit<T, 'process'> & { processes: Processes | null };

function withText<T extends { processes: Processes | null }>({ processes, ...rest }: T) {
  return { ...rest, process: processes === null ? '' : processesText(processes) };
}

/** Gathers what the screen of a live session shows. */
export class LiveDisplay implements LiveListener {
  readonly #failures = new Latest<WithProcesses<Failure>>(ROWS_KEPT);
  readonly #slowest = new LargestRecently<WithProcesses<SlowHandshake>>(ROWS_KEPT, SLOW_PERIOD);
  readonly #rates = new Rates();
  readonly #processesOf: ProcessesOf | null;
  readonly #utc: boolean;
  #session: LiveSession | null = null;
  #analysis: RunningAnalysis | null = null;
  #failuresLeft = FAILURES_A_SECOND;

  /** @param processesOf null where nobody asks for processes @param utc times of day in UTC, not in local time */
  constructor(processesOf: ProcessesOf | null, utc: boolean) {
    this.#processesOf = processesOf;
    this.#utc = utc;
  }

  begin(session: LiveSession, analysis: RunningAnalysis): void {
    this.#session = session;
    this.#analysis = analysis;
  }

  event(event: LiveEvent): void {
    if (event.kind === 'established') this.#established(event);
    else if (event.kind === 'failed' || (event.kind === 'ended' && this.#isReset(event.row))) this.#failed(event);
  }

  /** A second is over. @param seconds how long it really was */
  second(seconds: number): void {
    this.#rates.tick(this.#totals(), seconds);
    this.#failuresLeft = FAILURES_A_SECOND;
  }

  snapshot(surroundings: Surroundings, notice: string | null = null): LiveSnapshot {
    const watch = this.#session?.watch;
    const states = TCP_STATES.map((state, i) => ({
      state,
      clients: watch?.clientStates[i] ?? 0,
      servers: watch?.serverStates[i] ?? 0,
    }));
    return {
      ...surroundings,
      totals: this.#totals(),
      perSecond: this.#rates.perSecond,
      bits: this.#rates.bits,
      open: watch?.open ?? { tcp: 0, udp: 0, sctp: 0 },
      states: states.filter(({ state, clients, servers }) => state !== 'CLOSED' && clients + servers > 0),
      failures: this.#failures.list().map(withText),
      slowest: this.#slowest.list(this.#session?.now ?? 0).map(({ what }) => withText(what)),
      talkers: this.#session?.traffic.talkers(ROWS_KEPT) ?? [],
      evicted: this.#analysis?.tracker.evicted ?? 0,
      withProcesses: this.#processesOf !== null,
      notice,
    };
  }

  #totals(): Totals {
    const watch = this.#session?.watch;
    const { tcp, udp, sctp } = watch?.begun ?? { tcp: 0, udp: 0, sctp: 0 };
    return {
      packets: this.#analysis?.tracker.packets ?? 0,
      wireBytes: this.#analysis?.tracker.wireBytes ?? 0,
      connections: tcp + udp + sctp,
      failures: watch?.told.failed ?? 0,
    };
  }

  #isReset(row: number): boolean {
    const ints = this.#analysis?.source.slab.ints;
    return ints !== undefined && (ints[row * INT_STRIDE + C_STATUS] & ROW_RESET) !== 0;
  }

  #established({ row, connection }: LiveEvent): void {
    const slab = this.#analysis?.source.slab;
    if (slab === undefined) return;
    const seconds = connectNanoseconds(slab.ints, slab.floats, row * INT_STRIDE, row * FLOAT_STRIDE) / 1e9;
    if (Number.isNaN(seconds)) return;
    this.#slowest.offer(seconds, this.#session?.now ?? 0, () => {
      const record = connection.record();
      return {
        seconds,
        client: endpointText(record.client),
        server: endpointText(record.server),
        synRetransmissions: record.handshake?.synRetransmissions ?? 0,
        processes: this.#processes(connection),
      };
    });
  }

  #failed({ time, connection }: LiveEvent): void {
    if (this.#failuresLeft <= 0) return;
    this.#failuresLeft--;
    const { client, server, sockets, handshake, close, findings } = connection.record();
    const outcome = handshake?.outcome === 'completed' ? close?.style : handshake?.outcome;
    this.#failures.add({
      time: timeOfDay(time, this.#utc),
      client: endpointText(client),
      server: endpointText(server),
      error: sockets.client.error ?? sockets.server.error ?? outcome ?? '',
      message: findings[0]?.message ?? '',
      processes: this.#processes(connection),
    });
  }

  #processes(connection: EndedConnection): Processes | null {
    return this.#processesOf === null ? null : this.#processesOf(connection);
  }
}

/** '1700000000.123456789' → '22:13:20.123' */
function timeOfDay(time: string, utc: boolean): string {
  const [seconds, fraction] = time.split('.');
  const date = new Date(Number(seconds) * 1000);
  const shift = utc ? 0 : date.getTimezoneOffset() * 60_000;
  return `${new Date(date.getTime() - shift).toISOString().slice(11, 19)}.${fraction.slice(0, 3)}`;
}

import type { Totals } from './rates.ts';
import type { Talker } from './traffic.ts';

/** A handshake that failed, as the screen shows it. */
export interface Failure {
  /** Time of day, UTC: 12:34:56.789 */
  time: string;
  client: string;
  server: string;
  /** What connect() returned, 'ECONNREFUSED'; the outcome of the handshake where no call failed. */
  error: string;
  /** The frames in words: 'the SYN was answered with RST'. */
  message: string;
  /** Local programs at its ends, 'curl 1234'; '' where not known or not asked for. */
  process: string;
}

export interface SlowHandshake {
  seconds: number;
  client: string;
  server: string;
  synRetransmissions: number;
  process: string;
}

/** Everything that the screen shows of one moment. */
export interface LiveSnapshot {
  /** What is captured: 'eth0', 'standard input'; and how: 'tcpdump, tcp port 80'. */
  source: string;
  how: string;
  /** Seconds since the capture began. */
  elapsed: number;
  totals: Totals;
  perSecond: Totals;
  /** Bits of each of the last seconds, newest last. */
  bits: readonly number[];
  open: { tcp: number; udp: number; sctp: number };
  /** RFC 9293 states of the ends of open TCP connections. */
  states: { state: string; clients: number; servers: number }[];
  failures: Failure[];
  slowest: SlowHandshake[];
  talkers: Talker[];
  /** Packets that were lost before they came here; null where nobody says. */
  drops: number | null;
  /** Seconds that the analysis is behind; null where that cannot be told. */
  lag: number | null;
  /** Bytes of memory. */
  memory: number;
  /** Where the metrics are, '127.0.0.1:9464'; null where they are not served. */
  metrics: string | null;
  /** Connections given up to bound memory. */
  evicted: number;
  withProcesses: boolean;
  /** What the user was told last, for some seconds; null where there is nothing. */
  notice: string | null;
}

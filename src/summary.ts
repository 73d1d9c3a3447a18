import type { CloseStyle, HandshakeOutcome, Protocol, ResetCause, Severity, Side } from './record.ts';

/** One input file (or standard input) as far as it was read. */
export interface CaptureInfo {
  file: string;
  format: 'pcap' | 'pcapng';
  /** 'gzip', 'zstd', 'lz4'; null where the file is not compressed. */
  compression: string | null;
  linkTypes: string[];
  packets: number;
  /** Bytes of captured packets. */
  bytes: number;
  firstTime: string | null;
  lastTime: string | null;
  /** Seconds between two ticks of the clock that its times come from; of several clocks the coarsest. */
  timeResolution: number;
  /** Packets that the capturing kernel or interface says it dropped; null where the file does not say. */
  drops: number | null;
  /** Where the file broke off or stopped making sense; null where it is whole. */
  cut: { offset: number; frame: number; message: string } | null;
  /**
   * Only of a capture that was made live: with which program (null: it came through standard input), and whether its
   * times are the kernel's or those of delivery to that program (null: not known).
   */
  live?: { backend: string | null; timestamps: 'kernel' | 'delivery' | null };
}

/** A distribution: exact count, mean and extremes, quantiles with 1 % relative error (mergeable sketch). Seconds. */
export interface Distribution {
  count: number;
  min: number;
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** Findings of one code and severity at one server, gathered over connections. */
export interface ProblemGroup {
  code: string;
  severity: Severity;
  protocol: Protocol;
  /** The port is null where it is about many of one host: `port-scan`. */
  server: { address: string; port: number | null };
  /** Connections that have the finding. */
  count: number;
  /** Stream number of an example, the first in the capture, and its finding's message. */
  example: number;
  message: string;
  /** Side that the finding is about, as in the finding; null where it is about neither, or not always about the same. */
  side: Side | null;
  /** What was left on the sockets of these connections (`sockets.<side>.error`), and on how many; most first. */
  errors: { side: Side; error: string; count: number }[];
  /**
   * Different client addresses. Up to 63 the number is exact; beyond, it is estimated from the 64 smallest of their hashes, with a
   * standard error of 13 %.
   */
  clients: number;
  /** The client's address where there is only one, else null. */
  client: string | null;
  /** Codes of other groups at this server that hold exactly the same connections: one event under several names. */
  sameAs: string[];
  /**
   * The first and the last time that it happened. What is about the beginning of a connection (its handshake, `port-reuse`,
   * `one-direction`) happened at its first packet, all else at its last.
   */
  firstTime: string;
  lastTime: string;
  /** How often it happened when. */
  times: Histogram;
}

/** Counts over time: the first is for times from `start` on, each is for `width` seconds. There are 32 or fewer. */
export interface Histogram {
  start: string;
  width: number;
  counts: number[];
}

/** What the whole capture adds up to. Counts are exact; two summaries of disjoint connections can be merged. */
export interface Summary {
  packets: number;
  /** Sum of original frame lengths. */
  wireBytes: number;
  start: string | null;
  end: string | null;
  duration: number;
  connections: { tcp: number; udp: number; sctp: number };
  /** Connections that failed: with a finding of severity 'error'. */
  failed: number;
  /** Connections with a problem: a finding of severity 'error' or 'warning'. */
  withProblems: number;
  /** TCP and SCTP. */
  handshakes: Record<HandshakeOutcome, number>;
  connectTime: Distribution | null;
  closes: Record<CloseStyle, number>;
  resets: { fromClient: number; fromServer: number };
  /** Why they were sent, of the RSTs that records keep: the first 16 of a connection. */
  resetCauses: Record<ResetCause, number>;
  retransmissions: number;
  /** Payload bytes of all connections. */
  payloadBytes: number;
  /** Frames that belong to no connection, by kind: 'ARP', 'ICMP', 'TIPC', 'link type 147' …; most first. */
  otherFrames: { kind: string; frames: number }[];
  /** Worst first. */
  problems: ProblemGroup[];
  /** Problem groups beyond the limit that is kept; their connections are counted here. */
  problemsNotListed: number;
  /** Connections that were given up early to keep memory bounded. */
  evicted: number;
}

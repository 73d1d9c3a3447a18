import type { CloseStyle, Endpoint, HandshakeOutcome, Protocol, ResetCause, Severity } from './record.ts';

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

/** Findings of one kind at one server, gathered over connections. */
export interface ProblemGroup {
  code: string;
  severity: Severity;
  protocol: Protocol;
  server: Endpoint;
  /** Connections that have the finding. */
  count: number;
  /** Stream number of an example, and its finding's message. */
  example: number;
  message: string;
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

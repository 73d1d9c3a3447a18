/**
 * The connection record, schema 1: what sockscope says of one connection.
 *
 * Durations are seconds. Absolute times are decimal strings of seconds since 1970 with nine digits after the
 * point, because a double cannot hold nanoseconds since 1970. Frames count from 1, as Wireshark's
 * frame.number. What is not known is `null`, never 0 and never a missing key. A record never changes once made.
 */
export const SCHEMA = 1;

/** A frame and its capture time. */
export interface Mark {
  frame: number;
  time: string;
}

/** What identifies a communicating process together with the protocol. IPv6 in RFC 5952 form. */
export interface Endpoint {
  address: string;
  port: number;
}

export type Side = 'client' | 'server';
export type Protocol = 'tcp' | 'udp' | 'sctp';

export interface Connection {
  /** Wireshark's tcp.stream, udp.stream or sctp.assoc_index: in order of first frame, per protocol, from 0. */
  stream: number;
  protocol: Protocol;
  client: Endpoint;
  server: Endpoint;
  /** True where no SYN and no SYN-ACK told who called connect(). */
  rolesInferred: boolean;
  /** VLAN ids and tunnels of the first packet, outermost first. */
  vlan: number[];
  tunnel: string[];
  firstFrame: number;
  lastFrame: number;
  start: string;
  end: string;
  duration: number;
  /** Null for UDP. */
  handshake: Handshake | null;
  close: Close | null;
  /** The first 16; fromClient.resets and fromServer.resets count all. */
  resets: Reset[];
  /** ICMP errors that quote this connection, the first 16. */
  icmp: IcmpError[];
  fromClient: Direction;
  fromServer: Direction;
  sockets: { client: SocketView; server: SocketView };
  zeek: { connState: ZeekState; history: string };
  /** Wireshark's tcp.completeness; null for other protocols. */
  completeness: number | null;
  findings: Finding[];
}

export type HandshakeOutcome =
  | 'completed'
  | 'refused'
  | 'unreachable'
  | 'unanswered'
  | 'half-open'
  | 'aborted'
  | 'not-captured';

export interface Handshake {
  outcome: HandshakeOutcome;
  /** 'four-way' is SCTP's: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK. */
  kind: 'three-way' | 'simultaneous' | 'fast-open' | 'four-way';
  /** The first of each; for SCTP: INIT, INIT ACK, COOKIE ECHO. */
  syn: Mark | null;
  synAck: Mark | null;
  ack: Mark | null;
  /** Last SYN before the SYN-ACK to the first SYN-ACK that acknowledges it. */
  synToSynAck: number | null;
  /** Last SYN-ACK before the ACK to the ACK. */
  synAckToAck: number | null;
  /** First SYN to SYN-ACK: how long connect() blocked. */
  connectTime: number | null;
  /**
   * First SYN to the ACK of the SYN-ACK: when accept() could return. Where the server repeated its SYN-ACK all the same, to the last
   * packet of the client before the server spoke; null where it never did.
   */
  acceptTime: number | null;
  /** As Wireshark's tcp.analysis.initial_rtt. */
  initialRtt: number | null;
  synRetransmissions: number;
  synAckRetransmissions: number;
  capturePoint: 'near-client' | 'near-server' | 'between' | 'unknown';
  client: SynOptions | null;
  server: SynOptions | null;
}

/** What one side's SYN or SYN-ACK offered. */
export interface SynOptions {
  isn: number;
  window: number;
  mss: number | null;
  windowScale: number | null;
  sackPermitted: boolean;
  timestamps: boolean;
  fastOpen: boolean;
}

/** RFC 9293 section 3.3.2. */
export type TcpState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

export type CloseStyle =
  | 'open'
  | 'half-closed'
  | 'graceful'
  | 'simultaneous'
  | 'reset'
  | 'reset-after-fin'
  | 'abandoned';

export interface CloseStep {
  frame: number;
  time: string;
  from: Side;
  what: 'FIN' | 'ACK of FIN' | 'RST';
}

export interface Close {
  style: CloseStyle;
  /** Who sent the first FIN, or the RST where no FIN came. */
  firstCloser: Side | 'both' | null;
  steps: CloseStep[];
  /** That side's FIN to its acknowledgment. */
  finToAck: { client: number | null; server: number | null };
  /** Peer's FIN to own FIN: time in CLOSE-WAIT. */
  closeWait: { client: number | null; server: number | null };
  /** Who is left in TIME-WAIT. */
  timeWait: Side | 'both' | null;
  /** RFC 9293 state at the end of the capture. */
  state: { client: TcpState; server: TcpState };
}

export interface Reset {
  from: Side;
  frame: number;
  time: string;
  cause: ResetCause;
  /** Would the receiver accept it (RFC 9293 3.5.3, RFC 5961 3)? */
  accepted: boolean;
  receiverState: TcpState;
  /** Why that cause, in words, with the frames that show it. */
  because: string;
}

/** Why an RST was sent, as far as packets tell. */
export type ResetCause =
  /** Nothing listens at the port. */
  | 'port-closed'
  /** The socket was closed, or given up, without a FIN: SO_LINGER 0, unread data (also at the end of a process), a time that ran out. */
  | 'abortive-close'
  /** Something came for a socket that was closed. */
  | 'data-after-close'
  /** The sender knows no such connection: it restarted, or forgot. */
  | 'half-open-peer'
  /** The accept queue of the listening socket was full. */
  | 'backlog-overflow'
  /** The client gave up before the handshake was complete. */
  | 'client-abort'
  /** It does not look like a packet of the side that it says it is from. */
  | 'injected-suspected'
  | 'unknown';

export interface IcmpError {
  frame: number;
  time: string;
  /** Address of the host that sent the ICMP message. */
  from: string;
  type: number;
  code: number;
  text: string;
  /** What a Linux socket would see, and whether it ends a connection; DESIGN section 5. */
  errno: string | null;
  fatal: boolean;
}

export interface Rtt {
  samples: number;
  min: number;
  mean: number;
  max: number;
  stdev: number;
}

/** What one side sent. Analysis counters follow Wireshark's tcp.analysis rules. */
export interface Direction {
  packets: number;
  /** Payload as sent, retransmissions included; the length that the IP header claims. */
  bytes: number;
  syns: number;
  fins: number;
  resets: number;
  /** Sequence space covered, each byte once. */
  uniqueBytes: number;
  /** Sum of original frame lengths. */
  wireBytes: number;
  retransmissions: number;
  fastRetransmissions: number;
  spuriousRetransmissions: number;
  outOfOrder: number;
  duplicateAcks: number;
  lostSegments: number;
  ackedUnseen: number;
  zeroWindows: number;
  zeroWindowProbes: number;
  windowFull: number;
  windowUpdates: number;
  keepAlives: number;
  keepAliveAcks: number;
  /** Exact copies of a packet already seen (mirror ports, the `any` device). */
  duplicates: number;
  /** Seconds this side's receive window was closed. */
  zeroWindowTime: number;
  rtt: Rtt | null;
  firstData: Mark | null;
  lastData: Mark | null;
  ttl: { min: number; max: number } | null;
}

/** What the application of one side saw of its socket, as a Linux kernel shows it. */
export interface SocketView {
  /** The errno that the kernel leaves on the socket for the next call, whether or not one is made; null: none. */
  error: string | null;
  /** Why it is not known whether there is one, in words; absent where it is known. `error` is null then. */
  unknown?: string;
  /** Only where it was asked for. */
  calls?: SocketCall[];
}

export type Certainty = 'certain' | 'likely' | 'possible';

/** A socket call that the packets show. */
export interface SocketCall {
  call: 'listen' | 'connect' | 'accept' | 'read' | 'write' | 'shutdown' | 'close';
  start: Mark | null;
  end: Mark | null;
  /** What it returned: bytes, 0, -1 with `errno`; null where that is not known. */
  result: number | null;
  errno: string | null;
  certainty: Certainty;
  /** The rule and the frames. */
  because: string;
}

export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  code: string;
  severity: Severity;
  side: Side | null;
  message: string;
  frames: number[];
}

/** conn_state of Zeek's conn.log. */
export type ZeekState =
  | 'S0'
  | 'S1'
  | 'S2'
  | 'S3'
  | 'SF'
  | 'REJ'
  | 'RSTO'
  | 'RSTR'
  | 'RSTOS0'
  | 'RSTRH'
  | 'SH'
  | 'SHR'
  | 'OTH';

import { DDSketch } from '@datadog/sketches-js';
import type { Connection, Endpoint, Protocol, Severity } from '../record.ts';
import { serverName } from './server-name.ts';

/** Connections that have something in common. */
export interface Tally {
  connections: number;
  /** The stream of the first of them. */
  stream: number;
  firstFrame: number;
}

/** Kinds of one sort that are kept apart at a server; more are counted together. */
const KINDS_KEPT = 64;
const OTHERS = 'others';
/** Servers kept apart; a scan over more than this is one server, '*'. */
const SERVERS_KEPT = 100_000;
const RELATIVE_ACCURACY = 0.01;

/** Counts by kind, each with an example; bounded, and two of them add up. */
export class Tallies {
  readonly kinds = new Map<string, Tally>();

  add(kind: string, { connections, stream, firstFrame }: Tally): void {
    const key = this.kinds.has(kind) || this.kinds.size < KINDS_KEPT ? kind : OTHERS;
    const tally = this.kinds.get(key);
    if (tally === undefined) {
      this.kinds.set(key, { connections, stream, firstFrame });
      return;
    }
    tally.connections += connections;
    if (firstFrame < tally.firstFrame) {
      tally.stream = stream;
      tally.firstFrame = firstFrame;
    }
  }

  merge(other: Tallies): void {
    for (const [kind, tally] of other.kinds) this.add(kind, tally);
  }
}

/** What the connections to one server add up to: bounded, whatever their number, and two of them add up. */
export class ServerProfile {
  readonly name: string;
  readonly protocol: Protocol;
  readonly server: Endpoint;
  firstFrame = Number.POSITIVE_INFINITY;
  connections = 0;
  readonly fromClient = { packets: 0, bytes: 0, retransmissions: 0 };
  readonly fromServer = { packets: 0, bytes: 0, retransmissions: 0 };
  /** Problems by 'error reset', 'warning half-open'. */
  readonly problems = new Tallies();
  /** Errors on sockets: 'client ECONNRESET'. */
  readonly errors = new Tallies();
  /** 'graceful, client first'. */
  readonly closes = new Tallies();
  /** What a connection did from its handshake to its end, in words. */
  readonly shapes = new Tallies();
  /** Seconds that connect() blocked. */
  readonly connectTime = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });

  constructor(name: string, protocol: Protocol, server: Endpoint) {
    this.name = name;
    this.protocol = protocol;
    this.server = server;
  }

  add(connection: Connection): void {
    const { stream, firstFrame, handshake, findings } = connection;
    const one: Tally = { connections: 1, stream, firstFrame };
    this.connections++;
    this.firstFrame = Math.min(this.firstFrame, firstFrame);
    for (const side of ['fromClient', 'fromServer'] as const) {
      this[side].packets += connection[side].packets;
      this[side].bytes += connection[side].bytes;
      this[side].retransmissions += connection[side].retransmissions;
    }
    const kinds = new Set(findings.filter(isProblem).map(({ code, severity }) => `${severity} ${code}`));
    for (const kind of kinds) this.problems.add(kind, one);
    const errors = socketErrors(connection);
    for (const error of errors) this.errors.add(error, one);
    const close = closeText(connection);
    if (close !== null) this.closes.add(close, one);
    this.shapes.add(shapeText(connection, close, errors), one);
    const connectTime = handshake?.connectTime ?? null;
    if (connectTime !== null) this.connectTime.accept(connectTime);
  }

  merge(other: ServerProfile): void {
    this.firstFrame = Math.min(this.firstFrame, other.firstFrame);
    this.connections += other.connections;
    for (const side of ['fromClient', 'fromServer'] as const) {
      this[side].packets += other[side].packets;
      this[side].bytes += other[side].bytes;
      this[side].retransmissions += other[side].retransmissions;
    }
    this.problems.merge(other.problems);
    this.errors.merge(other.errors);
    this.closes.merge(other.closes);
    this.shapes.merge(other.shapes);
    if (other.connectTime.count > 0) this.connectTime.merge(other.connectTime);
  }
}

function isProblem({ severity }: { severity: Severity }): boolean {
  return severity !== 'note';
}

/** 'client ECONNRESET' */
function socketErrors({ sockets }: Connection): string[] {
  return (['client', 'server'] as const).flatMap((side) => {
    const { error } = sockets[side];
    return error === null ? [] : [`${side} ${error}`];
  });
}

function closeText({ close }: Connection): string | null {
  if (close === null) return null;
  const { style, firstCloser } = close;
  return firstCloser === null ? style : `${style}, ${firstCloser === 'both' ? 'both' : `${firstCloser} first`}`;
}

/** 'completed; reset, server first; client ECONNRESET': the handshake, the close, and what was wrong. */
function shapeText({ protocol, handshake, findings }: Connection, close: string | null, errors: string[]): string {
  const begin = handshake === null ? protocol : handshake.outcome;
  const problems = findings.filter(isProblem).map(({ code }) => code);
  return [...new Set([begin, ...(close === null ? [] : [close]), ...errors, ...problems])].join('; ');
}

/** The servers of a capture. */
export class CaptureProfile {
  readonly servers = new Map<string, ServerProfile>();
  connections = 0;

  add(connection: Connection): void {
    this.connections++;
    const { protocol, server } = connection;
    const full = this.servers.size >= SERVERS_KEPT;
    const exact = serverName(connection);
    const name = full && !this.servers.has(exact) ? `${protocol} *` : exact;
    let profile = this.servers.get(name);
    if (profile === undefined) {
      profile = new ServerProfile(name, protocol, server);
      this.servers.set(name, profile);
    }
    profile.add(connection);
  }
}

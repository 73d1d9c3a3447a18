import type { AnalysisResult, EndedConnection, SortKey } from '../../src/analyze.ts';
import type { Connection, Direction, Finding, Severity } from '../../src/record.ts';
import type { CaptureInfo, ProblemGroup, Summary } from '../../src/summary.ts';

/** Replaces fields of a record, one level deep or more; arrays are replaced whole. */
export type Changes<T> = { [K in keyof T]?: T[K] extends unknown[] ? T[K] : T[K] | Changes<NonNullable<T[K]>> };

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function changed<T>(base: T, changes: Changes<T>): T {
  const result: Record<string, unknown> = { ...(base as Record<string, unknown>) };
  for (const [key, value] of Object.entries(changes)) {
    const old = result[key];
    result[key] = isPlainObject(old) && isPlainObject(value) ? changed(old, value as Changes<typeof old>) : value;
  }
  return result as T;
}

export function aDirection(changes: Changes<Direction> = {}): Direction {
  return changed<Direction>(
    {
      packets: 6,
      bytes: 420,
      syns: 1,
      fins: 1,
      resets: 0,
      uniqueBytes: 420,
      wireBytes: 824,
      retransmissions: 0,
      fastRetransmissions: 0,
      spuriousRetransmissions: 0,
      outOfOrder: 0,
      duplicateAcks: 0,
      lostSegments: 0,
      ackedUnseen: 0,
      zeroWindows: 0,
      zeroWindowProbes: 0,
      windowFull: 0,
      windowUpdates: 0,
      keepAlives: 0,
      keepAliveAcks: 0,
      duplicates: 0,
      zeroWindowTime: 0,
      rtt: { samples: 3, min: 0.000021345, mean: 0.000034567, max: 0.000051234, stdev: 0.000012345 },
      firstData: { frame: 4, time: '1700000000.123600789' },
      lastData: { frame: 6, time: '1700000000.133600789' },
      ttl: { min: 64, max: 64 },
    },
    changes,
  );
}

/** A finished HTTP connection as a client, a server and no trouble make it. */
export function aConnection(changes: Changes<Connection> = {}): Connection {
  const mark = (frame: number, fraction: string) => ({ frame, time: `1700000000.${fraction}` });
  const offered = { window: 64240, mss: 1460, windowScale: 7, sackPermitted: true, timestamps: true, fastOpen: false };
  return changed<Connection>(
    {
      stream: 0,
      protocol: 'tcp',
      client: { address: '10.0.0.1', port: 40000 },
      server: { address: '10.0.0.2', port: 80 },
      rolesInferred: false,
      vlan: [],
      tunnel: [],
      firstFrame: 1,
      lastFrame: 11,
      start: '1700000000.123456789',
      end: '1700000000.143456789',
      duration: 0.02,
      handshake: {
        outcome: 'completed',
        kind: 'three-way',
        syn: mark(1, '123456789'),
        synAck: mark(2, '123496789'),
        ack: mark(3, '123526789'),
        synToSynAck: 0.00004,
        synAckToAck: 0.00003,
        connectTime: 0.00004,
        acceptTime: 0.00007,
        initialRtt: 0.00007,
        synRetransmissions: 0,
        synAckRetransmissions: 0,
        capturePoint: 'near-client',
        client: { isn: 3735928559, ...offered },
        server: { isn: 305419896, ...offered },
      },
      close: {
        style: 'graceful',
        firstCloser: 'client',
        steps: [
          { ...mark(8, '140000000'), from: 'client', what: 'FIN' },
          { ...mark(9, '141000000'), from: 'server', what: 'ACK of FIN' },
          { ...mark(10, '142000000'), from: 'server', what: 'FIN' },
          { ...mark(11, '143456789'), from: 'client', what: 'ACK of FIN' },
        ],
        finToAck: { client: 0.001, server: 0.001456789 },
        closeWait: { client: null, server: 0.002 },
        timeWait: 'client',
        state: { client: 'TIME-WAIT', server: 'CLOSED' },
      },
      resets: [],
      icmp: [],
      fromClient: aDirection(),
      fromServer: aDirection({ packets: 5, bytes: 15000, uniqueBytes: 15000, wireBytes: 15400 }),
      sockets: { client: { error: null }, server: { error: null } },
      zeek: { connState: 'SF', history: 'ShADadFf' },
      completeness: 31,
      findings: [],
    },
    changes,
  );
}

export function aFinding(changes: Changes<Finding> = {}): Finding {
  return changed<Finding>(
    { code: 'half-open', severity: 'warning', side: 'server', message: 'the server never heard back', frames: [1, 2] },
    changes,
  );
}

/** A UDP exchange: nothing to shake hands about, nothing to close. */
export function aDatagramExchange(changes: Changes<Connection> = {}): Connection {
  const direction = { syns: 0, fins: 0, rtt: null, packets: 1, bytes: 48, uniqueBytes: 48, wireBytes: 90 };
  const exchange = aConnection({
    protocol: 'udp',
    client: { address: '2001:db8::1', port: 5353 },
    server: { address: '2001:db8::53', port: 53 },
    handshake: null,
    close: null,
    completeness: null,
    zeek: { connState: 'SF', history: 'Dd' },
    fromClient: direction,
    fromServer: direction,
  });
  return changed(exchange, changes);
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

const sortValues: Record<SortKey, (record: Connection) => number> = {
  start: (record) => record.firstFrame,
  duration: (record) => record.duration,
  packets: (record) => record.fromClient.packets + record.fromServer.packets,
  bytes: (record) => record.fromClient.bytes + record.fromServer.bytes,
  retransmissions: (record) => record.fromClient.retransmissions + record.fromServer.retransmissions,
  'connect-time': (record) => record.handshake?.connectTime ?? Number.NaN,
  rtt: (record) => record.fromClient.rtt?.mean ?? Number.NaN,
  resets: (record) => record.fromClient.resets + record.fromServer.resets,
  problems: (record) => record.findings.length,
};

/** A connection as the tracker hands it out; `made` counts how many records were asked for. */
export function ended(record: Connection, made = { records: 0 }): EndedConnection {
  return {
    protocol: record.protocol,
    stream: record.stream,
    firstFrame: record.firstFrame,
    severity: SEVERITIES.find((severity) => record.findings.some((each) => each.severity === severity)) ?? null,
    sortValue: (key) => sortValues[key](record),
    view: () => record,
    record: () => {
      made.records++;
      return record;
    },
  };
}

export function aCapture(changes: Changes<CaptureInfo> = {}): CaptureInfo {
  return changed<CaptureInfo>(
    {
      file: 'web.pcap',
      format: 'pcap',
      compression: null,
      linkTypes: ['Ethernet'],
      packets: 1234,
      bytes: 987654,
      firstTime: '1700000000.123456789',
      lastTime: '1700000012.423456789',
      timeResolution: 1e-9,
      drops: null,
      cut: null,
    },
    changes,
  );
}

/** Two connections of two clients that were refused at one server. */
export function aGroup(changes: Changes<ProblemGroup> = {}): ProblemGroup {
  return changed<ProblemGroup>(
    {
      code: 'connection-refused',
      severity: 'error',
      protocol: 'tcp',
      server: { address: '10.0.0.2', port: 81 },
      count: 2,
      example: 7,
      message: 'the SYN was answered with RST',
      side: 'server',
      errors: [{ side: 'client', error: 'ECONNREFUSED', count: 2 }],
      clients: 2,
      client: null,
      sameAs: [],
      firstTime: '1700000003.123456789',
      lastTime: '1700000009.123456789',
      times: { start: '1700000003.000000000', width: 0.25, counts: [1, ...new Array<number>(23).fill(0), 1] },
    },
    changes,
  );
}

export function aSummary(changes: Changes<Summary> = {}): Summary {
  return changed<Summary>(
    {
      packets: 1234,
      wireBytes: 987654,
      start: '1700000000.123456789',
      end: '1700000012.423456789',
      duration: 12.3,
      connections: { tcp: 40, udp: 2, sctp: 0 },
      failed: 2,
      withProblems: 3,
      handshakes: {
        completed: 37,
        refused: 2,
        unreachable: 0,
        unanswered: 1,
        'half-open': 0,
        aborted: 0,
        'not-captured': 0,
      },
      connectTime: { count: 37, min: 0.00002, mean: 0.0004, p50: 0.00021, p95: 0.0034, p99: 0.0123, max: 1.02 },
      closes: {
        open: 3,
        'half-closed': 0,
        graceful: 35,
        simultaneous: 0,
        reset: 2,
        'reset-after-fin': 0,
        abandoned: 0,
      },
      resets: { fromClient: 0, fromServer: 2 },
      resetCauses: {
        'port-closed': 1,
        'abortive-close': 1,
        'data-after-close': 0,
        'half-open-peer': 0,
        'backlog-overflow': 0,
        'client-abort': 0,
        'injected-suspected': 0,
        unknown: 0,
      },
      retransmissions: 4,
      payloadBytes: 654321,
      otherFrames: [
        { kind: 'ARP', frames: 12 },
        { kind: 'TIPC', frames: 3 },
      ],
      problems: [
        aGroup(),
        aGroup({
          code: 'slow-handshake',
          severity: 'warning',
          server: { address: '2001:db8::2', port: 443 },
          count: 1,
          example: 9,
          message: 'connect() blocked for 1.02 s',
          errors: [],
          clients: 1,
          client: '2001:db8::1',
          lastTime: '1700000003.123456789',
          times: { start: '1700000003.123046875', width: 1 / 1024, counts: [1] },
        }),
      ],
      problemsNotListed: 0,
      evicted: 0,
    },
    changes,
  );
}

export function aResult(changes: Changes<Summary> = {}, captures = [aCapture()]): AnalysisResult {
  return { captures, summary: aSummary(changes) };
}

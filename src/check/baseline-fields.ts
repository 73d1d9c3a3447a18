import type { Close, Connection, Direction, Handshake, Mark, Rtt, SocketView, SynOptions } from '../record.ts';

/** What a baseline makes of one field of a record, and why. */
export interface Decision {
  compared: boolean;
  because: string;
  /** What is compared instead of the value as it stands; undefined in, undefined out. */
  view?: (value: never) => unknown;
}

/** A decision for each field, lists as a whole; the compiler sees to it that none of the record is forgotten. */
type Decisions<T> = {
  [K in keyof T]-?: NonNullable<T[K]> extends readonly unknown[] | string | number | boolean
    ? Decision
    : Decisions<NonNullable<T[K]>>;
};

const yes = (because: string, view?: Decision['view']): Decision => ({
  compared: true,
  because,
  ...(view === undefined ? {} : { view }),
});
const no = (because: string, view?: Decision['view']): Decision => ({ ...yes(because, view), compared: false });

const TIME = 'times and durations differ with every run';
const FRAME = 'frame numbers shift with every other packet of the capture';
const LOSS = 'the network decides what is lost, late or sent twice';
const SAME = 'says again what handshake, close and resets say';
const HOST = "set by the host's kernel and the path, not by the program";
const PLACE = 'depends on where the capture was made';
const SEGMENTS = 'how a stream is cut into segments and acknowledged is a matter of timing';

const mark: Decisions<Mark> = { frame: no(FRAME), time: no(TIME) };
const eachSide = { client: no(TIME), server: no(TIME) };
const synOptions: Decisions<SynOptions> = {
  isn: no('random'),
  window: no(HOST),
  mss: no(HOST),
  windowScale: no(HOST),
  sackPermitted: no(HOST),
  timestamps: no(HOST),
  fastOpen: no(HOST),
};
const handshake: Decisions<Handshake> = {
  outcome: yes('whether connect() succeeded, and how it failed'),
  kind: yes('three-way, simultaneous or fast open: the programs chose it'),
  syn: mark,
  synAck: mark,
  ack: mark,
  synToSynAck: no(TIME),
  synAckToAck: no(TIME),
  connectTime: no(TIME),
  acceptTime: no(TIME),
  initialRtt: no(TIME),
  synRetransmissions: yes('each repeated SYN makes the client wait a second or more'),
  synAckRetransmissions: yes('a repeated SYN-ACK means a full accept queue or a lost ACK'),
  capturePoint: no(PLACE),
  client: synOptions,
  server: synOptions,
};
const close: Decisions<Close> = {
  style: yes('how the connection ended'),
  firstCloser: yes('who closed first'),
  steps: no('FINs and their ACKs may cross; style and firstCloser say what matters of them', (steps: Close['steps']) =>
    steps.map(({ from, what }) => `${from} ${what}`),
  ),
  finToAck: eachSide,
  closeWait: eachSide,
  timeWait: yes('who has to wait before the port is free again'),
  state: {
    client: no('follows from style and firstCloser, and from when the capture ended'),
    server: no('follows from style and firstCloser, and from when the capture ended'),
  },
};
const rtt: Decisions<Rtt> = { samples: no(SEGMENTS), min: no(TIME), mean: no(TIME), max: no(TIME), stdev: no(TIME) };
const direction: Decisions<Direction> = {
  packets: no(SEGMENTS),
  bytes: no('holds what was sent again; uniqueBytes is what the program wrote'),
  syns: no('synRetransmissions says it'),
  fins: no(SAME),
  resets: no('a segment under way more is a RST more; resets says which kinds came'),
  uniqueBytes: yes('what the program wrote'),
  wireBytes: no(SEGMENTS),
  retransmissions: no(LOSS),
  fastRetransmissions: no(LOSS),
  spuriousRetransmissions: no(LOSS),
  outOfOrder: no(LOSS),
  duplicateAcks: no(LOSS),
  lostSegments: no(LOSS),
  ackedUnseen: no(LOSS),
  zeroWindows: no(SEGMENTS),
  zeroWindowProbes: no(SEGMENTS),
  windowFull: no(SEGMENTS),
  windowUpdates: no(SEGMENTS),
  keepAlives: no(TIME),
  keepAliveAcks: no(TIME),
  duplicates: no(PLACE),
  zeroWindowTime: no(TIME),
  rtt,
  firstData: mark,
  lastData: mark,
  ttl: { min: no(PLACE), max: no(PLACE) },
};

const socket: Decisions<SocketView> = {
  error: yes('the error that the next socket call of the program returns'),
  unknown: no('how much of the connection this capture has, in words'),
  calls: no('inferred, and only there where it was asked for'),
};

const distinct = (texts: string[]): string[] => [...new Set(texts)].sort();

/** Field by field: does a baseline compare it, and why (not)? Unknown fields are the compiler's to find. */
export const DECISIONS: Decisions<Connection> = {
  stream: no('connections that run side by side take their numbers in any order'),
  protocol: no('part of what connections are paired by'),
  client: { address: no('containers and DHCP give another one'), port: no('ephemeral') },
  server: {
    address: no('part of what connections are paired by'),
    port: no('part of what connections are paired by, unless it is ephemeral'),
  },
  rolesInferred: yes('true where the capture began too late'),
  vlan: no(PLACE),
  tunnel: no(PLACE),
  firstFrame: no(FRAME),
  lastFrame: no(FRAME),
  start: no(TIME),
  end: no(TIME),
  duration: no(TIME),
  handshake,
  close,
  resets: yes('which side reset, why, and whether the other one accepted it', (resets: Connection['resets']) =>
    distinct(resets.map(({ from, cause, accepted }) => `${from}: ${cause}${accepted ? '' : ', ignored'}`)),
  ),
  icmp: yes('which errors the network reported', (errors: Connection['icmp']) =>
    distinct(errors.map(({ text }) => text)),
  ),
  fromClient: direction,
  fromServer: direction,
  sockets: { client: socket, server: socket },
  zeek: { connState: no(SAME), history: no(SEGMENTS) },
  completeness: no(SAME),
  findings: yes('the problems: errors and warnings', (findings: Connection['findings']) =>
    distinct(findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code)),
  ),
};

/** A field that holds a value: no other fields in it. */
export interface Field extends Decision {
  /** 'close.finToAck.client' */
  path: string;
  read(connection: Connection): unknown;
}

function fieldsIn(decisions: object, keys: string[]): Field[] {
  return Object.entries(decisions).flatMap(([key, value]: [string, Decision | object]) => {
    const path = [...keys, key];
    if (!('because' in value)) return fieldsIn(value, path);
    return [{ ...value, path: path.join('.'), read: (connection) => viewed(value.view, valueAt(connection, path)) }];
  });
}

function valueAt(connection: Connection, path: string[]): unknown {
  let value: unknown = connection;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

function viewed(view: Decision['view'], value: unknown): unknown {
  return view === undefined || value === undefined || value === null ? value : view(value as never);
}

/** Every field, in the order of the record. */
export const FIELDS: readonly Field[] = fieldsIn(DECISIONS, []);

import type {
  Close,
  CloseStep,
  Connection,
  Direction,
  Endpoint,
  Finding,
  Handshake,
  IcmpError,
  Mark,
  Reset,
  Rtt,
  SocketCall,
  SocketView,
  SynOptions,
} from '../record.ts';

/** A CEL type for each member of T; the compiler sees to it that none is forgotten. */
type Types<T> = { [K in keyof T]-?: string };

const mark: Types<Mark> = { frame: 'double', time: 'string' };
const endpoint: Types<Endpoint> = { address: 'string', port: 'double' };
const timeOfEachSide: Types<Close['closeWait']> = { client: 'dyn', server: 'dyn' };
const synOptions: Types<SynOptions> = {
  isn: 'double',
  window: 'double',
  mss: 'dyn',
  windowScale: 'dyn',
  sackPermitted: 'bool',
  timestamps: 'bool',
  fastOpen: 'bool',
};
const handshake: Types<Handshake> = {
  outcome: 'string',
  kind: 'string',
  syn: 'Mark',
  synAck: 'Mark',
  ack: 'Mark',
  synToSynAck: 'dyn',
  synAckToAck: 'dyn',
  connectTime: 'dyn',
  acceptTime: 'dyn',
  initialRtt: 'dyn',
  synRetransmissions: 'double',
  synAckRetransmissions: 'double',
  capturePoint: 'string',
  client: 'SynOptions',
  server: 'SynOptions',
};
const closeStep: Types<CloseStep> = { frame: 'double', time: 'string', from: 'string', what: 'string' };
const states: Types<Close['state']> = { client: 'string', server: 'string' };
const close: Types<Close> = {
  style: 'string',
  firstCloser: 'dyn',
  steps: 'list<CloseStep>',
  finToAck: 'TimeOfEachSide',
  closeWait: 'TimeOfEachSide',
  timeWait: 'dyn',
  state: 'States',
};
const reset: Types<Reset> = {
  from: 'string',
  frame: 'double',
  time: 'string',
  cause: 'string',
  accepted: 'bool',
  receiverState: 'string',
  because: 'string',
};
const icmpError: Types<IcmpError> = {
  frame: 'double',
  time: 'string',
  from: 'string',
  type: 'double',
  code: 'double',
  text: 'string',
  errno: 'dyn',
  fatal: 'bool',
};
const rtt: Types<Rtt> = { samples: 'double', min: 'double', mean: 'double', max: 'double', stdev: 'double' };
const ttl: Types<NonNullable<Direction['ttl']>> = { min: 'double', max: 'double' };
const direction: Types<Direction> = {
  packets: 'double',
  bytes: 'double',
  syns: 'double',
  fins: 'double',
  resets: 'double',
  uniqueBytes: 'double',
  wireBytes: 'double',
  retransmissions: 'double',
  fastRetransmissions: 'double',
  spuriousRetransmissions: 'double',
  outOfOrder: 'double',
  duplicateAcks: 'double',
  lostSegments: 'double',
  ackedUnseen: 'double',
  zeroWindows: 'double',
  zeroWindowProbes: 'double',
  windowFull: 'double',
  windowUpdates: 'double',
  keepAlives: 'double',
  keepAliveAcks: 'double',
  duplicates: 'double',
  zeroWindowTime: 'double',
  rtt: 'Rtt',
  firstData: 'Mark',
  lastData: 'Mark',
  ttl: 'Ttl',
};
const socketCall: Types<SocketCall> = {
  call: 'string',
  start: 'Mark',
  end: 'Mark',
  result: 'dyn',
  errno: 'dyn',
  certainty: 'string',
  because: 'string',
};
const socket: Types<SocketView> = { error: 'dyn', unknown: 'dyn', calls: 'list<SocketCall>' };
const sockets: Types<Connection['sockets']> = { client: 'Socket', server: 'Socket' };
const finding: Types<Finding> = {
  code: 'string',
  severity: 'string',
  side: 'dyn',
  message: 'string',
  frames: 'list<double>',
};
const zeek: Types<Connection['zeek']> = { connState: 'string', history: 'string' };
const connection: Types<Connection> = {
  stream: 'double',
  protocol: 'string',
  client: 'Endpoint',
  server: 'Endpoint',
  rolesInferred: 'bool',
  vlan: 'list<double>',
  tunnel: 'list<string>',
  firstFrame: 'double',
  lastFrame: 'double',
  start: 'string',
  end: 'string',
  duration: 'double',
  handshake: 'Handshake',
  close: 'Close',
  resets: 'list<Reset>',
  icmp: 'list<IcmpError>',
  fromClient: 'Direction',
  fromServer: 'Direction',
  sockets: 'Sockets',
  zeek: 'Zeek',
  completeness: 'dyn',
  findings: 'list<Finding>',
};

/**
 * The record's types for CEL, each after those it names. Numbers are doubles, as in JavaScript. A number or string
 * that may be null is 'dyn'; an object that may be null is its own type, which may be compared with null.
 */
export const RECORD_TYPES = {
  Mark: mark,
  Endpoint: endpoint,
  TimeOfEachSide: timeOfEachSide,
  SynOptions: synOptions,
  Handshake: handshake,
  CloseStep: closeStep,
  States: states,
  Close: close,
  Reset: reset,
  IcmpError: icmpError,
  Rtt: rtt,
  Ttl: ttl,
  Direction: direction,
  SocketCall: socketCall,
  Socket: socket,
  Sockets: sockets,
  Finding: finding,
  Zeek: zeek,
  Connection: connection,
};

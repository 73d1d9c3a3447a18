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
import { array, boolean, count, nullable, number, object, string, type WriteJson } from './json-shape.ts';

const mark = object<Mark>({ frame: number, time: string });
const endpoint = object<Endpoint>({ address: string, port: number });

const synOptions = object<SynOptions>({
  isn: number,
  window: number,
  mss: nullable(number),
  windowScale: nullable(number),
  sackPermitted: boolean,
  timestamps: boolean,
  fastOpen: boolean,
});

const handshake = object<Handshake>({
  outcome: string,
  kind: string,
  syn: nullable(mark),
  synAck: nullable(mark),
  ack: nullable(mark),
  synToSynAck: nullable(number),
  synAckToAck: nullable(number),
  connectTime: nullable(number),
  acceptTime: nullable(number),
  initialRtt: nullable(number),
  synRetransmissions: number,
  synAckRetransmissions: number,
  capturePoint: string,
  client: nullable(synOptions),
  server: nullable(synOptions),
});

const step = object<CloseStep>({ frame: number, time: string, from: string, what: string });
const timeOfEachSide = object<Close['closeWait']>({ client: nullable(number), server: nullable(number) });

const close = object<Close>({
  style: string,
  firstCloser: nullable(string),
  steps: array(step),
  finToAck: timeOfEachSide,
  closeWait: timeOfEachSide,
  timeWait: nullable(string),
  state: object<Close['state']>({ client: string, server: string }),
});

const reset = object<Reset>({
  from: string,
  frame: number,
  time: string,
  cause: string,
  accepted: boolean,
  receiverState: string,
  because: string,
});

const icmpError = object<IcmpError>({
  frame: number,
  time: string,
  from: string,
  type: number,
  code: number,
  text: string,
  errno: nullable(string),
  fatal: boolean,
});

const rtt = object<Rtt>({ samples: number, min: number, mean: number, max: number, stdev: number });

const direction = object<Direction>({
  packets: count,
  bytes: count,
  syns: count,
  fins: count,
  resets: count,
  uniqueBytes: count,
  wireBytes: count,
  retransmissions: number,
  fastRetransmissions: number,
  spuriousRetransmissions: number,
  outOfOrder: number,
  duplicateAcks: number,
  lostSegments: number,
  ackedUnseen: number,
  zeroWindows: number,
  zeroWindowProbes: number,
  windowFull: number,
  windowUpdates: number,
  keepAlives: number,
  keepAliveAcks: number,
  duplicates: number,
  zeroWindowTime: number,
  rtt: nullable(rtt),
  firstData: nullable(mark),
  lastData: nullable(mark),
  ttl: nullable(object<NonNullable<Direction['ttl']>>({ min: number, max: number })),
});

const socketCall = object<SocketCall>({
  call: string,
  start: nullable(mark),
  end: nullable(mark),
  result: nullable(number),
  errno: nullable(string),
  certainty: string,
  because: string,
});
const error = nullable(string);
const calls = array(socketCall);
const knownSocket = object<Pick<SocketView, 'error'>>({ error });
const knownSocketWithCalls = object<Required<Omit<SocketView, 'unknown'>>>({ error, calls });
const unknownSocket = object<Required<Omit<SocketView, 'calls'>>>({ error, unknown: string });
const unknownSocketWithCalls = object<Required<SocketView>>({ error, unknown: string, calls });
const socket: WriteJson<SocketView> = (json, { error, unknown, calls }) => {
  if (unknown === undefined) {
    if (calls === undefined) knownSocket(json, { error });
    else knownSocketWithCalls(json, { error, calls });
  } else if (calls === undefined) unknownSocket(json, { error, unknown });
  else unknownSocketWithCalls(json, { error, unknown, calls });
};

const finding = object<Finding>({
  code: string,
  severity: string,
  side: nullable(string),
  message: string,
  frames: array(number),
});

/** Writes a connection record as one line of JSON, members in the order of record.ts. */
export const writeConnection: WriteJson<Connection> = object<Connection>({
  stream: number,
  protocol: string,
  client: endpoint,
  server: endpoint,
  rolesInferred: boolean,
  vlan: array(number),
  tunnel: array(string),
  firstFrame: number,
  lastFrame: number,
  start: string,
  end: string,
  duration: number,
  handshake: nullable(handshake),
  close: nullable(close),
  resets: array(reset),
  icmp: array(icmpError),
  fromClient: direction,
  fromServer: direction,
  sockets: object<Connection['sockets']>({ client: socket, server: socket }),
  zeek: object<Connection['zeek']>({ connState: string, history: string }),
  completeness: nullable(number),
  findings: array(finding),
});

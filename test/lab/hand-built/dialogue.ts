import { TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN, TCP_URG } from '../../../parsers/packet-view.ts';
import {
  bytes,
  type CapturedPacket,
  ethernet,
  type Ipv4Fields,
  type Ipv6Fields,
  ipv4,
  ipv6,
  tcp,
  tcpOption,
} from '../../support/packets.ts';

/** Who sends, flags as letters (S A F R P U), relative sequence and acknowledgment numbers, payload. */
export type Line = ['client' | 'server', string, number, number, (string | Uint8Array)?];

const FLAGS: Record<string, number> = { S: TCP_SYN, A: TCP_ACK, F: TCP_FIN, R: TCP_RST, P: TCP_PSH, U: TCP_URG };
/** 10 ms between packets. */
const STEP = 10_000_000n;
const START = 1_700_000_000_000_000_000n;

export interface DialogueFields {
  version?: 4 | 6;
  /** Initial sequence numbers, which the lines are relative to. */
  clientIsn?: number;
  serverIsn?: number;
  clientPort?: number;
  /** Default 80. */
  serverPort?: number;
  /** What goes around the IP packet; default an Ethernet frame. */
  frame?: (packet: Uint8Array, from: 'client' | 'server') => Uint8Array;
  /** Changes to the IP header of each packet. */
  ip?: (line: number) => Ipv4Fields & Ipv6Fields;
}

/** A TCP conversation from a table of its segments. */
export function dialogue(lines: Line[], fields: DialogueFields = {}): CapturedPacket[] {
  const { frame = (packet: Uint8Array) => ethernet({}, packet) } = fields;
  return lines.map((line, i) => ({ time: time(i), bytes: frame(ipPacket(line, i, fields), line[0]) }));
}

/** The packet of one line, without what goes around it. */
export function ipPacket(line: Line, number: number, fields: DialogueFields = {}): Uint8Array {
  const {
    version = 4,
    clientIsn = 1000,
    serverIsn = 5000,
    clientPort = 40000,
    serverPort = 80,
    ip = () => ({}),
  } = fields;
  const [from, letters, sequence, acknowledgment, payload = ''] = line;
  const isClient = from === 'client';
  const flags = [...letters].reduce((sum, letter) => sum | FLAGS[letter], 0);
  const segment = tcp(
    {
      sourcePort: isClient ? clientPort : serverPort,
      destinationPort: isClient ? serverPort : clientPort,
      sequence: (sequence + (isClient ? clientIsn : serverIsn)) >>> 0,
      acknowledgment: flags & TCP_ACK ? (acknowledgment + (isClient ? serverIsn : clientIsn)) >>> 0 : 0,
      flags,
      options: flags & TCP_SYN ? bytes(tcpOption.mss(1460), tcpOption.sackPermitted) : new Uint8Array(0),
    },
    payload,
  );
  const [client, server] = version === 4 ? ['10.0.0.1', '10.0.0.2'] : ['2001:db8::1', '2001:db8::2'];
  const addresses = { source: isClient ? client : server, destination: isClient ? server : client };
  const own = { ...addresses, ...ip(number) };
  return version === 4 ? ipv4({ id: number + 1, ...own }, segment) : ipv6(own, segment);
}

export function time(step: number, offset = 0n): string {
  const nanoseconds = (START + BigInt(step) * STEP + offset).toString();
  return `${nanoseconds.slice(0, -9)}.${nanoseconds.slice(-9)}`;
}

/** Handshake, a request, a response, and both closes: ten segments and nothing odd. */
export const WHOLE: Line[] = [
  ['client', 'S', 0, 0],
  ['server', 'SA', 0, 1],
  ['client', 'A', 1, 1],
  ['client', 'PA', 1, 1, 'request'],
  ['server', 'A', 1, 8],
  ['server', 'PA', 1, 8, 'response'],
  ['client', 'FA', 8, 9],
  ['server', 'A', 9, 9],
  ['server', 'FA', 9, 9],
  ['client', 'A', 9, 10],
];
export const OPENING = WHOLE.slice(0, 3);

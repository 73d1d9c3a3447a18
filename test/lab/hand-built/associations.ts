import {
  bytes,
  type CapturedPacket,
  ethernet,
  ipv4,
  pcap,
  sctp,
  sctpChunk,
  u16,
  u32,
  zeros,
} from '../../support/packets.ts';
import { time } from './dialogue.ts';
import type { HandBuilt } from './fixture.ts';

const [DATA, INIT, INIT_ACK, SACK, ABORT, SHUTDOWN, SHUTDOWN_ACK, COOKIE_ECHO, COOKIE_ACK, SHUTDOWN_COMPLETE] = [
  0, 1, 2, 3, 6, 7, 8, 10, 11, 14,
];
/** Verification tags that the sides choose. */
const CLIENT_TAG = 0x1111;
const SERVER_TAG = 0x2222;

type Step = ['client' | 'server', number, Uint8Array];

const init = (tag: number) => bytes(u32(tag), u32(65536), u16(10), u16(10), u32(100));
const data = bytes(u32(100), u16(0), u16(0), u32(0), 'hello, association');
const sack = bytes(u32(100), u32(65536), u16(0), u16(0));

const OPENING: Step[] = [
  ['client', INIT, init(CLIENT_TAG)],
  ['server', INIT_ACK, bytes(init(SERVER_TAG), u16(7), u16(8), u32(0xc00c1e))],
  ['client', COOKIE_ECHO, u32(0xc00c1e)],
  ['server', COOKIE_ACK, zeros(0)],
  ['client', DATA, data],
  ['server', SACK, sack],
];

function association(steps: Step[]): Uint8Array {
  const packets = steps.map(([from, type, body], i): CapturedPacket => {
    const isClient = from === 'client';
    const verificationTag = type === INIT ? 0 : isClient ? SERVER_TAG : CLIENT_TAG;
    const ports = isClient
      ? { sourcePort: 40000, destinationPort: 3868 }
      : { sourcePort: 3868, destinationPort: 40000 };
    const addresses = isClient
      ? { source: '10.0.0.1', destination: '10.0.0.2' }
      : { source: '10.0.0.2', destination: '10.0.0.1' };
    const chunk = sctpChunk(type, body, type === DATA ? 3 : 0);
    return { time: time(i), bytes: ethernet({}, ipv4(addresses, sctp({ ...ports, verificationTag }, chunk))) };
  });
  return pcap(packets);
}

export const ASSOCIATIONS: HandBuilt[] = [
  {
    theme: 'sctp',
    file: 'shutdown.pcap',
    says: 'An SCTP association with its four-way handshake, one message, and a shutdown by the client.',
    bytes: association([
      ...OPENING,
      ['client', SHUTDOWN, u32(100)],
      ['server', SHUTDOWN_ACK, zeros(0)],
      ['client', SHUTDOWN_COMPLETE, zeros(0)],
    ]),
  },
  {
    theme: 'sctp',
    file: 'abort.pcap',
    says: 'The server aborts the association.',
    bytes: association([...OPENING, ['server', ABORT, zeros(0)]]),
  },
  {
    theme: 'sctp',
    file: 'refused.pcap',
    says: 'INIT is answered with ABORT: nobody listens.',
    bytes: association([OPENING[0], ['server', ABORT, zeros(0)]]),
  },
];

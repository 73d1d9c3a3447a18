import { describe, expect, test } from '@jest/globals';
import { TCP_ACK, TCP_SYN } from '../../parsers/packet-view.ts';
import { analyzeInput } from '../../src/analyze.ts';
import { FrameCollector } from '../../src/explain/frame-collector.ts';
import { explanations } from '../../src/report/explanation.ts';
import { PacketInput, START, type TimedPacket } from '../support/conversation.ts';
import { ethernet, icmp, ipv4, tcp, udp } from '../support/packets.ts';

const CLIENT = '10.0.0.1';
const SERVER = '10.0.0.2';
const ROUTER = '10.0.9.9';
const LOOK = { width: 80, color: false, ascii: false, absolute: false, utc: false };

/** The ladder of the first connection of the protocol, its packets a millisecond apart. */
async function ladderOf(protocol: 'tcp' | 'udp', packets: Uint8Array[]): Promise<string> {
  const timed = packets.map((bytes, i): TimedPacket => ({ seconds: START, nanoseconds: i * 1e6, bytes }));
  const collector = new FrameCollector([{ protocol, stream: 0 }], 40);
  await analyzeInput(new PacketInput(timed), collector, { calls: true }, collector);
  const connections = collector.collected().map((found) => ({ ...found, exampleOf: [] }));
  return [...explanations({ captures: [], connections, leftOut: [] }, LOOK)].join('');
}

const request = ipv4({ source: CLIENT, destination: SERVER }, udp({ sourcePort: 5000, destinationPort: 53 }, 'x'));
const answer = ipv4({ source: SERVER, destination: CLIENT }, udp({ sourcePort: 53, destinationPort: 5000 }, 'xx'));
const error = (from: string, to: string, code: number, quoted: Uint8Array) =>
  ethernet({}, ipv4({ source: from, destination: to }, icmp(4, 3, code, 0, quoted)));

describe('an ICMP error in the ladder', () => {
  test('of the other side comes from its bar', async () => {
    const text = await ladderOf('udp', [ethernet({}, request), error(SERVER, CLIENT, 3, request)]);
    expect(text).toMatch(/ 2 .*│◀╌+ ICMP port unreachable ╌┤/);
    expect(text).not.toContain('from 10.0.0.2 ');
  });

  test('of a router comes from between, and says from whom', async () => {
    const text = await ladderOf('udp', [ethernet({}, request), error(ROUTER, CLIENT, 1, request)]);
    expect(text).toMatch(/ 2 .*│◀╌+ ICMP host unreachable ◇│\n.*│ +from 10\.0\.9\.9 +│/);
    expect(text).toContain('on 10.0.9.9: ip route get 10.0.0.2');
  });

  test('about what the server sent goes to the server', async () => {
    const packets = [ethernet({}, request), ethernet({}, answer), error(ROUTER, SERVER, 1, answer)];
    expect(await ladderOf('udp', packets)).toMatch(/ 3 .*│◇ ICMP host unreachable ╌+▶│\n.*│ +from 10\.0\.9\.9 +│/);
  });

  test('is told apart by address where both sides use one port', async () => {
    const ports = { sourcePort: 5353, destinationPort: 5353 };
    const there = ipv4({ source: CLIENT, destination: SERVER }, udp(ports, 'x'));
    const back = ipv4({ source: SERVER, destination: CLIENT }, udp(ports, 'x'));
    const packets = [ethernet({}, there), ethernet({}, back), error(CLIENT, SERVER, 3, back)];
    expect(await ladderOf('udp', packets)).toMatch(/ 3 .*├╌ ICMP port unreachable ╌+▶│/);
  });

  test('ends connect() beside it', async () => {
    const ends = { sourcePort: 40000, destinationPort: 80 };
    const syn = ipv4({ source: CLIENT, destination: SERVER }, tcp({ ...ends, flags: TCP_SYN, sequence: 9 }));
    const text = await ladderOf('tcp', [ethernet({}, syn), error(ROUTER, CLIENT, 13, syn)]);
    expect(text).toMatch(/connect\(\) +├─ SYN J=0/);
    expect(text).toMatch(/the firewall of 10\.0\.9\.9, which sent it/);
  });
});

test('a segment that the capture lacks is told with its size', async () => {
  const ends = { sourcePort: 40000, destinationPort: 80 };
  const segment = (sequence: number, data: string) =>
    ethernet({}, ipv4({ source: CLIENT, destination: SERVER }, tcp({ ...ends, flags: TCP_ACK, sequence }, data)));
  const text = await ladderOf('tcp', [segment(1000, 'abc'), segment(1503, 'def')]);
  expect(text).toMatch(/├─ 3 B, 500 B missing before it ─+▶│/);
});

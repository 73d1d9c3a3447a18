import { describe, expect, test } from '@jest/globals';
import {
  FAULT_CUT,
  FAULT_MALFORMED,
  FAULT_NONE,
  FIRST_OPERATION,
  PACKET_IP_OTHER,
  PACKET_TCP,
  type PacketView,
  TCP_ACK,
  TCP_CWR,
  TCP_ECE,
  TCP_SYN,
} from '../../../parsers/packet-view.ts';
import { decoded } from '../../support/decoded.ts';
import { bytes, ethernet, hex, ipv4, type TcpFields, tcp, tcpOption, zeros } from '../../support/packets.ts';

const TCP_START = 14 + 20;

const decodedTcp = (fields: TcpFields, payload: Uint8Array | string = ''): PacketView =>
  decoded(ethernet({}, ipv4({}, tcp(fields, payload))));

test('ports, numbers, flags and window are those of the header', () => {
  const flags = TCP_SYN | TCP_ECE | TCP_CWR;
  const numbers = { sequence: 0xfffffff0, acknowledgment: 0x80000000 };
  const view = decodedTcp({ sourcePort: 65535, destinationPort: 1, ...numbers, flags, window: 54321 }, 'hello');
  expect([view.sourcePort, view.destinationPort, view.window, view.flags]).toEqual([65535, 1, 54321, flags]);
  expect([view.sequence, view.acknowledgment]).toEqual([-16, -0x80000000]);
  expect([view.dataLength, view.fault]).toEqual([5, FAULT_NONE]);
  expect(view.checksum).not.toBe(0);
});

describe('options', () => {
  const { noOperation, mss, windowScale, sackPermitted, sack, timestamps, fastOpen } = tcpOption;

  test('none is there', () => {
    const view = decodedTcp({});
    expect([view.mss, view.windowScale, view.sackPermitted, view.hasTimestamps]).toEqual([-1, -1, 0, 0]);
    expect([view.fastOpen, view.sackCount]).toEqual([0, 0]);
  });

  test('those of a usual SYN', () => {
    const options = bytes(mss(1460), sackPermitted, timestamps(0xfffffffe, 0), noOperation, windowScale(7));
    const view = decodedTcp({ flags: TCP_SYN, options });
    expect([view.mss, view.windowScale, view.sackPermitted]).toEqual([1460, 7, 1]);
    expect([view.hasTimestamps, view.timestampValue, view.timestampEcho]).toEqual([1, -2, 0]);
  });

  test('timestamps alone, in their usual place', () => {
    const view = decodedTcp({ options: bytes(noOperation, noOperation, timestamps(11, 22)) }, 'abc');
    expect([view.hasTimestamps, view.timestampValue, view.timestampEcho, view.dataLength]).toEqual([1, 11, 22, 3]);
  });

  test('timestamps alone, in another place', () => {
    const view = decodedTcp({ options: bytes(timestamps(11, 22), noOperation, noOperation) });
    expect([view.hasTimestamps, view.timestampValue, view.timestampEcho]).toEqual([1, 11, 22]);
  });

  test('SACK blocks are counted, the first is read', () => {
    const view = decodedTcp({ options: bytes(noOperation, noOperation, sack(100, 200, 300, 0xffffffff)) });
    expect([view.sackCount, view.sackLeft0, view.sackRight0]).toEqual([2, 100, 200]);
  });

  test('a window scale above 14 is taken as 14', () => {
    expect(decodedTcp({ options: windowScale(200) }).windowScale).toBe(14);
  });

  test.each([
    ['a request', fastOpen(zeros(0)), 0],
    ['a cookie', fastOpen(zeros(8)), 8],
    ['a cookie in an experiment', bytes(254, 8, hex('f989 01020304')), 4],
  ])('fast open with %s', (_, options, length) => {
    const view = decodedTcp({ flags: TCP_SYN, options });
    expect([view.fastOpen, view.fastOpenCookieLength]).toEqual([1, length]);
  });

  test('another experiment is no fast open', () => {
    expect(decodedTcp({ options: bytes(254, 4, hex('1234')) }).fastOpen).toBe(0);
  });

  test('MPTCP says which operations it carries', () => {
    const both = bytes(tcpOption.multipath(2), tcpOption.multipath(3));
    expect(decodedTcp({ options: both }).operations).toBe((FIRST_OPERATION << 2) | (FIRST_OPERATION << 3));
    expect(decodedTcp({ options: bytes(30, 2, noOperation, noOperation) }).operations).toBe(0);
    const view = decodedTcp({ options: both });
    decoded(ethernet({}, ipv4({}, tcp({}))), { view });
    expect(view.operations).toBe(0);
  });

  test('what follows the end of options is not read', () => {
    expect(decodedTcp({ options: bytes(0, mss(1460)) }).mss).toBe(-1);
  });

  test.each([
    ['length 0', bytes(8, 0, zeros(8))],
    ['length 1', bytes(8, 1, zeros(8))],
    ['a length beyond the header', bytes(8, 40, zeros(8))],
    ['no length', bytes(hex('010101'), 8)],
  ])('an option with %s ends the options before it', (_, broken) => {
    const view = decodedTcp({ options: bytes(mss(1400), broken) });
    expect([view.kind, view.mss, view.hasTimestamps]).toEqual([PACKET_TCP, 1400, 0]);
  });

  test('those of the packet before are forgotten', () => {
    const view = decodedTcp({
      flags: TCP_SYN,
      options: bytes(mss(1460), sackPermitted, windowScale(7), fastOpen(zeros(2))),
    });
    decoded(ethernet({}, ipv4({}, tcp({ options: bytes(noOperation, noOperation, timestamps(1, 2)) }))), { view });
    expect([view.mss, view.windowScale, view.sackPermitted]).toEqual([-1, -1, 0]);
    expect([view.fastOpen, view.sackCount]).toEqual([0, 0]);
  });
});

describe('a header that is not whole', () => {
  const packet = ethernet({}, ipv4({}, tcp({ sequence: 7, window: 99, options: tcpOption.mss(1460) }, zeros(100))));

  test('cut before the end of the window it is no segment', () => {
    const view = decoded(packet, { capturedLength: TCP_START + 15 });
    expect([view.kind, view.fault, view.ipProtocol]).toEqual([PACKET_IP_OTHER, FAULT_CUT, 6]);
  });

  test('cut after the window it is a segment, as for Wireshark', () => {
    const view = decoded(packet, { capturedLength: TCP_START + 16 });
    expect([view.kind, view.fault, view.sequence, view.window]).toEqual([PACKET_TCP, FAULT_CUT, 7, 99]);
    expect([view.dataLength, view.checksum, view.mss]).toEqual([100, 0, -1]);
  });

  test('cut within the options it keeps what came before', () => {
    const view = decoded(packet, { capturedLength: TCP_START + 23 });
    expect([view.kind, view.fault, view.dataLength, view.mss]).toEqual([PACKET_TCP, FAULT_CUT, 100, -1]);
  });

  test('usual timestamps that were cut are not read', () => {
    const options = bytes(tcpOption.noOperation, tcpOption.noOperation, tcpOption.timestamps(5, 6));
    const view = decoded(ethernet({}, ipv4({}, tcp({ options }))), { capturedLength: TCP_START + 30 });
    expect([view.kind, view.hasTimestamps, view.fault]).toEqual([PACKET_TCP, 0, FAULT_CUT]);
  });

  test('padding is not read for a segment that the IP length ends', () => {
    const short = decoded(ethernet({}, ipv4({ totalLength: 35 }, tcp({}, zeros(20)))));
    expect([short.kind, short.fault]).toEqual([PACKET_IP_OTHER, FAULT_MALFORMED]);
  });

  test.each([
    ['below 5 words', 4],
    ['beyond the segment', 15],
  ])('a data offset %s leaves a segment of no payload', (_, dataOffset) => {
    const view = decodedTcp({ dataOffset, flags: TCP_ACK, sequence: 3 }, 'abcdefgh');
    expect([view.kind, view.fault, view.dataLength, view.sequence]).toEqual([PACKET_TCP, FAULT_MALFORMED, 0, 3]);
  });
});

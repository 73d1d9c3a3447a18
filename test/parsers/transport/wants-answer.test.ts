import { expect, test } from '@jest/globals';
import { decoded } from '../../support/decoded.ts';
import { bytes, ethernet, hex, ipv4, tcp, u16, zeros } from '../../support/packets.ts';

const record = (type: number, length: number) => bytes(type, 3, 3, u16(length), zeros(length));
const frame = (type: number, length: number) => bytes(0, u16(length), type, 0, zeros(4), zeros(length));
const bgp = (type: number) => bytes(new Uint8Array(16).fill(0xff), u16(19), type);
const stun = (type: number) => bytes(u16(type), u16(16), hex('2112a442'), zeros(28));

/** What a segment with the payload is taken for. @param missing bytes of its end that the capture does not have */
function wantsNoAnswer(payload: Uint8Array | string, missing = 0): number {
  const segment = ethernet({}, ipv4({}, tcp({}, payload)));
  return decoded(segment, { capturedLength: segment.length - missing }).wantsNoAnswer;
}

test.each<[string, Uint8Array | string]>([
  ['a TLS alert', record(21, 2)],
  ['an encrypted TLS alert', record(23, 19)],
  ['an alert with the padding of a block cipher', record(21, 80)],
  ['the end of a TLS 1.2 handshake', bytes(record(20, 1), record(22, 40))],
  ['the end of a TLS 1.3 handshake', bytes(record(20, 1), record(23, 53))],
  ['that with a longer hash', record(23, 69)],
  ['two short TLS records: frames of HTTP/2 that are no requests', bytes(record(23, 26), record(23, 30))],
  ['SETTINGS of HTTP/2', frame(4, 0)],
  ['PING of HTTP/2', frame(6, 8)],
  ['GOAWAY of HTTP/2', frame(7, 8)],
  ['WINDOW_UPDATE of HTTP/2', frame(8, 4)],
  ['RST_STREAM of HTTP/2', frame(3, 4)],
  ['an answer of SIP', 'SIP/2.0 200 OK\r\n\r\n'],
  ['an answer of HTTP', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['an answer of RTSP', 'RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n'],
  ['KEEPALIVE of BGP', bgp(4)],
  ['a response of STUN', stun(0x0101)],
  ['an error response of STUN, behind its length', bytes(u16(36), stun(0x0111))],
  ['a syslog line', '<34>1 2026-11-28T12:00:00Z host app - - - it happened\n'],
  ['a CancelRequest of PostgreSQL', hex('0000001004d2162e0000000100000002')],
])('%s wants no answer', (_, payload) => {
  expect(wantsNoAnswer(payload)).toBe(1);
});

test.each<[string, Uint8Array | string]>([
  ['a request of HTTP', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a ClientHello', record(22, 300)],
  ['a request within TLS', record(23, 90)],
  ['HEADERS of HTTP/2', frame(1, 40)],
  ['OPEN of BGP', bgp(1)],
  ['a request of STUN', stun(0x0001)],
  ['a long message', bytes(record(21, 2), zeros(600))],
  ['XML', '<?xml version="1.0"?><q/>'],
  ['one byte', 'x'],
])('%s does', (_, payload) => {
  expect(wantsNoAnswer(payload)).toBe(0);
});

test('a short message of which the capture has too little may be none', () => {
  expect(wantsNoAnswer(record(23, 19), 20)).toBe(1);
  expect(wantsNoAnswer('GET / HTTP/1.0\r\n\r\n', 18)).toBe(1);
  expect(wantsNoAnswer('GET / HTTP/1.0\r\n\r\n', 2)).toBe(0);
  expect(wantsNoAnswer(record(23, 200), 203)).toBe(0);
});

test('it is said of each segment anew', () => {
  const view = decoded(ethernet({}, ipv4({}, tcp({}, record(21, 2)))));
  expect(view.wantsNoAnswer).toBe(1);
  expect(decoded(ethernet({}, ipv4({}, tcp({}))), { view }).wantsNoAnswer).toBe(0);
});

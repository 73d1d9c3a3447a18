import { expect, test } from '@jest/globals';
import { FAULT_CUT, FAULT_MALFORMED, FAULT_NONE, PACKET_SCTP } from '../../../parsers/packet-view.ts';
import {
  SCTP_COOKIE_ECHO,
  SCTP_DATA,
  SCTP_INIT,
  SCTP_INIT_ACK,
  SCTP_SACK,
  SCTP_SHUTDOWN_COMPLETE,
} from '../../../parsers/transport/sctp.ts';
import { decoded } from '../../support/decoded.ts';
import { bytes, ethernet, ipv4, sctp, sctpChunk, u32, zeros } from '../../support/packets.ts';

const data = (length: number) => sctpChunk(0, zeros(12 + length), 3);

test('an INIT has its initiate tag', () => {
  const packet = sctp(
    { sourcePort: 5, destinationPort: 6, verificationTag: 0 },
    sctpChunk(1, bytes(u32(0xdeadbeef), zeros(12))),
  );
  const view = decoded(ethernet({}, ipv4({}, packet)));
  expect([view.kind, view.sourcePort, view.destinationPort, view.verificationTag]).toEqual([PACKET_SCTP, 5, 6, 0]);
  expect([view.chunks, view.initiateTag]).toEqual([SCTP_INIT, 0xdeadbeef | 0]);
});

test('all chunks are seen and the user data of DATA chunks is added up', () => {
  const packet = sctp(
    { verificationTag: 0xffffffff },
    sctpChunk(10, zeros(5)),
    sctpChunk(3, zeros(12)),
    data(1),
    data(30),
  );
  const view = decoded(ethernet({}, ipv4({}, packet)));
  expect([view.chunks, view.verificationTag]).toEqual([SCTP_COOKIE_ECHO | SCTP_SACK | SCTP_DATA, -1]);
  expect([view.dataLength, view.fault]).toEqual([31, FAULT_NONE]);
});

test('I-DATA counts as DATA', () => {
  const view = decoded(ethernet({}, ipv4({}, sctp({}, sctpChunk(64, zeros(16 + 9))))));
  expect([view.chunks, view.dataLength]).toEqual([SCTP_DATA, 9]);
});

test('a cut chunk counts with the length that it claims', () => {
  const view = decoded(ethernet({}, ipv4({}, sctp({}, data(500)))), { capturedLength: 60 });
  expect([view.kind, view.chunks, view.dataLength, view.fault]).toEqual([PACKET_SCTP, SCTP_DATA, 500, FAULT_NONE]);
});

test('chunks that the snap length cut away are missed, and said so', () => {
  const packet = ethernet({}, ipv4({}, sctp({}, sctpChunk(2, zeros(16)), data(500))));
  const view = decoded(packet, { capturedLength: 14 + 20 + 12 + 20 });
  expect([view.chunks, view.fault]).toEqual([SCTP_INIT_ACK, FAULT_CUT]);
});

test.each([
  ['of 0', 0],
  ['beyond the packet', 100],
])('a chunk length %s ends the chunks', (_, length) => {
  const view = decoded(ethernet({}, ipv4({}, sctp({}, sctpChunk(14, zeros(0)), bytes(0, 0, 0, length)))));
  expect([view.kind, view.chunks, view.fault]).toEqual([PACKET_SCTP, SCTP_SHUTDOWN_COMPLETE, FAULT_MALFORMED]);
});

import { pcap } from '../../support/packets.ts';
import { type DialogueFields, dialogue, type Line, OPENING, time, WHOLE } from './dialogue.ts';
import type { HandBuilt } from './fixture.ts';

function odd(name: string, says: string, lines: Line[], fields: DialogueFields = {}): HandBuilt {
  return { theme: 'oddities', file: `${name}.pcap`, says, bytes: pcap(dialogue(lines, fields)) };
}

/** What follows the handshake in WHOLE. */
const REST = WHOLE.slice(3);

/** Every packet of a conversation twice, the copy 2 µs later, as a mirror port makes it. */
function mirrored(): HandBuilt {
  const packets = dialogue(WHOLE).flatMap((packet, i) => [packet, { ...packet, time: time(i, 2000n) }]);
  return { theme: 'oddities', file: 'mirrored.pcap', says: 'Every packet is there twice.', bytes: pcap(packets) };
}

export const ODDITIES: HandBuilt[] = [
  odd('rst-outside-window', 'An RST far outside the window closes nothing; the connection goes on and closes.', [
    ...OPENING,
    ['server', 'R', 1_000_000, 0],
    ...REST,
  ]),
  odd('rst-in-window', 'An RST in the window but not at its edge only draws a challenge ACK (RFC 5961 3).', [
    ...OPENING,
    ['server', 'R', 101, 0],
    ['client', 'A', 1, 1],
    ...REST,
  ]),
  odd('ack-short-of-fin', 'The server acknowledges the data of the client but never its FIN.', [
    ...WHOLE.slice(0, 6),
    ['client', 'FA', 8, 9],
    ['server', 'A', 9, 8],
    ['client', 'FA', 8, 9],
    ['server', 'A', 9, 8],
  ]),
  odd('syn-ack-of-nothing', 'A SYN-ACK that acknowledges no SYN of this client is reset; the right one follows.', [
    ['client', 'S', 0, 0],
    ['server', 'SA', 77_777, 55_555],
    ['client', 'R', 55_555, 0],
    ...WHOLE,
  ]),
  mirrored(),
  odd('syn-ack-first', 'The capture begins with the SYN-ACK.', WHOLE.slice(1)),
  odd(
    'one-direction',
    'Only what the server sent was captured.',
    WHOLE.filter(([from]) => from === 'server'),
  ),
  odd('sequence-wrap', 'The sequence numbers of both sides pass 2^32 within the data.', WHOLE, {
    clientIsn: 0xfffffffc,
    serverIsn: 0xfffffffa,
  }),
  odd('reset-after-fin', 'The client closes, the server acknowledges it and then resets.', [
    ...WHOLE.slice(0, 8),
    ['server', 'RA', 9, 9],
  ]),
  odd('another-isn', 'A SYN with another ISN on an open connection begins a new stream.', [
    ...WHOLE.slice(0, 6),
    ['client', 'S', 50_000, 0],
    ['server', 'SA', 90_000, 50_001],
    ['client', 'A', 50_001, 90_001],
    ['client', 'RA', 50_001, 90_001],
  ]),
  odd('strange-flags', 'SYN and FIN together, no flags at all, FIN with PSH and URG: what port scanners send.', [
    ['client', 'SF', 0, 0],
    ['server', 'RA', 0, 1],
    ['client', '', 0, 0],
    ['client', 'FPU', 0, 0],
  ]),
  odd('both-reset', 'Both sides reset at the same moment.', [
    ...WHOLE.slice(0, 6),
    ['client', 'RA', 8, 9],
    ['server', 'RA', 9, 8],
  ]),
  odd('data-in-closing', 'A segment of the server arrives after its FIN, out of order; then the ACKs.', [
    ...WHOLE.slice(0, 5),
    ['server', 'FA', 9, 8],
    ['server', 'PA', 1, 8, 'response'],
    ['client', 'A', 8, 10],
    ['client', 'FA', 8, 10],
    ['server', 'A', 10, 9],
  ]),
];

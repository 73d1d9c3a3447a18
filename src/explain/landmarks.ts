import { TCP_FIN, TCP_SYN } from '../../parsers/packet-view.ts';
import type { Frame } from './frame.ts';
import type { CollectedConnection } from './frame-collector.ts';

/** The sequence numbers that the textbook has letters for: J and K of the SYNs, M and N of the FINs. */
export interface Landmarks {
  /** Of each endpoint: its letter and the number on the wire; null where the packet is not there. */
  syn: [Landmark | null, Landmark | null];
  fin: [Landmark | null, Landmark | null];
}

export interface Landmark {
  letter: string;
  number: number;
}

/** The client's SYN is J, the server's K; the first FIN is M, the second N. */
export function landmarksOf({ record, steps, client }: CollectedConnection): Landmarks {
  const landmarks: Landmarks = { syn: [null, null], fin: [null, null] };
  const { handshake } = record;
  if (handshake?.client != null) landmarks.syn[client] = { letter: 'J', number: handshake.client.isn };
  if (handshake?.server != null) landmarks.syn[1 - client] = { letter: 'K', number: handshake.server.isn };
  const letters = ['M', 'N'];
  for (const { first } of steps) {
    if (first === null || (first.flags & TCP_FIN) === 0 || landmarks.fin[first.sender] !== null) continue;
    landmarks.fin[first.sender] = { letter: letters.shift() ?? '', number: finNumber(first) };
  }
  return landmarks;
}

/** The sequence number that a FIN takes: after a SYN and data in the same segment. */
export function finNumber({ sequence, length, flags }: Frame): number {
  return (sequence + length + ((flags & TCP_SYN) !== 0 ? 1 : 0)) >>> 0;
}

/** 'J+1' where the number acknowledges just that SYN or FIN; null elsewhere. */
export function acknowledged(landmark: Landmark | null, number: number): string | null {
  return landmark !== null && (landmark.number + 1) >>> 0 === number ? `${landmark.letter}+1` : null;
}

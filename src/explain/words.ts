import type { Connection, Side } from '../record.ts';

export function other(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** What a protocol calls the packets that open and reset a connection. */
export function packetNames({ protocol }: Connection): { syn: string; synAck: string; reset: string } {
  return protocol === 'sctp'
    ? { syn: 'INIT', synAck: 'INIT ACK', reset: 'ABORT' }
    : { syn: 'SYN', synAck: 'SYN-ACK', reset: 'RST' };
}

/** The handshake was completed, or was over before the capture began. */
export function isEstablished({ handshake }: Connection): boolean {
  return handshake?.outcome === 'completed' || handshake?.outcome === 'not-captured';
}

/** Nothing that this side sent is in the capture, though it must have sent something. */
export function unseenSide({ findings }: Connection): Side | null {
  return findings.find(({ code }) => code === 'one-direction')?.side ?? null;
}

import type { Protocol } from '../record.ts';

/** What the packets that open and reset a connection are called. */
export interface PacketNames {
  readonly syn: string;
  readonly synAck: string;
  readonly reset: string;
}

const TCP: PacketNames = { syn: 'SYN', synAck: 'SYN-ACK', reset: 'RST' };
const SCTP: PacketNames = { syn: 'INIT', synAck: 'INIT ACK', reset: 'ABORT' };

export function packetNames({ protocol }: { protocol: Protocol }): PacketNames {
  return protocol === 'sctp' ? SCTP : TCP;
}

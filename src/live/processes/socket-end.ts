import { formatAddress } from '../../../parsers/network/address.ts';

/** One end of a connection, as words of PacketView. */
export interface SocketEnd {
  version: number;
  words: readonly [number, number, number, number];
  port: number;
}

/** A connection as key, its own end first: '10.0.0.1 40000 10.0.0.2 80'. */
export function connectionText(local: SocketEnd, remote: SocketEnd): string {
  return `${textOf(local)} ${textOf(remote)}`;
}

/** An address and a port of such a key. Sockets of IPv6 carry IPv4, too: as ::ffff:10.0.0.1. */
export function endText(address: string, port: number): string {
  const plain = address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
  return `${plain} ${port}`;
}

function textOf({ version, words, port }: SocketEnd): string {
  return endText(formatAddress(version, ...words), port);
}

import type { Connection, Direction, Side } from '../record.ts';
import { bytes, count, counted, duration } from '../report/units.ts';
import { otherSide } from '../socket/event-facts.ts';
import { directionOf, unseenSide } from './words.ts';

const SIDES: readonly Side[] = ['client', 'server'];

/** What was sent, and what stood in its way. */
export function transferSentences(record: Connection): string[] {
  const { fromClient, fromServer, protocol } = record;
  const sentences: string[] = [];
  if (fromClient.bytes + fromServer.bytes > 0) sentences.push(`${amounts(record)}.`);
  else if (record.handshake?.outcome === 'completed') sentences.push('No data was sent.');
  if (protocol === 'udp') sentences.push(...answers(record));
  if (protocol !== 'tcp') return sentences;
  for (const side of SIDES) {
    const direction = directionOf(record, side);
    sentences.push(...loss(direction, side), ...stalls(direction, side), ...keepAlives(record, side));
  }
  return sentences;
}

function amounts(record: Connection): string {
  const { fromClient, fromServer, protocol } = record;
  const packets = protocol === 'udp' ? 'datagram' : null;
  // What was sent again is told by itself.
  const amount = ({ uniqueBytes: size, packets: number }: Direction) =>
    size === 0 && (packets === null || number === 0)
      ? 'nothing'
      : `${bytes(size)}${packets === null ? '' : ` in ${counted(number, packets)}`}`;
  const unseen = unseenSide(record);
  if (unseen === 'client') return `The server sent ${amount(fromServer)}`;
  if (unseen === 'server') return `The client sent ${amount(fromClient)}`;
  return `The client sent ${amount(fromClient)}, the server ${amount(fromServer)}`;
}

function answers({ fromClient, fromServer, icmp }: Connection): string[] {
  if (icmp.length > 0) {
    const [{ text, from }] = icmp;
    return [`${counted(icmp.length, 'ICMP error')} came back: "${text}" from ${from}.`];
  }
  if (fromServer.packets === 0)
    return ['Nothing came back: an application that expects an answer waits for it in vain.'];
  if (fromClient.packets === 0) return ['Only one side was captured, or only one side speaks.'];
  return [];
}

function loss(direction: Direction, side: Side): string[] {
  const { retransmissions, fastRetransmissions, spuriousRetransmissions, duplicates, packets } = direction;
  // A retransmitted SYN is told with the handshake.
  const again = retransmissions - duplicates;
  const sentences: string[] = [];
  if (again > 0 && direction.bytes > 0) {
    const kinds = [
      ...(fastRetransmissions > 0 ? [`${count(fastRetransmissions)} after duplicate ACKs`] : []),
      ...(spuriousRetransmissions > 0 ? [`${count(spuriousRetransmissions)} for nothing`] : []),
    ];
    const detail = kinds.length === 0 ? '' : ` (${kinds.join(', ')})`;
    sentences.push(`The ${side} sent ${counted(again, 'segment')} of ${count(packets)} again${detail}.`);
  }
  if (direction.outOfOrder > 0) {
    sentences.push(`${counted(direction.outOfOrder, 'segment')} of the ${side} came out of order.`);
  }
  return sentences;
}

function stalls({ zeroWindowTime, zeroWindows }: Direction, side: Side): string[] {
  if (zeroWindows === 0) return [];
  return [
    `The ${side} closed its receive window for ${duration(zeroWindowTime)}: its program did not read, and the other side had to wait.`,
  ];
}

function keepAlives(record: Connection, side: Side): string[] {
  const { keepAlives: sent } = directionOf(record, side);
  const { keepAliveAcks, zeroWindows } = directionOf(record, otherSide(side));
  // With a closed window they ask for that, and it is told already.
  if (sent === 0 || zeroWindows > 0) return [];
  const answered =
    keepAliveAcks >= sent ? 'all answered' : keepAliveAcks === 0 ? 'none answered' : `${count(keepAliveAcks)} answered`;
  return [`The ${side} sent ${counted(sent, 'keep-alive probe')}, ${answered}.`];
}

import type { Connection, Handshake } from '../record.ts';
import { endpointText } from '../report/endpoint.ts';
import { count, counted, duration, secondsBetween } from '../report/units.ts';
import { packetNames } from '../track/packet-names.ts';
import {
  findingOf,
  isAskedAgain,
  isFarAway,
  isQueueFull,
  isRepeatedAfterAck,
  metOlder,
  neverTaken,
  refusals,
  unseenSide,
} from './words.ts';

/**
 * How the connection began, or why it did not.
 * @param silence seconds that the capture is known to have gone on after the connection's last packet
 */
export function handshakeSentences(record: Connection, silence: number): string[] {
  const { handshake } = record;
  if (handshake === null) return [];
  const unseen = unseenSide(record);
  if (unseen !== null) {
    return [`No packet of the ${unseen} is in the capture: what it did shows only in what the other side sent.`];
  }
  switch (handshake.outcome) {
    case 'completed':
      return completed(record, handshake);
    case 'refused':
      return [refused(record)];
    case 'unreachable':
      return [unreachable(record)];
    case 'unanswered':
      return unanswered(record, handshake, silence);
    case 'half-open':
      return [halfOpen(record, handshake, silence)];
    case 'aborted':
      return [aborted(record)];
    case 'not-captured':
      return [notCaptured(record, handshake)];
  }
}

function unanswered(record: Connection, handshake: Handshake, silence: number): string[] {
  const { syn } = packetNames(record);
  const sent = `The client sent ${counted(handshake.synRetransmissions + 1, syn)}${over(record)}`;
  const found = findingOf(record, 'unanswered');
  if (found === undefined) {
    return [`${sent}, and ${nothingMore(silence)}: an answer, or another ${syn}, may still have come.`];
  }
  const inVain = `${sent} and the server ${endpointText(record.server)} never answered, nor did another ${syn} come in the ${duration(silence)} after the last`;
  if (found.severity !== 'error') {
    return [`${inVain}. The capture has no answer to anybody: it may lack what came back.`];
  }
  const sentences = [
    `${inVain}: they are dropped on the way there, or the answers on the way back; a refusal would have come at once.`,
  ];
  if (record.sockets.client.error === null && record.protocol === 'tcp') {
    sentences.push(
      'A kernel asks longer than that: the program has given up by itself, by a timeout that it puts on connect().',
    );
  }
  return sentences;
}

function halfOpen(record: Connection, handshake: Handshake, silence: number): string {
  const { synAck } = packetNames(record);
  const sent = `The server sent ${counted(handshake.synAckRetransmissions + 1, synAck)}`;
  if (findingOf(record, 'half-open') === undefined) {
    return `${sent}, and ${nothingMore(silence)}: the ACK may still have come.`;
  }
  const asksAgain = handshake.synRetransmissions > 0;
  const why = asksAgain
    ? `the client, which goes on to ask, does not get the ${synAck}`
    : `the client is gone, was never there (a forged address), or does not get the ${synAck}`;
  return `${sent} and no ACK came back, nor in the ${duration(silence)} after the last packet: ${why}.`;
}

function nothingMore(silence: number): string {
  return silence > 0 ? `there is nothing more of it in the ${duration(silence)} after that` : 'the capture ends there';
}

function completed(record: Connection, handshake: Handshake): string[] {
  const took = handshake.connectTime === null ? '' : ` in ${duration(handshake.connectTime)}`;
  const kind = {
    'three-way': 'The three-way handshake was complete',
    'four-way': 'The four-way handshake was complete',
    simultaneous: 'Both sides called connect() at the same moment, and it worked (simultaneous open)',
    'fast-open': 'The SYN carried data (TCP Fast Open), and the handshake was complete',
  }[handshake.kind];
  const sentences = [`${kind}${took}.`];
  if (neverTaken(record)) {
    sentences.push(
      "That is what the client saw. The server's host sent no ACK, ever: it did not have the connection, as with SYN cookies and a full accept queue, or it lost it at once.",
    );
  }
  if (handshake.synRetransmissions > 0) sentences.push(synsAgain(record, handshake.synRetransmissions));
  else if (handshake.synAckRetransmissions > 0) sentences.push(synAcksAgain(record, handshake));
  return sentences;
}

/** Why it took more than one SYN. */
function synsAgain(record: Connection, again: number): string {
  const { syn, reset } = packetNames(record);
  const took = `It took ${counted(again + 1, syn)}`;
  const refused = refusals(record);
  const lost = again - refused;
  if (refused > 0) {
    const rest = lost > 0 ? `; ${count(lost)} of the others, or the answers, were lost or dropped` : '';
    return `${took}: ${count(refused)} of them ${refused === 1 ? 'was' : 'were'} refused with ${reset}, and the client asked again all the same, as Windows does${rest}.`;
  }
  if (metOlder(record)) {
    return `${took}: the first met an older connection of the same ports, whose ACK the client answered with ${reset}; that ended the old one, and the next ${syn} was taken.`;
  }
  if (findingOf(record, 'port-reuse') !== undefined) {
    return `${took}: what came before met an older connection of the same ports (TIME-WAIT), or was lost.`;
  }
  if (isFarAway(record)) return `${took}: the way takes longer than the client waits for the first answer.`;
  return `${took}: the ones before the last, or their answers, were lost or dropped.`;
}

/** Why the server repeated its SYN-ACK. */
function synAcksAgain(record: Connection, handshake: Handshake): string {
  const { synAck } = packetNames(record);
  const sent = `The server sent its ${synAck} ${count(handshake.synAckRetransmissions + 1)} times`;
  if (isQueueFull(record)) return `${sent}, although the client's ACK had reached it: its accept queue was full.`;
  if (!isRepeatedAfterAck(handshake)) return `${sent}.`;
  if (isFarAway(record)) {
    return `${sent}: the way takes so long that it repeated it before the ACK could arrive.`;
  }
  return `${sent}, also after the client's ACK had passed here: that ACK was lost behind this capture, or the server's accept queue was full.`;
}

function refused(record: Connection): string {
  const { syn, reset } = packetNames(record);
  const answer = record.resets[0];
  const after = answer === undefined ? '' : afterStart(record, answer.time);
  return `The server's host answered the ${syn} with ${reset}${after}: it is there, and nothing listens on port ${record.server.port}, or a firewall rejects it on its behalf.`;
}

function unreachable(record: Connection): string {
  const [error] = record.icmp;
  if (error === undefined) return 'An ICMP error ended the handshake.';
  const by = error.from === record.server.address ? 'The server itself' : `The host ${error.from}`;
  return `${by} answered with ICMP "${error.text}"${afterStart(record, error.time)}, and no connection came about.`;
}

/** How long after the first packet; nothing where the clock was set back between them. */
function afterStart({ start }: Connection, time: string): string {
  const seconds = secondsBetween(start, time);
  return seconds < 0 ? '' : ` after ${duration(seconds)}`;
}

function aborted(record: Connection): string {
  const [reset] = record.resets;
  if (reset === undefined) return 'The handshake was broken off.';
  if (isAskedAgain(reset)) {
    return "The client's host answered the SYN-ACK with RST, and the client sent the same SYN again: it still waits for an answer, but not for this one. The answer comes from another address than the one that was asked (NAT that changes only one direction), or with numbers that do not fit.";
  }
  const why =
    reset.from === 'client'
      ? 'its program had given up by then, or it knows nothing of such a SYN'
      : 'it took its SYN-ACK back';
  return `The ${reset.from} reset the connection before the handshake was complete: ${why}.`;
}

function notCaptured(record: Connection, handshake: Handshake): string {
  const lacks = handshake.syn === null && handshake.synAck === null ? 'The handshake is' : 'Parts of the handshake are';
  const roles = record.rolesInferred ? `; who is the client is inferred from the ports` : '';
  return `${lacks} not in the capture${roles}.`;
}

function over({ duration: seconds }: Connection): string {
  return seconds > 0 ? ` over ${duration(seconds)}` : '';
}

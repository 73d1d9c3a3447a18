import type { Connection, Handshake } from '../record.ts';
import { endpointText } from '../report/endpoint.ts';
import { count, counted, duration, secondsBetween } from '../report/units.ts';
import { packetNames } from '../track/packet-names.ts';
import { unseenSide } from './words.ts';

/** How the connection began, or why it did not. */
export function handshakeSentences(record: Connection): string[] {
  const { handshake } = record;
  if (handshake === null) return [];
  const unseen = unseenSide(record);
  if (unseen !== null) {
    return [`No packet of the ${unseen} is in the capture: what it did shows only in what the other side sent.`];
  }
  const { syn, synAck } = packetNames(record);
  switch (handshake.outcome) {
    case 'completed':
      return completed(record, handshake);
    case 'refused':
      return [refused(record)];
    case 'unreachable':
      return [unreachable(record)];
    case 'unanswered':
      return [
        `The client sent ${counted(handshake.synRetransmissions + 1, syn)}${over(record)} and the server ${endpointText(record.server)} never answered: they are dropped on the way there, or the answers on the way back; a refusal would have come at once.`,
      ];
    case 'half-open':
      return [
        `The server sent ${counted(handshake.synAckRetransmissions + 1, synAck)} and no ACK ever came back: the client is gone, was never there (a forged address), or does not get the ${synAck}.`,
      ];
    case 'aborted':
      return [aborted(record)];
    case 'not-captured':
      return [notCaptured(record, handshake)];
  }
}

function completed(record: Connection, handshake: Handshake): string[] {
  const { syn, synAck } = packetNames(record);
  const took = handshake.connectTime === null ? '' : ` in ${duration(handshake.connectTime)}`;
  const kind = {
    'three-way': 'The three-way handshake was complete',
    'four-way': 'The four-way handshake was complete',
    simultaneous: 'Both sides called connect() at the same moment, and it worked (simultaneous open)',
    'fast-open': 'The SYN carried data (TCP Fast Open), and the handshake was complete',
  }[handshake.kind];
  const sentences = [`${kind}${took}.`];
  if (handshake.synRetransmissions > 0) {
    sentences.push(
      `It took ${counted(handshake.synRetransmissions + 1, syn)}: the ones before the last, or their answers, were lost or dropped.`,
    );
  } else if (handshake.synAckRetransmissions > 0) {
    const isQueueFull = record.findings.some(({ code }) => code === 'accept-queue-full');
    const why = isQueueFull ? ', although the ACK had come: its accept queue was full' : '';
    sentences.push(`The server sent its ${synAck} ${count(handshake.synAckRetransmissions + 1)} times${why}.`);
  }
  return sentences;
}

function refused(record: Connection): string {
  const { syn, reset } = packetNames(record);
  const answer = record.resets[0];
  const after = answer === undefined ? '' : afterStart(record, answer.time);
  return `The server's host answered the ${syn} with ${reset}${after}: it is there, and nothing listens on port ${record.server.port}, or a firewall rejects it in its name.`;
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
  const from = record.resets[0]?.from;
  if (from === undefined) return 'The handshake was broken off.';
  const why =
    from === 'client'
      ? 'its program had given up by then, or it knows nothing of such a SYN'
      : 'it took its SYN-ACK back';
  return `The ${from} reset the connection before the handshake was complete: ${why}.`;
}

function notCaptured(record: Connection, handshake: Handshake): string {
  const lacks = handshake.syn === null && handshake.synAck === null ? 'The handshake is' : 'Parts of the handshake are';
  const roles = record.rolesInferred ? `; who is the client is inferred from the ports` : '';
  return `${lacks} not in the capture${roles}.`;
}

function over({ duration: seconds }: Connection): string {
  return seconds > 0 ? ` over ${duration(seconds)}` : '';
}

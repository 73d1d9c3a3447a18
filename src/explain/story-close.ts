import type { Close, Connection, Reset, Side } from '../record.ts';
import { duration, secondsBetween } from '../report/units.ts';
import { otherSide } from '../socket/event-facts.ts';
import { directionOf, findingOf, isEstablished, unseenSide } from './words.ts';

const SIDES: readonly Side[] = ['client', 'server'];
/** The longest time between two retransmissions, TCP_RTO_MAX. */
const SURELY_SILENT = 120;
/** Who closes so much later than it asked did not say farewell: it waited. Seconds. */
const WAITED_IN_VAIN = 1;

/**
 * How the connection ended, and who ended it.
 * @param silence seconds that it was watched after its last packet
 */
export function closeSentences(record: Connection, silence: number): string[] {
  const { close } = record;
  // How a connection that never was ended is told with its handshake.
  if (close === null || !isEstablished(record) || unseenSide(record) !== null) return [];
  return [...ending(record, close, silence), ...unanswered(record), ...inVain(record, close)];
}

function ending(record: Connection, close: Close, silence: number): string[] {
  switch (close.style) {
    case 'open':
      return stillOpen(record, silence);
    case 'half-closed':
      return halfClosed(close);
    case 'graceful':
    case 'simultaneous':
      return graceful(close);
    case 'reset':
    case 'reset-after-fin':
      return reset(record, close);
    case 'abandoned':
      return [
        `Then ${whoRepeats(record)} sent the same again and again, nobody answered, and there was silence for the ${duration(silence)} that the connection was watched on.`,
      ];
  }
}

/** What was sent again to the end of the capture may still have been answered. */
function stillOpen(record: Connection, silence: number): string[] {
  const sentences = ['It is still open at the end of the capture.'];
  const last = SIDES.find((side) => directionOf(record, side).lastData?.frame === record.lastFrame);
  const resent = last !== undefined && directionOf(record, last).retransmissions > directionOf(record, last).duplicates;
  if (resent && silence < SURELY_SILENT) {
    sentences.push(
      `The last packet is data of the ${last}, ${duration(silence)} before that end: whether it was answered is not known.`,
    );
  }
  return sentences;
}

/** What applications call it when the peer closes although a request is open. */
function unanswered(record: Connection): string[] {
  const found = findingOf(record, 'closed-without-answer');
  if (found === undefined || found.side === null) return [];
  const peer = otherSide(found.side);
  const names =
    peer === 'client'
      ? '"socket hang up", "Empty reply from server", "EOF" or "prematurely closed"'
      : '"unexpected end of file" or "connection closed by peer"';
  const unless = found.severity === 'error' ? '' : ', if it expected an answer';
  return [`What the ${peer} had sent last got no byte of answer: programs report that as ${names}${unless}.`];
}

/** The client closed after it had waited for an answer, or without having got any. */
function inVain(record: Connection, close: Close): string[] {
  const { fromClient, fromServer } = record;
  const asked = fromClient.lastData;
  const end = close.steps.find(({ what, from }) => what !== 'ACK of FIN' && from === 'client');
  if (close.firstCloser !== 'client' || asked === null || end === undefined || fromServer.packets === 0) return [];
  if (record.rolesInferred || asked.frame < (fromServer.lastData?.frame ?? 0) || end.frame < asked.frame) return [];
  const waited = secondsBetween(asked.time, end.time);
  // A farewell (TLS close_notify, QUIT) goes right before the FIN.
  if (waited < WAITED_IN_VAIN) return [];
  const what = fromServer.uniqueBytes === 0 ? 'any answer' : 'an answer to what it had sent last';
  return [
    `It closed without having got ${what}, ${duration(waited)} after that: its program stopped waiting, by a timeout of its own, or expects no answer.`,
  ];
}

function graceful(close: Close): string[] {
  const sentences: string[] = [];
  if (close.style === 'simultaneous') sentences.push('Both sides closed at the same moment.');
  else if (close.firstCloser === 'client' || close.firstCloser === 'server') {
    const second = otherSide(close.firstCloser);
    const waited = close.closeWait[second];
    const after = waited === null ? '' : ` ${duration(waited)} later`;
    sentences.push(`The ${close.firstCloser} closed first, the ${second}${after}.`);
  }
  if (close.timeWait !== null) {
    const who = close.timeWait === 'both' ? 'Both sides are' : `The ${close.timeWait} is`;
    sentences.push(`${who} left in TIME-WAIT.`);
  }
  return sentences;
}

function halfClosed({ firstCloser }: Close): string[] {
  if (firstCloser !== 'client' && firstCloser !== 'server') return ['One side has closed, the other has not.'];
  return [
    `The ${firstCloser} closed its side; the ${otherSide(firstCloser)} has not closed its own by the end of the capture.`,
  ];
}

function reset(record: Connection, close: Close): string[] {
  const accepted = record.resets.find((each) => each.accepted) ?? record.resets[0];
  const sentences: string[] = [];
  const first = close.steps.find(({ what }) => what === 'FIN');
  if (first !== undefined) sentences.push(`The ${first.from} closed first.`);
  if (accepted !== undefined) sentences.push(resetSentence(accepted));
  return sentences;
}

function resetSentence({ from, frame, cause, because, receiverState }: Reset): string {
  const receiver: Side = otherSide(from);
  const who = cause === 'injected-suspected' ? 'A packet in the name of the' : 'The';
  return `${who} ${from} reset the connection in frame ${frame}, when the ${receiver} was in ${receiverState}: ${/^answers /.test(because) ? 'it ' : ''}${because}.`;
}

/** Who was left without an answer, as far as it shows. */
function whoRepeats({ fromClient, fromServer }: Connection): string {
  const client = fromClient.retransmissions > fromClient.duplicates;
  const server = fromServer.retransmissions > fromServer.duplicates;
  return client === server ? 'one side' : client ? 'the client' : 'the server';
}

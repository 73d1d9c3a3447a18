import type { Close, Connection, Reset, Side } from '../record.ts';
import { duration } from '../report/units.ts';
import { otherSide } from '../socket/event-facts.ts';
import { isEstablished, unseenSide } from './words.ts';

/** How the connection ended, and who ended it. */
export function closeSentences(record: Connection): string[] {
  const { close } = record;
  // How a connection that never was ended is told with its handshake.
  if (close === null || !isEstablished(record) || unseenSide(record) !== null) return [];
  switch (close.style) {
    case 'open':
      return ['It is still open at the end of the capture.'];
    case 'half-closed':
      return halfClosed(close);
    case 'graceful':
    case 'simultaneous':
      return graceful(close);
    case 'reset':
    case 'reset-after-fin':
      return reset(record, close);
    case 'abandoned':
      return [`Then ${whoRepeats(record)} sent the same again and again, nobody answered, and there was silence.`];
  }
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

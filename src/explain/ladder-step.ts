import { formatAddress } from '../../parsers/network/address.ts';
import { TCP_ACK, TCP_RST } from '../../parsers/packet-view.ts';
import { SCTP_ABORT } from '../../parsers/transport/sctp.ts';
import type { Connection, Side } from '../record.ts';
import { secondsBetween } from '../report/units.ts';
import { otherSide } from '../socket/event-facts.ts';
import { formatTime } from '../track/times.ts';
import type { EndpointIndex, IcmpFrame } from './frame.ts';
import type { CollectedConnection } from './frame-collector.ts';
import { type Label, labelOf, labelText } from './labels.ts';
import { type Landmarks, landmarksOf } from './landmarks.ts';
import { relativeTo, type SequenceNumber } from './sequence-number.ts';
import type { Step, StepKind } from './step.ts';
import { isAckMissed } from './words.ts';

/** A value for each side. */
export interface BySide<T> {
  client: T;
  server: T;
}

/** A row of a ladder: what `--json` has, and what the drawing is made from. */
export interface LadderStep {
  kind: StepKind;
  /** Null for `folded`; 'network' for an ICMP error that the other side did not send. */
  from: Side | 'network' | null;
  frame: number;
  lastFrame: number;
  time: string;
  endTime: string;
  /** As the textbook writes it: 'SYN K, ACK J+1'. */
  what: string;
  /** Numbers of the first packet: relative as in Wireshark, and as they are on the wire. Null where there are none. */
  sequence: SequenceNumber | null;
  acknowledgment: SequenceNumber | null;
  /** As sent, not scaled. */
  window: number | null;
  packets: BySide<number>;
  bytes: BySide<number>;
  /** What packets of the row are flagged as, in Wireshark's words, and how many are. */
  marks: Record<string, number>;
  /** An RST, or an SCTP ABORT. */
  isReset: boolean;
  /** Bytes before it that the capture does not hold. */
  missing: number;
  /** Packets that the capture holds twice. */
  copies: number;
  /** RFC 9293 (SCTP: RFC 9260) states of both sides after it; null before a side's first packet, and for UDP. */
  state: BySide<string | null>;
}

/** A row with what a drawing needs beside. */
export interface DrawnStep {
  step: LadderStep;
  label: Label;
  /** To whom; null for `folded`. */
  to: Side | null;
  /** Nobody answered it. */
  isUnanswered: boolean;
}

/** The rows of a ladder, from the packets of a connection. */
export function ladderSteps(collected: CollectedConnection, absolute: boolean): DrawnStep[] {
  const { record, steps, client } = collected;
  const landmarks = landmarksOf(collected);
  const connection = { ...collected, bases: basesOf(collected, landmarks) };
  const answered = lastAnswer(record, steps);
  const sideOf = (endpoint: number): Side => (endpoint === client ? 'client' : 'server');
  return steps.map((step, index) => {
    const { from, to } =
      step.kind === 'folded'
        ? { from: null, to: null }
        : step.icmp === null
          ? { from: sideOf(step.sender), to: sideOf(1 - step.sender) }
          : icmpWay(record, step.icmp);
    const label = labelOf(step, connection, landmarks, absolute);
    // The other side's own error needs no sender.
    if (step.icmp !== null && from !== 'network') label.remarks = [];
    return {
      step: plainStep(step, connection, from, labelText(label)),
      label,
      to,
      isUnanswered: index > answered && step.kind !== 'icmp' && step.kind !== 'acks' && step.kind !== 'folded',
    };
  });
}

/** A SYN is number 0 of its side, whatever came before it. */
function basesOf({ bases }: CollectedConnection, { syn }: Landmarks): CollectedConnection['bases'] {
  return [syn[0]?.number ?? bases[0], syn[1]?.number ?? bases[1]];
}

function plainStep(step: Step, connection: CollectedConnection, from: LadderStep['from'], what: string): LadderStep {
  const { baseSeconds, client } = connection;
  const server = client === 0 ? 1 : 0;
  const { first } = step;
  const isTcp = connection.record.protocol === 'tcp' && first !== null;
  const relative = (number: number, endpoint: EndpointIndex): SequenceNumber => ({
    absolute: number,
    relative: relativeTo(number, connection.bases[endpoint]),
  });
  return {
    kind: step.kind,
    from,
    frame: step.frame,
    lastFrame: step.lastFrame,
    time: formatTime(baseSeconds, step.at),
    endTime: formatTime(baseSeconds, step.until),
    what,
    sequence: isTcp ? relative(first.sequence, first.sender) : null,
    acknowledgment:
      isTcp && (first.flags & TCP_ACK) !== 0 ? relative(first.acknowledgment, first.sender === 0 ? 1 : 0) : null,
    window: isTcp ? first.window : null,
    packets: { client: step.packets[client], server: step.packets[server] },
    bytes: { client: step.bytes[client], server: step.bytes[server] },
    marks: Object.fromEntries(step.marks),
    isReset: first !== null && ((first.flags & TCP_RST) !== 0 || (first.chunks & SCTP_ABORT) !== 0),
    missing: first?.missing ?? 0,
    copies: step.copies,
    state: shownStates(connection, step),
  };
}

/** States as they are known in the end: a SYN-ACK that nobody is known to have heard connects nobody, nor does an ACK that was not taken. */
function shownStates({ record, client, baseSeconds }: CollectedConnection, step: Step): LadderStep['state'] {
  const [ofClient, ofServer] = [step.states[client], step.states[client === 0 ? 1 : 0]];
  const isUnheard = record.handshake?.outcome === 'half-open' && record.close?.state.client === 'SYN-SENT';
  return {
    client: ofClient === 'ESTABLISHED' && isUnheard ? 'SYN-SENT' : ofClient,
    server: ofServer === 'ESTABLISHED' && isBeforeTaken(record, step, baseSeconds) ? 'SYN-RECEIVED' : ofServer,
  };
}

/** The server repeated its SYN-ACK after that, whatever the client had sent. */
function isBeforeTaken({ handshake }: Connection, { until }: Step, baseSeconds: number): boolean {
  if (handshake === null || handshake.syn === null || !isAckMissed(handshake)) return false;
  const { syn, acceptTime } = handshake;
  return acceptTime === null || secondsBetween(syn.time, formatTime(baseSeconds, until)) < acceptTime - 1e-7;
}

/** Who sent an ICMP error, and to which side. */
function icmpWay(record: Connection, icmp: IcmpFrame): { from: Side | 'network'; to: Side } {
  const to = isQuoted(record, icmp, 'client') ? 'client' : 'server';
  const from = otherSide(to);
  const sender = record.icmp.find(({ frame }) => frame === icmp.frame)?.from;
  return { from: sender === withoutZone(record[from].address) ? from : 'network', to };
}

/** Did that side send what the error quotes? Only a side that talks to its own port needs its address looked at. */
function isQuoted({ client, server }: Connection, { quotedPort, quotedSource }: IcmpFrame, side: Side) {
  const endpoint = side === 'client' ? client : server;
  if (client.port !== server.port) return endpoint.port === quotedPort;
  const [a, b, c, d] = quotedSource;
  return withoutZone(endpoint.address) === formatAddress(endpoint.address.includes(':') ? 6 : 4, a, b, c, d);
}

function withoutZone(address: string): string {
  return address.split('%')[0];
}

/**
 * Index of the last row that was answered: all after it went into silence. Only a connection that was given up has
 * such rows; of any other the last packet needs no answer, or the capture ended before it.
 */
function lastAnswer(record: Connection, steps: readonly Step[]): number {
  const isSilent = record.handshake?.outcome === 'unanswered' || record.close?.style === 'abandoned';
  const last = steps.length - 1;
  if (!isSilent || record.icmp.length > 0) return last;
  const lastSender = steps[last]?.sender;
  return steps.findLastIndex((step) => step.kind === 'folded' || step.packets[1 - lastSender] > 0);
}

import type { Certainty, Mark, Side, SocketCall } from '../record.ts';
import { C_CONNECTED_FRAME, C_SYN_FRAME, T_CONNECTED, T_SYN } from '../track/columns.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { mark } from '../track/times.ts';
import type { Turn } from '../track/turns.ts';
import { isHalfClose, type SocketError, socketErrorOf } from './error-rules.ts';
import { otherSide } from './event-facts.ts';
import { type Facts, markOf } from './facts.ts';
import { isKeepAliveExpiry } from './giving-up.ts';
import { causeOfReset } from './reset-causes.ts';

/** A call and where it stands among the others: by the frame that shows it. */
interface PlacedCall {
  side: Side;
  frame: number;
  call: SocketCall;
}

/**
 * The calls of both applications, in order, as far as packets show them. What leaves no trace on the wire (socket(),
 * bind(), a call that was interrupted) is not in it; a read() is where its data came, because how long it waited
 * before, and in how many pieces it read, no packet tells. Of a side without a packet in the capture there are none.
 */
export function makeCalls(
  source: RecordSource,
  row: number,
  sides: Sides,
  facts: Facts,
): { client: SocketCall[]; server: SocketCall[] } {
  const calls: PlacedCall[] = [];
  const errors = { client: socketErrorOf(facts, 'client'), server: socketErrorOf(facts, 'server') };
  if (facts.protocol !== 'udp') addOpening(calls, source, sides, facts, errors);
  addTurns(calls, source.turns?.of(row) ?? [], sides, facts);
  if (facts.protocol !== 'udp') addClosing(calls, facts);
  addFailures(calls, facts, errors);
  calls.sort((a, b) => a.frame - b.frame);
  const of = (side: Side) =>
    facts.evidence.isSeen(side) ? calls.filter((each) => each.side === side).map(({ call }) => call) : [];
  return { client: of('client'), server: of('server') };
}

type Errors = Record<Side, SocketError | null>;

/** listen(), connect(), accept(). */
function addOpening(
  calls: PlacedCall[],
  { slab }: RecordSource,
  { at, times }: Sides,
  facts: Facts,
  errors: Errors,
): void {
  const { ints, floats } = slab;
  const { base, synFrame, synAckFrame, isConnected, isHeard, isAccepted, isSimultaneous } = facts;
  const connectedFrame = ints[at + C_CONNECTED_FRAME];
  const start = mark(ints[at + C_SYN_FRAME], base, floats[times + T_SYN]);
  if (synFrame !== 0 && !(errors.client?.errno != null && isConnectError(facts))) {
    const end = isHeard ? mark(connectedFrame, base, floats[times + T_CONNECTED]) : null;
    const unheard = isConnected ? `; nothing shows that the client heard the SYN-ACK of frame ${synAckFrame}` : '';
    const because = isHeard
      ? `SYN in frame ${synFrame}, acknowledged by the SYN-ACK in frame ${connectedFrame} (tcp_finish_connect)`
      : `SYN in frame ${synFrame}${synAckFrame === 0 ? ', without an answer yet' : unheard}`;
    const call = { call: 'connect', start, end, result: isHeard ? 0 : null, errno: null } as const;
    calls.push({ side: 'client', frame: synFrame, call: { ...call, certainty: 'certain', because } });
  }
  if (isSimultaneous) {
    const because = 'both sides sent a SYN: simultaneous open (RFC 9293 3.5)';
    const call = { call: 'connect', start: null, end: null, result: isConnected ? 0 : null, errno: null } as const;
    calls.push({ side: 'server', frame: synFrame, call: { ...call, certainty: 'certain', because } });
  }
  if (isSimultaneous || synAckFrame === 0) return;
  calls.push({
    side: 'server',
    frame: Math.min(synFrame || synAckFrame, synAckFrame),
    call: {
      call: 'listen',
      start: null,
      end: null,
      result: 0,
      errno: null,
      certainty: 'certain',
      because: `the SYN-ACK in frame ${synAckFrame}: a socket listens (tcp_conn_request)`,
    },
  });
  const { ackFrame, takenFrame, takenTime } = facts;
  if (!isAccepted || takenFrame === 0) return;
  const because =
    takenFrame === ackFrame
      ? `the ACK in frame ${ackFrame} completes the handshake: accept() could return from here on`
      : `SYN-ACKs came also after the ACK in frame ${ackFrame}: accept() could not return before frame ${takenFrame}`;
  calls.push({
    side: 'server',
    frame: takenFrame,
    call: {
      call: 'accept',
      start: null,
      end: markOf(facts, takenFrame, takenTime),
      result: null,
      errno: null,
      certainty: isTaken(facts) ? 'likely' : 'possible',
      because,
    },
  });
}

/** The server had repeated its SYN-ACK, and accept() came only after this frame: what it reads comes no sooner. */
function waitsForAccept({ isAckMissed, takenFrame }: Facts, side: Side, frame: number): boolean {
  return side === 'server' && isAckMissed && (takenFrame === 0 || frame < takenFrame);
}

/** The server did something on the connection, so some process has it. */
function isTaken({ server, synAckCount }: Facts): boolean {
  return server.lastDataFrame !== 0 || server.finFrame !== 0 || server.packets > synAckCount;
}

/** What was sent before the other side sent anything: written here, read there. */
function addTurns(calls: PlacedCall[], turns: readonly Turn[], { clientEndpoint }: Sides, facts: Facts): void {
  const { base } = facts;
  const readsUntil = { client: lastRead(facts, 'client'), server: lastRead(facts, 'server') };
  for (const turn of turns) {
    const side = turn.endpoint === clientEndpoint ? 'client' : 'server';
    const span = {
      start: mark(turn.firstFrame, base, turn.firstTime),
      end: mark(turn.lastFrame, base, turn.lastTime),
      result: turn.bytes,
      errno: null,
    };
    const frames =
      turn.firstFrame === turn.lastFrame
        ? `frame ${turn.firstFrame}`
        : `${turn.packets} packets from frame ${turn.firstFrame} to ${turn.lastFrame}`;
    const many = turn.turns > 1 ? `, ${turn.turns} turns together` : '';
    const written = `${turn.bytes} bytes in ${frames}${many}`;
    const arrived = `${turn.bytes} bytes that came in ${frames}${many}`;
    calls.push({
      side,
      frame: turn.firstFrame,
      call: { call: 'write', ...span, certainty: 'certain', because: written },
    });
    if (turn.firstFrame > readsUntil[otherSide(side)]) continue;
    const reader = otherSide(side);
    const isLate = waitsForAccept(facts, reader, turn.lastFrame);
    if (isLate && facts.takenFrame === 0) continue;
    const isDoubtful = isUnread(turn, facts) || (reader === 'server' && facts.isUntaken);
    const read = { call: 'read', ...span, certainty: isDoubtful ? 'possible' : 'likely' } as const;
    const frame = isLate ? facts.takenFrame : turn.lastFrame;
    const end = isLate ? markOf(facts, frame, facts.takenTime) : span.end;
    calls.push({ side: reader, frame, call: { ...read, end, because: arrived } });
  }
}

/** Its receiver reset the connection and had not sent anything since: it may not have read it. */
function isUnread({ lastFrame }: Turn, { resets }: Facts): boolean {
  return resets.some(
    (each) => each.accepted && each.receiverDataFrame === lastFrame && each.senderDataFrame < lastFrame,
  );
}

/** Frame after which a side reads nothing more: it closed, it was reset, or nobody has that port. */
function lastRead(facts: Facts, side: Side): number {
  const { finFrame } = facts[side];
  const ends = facts.resets.filter(({ accepted, isPast }) => accepted && !isPast).map(({ frame }) => frame);
  if (finFrame !== 0 && !isHalfClose(facts, side)) ends.push(finFrame);
  if (facts.icmp.some(({ about, fatal }) => about !== side && fatal) && facts[side].packets === 0) return 0;
  return Math.min(LAST, ...ends);
}

/** FIN: close() or shutdown() here, end of file there. An RST that was no answer: close(). */
function addClosing(calls: PlacedCall[], facts: Facts): void {
  for (const side of ['client', 'server'] as const) {
    const { finFrame, finTime } = facts[side];
    if (finFrame === 0) continue;
    const at = markOf(facts, finFrame, finTime);
    if (isHalfClose(facts, side)) {
      const because = `FIN in frame ${finFrame}, and data was taken after it: shutdown(SHUT_WR)`;
      // Data that is not acknowledged yet may still draw an RST.
      const isAcked = (facts[otherSide(side)].ackedBytes ?? 0) > facts[side].peerBytesAtFin;
      calls.push(done(side, 'shutdown', at, isAcked ? 'certain' : 'likely', because));
    } else {
      const because = `FIN in frame ${finFrame}: close(), shutdown(SHUT_WR) or the end of the process`;
      calls.push(done(side, 'close', at, 'likely', because));
    }
    // A socket that was gone when the FIN came, and answered it with an RST, has nobody who reads.
    if (!facts[side].isFinAcked && facts.resets.some((each) => each.to === side && each.frame > finFrame)) continue;
    if (facts.evidence.isFinMissing(side) || !facts.evidence.isSeen(otherSide(side))) continue;
    const because = `FIN in frame ${finFrame}: end of file after all data before it`;
    const isOver = facts[otherSide(side)].closedItself || (side === 'client' && facts.isUntaken);
    const isLate = waitsForAccept(facts, otherSide(side), finFrame);
    if (isLate && facts.takenFrame === 0) continue;
    const read = isLate ? markOf(facts, facts.takenFrame, facts.takenTime) : at;
    calls.push(done(otherSide(side), 'read', read, isOver ? 'possible' : 'likely', because));
  }
  for (const reset of facts.resets) {
    const { from, frame, time } = reset;
    if (facts[from].finFrame !== 0 || isKeepAliveExpiry(reset)) continue;
    if (causeOfReset(reset, facts).cause !== 'abortive-close') continue;
    calls.push(done(from, 'close', markOf(facts, frame, time), 'likely', `RST in frame ${frame} without a FIN before`));
  }
}

function done(side: Side, call: SocketCall['call'], at: Mark, certainty: Certainty, because: string): PlacedCall {
  const start = call === 'read' ? null : at;
  return { side, frame: at.frame, call: { call, start, end: at, result: 0, errno: null, certainty, because } };
}

/** The call that an error comes out of. Only connect() is sure to have been made. */
function addFailures(calls: PlacedCall[], facts: Facts, errors: Errors): void {
  for (const side of ['client', 'server'] as const) {
    const error = errors[side];
    if (error === null || error.errno === null) continue;
    const { errno, rule, because } = error;
    const event = [...facts.resets, ...facts.icmp].find(({ frame }) => frame === error.frames.at(-1));
    const end = event === undefined ? null : markOf(facts, event.frame, event.time);
    const failed = { end, result: -1, errno, because: `${because} (${rule})` };
    if (side === 'client' && isConnectError(facts)) {
      const start = markOf(facts, facts.synFrame, facts.firstSyn);
      const { certainty } = error;
      calls.push({ side, frame: facts.synFrame, call: { call: 'connect', start, ...failed, certainty } });
      continue;
    }
    // EPIPE is for writers alone; the other errors come out of whatever call is next, mostly one that waits.
    const call = errno === 'EPIPE' ? 'write' : 'read';
    const certainty = errno === 'EPIPE' ? 'possible' : 'likely';
    calls.push({ side, frame: event?.frame ?? LAST, call: { call, start: null, ...failed, certainty } });
  }
}

/** After all frames. */
const LAST = Number.POSITIVE_INFINITY;

/** The error is that of connect(): the handshake came to nothing. */
function isConnectError({ protocol, synFrame, isConnected, isAccepted, outcome }: Facts): boolean {
  return protocol !== 'udp' && synFrame !== 0 && !isConnected && !isAccepted && outcome !== 'completed';
}

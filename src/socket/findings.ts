import type { CloseStyle, Side } from '../record.ts';
import { closeStyle, finFrame, firstCloser } from '../track/close-record.ts';
import { C_HANDSHAKE, E_FIN_FRAME, E_FLAGS, END_CLOSED_SECOND, F_FIN_TIME } from '../track/columns.ts';
import { EVENT_RST, EVENT_STRIDE, V_DETAIL, V_FRAME, V_KIND, V_VALUE } from '../track/events.ts';
import { counted, type FindingList, formatSeconds } from '../track/finding-list.ts';
import { handshakeOutcome } from '../track/handshake-record.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { CLOSED } from '../track/tcp-state.ts';
import { seconds, watchedUntil } from '../track/times.ts';

/** How the connection ended for its sockets. */
export function findInSockets(source: RecordSource, row: number, sides: Sides, found: FindingList): void {
  const { ints } = source.slab;
  const style = closeStyle(ints, sides.at, sides.client, sides.server);
  const outcome = handshakeOutcome(ints[sides.at + C_HANDSHAKE]);
  if ((style === 'reset' || style === 'reset-after-fin') && outcome !== 'refused' && outcome !== 'aborted') {
    const frames = resetFrames(source, row, 1);
    const by = firstCloser(ints, sides, 'reset');
    const side = by === 'both' ? null : by;
    if (style === 'reset') found.add('reset', 'error', side, `reset by the ${side}`, frames);
    else found.add('reset-after-fin', 'warning', null, 'reset after a FIN', frames);
  }
  const ignored = resetFrames(source, row, 0);
  if (ignored.length > 0) {
    found.add(
      'reset-ignored',
      'note',
      null,
      `${counted(ignored.length, 'RST')} that the receiver does not accept`,
      ignored,
    );
  }
  if (style === 'abandoned' && outcome === 'completed') {
    found.add('abandoned', 'error', null, 'sent again and again without an answer, then silence', []);
  }
  findInCloseWait(source, sides, 'client', style, found);
  findInCloseWait(source, sides, 'server', style, found);
}

/** How long `side` kept its end open after the peer's FIN. */
function findInCloseWait(source: RecordSource, sides: Sides, side: Side, style: CloseStyle, found: FindingList): void {
  const { ints, floats } = source.slab;
  const isClient = side === 'client';
  const me = isClient ? sides.client : sides.server;
  const peerFin = finFrame(ints, isClient ? sides.server : sides.client);
  if (peerFin === 0) return;
  const waitedFrom = floats[(isClient ? sides.serverTimes : sides.clientTimes) + F_FIN_TIME];
  if ((ints[me + E_FLAGS] & END_CLOSED_SECOND) !== 0) {
    const closed = floats[(isClient ? sides.clientTimes : sides.serverTimes) + F_FIN_TIME];
    const waited = seconds(closed - waitedFrom);
    if (waited > source.thresholds.closeWait) {
      const message = `closed ${formatSeconds(waited)} after the peer's FIN`;
      found.add('long-close-wait', 'warning', side, message, [peerFin, ints[me + E_FIN_FRAME]]);
    }
  } else if (style === 'half-closed') {
    const waited = watchedUntil(source, sides.times) - seconds(waitedFrom);
    if (waited > source.thresholds.closeWait) {
      const message = `still open ${formatSeconds(waited)} after the peer's FIN`;
      found.add('half-closed', 'warning', side, message, [peerFin]);
    }
  }
}

const NO_FRAMES: number[] = [];

/** Frames of the RSTs that were accepted (1), or not (0) although the receiver was not closed. */
function resetFrames({ slab, events }: RecordSource, row: number, accepted: number): number[] {
  if (events.first(slab, row) < 0) return NO_FRAMES;
  const frames: number[] = [];
  for (let event = events.first(slab, row); event >= 0; event = events.next(event)) {
    const v = event * EVENT_STRIDE;
    const isReset = events.ints[v + V_KIND] === EVENT_RST && events.ints[v + V_VALUE] === accepted;
    if (isReset && (accepted === 1 || events.ints[v + V_DETAIL] !== CLOSED)) frames.push(events.ints[v + V_FRAME]);
  }
  return frames;
}

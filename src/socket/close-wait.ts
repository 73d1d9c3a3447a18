import type { CloseStyle, Side } from '../record.ts';
import { finFrame } from '../track/close-record.ts';
import {
  E_FIN_FRAME,
  E_FLAGS,
  E_LAST_DATA_FRAME,
  END_CLOSED_SECOND,
  F_FIN_TIME,
  F_LAST_DATA_TIME,
} from '../track/columns.ts';
import { type Basis, BOTH_SEEN } from '../track/evidence.ts';
import { type FindingList, formatSeconds } from '../track/finding-list.ts';
import { isSubflow } from '../track/multipath.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { seconds, watchedUntil } from '../track/times.ts';
import { otherSide } from './event-facts.ts';

/**
 * How long `side` kept its end open after the peer's FIN, which it had received. That of a subflow its application does
 * not see: it has nothing to close.
 */
export function findInCloseWait(
  source: RecordSource,
  sides: Sides,
  side: Side,
  style: CloseStyle,
  found: FindingList,
): void {
  const { ints, floats } = source.slab;
  if (isSubflow(ints, sides.at)) return;
  const isClient = side === 'client';
  const me = sides[side];
  const peerFin = finFrame(ints, sides[otherSide(side)]);
  if (peerFin === 0) return;
  const basis: Basis = { ...BOTH_SEEN, finOf: otherSide(side) };
  const [myTimes, peerTimes] = isClient
    ? [sides.clientTimes, sides.serverTimes]
    : [sides.serverTimes, sides.clientTimes];
  // One that still sends has a reason to be open (RFC 9293 3.6: a half-close in use); it waits from then on.
  const sentOn = ints[me + E_LAST_DATA_FRAME] > peerFin;
  const waitedFrom = sentOn ? floats[myTimes + F_LAST_DATA_TIME] : floats[peerTimes + F_FIN_TIME];
  const fin = `the ${otherSide(side)}'s FIN`;
  const since = sentOn ? `its last data, which came after ${fin}` : fin;
  if ((ints[me + E_FLAGS] & END_CLOSED_SECOND) !== 0) {
    const waited = seconds(floats[myTimes + F_FIN_TIME] - waitedFrom);
    if (waited > source.thresholds.closeWait) {
      const message = `the ${side} closed ${formatSeconds(waited)} after ${since}`;
      found.add(basis, 'long-close-wait', 'warning', side, message, [peerFin, ints[me + E_FIN_FRAME]]);
    }
  } else if (style === 'half-closed') {
    const until = watchedUntil(source, sides.times);
    const waited = until - seconds(waitedFrom);
    const sinceFin = until - seconds(floats[peerTimes + F_FIN_TIME]);
    if (waited > source.thresholds.closeWait) {
      const message = `the ${side} is still open ${formatSeconds(waited)} after ${since}`;
      found.add(basis, 'close-wait-leak', 'warning', side, message, [peerFin]);
    } else if (sinceFin > source.thresholds.closeWait) {
      const message = `the ${side} still sends ${formatSeconds(sinceFin)} after ${fin}`;
      found.add(basis, 'half-closed', 'note', side, message, [peerFin]);
    }
  }
}

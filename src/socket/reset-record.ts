import type { Reset } from '../record.ts';
import { C_EVENTS, T_BASE_SECONDS } from '../track/columns.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { TCP_STATES } from '../track/tcp-state.ts';
import { formatTime } from '../track/times.ts';
import { factsOf } from './facts.ts';
import { causeOfAbort, causeOfReset } from './reset-causes.ts';

const NO_RESETS: Reset[] = [];

/** The RSTs of a connection that were kept, each with its cause. */
export function makeResets(source: RecordSource, row: number, sides: Sides): Reset[] {
  const { ints, floats } = source.slab;
  if (ints[sides.at + C_EVENTS] === 0) return NO_RESETS;
  const facts = factsOf(source, row, sides);
  const base = floats[sides.times + T_BASE_SECONDS];
  const explain = facts.protocol === 'sctp' ? causeOfAbort : causeOfReset;
  return facts.resets.map((reset) => {
    const { cause, because } = explain(reset, facts);
    return {
      from: reset.from,
      frame: reset.frame,
      time: formatTime(base, reset.nanoseconds),
      cause,
      accepted: reset.accepted,
      receiverState: TCP_STATES[reset.receiverState],
      because,
    };
  });
}

import type { Reset, ResetCause } from '../record.ts';
import { C_EVENTS } from '../track/columns.ts';
import type { RecordSource } from '../track/record-source.ts';
import type { Sides } from '../track/sides.ts';
import { TCP_STATES } from '../track/tcp-state.ts';
import { factsOf, markOf } from './facts.ts';
import { causeOfReset } from './reset-causes.ts';

const NO_RESETS: Reset[] = [];

/** The RSTs of a connection that were kept, each with its cause. */
export function makeResets(source: RecordSource, row: number, sides: Sides): Reset[] {
  if (source.slab.ints[sides.at + C_EVENTS] === 0) return NO_RESETS;
  const facts = factsOf(source, row, sides);
  return facts.resets.map((reset) => {
    const { cause, because } = causeOfReset(reset, facts);
    return {
      from: reset.from,
      frame: reset.frame,
      time: markOf(facts, reset.frame, reset.time).time,
      cause,
      accepted: reset.accepted,
      receiverState: TCP_STATES[reset.receiverState],
      because,
    };
  });
}

const NO_CAUSES: ResetCause[] = [];

/** Their causes alone. */
export function resetCausesOf(source: RecordSource, row: number, sides: Sides): ResetCause[] {
  if (source.slab.ints[sides.at + C_EVENTS] === 0) return NO_CAUSES;
  const facts = factsOf(source, row, sides);
  return facts.resets.map((reset) => causeOfReset(reset, facts).cause);
}

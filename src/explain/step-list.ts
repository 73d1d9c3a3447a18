import { TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { SCTP_DATA, SCTP_SACK } from '../../parsers/transport/sctp.ts';
import { ANALYSIS_DUPLICATE_ACK } from '../track/tcp-analysis.ts';
import type { Frame, IcmpFrame, States } from './frame.ts';
import { marksOf, TELLING } from './marks.ts';
import { addPacket, fold, icmpStep, type Step, stepOf } from './step.ts';

/** Rows of a ladder, unless the user asks for another number. */
export const STEPS_KEPT = 40;
/** The least that leaves room for a beginning, a middle and an end. */
export const FEWEST_STEPS = 8;

const CONTROL = TCP_SYN | TCP_FIN | TCP_RST;
/** Chunks of an association that only moves data. */
const SCTP_TRANSFER = SCTP_DATA | SCTP_SACK;

/**
 * The packets of a connection as rows of a ladder, in bounded memory.
 *
 * Ordinary data and its ACKs are one row for each turn; what opens or closes the connection, what changes a state
 * and what is flagged has a row of its own. Where there are too many rows, those in the middle are folded: the turns first,
 * then everything.
 */
export class StepList {
  readonly #most: number;
  #steps: Step[] = [];
  #states: States = [null, null];

  constructor(most: number) {
    this.#most = most;
  }

  add(frame: Frame): void {
    const before = this.#states;
    this.#states = frame.states;
    const last = this.#steps.at(-1);
    if (frame.isCopy) {
      if (last !== undefined) last.copies++;
      return;
    }
    const changesState = frame.states[0] !== before[0] || frame.states[1] !== before[1];
    const isPlain = !changesState && isTransfer(frame) && (frame.found & TELLING) === 0;
    if (last !== undefined && (isPlain ? continues(last, frame) : !changesState && isAlike(last, frame))) {
      addPacket(last, frame);
    } else {
      this.#push(stepOf(isPlain ? (frame.length > 0 ? 'turn' : 'acks') : 'packet', frame));
    }
  }

  addIcmp(icmp: IcmpFrame): void {
    this.#push(icmpStep(icmp, this.#states));
  }

  /** The rows, as many as are wanted at the most. */
  steps(): readonly Step[] {
    this.#compact();
    return this.#steps;
  }

  #push(step: Step): void {
    this.#steps.push(step);
    if (this.#steps.length >= 2 * this.#most) this.#compact();
  }

  /** Folds rows in the middle until there are no more than wanted. */
  #compact(): void {
    const steps = this.#steps;
    if (steps.length <= this.#most) return;
    const edge = Math.floor(this.#most * 0.4);
    const middle = foldQuiet(steps.slice(edge, -edge));
    const room = this.#most - 2 * edge;
    const kept = middle.length <= room ? middle : [...middle.slice(0, room - 1), middle.slice(room - 1).reduce(fold)];
    this.#steps = [...steps.slice(0, edge), ...kept, ...steps.slice(-edge)];
  }
}

/** Neither opens nor closes anything. */
function isTransfer({ flags, chunks }: Frame): boolean {
  return (flags & CONTROL) === 0 && (chunks & ~SCTP_TRANSFER) === 0;
}

/** Ordinary data, or an ACK, that goes on with what the last row shows. */
function continues(last: Step, frame: Frame): boolean {
  if (last.kind === 'turn') return frame.sender === last.sender || frame.length === 0;
  if (last.kind === 'acks') return frame.length === 0 && frame.sender === last.sender && isSameAck(last, frame);
  return false;
}

/** Duplicate ACKs are a row, and so are ACKs that move on. */
function isSameAck({ last }: Step, frame: Frame): boolean {
  return last !== null && ((last.found ^ frame.found) & ANALYSIS_DUPLICATE_ACK) === 0;
}

/** A flagged packet like the last one: from the same side, with the same flag, and nothing else in between. */
function isAlike({ kind, sender, last }: Step, frame: Frame): boolean {
  if (kind !== 'packet' || last === null || sender !== frame.sender || !isTransfer(frame)) return false;
  return isTransfer(last) && marksOf(last.found)[0] === marksOf(frame.found)[0];
}

/** Neighbours that are nothing special become one. */
function foldQuiet(steps: Step[]): Step[] {
  const folded: Step[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (last !== undefined && isQuiet(last) && isQuiet(step)) folded[folded.length - 1] = fold(last, step);
    else folded.push(step);
  }
  return folded;
}

function isQuiet({ kind }: Step): boolean {
  return kind === 'turn' || kind === 'acks' || kind === 'folded';
}

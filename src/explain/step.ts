import type { EndpointIndex, Frame, IcmpFrame, States } from './frame.ts';
import { type MarkName, marksOf } from './marks.ts';

/**
 * What one row of a ladder shows:
 * `packet` one packet, or several alike in a row; `turn` data of one side with the ACKs that it got; `acks` ACKs alone;
 * `icmp` an ICMP error; `folded` all that lies between two others.
 */
export type StepKind = 'packet' | 'turn' | 'acks' | 'icmp' | 'folded';

/** A row of a ladder while it is collected. Pairs are by endpoint. */
export interface Step {
  kind: StepKind;
  /** Whose packets these are; of an ICMP error: unused. */
  sender: EndpointIndex;
  frame: number;
  lastFrame: number;
  /** Nanoseconds, as in Frame. */
  at: number;
  until: number;
  /** The first packet of the sender, and the last; null for `icmp` and `folded`. */
  first: Frame | null;
  last: Frame | null;
  /** Packets and payload of each endpoint. */
  packets: [number, number];
  bytes: [number, number];
  /** How often data changed hands. */
  turns: number;
  /** Packets that are flagged, by what they are flagged as. */
  marks: Map<MarkName, number>;
  /** Packets that the capture holds twice. */
  copies: number;
  icmp: IcmpFrame | null;
  /** ICMP errors within a `folded` step. */
  icmpErrors: number;
  states: States;
}

export function stepOf(kind: StepKind, frame: Frame): Step {
  const { sender, at } = frame;
  const step: Step = {
    kind,
    sender,
    frame: frame.frame,
    lastFrame: frame.frame,
    at,
    until: at,
    first: frame,
    last: frame,
    packets: [0, 0],
    bytes: [0, 0],
    turns: frame.length > 0 ? 1 : 0,
    marks: new Map(),
    copies: 0,
    icmp: null,
    icmpErrors: 0,
    states: frame.states,
  };
  addPacket(step, frame);
  return step;
}

export function icmpStep(icmp: IcmpFrame, states: States): Step {
  return {
    kind: 'icmp',
    sender: 0,
    frame: icmp.frame,
    lastFrame: icmp.frame,
    at: icmp.at,
    until: icmp.at,
    first: null,
    last: null,
    packets: [0, 0],
    bytes: [0, 0],
    turns: 0,
    marks: new Map(),
    copies: 0,
    icmp,
    icmpErrors: 1,
    states,
  };
}

/** One more packet of either endpoint becomes part of the step. */
export function addPacket(step: Step, frame: Frame): void {
  step.packets[frame.sender]++;
  step.bytes[frame.sender] += frame.length;
  step.lastFrame = frame.frame;
  step.until = frame.at;
  step.states = frame.states;
  if (frame.sender === step.sender) step.last = frame;
  for (const name of marksOf(frame.found)) count(step.marks, name, 1);
}

/** Two neighbours as one `folded` step. */
export function fold(a: Step, b: Step): Step {
  const marks = new Map(a.marks);
  for (const [name, times] of b.marks) count(marks, name, times);
  return {
    kind: 'folded',
    sender: a.sender,
    frame: a.frame,
    lastFrame: b.lastFrame,
    at: a.at,
    until: b.until,
    first: null,
    last: null,
    packets: [a.packets[0] + b.packets[0], a.packets[1] + b.packets[1]],
    bytes: [a.bytes[0] + b.bytes[0], a.bytes[1] + b.bytes[1]],
    turns: a.turns + b.turns,
    marks,
    copies: a.copies + b.copies,
    icmp: null,
    icmpErrors: a.icmpErrors + b.icmpErrors,
    states: b.states,
  };
}

function count(marks: Map<MarkName, number>, name: MarkName, times: number): void {
  marks.set(name, (marks.get(name) ?? 0) + times);
}

import type { Connection, Side, SocketCall } from '../record.ts';
import { bytes } from '../report/units.ts';
import type { DrawnStep } from './ladder-step.ts';

/** A line beside one of the bars. */
export interface Note {
  kind: 'state' | 'call' | 'error';
  text: string;
}

/** What stands beside a row: at the client's bar and at the server's, from top to bottom. */
export interface StepNotes {
  client: Note[];
  server: Note[];
}

const SIDES: readonly Side[] = ['client', 'server'];

/**
 * The socket calls and the states of both sides, beside the rows that show them. A call that sends comes before the
 * state that it leads to, a call that returns comes after it.
 * @returns one for each row, and one more: for what happened when no packet came any more
 */
export function notesOf(record: Connection, steps: readonly DrawnStep[]): StepNotes[] {
  const notes = [...steps, null].map((): StepNotes => ({ client: [], server: [] }));
  for (const side of SIDES) {
    const calls = (record.sockets[side].calls ?? []).flatMap(callNotes);
    const before = calls.filter(({ isCause }) => isCause);
    const after = calls.filter(({ isCause }) => !isCause);
    place(notes, steps, side, before);
    let state: string | null = null;
    for (const [index, { step }] of steps.entries()) {
      const now = step.state[side];
      if (now !== null && now !== state) notes[index][side].push({ kind: 'state', text: now });
      state = now;
    }
    place(notes, steps, side, after);
  }
  return notes;
}

/** A note that wants to stand beside a frame; null: after all. */
interface CallNote extends Note {
  frame: number | null;
  /** The application did something, and a packet is what came of it. */
  isCause: boolean;
  /** What a folded row says as well. */
  isTransfer: boolean;
}

function callNotes(made: SocketCall): CallNote[] {
  const { call, start, end, result, errno, certainty } = made;
  const doubt = certainty === 'possible' ? '?' : '';
  const note = (frame: number | undefined, text: string, isCause: boolean): CallNote => ({
    kind: errno === null ? 'call' : 'error',
    text: `${text}${doubt}`,
    frame: frame ?? null,
    isCause,
    isTransfer: errno === null && (call === 'write' || call === 'read'),
  });
  if (errno !== null) {
    const failed = note(end?.frame, `${call}() → ${errno}`, false);
    if (call !== 'connect' || start === null) return [failed];
    return [{ ...note(start.frame, 'connect()', true), kind: 'call', text: 'connect()' }, failed];
  }
  switch (call) {
    case 'listen':
      return [];
    case 'connect':
      return [
        note(start?.frame, 'connect()', true),
        ...(end === null ? [] : [note(end.frame, 'connect() → 0', false)]),
      ];
    case 'accept':
      return [note(end?.frame, 'accept() → fd', false)];
    case 'write':
      return [note(start?.frame, `write() ${bytes(result ?? 0)}`, true)];
    case 'read':
      return [note(end?.frame, result === 0 ? 'read() → 0' : `read() ${bytes(result ?? 0)}`, false)];
    case 'shutdown':
      return [note(start?.frame, 'shutdown(WR)', true)];
    case 'close':
      return [note(start?.frame, 'close()', true)];
  }
}

function place(notes: StepNotes[], steps: readonly DrawnStep[], side: Side, calls: readonly CallNote[]): void {
  for (const { frame, isTransfer, kind, text } of calls) {
    const index = frame === null ? steps.length : rowOf(steps, frame);
    if (index < 0 || (isTransfer && index < steps.length && !showsTransfer(steps[index], side))) continue;
    notes[index][side].push({ kind, text });
  }
}

/** A folded row has too many to name, and what nobody answered was hardly read. */
function showsTransfer({ step, isUnanswered }: DrawnStep, side: Side): boolean {
  return step.kind !== 'folded' && !(isUnanswered && step.from !== side);
}

/** The row that has the frame; of a frame that has none (a copy), the row before. */
function rowOf(steps: readonly DrawnStep[], frame: number): number {
  return steps.findLastIndex(({ step }) => step.frame <= frame);
}

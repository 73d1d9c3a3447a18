import type { DrawnStep } from './ladder-step.ts';

/** A line beside one of the bars. */
export interface Note {
  kind: 'state' | 'call' | 'error';
  text: string;
}

/** What stands beside a row: at the client's bar and at the server's. */
export interface StepNotes {
  client: Note[];
  server: Note[];
}

/** States where they change. */
export function notesOf(steps: readonly DrawnStep[]): StepNotes[] {
  let before: DrawnStep['step']['state'] = { client: null, server: null };
  return steps.map(({ step: { state } }) => {
    const notes: StepNotes = { client: [], server: [] };
    for (const side of ['client', 'server'] as const) {
      const now = state[side];
      if (now !== null && now !== before[side]) notes[side].push({ kind: 'state', text: now });
    }
    before = state;
    return notes;
  });
}

import type { Program, Routine } from './program.ts';

/** What the text of one function is written with. */
export interface Writer {
  readonly program: Program;
  readonly routine: Routine;
  /** Names of pointers that are needed twice and computed once. */
  readonly pointers: string[];
}

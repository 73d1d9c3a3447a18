import { printable } from './printable.ts';

/** What a report for people calls a capture. */
export function captureName(file: string): string {
  return file === '-' ? 'standard input' : printable(file);
}

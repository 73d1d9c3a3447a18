import { printable } from './printable.ts';

/** One line for standard error, whatever names the message has in it. */
export function toldLine(message: string): string {
  return `sockscope: ${printable(message)}\n`;
}

/** Says one thing to the user, in one line on standard error. Everything that is said there goes through here. */
export function tell(message: string): void {
  process.stderr.write(toldLine(message));
}

import { printable } from './printable.ts';
import { counted } from './units.ts';

/** What is longer, as an expression of 100 kB that is repeated in a message, keeps so much of its beginning and end. */
const MOST = 5000;
const BEGINNING = 3000;
const END = 1000;

/** One line for standard error, whatever names the message has in it. */
export function toldLine(message: string): string {
  return `sockscope: ${printable(shortened(message))}\n`;
}

function shortened(message: string): string {
  if (message.length <= MOST) return message;
  const left = counted(message.length - BEGINNING - END, 'character');
  return `${message.slice(0, BEGINNING)} … (${left} left out) … ${message.slice(-END)}`;
}

/** Says one thing to the user, in one line on standard error. Everything that is said there goes through here. */
export function tell(message: string): void {
  process.stderr.write(toldLine(message));
}

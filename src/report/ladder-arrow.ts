import type { Label } from '../explain/labels.ts';
import type { DrawnStep } from '../explain/ladder-step.ts';
import type { Glyphs } from './ladder-glyphs.ts';
import { wrap } from './wrap.ts';

/** Line before the label, spaces around it, at least one line and the head after it. */
const AROUND_LABEL = 5;
/** What an arrow that nobody answered needs more, to be seen to get nowhere. */
const VANISHING = 5;
const INDENT = 2;

/**
 * Draws a step into `width` columns between the bars.
 * @param clean what the terminal can show of a text
 * @returns lines as wide as that and the two bars, which are part of them, so that arrows can touch them
 */
export function drawArrow(
  drawn: DrawnStep,
  width: number,
  glyphs: Glyphs,
  clean: (text: string) => string = String,
): string[] {
  const label = cleaned(drawn.label, clean);
  if (drawn.to === null) return folded(label, width, glyphs);
  const { text, below } = fitted(label, width - AROUND_LABEL - (drawn.isUnanswered ? VANISHING : 0));
  const toServer = drawn.to === 'server';
  const lines = [line(drawn, text, width, glyphs)];
  for (const remark of wrap(below, width - 2 * INDENT)) {
    const indented = `${' '.repeat(INDENT)}${remark}`;
    const placed = toServer ? indented.padEnd(width) : `${remark}${' '.repeat(INDENT)}`.padStart(width);
    lines.push(`${glyphs.bar}${placed}${glyphs.bar}`);
  }
  return lines;
}

function cleaned({ parts, remarks, details }: Label, clean: (text: string) => string): Label {
  return {
    parts: parts.map(({ long, short }) => ({ long: clean(long), short: clean(short) })),
    remarks: remarks.map(clean),
    details: details.map(clean),
  };
}

/** The label as much as there is room for; remarks that have none go below. */
function fitted({ parts, remarks, details }: Label, room: number): { text: string; below: string } {
  const long = parts.map((part) => part.long);
  const short = parts.map((part) => part.short);
  for (let kept = details.length; kept >= 0; kept--) {
    const text = [...long, ...remarks, ...details.slice(0, kept)].join(', ');
    if (text.length <= room) return { text, below: '' };
  }
  const below = remarks.join(', ');
  for (let kept = remarks.length > 0 ? details.length : 0; kept >= 0; kept--) {
    const text = [...long, ...details.slice(0, kept)].join(', ');
    if (text.length <= room) return { text, below };
  }
  const text = short.join(', ');
  if (text.length <= room) return { text, below };
  // Parts that do not fit either, as the chunks of a long packet, follow the first; one too long for itself, too.
  if (short[0].length <= room) return { text: short[0], below: [...short.slice(1), ...remarks].join(', ') };
  return { text: '', below: [...short, ...remarks].join(', ') };
}

function line(drawn: DrawnStep, text: string, width: number, glyphs: Glyphs): string {
  const { step, to, isUnanswered } = drawn;
  const stroke = strokeOf(drawn, glyphs);
  const rest = width - text.length - 3;
  const toServer = to === 'server';
  const isOfRouter = step.from === 'network';
  const label = text === '' ? stroke.repeat(2) : ` ${text} `;
  const way = isUnanswered
    ? vanishing(rest, stroke, glyphs)
    : `${stroke.repeat(rest - 1)}${toServer ? glyphs.toServer : ''}`;
  if (toServer) {
    const start = isOfRouter ? glyphs.router : stroke;
    return `${isOfRouter ? glyphs.bar : glyphs.fromClient}${start}${label}${way}${glyphs.bar}`;
  }
  const back = isUnanswered ? [...way].reverse().join('') : `${glyphs.toClient}${way}`;
  const start = isOfRouter ? glyphs.router : stroke;
  return `${glyphs.bar}${back}${label}${start}${isOfRouter ? glyphs.bar : glyphs.fromServer}`;
}

/** An arrow that nobody answered: it does not reach the other side. */
function vanishing(length: number, stroke: string, glyphs: Glyphs): string {
  const end = ` ${glyphs.dashed} ${glyphs.unknown}  `;
  if (length <= end.length) return `${stroke.repeat(Math.max(0, length - 2))} ${glyphs.unknown}`.slice(-length);
  return `${stroke.repeat(length - end.length)}${end}`;
}

const RESENT = ['retransmission', 'fast retransmission', 'spurious retransmission'];

/** Is the first thing to know of it that it was sent again? */
export function isResent({ step }: DrawnStep): boolean {
  return step.kind === 'packet' && RESENT.some((name) => step.marks[name] !== undefined);
}

function strokeOf(drawn: DrawnStep, glyphs: Glyphs): string {
  const { kind, packets, from } = drawn.step;
  if (kind === 'icmp' || isResent(drawn)) return glyphs.dashed;
  const sent = from === 'client' ? packets.client : packets.server;
  return kind === 'turn' && sent > 1 ? glyphs.double : glyphs.line;
}

function folded({ parts, remarks, details }: Label, width: number, glyphs: Glyphs): string[] {
  const text = [...parts.map(({ long }) => long), ...details, ...remarks].join(', ');
  return [glyphs.folded, ...wrap(text, width - 2 * INDENT), glyphs.folded].map((content) =>
    inTheMiddle(content, width, glyphs),
  );
}

/** A text between the bars, without an arrow. */
export function inTheMiddle(text: string, width: number, glyphs: Glyphs): string {
  const left = Math.floor((width - text.length) / 2);
  return `${glyphs.bar}${`${' '.repeat(left)}${text}`.padEnd(width)}${glyphs.bar}`;
}

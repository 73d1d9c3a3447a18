import { readFileSync } from 'node:fs';
import { markdownText } from './markdown-text.ts';
import type { Look } from './styles.ts';

/** One page of the reference. */
export interface Topic {
  /** As it is asked for: `sockscope help NAME`. */
  name: string;
  /** The heading of its page. */
  title: string;
}

/** In the order in which they are listed; each is a Markdown file of this name beside this one. */
const NAMES = [
  'report',
  'problems',
  'explain',
  'sockets',
  'where',
  'record',
  'formats',
  'live',
  'rules',
  'baselines',
  'diff',
  'jest',
  'library',
  'limits',
  'testing',
] as const;

// The same folder seen from src/help and from any folder of dist.
const FOLDER = new URL('../help/', import.meta.url);

/** Every topic, in the order in which they are listed. */
export function topics(): Topic[] {
  return NAMES.map((name) => ({ name, title: titleOf(markdown(name)) }));
}

/**
 * The page of a topic for a terminal.
 * @returns null where there is no such topic
 */
export function topicText(name: string, look: Look): string | null {
  const known = NAMES.find((each) => each === name);
  return known === undefined ? null : markdownText(markdown(known), look);
}

function markdown(name: string): string {
  return readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
}

function titleOf(text: string): string {
  return /^# (.+)$/m.exec(text)?.[1] ?? '';
}

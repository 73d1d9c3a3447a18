import { readdirSync, readFileSync } from 'node:fs';

/** A page of the reference. */
export interface Topic {
  name: string;
  title: string;
}

/** How a page is to look. */
export interface Look {
  width: number;
  color: boolean;
  ascii: boolean;
}

// The same folder seen from src/help and from any folder of dist.
const FOLDER = new URL('../help/', import.meta.url);

/** Every topic: a Markdown file each. */
export function topics(): Topic[] {
  return names().map((name) => ({ name, title: /^# (.+)$/m.exec(markdown(name))?.[1] ?? '' }));
}

/** @returns null where there is no such topic */
export function topicText(name: string, _look: Look): string | null {
  return names().includes(name) ? markdown(name) : null;
}

function names(): string[] {
  try {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.md'));
    return files.map((file) => file.slice(0, -'.md'.length)).sort();
  } catch {
    return [];
  }
}

function markdown(name: string): string {
  return readFileSync(new URL(`${name}.md`, FOLDER), 'utf8');
}

import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../capture/input-error.ts';

/** What was found in one folder that was named. */
export interface FoundCaptures {
  folder: string;
  captures: number;
  /** Files that are no captures. */
  others: number;
}

/** How captures are called. */
export const CAPTURE_NAME = /\.(pcap|pcapng|cap)[0-9]*(\.(gz|zst|lz4))?$/i;

/** pcap (µs, ns, modified; both byte orders) and pcapng begin with these. */
const MAGICS = new Set(['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', 'a1b2cd34', '34cdb2a1', '0a0d0d0a']);

/**
 * Files as they were named, and the captures in folders that were named, at any depth and in order of their names:
 * what is called a capture, and what begins like one.
 * @throws InputError for a folder without captures
 */
export function findCaptures(inputs: string[]): { captures: string[]; found: FoundCaptures[] } {
  const captures: string[] = [];
  const found: FoundCaptures[] = [];
  for (const input of inputs) {
    if (!isFolder(input)) {
      captures.push(input);
      continue;
    }
    const files = readdirSync(input, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const inFolder = files.filter((file) => CAPTURE_NAME.test(file) || beginsLikeCapture(file));
    if (inFolder.length === 0) {
      throw new InputError(`${input}: no captures in this folder or below it (pcap or pcapng, by name or by content)`);
    }
    captures.push(...inFolder);
    found.push({ folder: input, captures: inFolder.length, others: files.length - inFolder.length });
  }
  return { captures: [...new Set(captures)], found };
}

function isFolder(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function beginsLikeCapture(file: string): boolean {
  const magic = Buffer.alloc(4);
  try {
    const fd = openSync(file, 'r');
    try {
      readSync(fd, magic, 0, 4, 0);
    } finally {
      closeSync(fd);
    }
  } catch {
    // Not named like a capture and not readable: none of ours.
    return false;
  }
  return MAGICS.has(magic.toString('hex'));
}

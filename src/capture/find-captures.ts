import { closeSync, openSync, readdirSync, readSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { openFailure, REPLACEMENT } from './file-source.ts';
import { openCaptures } from './input.ts';
import { describeError, InputError } from './input-error.ts';

/** What was found in one folder that was named. */
export interface FoundCaptures {
  folder: string;
  captures: string[];
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
 * @throws InputError for a folder without captures, and for one that may not be read
 */
export function findCaptures(inputs: string[]): { captures: string[]; found: FoundCaptures[] } {
  const captures: string[] = [];
  const found: FoundCaptures[] = [];
  for (const input of inputs) {
    if (!isFolder(input)) {
      captures.push(input);
      continue;
    }
    const files = filesBelow(input).sort();
    const inFolder = files.filter((file) => CAPTURE_NAME.test(file) || beginsLikeCapture(file));
    if (inFolder.length === 0) {
      throw new InputError(`${input}: no captures in this folder or below it (pcap or pcapng, by name or by content)`);
    }
    captures.push(...inFolder);
    found.push({ folder: input, captures: inFolder, others: files.length - inFolder.length });
  }
  return { captures: [...new Set(captures)], found };
}

/**
 * Those that begin as captures do. What was only found, not named, must not keep the others from being read: an empty
 * file of a capture that has just begun, say.
 * @param onWarning told of each that is left out, in one line
 */
export async function readable(files: string[], onWarning: (message: string) => void): Promise<string[]> {
  const good: string[] = [];
  for (const file of files) {
    try {
      const input = await openCaptures([file], { chunkSize: ENOUGH_TO_TELL });
      await input.close();
      good.push(file);
    } catch (error) {
      onWarning(`${describeError(error).message}; left out`);
    }
  }
  return good;
}

const ENOUGH_TO_TELL = 4096;

function isFolder(path: string): boolean {
  return path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

/**
 * The regular files in a folder and below it. Symbolic links are followed, after everything else; a file or folder that
 * is reached in two ways counts once, so packets are not read twice and a link to a folder above ends nowhere.
 */
function filesBelow(top: string): string[] {
  const files: string[] = [];
  const known = new Set<string>();
  const paths = [top];
  const links: string[] = [];
  for (let path = paths.pop() ?? links.shift(); path !== undefined; path = paths.pop() ?? links.shift()) {
    const status = lookAt(path);
    if (status === null || !isNew(known, status)) continue;
    if (status.isFile()) files.push(path);
    if (!status.isDirectory()) continue;
    for (const entry of readFolder(path)) {
      const below = join(path, entry.name);
      // By such a name Node cannot open it; it must not be missing from what is read without a word.
      if (entry.isFile() && isGarbled(below)) files.push(below);
      else if (entry.isDirectory() && isGarbled(below)) readFolder(below);
      else (entry.isSymbolicLink() ? links : paths).push(below);
    }
  }
  return files;
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new InputError(`${folder}: ${openFailure(error)}`);
  }
}

/** Is it the name of nothing, because bytes that are no UTF-8 were replaced in it? */
function isGarbled(path: string): boolean {
  return path.includes(REPLACEMENT) && lookAt(path) === null;
}

/** null for a link that leads nowhere or in a circle, and for what vanished a moment ago. */
function lookAt(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function isNew(known: Set<string>, { dev, ino }: Stats): boolean {
  const identity = `${dev}:${ino}`;
  if (known.has(identity)) return false;
  known.add(identity);
  return true;
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

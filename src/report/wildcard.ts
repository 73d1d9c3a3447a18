import { readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** '.pcap', '.pcapng.gz'. */
const EXTENSIONS = /(?:\.[a-z][a-z0-9]*)+$/i;
/** Stands unquoted before a wildcard. */
const PLAIN_FOLDER = /^(?:[\w./][\w./-]*\/|\/)?$/;

/**
 * 'captures/*.pcap', where a shell makes exactly these files of it, in this order: the user is likely to have typed it so.
 * null otherwise.
 */
export function wildcardFor(files: readonly string[]): string | null {
  const [first = ''] = files;
  const extension = EXTENSIONS.exec(first)?.[0] ?? '';
  const folder = first.slice(0, first.length - basename(first).length);
  if (extension === '' || !PLAIN_FOLDER.test(folder) || files.some((file) => file.startsWith('-'))) return null;
  const made = namesIn(dirname(first)).filter((name) => !name.startsWith('.') && name.endsWith(extension));
  const isSame = made.length === files.length && made.sort().every((name, i) => `${folder}${name}` === files[i]);
  return isSame ? `${folder}*${extension}` : null;
}

/** None where the folder may not be listed: the command is a suggestion. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

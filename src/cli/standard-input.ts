import { fstatSync } from 'node:fs';

const STANDARD_INPUT = 0;

/**
 * Is something piped or redirected into the program? A pipe (a socket, where another Node made it) or a file is; a
 * terminal, /dev/null and a closed standard input are not.
 */
export function hasStandardInput(): boolean {
  try {
    const status = fstatSync(STANDARD_INPUT);
    return status.isFIFO() || status.isSocket() || status.isFile();
  } catch {
    return false;
  }
}

import { findCaptures, readable } from '../capture/find-captures.ts';
import { InputError } from '../capture/input-error.ts';
import { tell } from '../report/tell.ts';
import { counted } from '../report/units.ts';

/**
 * The captures that were named, with those in the folders that were named; says what was found in which folder.
 * @throws InputError for a folder without captures
 */
export function namedCaptures(inputs: string[], quiet: boolean): string[] {
  return find(inputs, quiet).captures;
}

/**
 * The same for captures that are read as one: what was found in a folder and cannot be read is left out, with a word.
 * @throws InputError for a folder in which there is nothing to read
 */
export async function capturesToMerge(inputs: string[], quiet: boolean): Promise<string[]> {
  const { captures, found } = find(inputs, quiet);
  const left = new Set(captures);
  for (const { folder, captures: some } of found) {
    const good = new Set(await readable(some, quiet ? () => {} : tell));
    if (good.size === 0) throw new InputError(`${folder}: none of the captures in this folder can be read`);
    for (const file of some) if (!good.has(file) && !inputs.includes(file)) left.delete(file);
  }
  return [...left];
}

function find(inputs: string[], quiet: boolean): ReturnType<typeof findCaptures> {
  const result = findCaptures(inputs);
  if (quiet) return result;
  for (const { folder, captures, others } of result.found) {
    const left = others === 0 ? '' : `, ${counted(others, 'other file')} left alone`;
    tell(`${folder}: ${counted(captures.length, 'capture')} found${left}`);
  }
  return result;
}

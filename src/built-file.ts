import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * A file of the built package.
 *
 * @param path from dist/ on: `lane/follow.wasm`
 * @returns null where this runs from the sources
 */
export function builtFile(path: string): string | null {
  const here = import.meta.url;
  if (here.endsWith('.ts')) return null;
  // Bundled, this is in dist/ or in a folder of it.
  const found = [`./${path}`, `../${path}`].map((each) => fileURLToPath(new URL(each, here)));
  return found.find((each) => existsSync(each)) ?? null;
}

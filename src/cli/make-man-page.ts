import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { manPage } from './man-page.ts';

const PACKAGE = new URL('../../package.json', import.meta.url);

/** Part of the build: writes the manual page. */
export async function makeManPage(file: string): Promise<void> {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
  // The same sources make the same page where the time of the build is given: https://reproducible-builds.org.
  const { SOURCE_DATE_EPOCH } = process.env;
  const date = SOURCE_DATE_EPOCH === undefined ? new Date() : new Date(Number(SOURCE_DATE_EPOCH) * 1000);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, await manPage(version, date));
}

// Also a program: tsx src/cli/make-man-page.ts dist/man/sockscope.1
if (import.meta.url === pathToFileURL(process.argv[1]).href) await makeManPage(process.argv[2]);

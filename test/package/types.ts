import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Workshop } from './workshop.ts';

const COMPILERS = { oldest: 'npm:typescript@~5.4.0', newest: 'npm:typescript@latest' };

/** Both ways in which TypeScript finds a package by its exports. */
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};

/** Where the declarations of a name come from; those of Node that an old TypeScript understands have a tag. */
const PACKAGES: Record<string, string[]> = { node: ['@types/node@ts5.4'], jest: ['@types/jest', '@jest/globals'] };

/** What the compiler is to find beside sockscope. */
const PROJECTS = {
  'nothing else': { files: ['library.ts'], types: [] },
  '@types/node': { files: ['library.ts'], types: ['node'] },
  'the types of jest': { files: ['library.ts', 'matchers.ts'], types: ['node', 'jest'] },
};

/** A strict project compiles, declarations of packages and all, under an old and a new TypeScript. */
export async function proveTypes(workshop: Workshop, tarball: string, sources: string): Promise<void> {
  const compilers = workshop.project('compilers', { dependencies: COMPILERS });
  await must(['npm', 'install', '--no-package-lock'], { cwd: compilers });
  for (const [project, { files, types }] of Object.entries(PROJECTS)) {
    const packages = types.flatMap((name) => PACKAGES[name]);
    const cwd = workshop.project(`types-${types.join('-')}`, { type: 'module' });
    await must(['npm', 'install', '--ignore-scripts', '--no-package-lock', tarball, ...packages], { cwd });
    cpSync(sources, cwd, { recursive: true });
    for (const [resolution, options] of Object.entries(RESOLUTIONS)) {
      const own = resolution === 'nodenext' ? [...files, 'required.cts'] : files;
      const compilerOptions = { ...options, types, target: 'es2022', strict: true, skipLibCheck: false, noEmit: true };
      const config = join(cwd, `${resolution}.json`);
      writeFileSync(config, JSON.stringify({ compilerOptions, files: own }));
      for (const [name, version] of Object.entries(COMPILERS)) {
        const tsc = join(compilers, 'node_modules', name, 'bin', 'tsc');
        await workshop.prove(`${version.slice(4)}, ${resolution}, with ${project}: a strict project compiles`, () =>
          must([process.execPath, tsc, '-p', config], { cwd }),
        );
      }
    }
  }
}

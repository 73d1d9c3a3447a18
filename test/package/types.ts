import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, type Workshop } from './workshop.ts';

/** The oldest TypeScript that we are for, and the newest, each with the declarations of Node of its time: it does not understand others. */
const COMPILERS = [
  { typescript: 'typescript@~5.4.0', node: '@types/node@~20.14.0' },
  { typescript: 'typescript@latest', node: '@types/node@latest' },
];

/** Both ways in which TypeScript finds a package by its exports, and the sources of ours that each can read. */
const RESOLUTIONS = {
  nodenext: { module: 'nodenext', sources: ['library.ts', 'required.cts'] },
  bundler: { module: 'esnext', sources: ['library.ts'] },
};

/** What a project has beside sockscope. */
interface Surroundings {
  packages: string[];
  /** Of global declarations. */
  types: string[];
  /** Sources that need them. */
  sources: string[];
}

/** A strict project compiles, declarations of packages and all. */
export async function proveTypes(workshop: Workshop, tarball: string, sources: string): Promise<void> {
  for (const { typescript, node } of COMPILERS) {
    const surroundings: Surroundings[] = [
      { packages: [], types: [], sources: [] },
      { packages: [node], types: ['node'], sources: [] },
      { packages: [node, '@types/jest', '@jest/globals'], types: ['node', 'jest'], sources: ['matchers.ts'] },
    ];
    for (const around of surroundings) {
      const what = around.packages.join(', ') || 'no other declarations';
      const cwd = workshop.project(`${typescript} ${around.types.join(' ')}`.trim(), { type: 'module' });
      const packages = [tarball, typescript, ...around.packages];
      await must(['npm', 'install', '--ignore-scripts', '--no-package-lock', ...packages], { cwd });
      cpSync(sources, cwd, { recursive: true });
      for (const [moduleResolution, { module, sources }] of Object.entries(RESOLUTIONS)) {
        const strict = { strict: true, skipLibCheck: false, noEmit: true };
        const compilerOptions = { module, moduleResolution, target: 'es2022', types: around.types, ...strict };
        const config = { compilerOptions, files: [...sources, ...around.sources] };
        writeFileSync(join(cwd, `${moduleResolution}.json`), JSON.stringify(config));
        await workshop.prove(`${typescript}, ${moduleResolution}, ${what}: a strict project compiles`, () =>
          must([process.execPath, 'node_modules/typescript/bin/tsc', '-p', `${moduleResolution}.json`], { cwd }),
        );
      }
    }
  }
}

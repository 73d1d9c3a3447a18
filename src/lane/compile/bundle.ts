import { type Comment, type Program as Module, parse } from 'acorn';
import { type BuildFailure, build } from 'esbuild';

/** An entry with all that it imports, as one module of plain JavaScript. */
export interface Bundle {
  text: string;
  module: Module;
  /** The source file that a position of the text comes from. */
  fileAt(position: number): string;
}

/** @throws an Error of one line where a file is missing or is no TypeScript */
export async function bundle(entry: string): Promise<Bundle> {
  const text = await bundledText(entry);
  const comments: Comment[] = [];
  const module = parse(text, { ecmaVersion: 2023, sourceType: 'module', onComment: comments });
  // esbuild writes the name of each file above what comes of it.
  const files = comments.filter(({ value }) => /^ \S+\.[cm]?[jt]s$/.test(value));
  return {
    text,
    module,
    fileAt: (position) => files.findLast(({ end }) => end <= position)?.value.trim() ?? entry,
  };
}

async function bundledText(entry: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      treeShaking: true,
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
    });
    return outputFiles[0].text;
  } catch (error) {
    const [first] = (error as BuildFailure).errors ?? [];
    if (first === undefined) throw error;
    throw new Error(`${first.location?.file ?? entry}: ${first.text}`);
  }
}

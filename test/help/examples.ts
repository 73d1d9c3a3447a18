import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, shell } from '../support/command.ts';

/** A page of the documentation whose examples are run. */
export interface Page {
  file: string;
  /** Columns of what commands print: a topic is indented by four and has to fit a terminal of 80. */
  width: number;
}

export const PAGES: readonly Page[] = [
  { file: 'README.md', width: 100 },
  ...topicFiles().map((name) => ({ file: `src/help/${name}.md`, width: 76 })),
];

/** A command or a program with the output that the page shows for it. */
export interface Example {
  title: string;
  shown: string;
  /** Runs it now. @throws where it complains */
  printed(): string;
  /** The page with this output instead of the one that it shows. */
  replaceIn(page: string, output: string): string;
}

/** A fenced block of a Markdown text. */
export interface Block {
  language: string;
  body: string;
}

/** Names of the Markdown files of topics. */
export function topicFiles(): string[] {
  return readdirSync(join(ROOT, 'src/help'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

export function textOf({ file }: Page): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

export function blocks(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, body]) => ({ language, body }));
}

export function examplesOf(page: Page): Example[] {
  const markdown = textOf(page);
  return [...commandsOf(markdown, page.width), ...programsOf(markdown)];
}

/** Blocks of a command after `$ ` and what it prints; a backslash continues the command on the next line. */
function commandsOf(markdown: string, width: number): Example[] {
  return [...markdown.matchAll(/^```console\n\$ ((?:.*\\\n)*.+)\n([\s\S]*?)^```$/gm)].map(
    ([block, command, shown]) => ({
      title: command,
      shown,
      printed: () => output(command, { COLUMNS: String(width), LC_ALL: 'C.UTF-8' }),
      replaceIn: (text, fresh) => text.replace(block, () => `\`\`\`console\n$ ${command}\n${fresh}\`\`\``),
    }),
  );
}

/** Blocks of a program that is followed by what it prints. */
function programsOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```ts\n(import (?:(?!```)[\s\S])*)```\n\n```text\n([\s\S]*?)```$/gm)].map(
    ([block, code, shown]) => ({
      title: code.split('\n').find((line) => line.includes('await')) ?? code,
      shown,
      printed: () => outputOfProgram(code),
      replaceIn: (text, fresh) => text.replace(block, () => `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${fresh}\`\`\``),
    }),
  );
}

/** A program within the package finds the package by its own name, as it was built. */
function outputOfProgram(code: string): string {
  const folder = join(ROOT, 'tmp');
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'example-'));
  try {
    const program = join(own, 'example.mjs');
    writeFileSync(program, code);
    return output(`'${process.execPath}' '${program}'`, {});
  } finally {
    rmSync(own, { recursive: true });
  }
}

function output(command: string, env: Record<string, string>): string {
  const { stdout, stderr, status } = shell(command, env);
  if (status !== 0 || stderr !== '') throw new Error(`${command}: exit code ${status}: ${stderr}`);
  return steady(stdout);
}

/** The text with what differs from run to run made the same: how long the analysis took, and whether that was wrapped. */
export function steady(text: string): string {
  const number = String.raw`[\d.]+\s+(?:µs|ms|s)`;
  return text
    .replaceAll(new RegExp(String.raw`;\s+took\s+${number}`, 'g'), '; took 100 ms')
    .replaceAll(new RegExp(String.raw`;\s+read\s+in\s+${number}\)`, 'g'), '; read in 100 ms)')
    .replaceAll(new RegExp(String.raw`\s+\(read\s+in\s+${number}\)`, 'g'), ' (read in 100 ms)');
}

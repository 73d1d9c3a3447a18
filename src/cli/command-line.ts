import { parseArgs } from 'node:util';
import type { Given, Option, Valued } from './command.ts';

/** Every command has these. */
export const COMMON_OPTIONS = {
  ascii: { type: 'boolean', group: 'Appearance', describe: 'Only ASCII (otherwise LC_ALL, LC_CTYPE and LANG decide)' },
  help: { type: 'boolean', short: 'h', group: 'Other', describe: 'Show this help' },
  version: { type: 'boolean', short: 'V', group: 'Other', describe: 'Show the version' },
} as const satisfies Record<string, Option>;

/** A command line taken apart; nothing of it is lost. */
export interface CommandLine extends Given {
  /** Options as they were written that the command does not have. */
  unknown: string[];
  /** What is wrong with the others. */
  problems: string[];
  /** Where the first word stands; null where there is none before a `--`. */
  firstWordAt: number | null;
}

type Options = ReadonlyMap<string, Option>;

/** Takes a command line apart. Node's own parser finds the words; what they mean is decided here. */
export function readCommandLine(args: readonly string[], own: Readonly<Record<string, Option>>): CommandLine {
  const options: Options = new Map(Object.entries({ ...own, ...COMMON_OPTIONS }));
  const settled = withValues(args, options);
  const unknown = new Set<string>();
  const problems: string[] = [];
  const words: string[] = [];
  const values: Record<string, string | boolean | string[]> = {};
  const tokens = tokensOf(settled, options);
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const written = settled[token.index];
    const option = options.get(token.name);
    if (option === undefined || isLongNameAfterOneDash(written, options)) unknown.add(written.split('=')[0]);
    else if (option.type === 'boolean') {
      if (token.value === undefined) values[token.name] = true;
      else problems.push(`--${token.name} takes no value: leave out =${token.value}`);
    } else if (isMissing(token)) problems.push(missingText(token.name, option));
    else {
      const before = (values[token.name] ?? []) as string[];
      values[token.name] = [...before, token.value ?? ''];
    }
  }
  for (const [name, given] of Object.entries(values)) {
    if (!Array.isArray(given) || (options.get(name) as Valued).repeatable) continue;
    if (given.length > 1) problems.push(`--${name} is given ${given.length} times: give it once`);
    values[name] = given[0];
  }
  const first = tokens.find(({ kind }) => kind !== 'option');
  const firstWordAt = first?.kind === 'positional' ? first.index : null;
  return { words, values, unknown: [...unknown], problems, firstWordAt };
}

function tokensOf(args: string[], options: Options) {
  const entries = [...options].map(([name, { type, short }]) => {
    const takes = type === 'boolean' ? ('boolean' as const) : ('string' as const);
    return [name, { type: takes, ...(short === undefined ? {} : { short }) }];
  });
  // Strict, Node would stop at the first thing that it does not understand, with its own words for it.
  return parseArgs({
    args,
    options: Object.fromEntries(entries),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** Options that may stand alone get the value that they then have, unless the next word is one. */
function withValues(args: readonly string[], options: Options): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => {
    if (end !== -1 && i > end) return arg;
    const option = arg.startsWith('--') ? options.get(arg.slice(2)) : undefined;
    if (option === undefined || option.type === 'boolean' || option.alone === undefined) return arg;
    const { value, unless } = option.alone;
    return unless.test(args[i + 1] ?? '') ? arg : `${arg}=${value}`;
  });
}

/** `-json`, which the parser takes for -j -s -o -n, or for -f with a value. */
function isLongNameAfterOneDash(written: string, options: Options): boolean {
  return !written.startsWith('--') && written.length > 2 && options.has(written.slice(1).split('=')[0]);
}

/** The word after an option is another option, or there is none: `--top --all`. A number may be negative. */
function isMissing({ value, inlineValue }: { value?: string | undefined; inlineValue?: boolean | undefined }): boolean {
  return value === undefined || (inlineValue === false && /^-[^\d.]/.test(value));
}

function missingText(name: string, { example }: Valued): string {
  return `--${name} needs a value; example: --${name} ${example}`;
}

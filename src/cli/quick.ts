import { parseArgs } from 'node:util';
import type { Command } from './commands.ts';
import { ANALYZE_OPTIONS, type AnalyzeArguments, analyzeArguments } from './options.ts';

/** First words that are no capture files; yargs understands their command lines. */
const OTHER_COMMANDS: readonly string[] = ['explain', 'live', 'check', 'diff', 'interfaces'];

/**
 * Understands the common command lines without yargs, which takes longer to load than a small capture to analyse.
 * @returns null for everything else (help, other commands, anything odd): yargs speaks then
 * @throws UsageError
 */
export function quickArguments(args: string[]): AnalyzeArguments | null {
  const parsed = parse(args);
  if (parsed === null) return null;
  const captures = parsed.positionals[0] === 'analyze' ? parsed.positionals.slice(1) : parsed.positionals;
  if (captures.length === 0 || OTHER_COMMANDS.includes(parsed.positionals[0])) return null;
  return analyzeArguments(captures, parsed.values);
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, options: ANALYZE_OPTIONS, strict: true, allowPositionals: true });
  } catch {
    return null;
  }
}

/**
 * What yargs would give a command that takes captures and options, for common command lines.
 * @param args what follows the name of the command
 * @returns null for everything else
 */
export function quickValues(args: string[], options: Command['options']): Record<string, unknown> | null {
  const kinds = Object.entries(options).map(([name, { type }]) => {
    return [name, type === 'boolean' ? { type } : { type: 'string', multiple: true }] as const;
  });
  try {
    const { values, positionals } = parseArgs({
      args,
      options: Object.fromEntries(kinds) as Record<string, { type: 'boolean' } | { type: 'string'; multiple: true }>,
      strict: true,
      allowPositionals: true,
    });
    if (positionals.length === 0) return null;
    const single = Object.entries(values).map(([name, value]) => {
      return [name, Array.isArray(value) && !options[name].array ? onlyOne(value) : value];
    });
    return { capture: positionals, ...Object.fromEntries(single) };
  } catch {
    return null;
  }
}

function onlyOne(values: unknown[]): unknown {
  if (values.length === 1) return values[0];
  throw new Error('given more than once');
}

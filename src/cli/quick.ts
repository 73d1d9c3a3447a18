import { parseArgs } from 'node:util';
import { ANALYZE_OPTIONS, type AnalyzeArguments, analyzeArguments } from './options.ts';

/*
 * Loading yargs takes 50 ms; analysing a small capture takes 90 ms in all without it (Node 20.20, medians of 15 runs in
 * turn: 0.092 s and 0.143 s). So the command lines of a plain analysis are read by Node's own parser, which is loaded
 * already. It gives up on whatever it does not understand completely, and yargs speaks then.
 */

/** First words that are no capture files; yargs understands their command lines. */
const OTHER_COMMANDS: readonly string[] = ['explain', 'live', 'check', 'diff', 'interfaces'];

/**
 * Understands the command lines of a plain analysis.
 * @returns null for everything else (help, other commands, anything odd)
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

import { parseArgs } from 'node:util';
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

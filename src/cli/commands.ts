import yargs, { type Argv, type Options, type PositionalOptions } from 'yargs';
import { checkCommand } from './check-command.ts';
import { diffCommand } from './diff-command.ts';
import { UsageError } from './errors.ts';
import { explainCommand } from './explain-command.ts';
import { interfacesCommand } from './interfaces-command.ts';
import { liveCommand } from './live-command.ts';
import { type AnalyzeArguments, type AnalyzeValues, analyzeArguments, yargsOptions } from './options.ts';

/** Text to print, an analysis to run, or another command to run, which returns the exit code. */
export type Request = { print: string } | { analyze: AnalyzeArguments } | { run: () => Promise<number> };

/** A command beside `analyze`: what yargs needs to know of it, and how its arguments are understood. */
export interface Command {
  /** As yargs writes it, with its positional arguments: `explain <capture..>`. */
  usage: string;
  describe: string;
  /** Those of `usage` that are more than one file name: without a type yargs makes numbers of what looks like one. */
  positionals?: Record<string, PositionalOptions>;
  options: Record<string, Options>;
  /**
   * From what was written to what is to be done.
   * @param values options and named positional arguments; `-` among the latter is itself
   * @returns the work; it resolves to the exit code
   * @throws UsageError
   */
  understand(values: Record<string, unknown>): () => Promise<number>;
}

/** Loaded only when the command line is not that of a plain analysis. */
const COMMANDS: Command[] = [explainCommand, checkCommand, diffCommand, liveCommand, interfacesCommand];

/** Stands for `-` on its way through yargs, which loses it among positional arguments. */
const STANDARD_INPUT = '\0';

function positionals(captures: string[], rest: (string | number)[]): string[] {
  // What follows `--` is left in `_`, after the name of the command where it was given.
  const others = rest.map(String);
  if (others[0] === 'analyze') others.shift();
  return [...captures, ...others].map((name) => (name === STANDARD_INPUT ? '-' : name));
}

/** Positional arguments as they were written. */
function withStandardInput(values: Record<string, unknown>): Record<string, unknown> {
  const written = (value: unknown): unknown => (value === STANDARD_INPUT ? '-' : value);
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.map(written) : written(value)]),
  );
}

/**
 * The command line with all its help.
 * @throws UsageError
 */
export async function parseCommandLine(args: string[], version: string): Promise<Request> {
  let request: Request | null = null;
  const given = args.map((arg) => (arg === '-' ? STANDARD_INPUT : arg));
  const parser = yargs(given)
    .scriptName('sockscope')
    .usage('$0 <capture..> [options]\n\nReads packet captures and tells what happened to every connection.')
    .command(
      ['analyze [capture..]', '$0'],
      'Summary, problems and connections of captures (pcap, pcapng; gzip, zstd, lz4); - is standard input',
      (command) => command.positional('capture', { type: 'string', array: true }).options(yargsOptions()),
      (values) => {
        request = {
          analyze: analyzeArguments(positionals((values.capture ?? []) as string[], values._), values as AnalyzeValues),
        };
      },
    )
    .command(
      COMMANDS.map(({ usage, describe, positionals = {}, options, understand }) => ({
        command: usage,
        describe,
        builder: (command: Argv) => {
          for (const [name, positional] of Object.entries(positionals)) command.positional(name, positional);
          return command.options(options);
        },
        handler: (values: Record<string, unknown>) => {
          request = { run: understand(withStandardInput(values)) };
        },
      })),
    )
    .example('sockscope web.pcap', 'what failed, and the first connections')
    .example('sockscope web.pcap --where \'close.style == "reset"\' --all', 'every connection that was reset')
    .example('sockscope web.pcap --sort connect-time --top 10', 'the ten slowest handshakes')
    .example('ssh host tcpdump -U -w - | sockscope -', 'a capture made elsewhere')
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
    })
    .strict()
    .version(version)
    .help()
    .exitProcess(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .fail((message, error) => {
      if (error instanceof Error && error.name !== 'YError') throw error;
      throw new UsageError(`${(message ?? error.message).replaceAll('\n', ' ')} (see sockscope --help)`);
    });
  let printed = '';
  await parser.parseAsync(given, {}, (_error: unknown, _argv: unknown, output: string) => {
    printed = output;
  });
  if (printed !== '') return { print: `${printed}\n` };
  if (request === null) throw new UsageError('nothing to do (see sockscope --help)');
  return request;
}

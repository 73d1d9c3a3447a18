import { existsSync } from 'node:fs';
import { meaning, nearest } from '../report/nearest.ts';
import { analyzeCommand } from './analyze-command.ts';
import type { Command } from './command.ts';
import { COMMON_OPTIONS, type CommandLine, readCommandLine } from './command-line.ts';
import { UsageError } from './errors.ts';

/** Each command by its name, in the order of the help. Loaded when asked for: an analysis should not wait for them. */
const LOADERS: Readonly<Record<string, () => Promise<Command>>> = {
  analyze: async () => analyzeCommand,
  explain: async () => (await import('./explain-command.ts')).explainCommand,
  check: async () => (await import('./check-command.ts')).checkCommand,
  diff: async () => (await import('./diff-command.ts')).diffCommand,
  live: async () => (await import('./live-command.ts')).liveCommand,
  interfaces: async () => (await import('./interfaces-command.ts')).interfacesCommand,
  help: async () => (await import('./help-command.ts')).helpCommand,
  completion: async () => (await import('./completion-command.ts')).completionCommand,
};

/** Of the commands that have an option, so many are named. */
const OWNERS_NAMED = 3;

export const COMMAND_NAMES: readonly string[] = Object.keys(LOADERS);

/** @returns undefined where no command is called so */
export async function commandNamed(name: string): Promise<Command | undefined> {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name]() : undefined;
}

export async function allCommands(): Promise<Command[]> {
  return Promise.all(Object.values(LOADERS).map((load) => load()));
}

/** What a command line asks for. */
export type Asked =
  | { what: 'run'; command: Command; work: () => Promise<number> }
  | { what: 'help'; command: Command }
  | { what: 'version' };

/**
 * What a command line asks for. Nothing of it is passed over: what is not understood is an error.
 * @param hasInput whether something is piped into the program: it is the capture where none is named
 * @throws UsageError
 */
export async function understand(args: readonly string[], hasInput: () => boolean = () => false): Promise<Asked> {
  const { command, isNamed, line: written } = await commandOf(args);
  const [first] = command.arguments;
  const takesCaptures = first?.completes === 'capture' && first.several === true;
  const line = takesCaptures && written.words.length === 0 && hasInput() ? { ...written, words: ['-'] } : written;
  if (line.values.help === true) return { what: 'help', command };
  if (line.values.version === true) return { what: 'version' };
  if (line.unknown.length > 0) throw new UsageError(await unknownText(line.unknown[0], command));
  if (line.problems.length > 0) throw new UsageError(line.problems[0]);
  if (!isNamed && line.firstWordAt !== null) refuseMisspeltCommand(line);
  refuseWords(command, line);
  return { what: 'run', command, work: command.understand(line) };
}

/** The first word is the command where it is the name of one, wherever options stand: `sockscope --json explain`. */
async function commandOf(args: readonly string[]): Promise<{ command: Command; isNamed: boolean; line: CommandLine }> {
  const at = await firstWordAt(args);
  const named = at === null ? undefined : await commandNamed(args[at]);
  if (named === undefined) {
    return { command: analyzeCommand, isNamed: false, line: readCommandLine(args, analyzeCommand.options) };
  }
  const rest = args.filter((_arg, i) => i !== at);
  return { command: named, isNamed: true, line: readCommandLine(rest, named.options) };
}

async function firstWordAt(args: readonly string[]): Promise<number | null> {
  if (args.length > 0 && !args[0].startsWith('-')) return 0;
  const line = readCommandLine(args, analyzeCommand.options);
  if (line.unknown.length === 0) return line.firstWordAt;
  // The next word may be the value of an option that only another command has.
  const options = (await allCommands()).map((command) => command.options);
  return readCommandLine(args, Object.assign({}, ...options)).firstWordAt;
}

/** 'unknown option --josn (did you mean --json?)' */
async function unknownText(written: string, command: Command): Promise<string> {
  const name = written.replace(/^-+/, '');
  const what = `unknown option ${written}`;
  const own = Object.keys({ ...command.options, ...COMMON_OPTIONS });
  const others = (await allCommands()).filter(({ options }) => Object.hasOwn(options, name));
  if (others.length > 0 && !own.includes(name)) {
    const named = others.slice(0, OWNERS_NAMED).map((other) => usageName(other));
    return `${what}: it belongs to ${[...named, ...(others.length > OWNERS_NAMED ? ['…'] : [])].join(', ')}`;
  }
  const near = own.includes(name) ? [name] : nearest(name, own).slice(0, 1);
  if (near.length > 0) return `${what}${meaning(near.map((each) => `--${each}`))}`;
  return `${what}; ${usageName(command)} --help lists the options`;
}

/** How a command is started; the default command needs no name. */
export function usageName({ name }: Command): string {
  return name === analyzeCommand.name ? 'sockscope' : `sockscope ${name}`;
}

/** `sockscope explian web.pcap` would else complain of a file. */
function refuseMisspeltCommand({ words: [first] }: CommandLine): void {
  if (first === undefined || first === '-' || existsSync(first)) return;
  const near = nearest(first, COMMAND_NAMES).slice(0, 1);
  if (near.length > 0) throw new UsageError(`${first}: no such file, and no such command${meaning(near)}`);
}

/** Words that are missing or too many. What is wrong with an analysis without captures, it says itself. */
function refuseWords({ name, arguments: known, examples }: Command, { words }: CommandLine): void {
  const needed = known.filter(({ optional }) => optional !== true);
  if (words.length < needed.length && name !== analyzeCommand.name) {
    const missing = needed.slice(words.length).map((argument) => `<${argument.name}>`);
    const verb = missing.length === 1 ? 'is' : 'are';
    throw new UsageError(`${name}: ${missing.join(' and ')} ${verb} missing; example: ${examples[0].command}`);
  }
  if (known.at(-1)?.several === true || words.length <= known.length) return;
  const takes = known.length === 0 ? 'no arguments' : known.map((argument) => `<${argument.name}>`).join(' and ');
  throw new UsageError(`${name} takes ${takes}: '${words[known.length]}' is one too many`);
}

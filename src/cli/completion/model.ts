import { CAPTURE_NAME } from '../../capture/find-captures.ts';
import { topics } from '../../help/topics.ts';
import type { Command, Option, Valued } from '../command.ts';
import { COMMON_OPTIONS } from '../command-line.ts';
import { allCommands } from '../commands.ts';

/** What the scripts for all shells are made from. */
export interface CompletionModel {
  /** The default command is the first. */
  commands: CompletedCommand[];
  /** Words after `sockscope help`. */
  topics: string[];
  /** Names of capture files, as a regular expression that all shells understand. */
  captureName: string;
}

export interface CompletedCommand extends Pick<Command, 'name' | 'arguments'> {
  /** Short enough for a list. */
  describe: string;
  options: CompletedOption[];
}

export interface CompletedOption {
  name: string;
  describe: string;
  short: string | null;
  /** null: a flag. */
  value: CompletedValue | null;
  isRepeatable: boolean;
}

export interface CompletedValue {
  /** What it is called: FILE. */
  name: string;
  kind: 'choice' | 'list' | 'path' | 'text';
  choices: readonly string[];
  /** It may be left out, so it has to follow an `=`. */
  isOptional: boolean;
}

/** Prints the names of interfaces, one a line, for the scripts to call. */
export const INTERFACES_COMMAND = 'sockscope completion interfaces';

export async function completionModel(): Promise<CompletionModel> {
  const commands = (await allCommands()).map((command) => ({
    name: command.name,
    arguments: command.arguments,
    describe: command.describe,
    options: Object.entries<Option>({ ...command.options, ...COMMON_OPTIONS }).map(completedOption),
  }));
  const names = [...commands.map(({ name }) => name), ...topics().map(({ name }) => name)];
  return { commands, topics: [...new Set(names)].sort(), captureName: CAPTURE_NAME.source };
}

function completedOption([name, option]: [string, Option]): CompletedOption {
  return {
    name,
    describe: firstClause(option.describe),
    short: option.short ?? null,
    value: option.type === 'boolean' ? null : completedValue(option),
    isRepeatable: option.type !== 'boolean' && option.repeatable === true,
  };
}

function completedValue({ value, choices, list, path, alone }: Valued): CompletedValue {
  const kind = choices !== undefined ? (list ? 'list' : 'choice') : path ? 'path' : 'text';
  return { name: value, kind, choices: choices ?? [], isOptional: alone !== undefined };
}

/** Lists of shells have one line for each option. */
function firstClause(text: string): string {
  return text.split(/; |: \{| \(/)[0];
}

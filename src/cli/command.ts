import { didYouMean } from '../report/nearest.ts';
import { UsageError } from './errors.ts';
import { COLOR_CHOICES, type ColorChoice } from './terminal.ts';

interface Described {
  /** What it does; `{choices}` stands for the values that there are to choose from. */
  describe: string;
  /** The heading that it stands under in the help. */
  group: string;
  /** Its letter: `f` for `-f`. */
  short?: string;
}

/** An option that is there or not. */
export interface Flag extends Described {
  type: 'boolean';
}

/** An option with a value, which stays the text that was written: who reads it can say what is wrong with it. */
export interface Valued extends Described {
  type: 'string' | 'number';
  /** What the value is called: FILE, SECONDS. */
  value: string;
  /** One that makes sense; it is shown where the value is missing or wrong. */
  example: string;
  default?: string | number;
  /** What the value may be, or begin with. */
  choices?: readonly string[];
  /** Several, separated by commas, make one value. */
  list?: true;
  /** The option may be given several times. */
  repeatable?: true;
  /** The value is the name of a file, or of a folder as well. */
  path?: true;
  /** What the option means when it stands alone, and which next word is its value nevertheless. */
  alone?: { value: string; unless: RegExp };
}

export type Option = Flag | Valued;

/** A word of the command line that is no option. */
export interface Argument {
  name: string;
  describe: string;
  optional?: true;
  /** Every further word belongs to it, too. */
  several?: true;
  completes: 'capture' | 'interface' | 'topic' | readonly string[] | null;
}

/** What the command line was found to say. */
export interface Given {
  /** Those that are no options, in their order; what follows `--` is among them. */
  words: string[];
  /** By the options' names; a list for those that may be repeated. */
  values: Values;
}

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** An example of the help: real, and run by a test. */
export interface Example {
  command: string;
  /** What it is good for. */
  shows: string;
}

/** A command: all that the parser, the help, the man page and the completion of shells know of it. */
export interface Command {
  name: string;
  /** One line, for lists of commands. */
  describe: string;
  /** What else a reader of its help should know: paragraphs. */
  details?: readonly string[];
  arguments: readonly Argument[];
  options: Readonly<Record<string, Option>>;
  examples: readonly Example[];
  /**
   * From what was written to what is to be done.
   * @returns the work; it resolves to the exit code
   * @throws UsageError
   */
  understand(given: Given): () => Promise<number>;
}

/** The value of an option that has one. */
export function textOf(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of an option that may be repeated. */
export function textsOf(values: Values, name: string): readonly string[] {
  const value = values[name];
  return Array.isArray(value) ? value : [];
}

/**
 * One of the values that an option may have.
 * @throws UsageError
 */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const known = choices.find((choice) => choice === text);
  if (known !== undefined) return known;
  throw new UsageError(`--${option} ${text}: not one of ${choices.join(', ')}${didYouMean(text, choices)}`);
}

export const COLOR_OPTIONS = {
  color: {
    type: 'string',
    value: 'WHEN',
    group: 'Appearance',
    describe: 'When to use colours: {choices}',
    choices: COLOR_CHOICES,
    default: 'auto',
    example: 'never',
    // As in ls and grep; a next word that is none of these is a file.
    alone: { value: 'always', unless: /^(auto|always|never)$/ },
  },
  'no-color': { type: 'boolean', group: 'Appearance', describe: 'The same as --color=never' },
} as const satisfies Record<string, Option>;

/**
 * What `--color` and `--no-color` say together: who asks for no colours, as an addition to an alias perhaps, gets none.
 * @throws UsageError
 */
export function colorChoice(values: Values): ColorChoice {
  const choice = oneOf('color', textOf(values, 'color') ?? 'auto', COLOR_CHOICES);
  return values['no-color'] === true ? 'never' : choice;
}

import yargs from 'yargs';
import { topics } from '../help/topics.ts';
import { wrap } from '../report/wrap.ts';
import { analyzeCommand } from './analyze-command.ts';
import type { Command, Example, Option } from './command.ts';
import { COMMON_OPTIONS } from './command-line.ts';
import { allCommands, usageName } from './commands.ts';
import { ENVIRONMENT, EXIT_CODES } from './help-lists.ts';

/** Longer lines are hard to read, however wide the terminal is. */
const WIDEST = 100;
const NARROWEST = 40;
/** Where nobody says how wide the output may be. */
const USUAL_WIDTH = 80;

/** For who types `sockscope` and nothing else. */
const FIRST_STEPS: readonly Example[] = [
  { command: 'sockscope web.pcap', shows: 'What failed in a capture, and what its connections did' },
  { command: 'sockscope explain web.pcap --problems', shows: 'The story of the connections that failed' },
  { command: 'sockscope live', shows: 'Connections of this machine while they happen' },
];

/** The help of a command; that of the default command is an overview of all. @param columns of the terminal */
export async function helpText(command: Command, columns: number): Promise<string> {
  const width = textWidth(columns);
  const isOverview = command === analyzeCommand;
  const parts = [
    `${await usageAndOptions(command, width)}\n`,
    examplesText(command.examples, width),
    ...(isOverview ? [topicsText(width), listText('Exit codes:', EXIT_CODES, width)] : []),
    ...(isOverview ? [listText('Environment:', ENVIRONMENT, width)] : []),
  ];
  return parts.filter((part) => part !== '').join('\n');
}

/** What to say to who gives no arguments. @param columns of the terminal */
export function shortHelp(columns: number): string {
  const width = textWidth(columns);
  const more = 'sockscope --help shows everything, sockscope help COMMAND a single command.';
  return `${usage(analyzeCommand).join('\n')}\n\n${examplesText(FIRST_STEPS, width)}\n${wrap(more, width).join('\n')}\n`;
}

/** How wide a text to read may be. */
export function textWidth(columns: number): number {
  return Number.isFinite(columns) ? Math.max(NARROWEST, Math.min(WIDEST, columns)) : USUAL_WIDTH;
}

/** The ways to start a command. */
export function usage(command: Command): string[] {
  const words = command.arguments.map(({ name, optional, several }) => {
    const text = `${name}${several ? '..' : ''}`;
    return optional ? `[${text}]` : `<${text}>`;
  });
  const line = [usageName(command), ...words, '[options]'].join(' ');
  return command === analyzeCommand ? [line, 'sockscope <command> [arguments] [options]'] : [line];
}

/** What an option does, and what its value may be. */
export function optionText(option: Option): string {
  if (option.type === 'boolean' || option.choices === undefined) return option.describe;
  return option.describe.replace('{choices}', option.choices.join(', '));
}

async function usageAndOptions(command: Command, width: number): Promise<string> {
  const paragraphs = [usage(command).join('\n'), ...(command.details ?? [command.describe])];
  const parser = yargs([]).scriptName('sockscope').usage(paragraphs.join('\n\n')).wrap(width);
  parser.help(false).version(false);
  if (command === analyzeCommand) {
    for (const { name, describe } of await allCommands()) parser.command(name, describe);
  }
  // A heading of ours makes yargs leave all of them in English, whatever the locale: what stands below is English.
  parser.updateStrings({ 'Positionals:': 'Arguments:' });
  for (const { name, describe } of command.arguments) parser.positional(name, { describe });
  for (const [name, option] of Object.entries<Option>({ ...command.options, ...COMMON_OPTIONS })) {
    const { group, short } = option;
    parser.option(name, {
      group: `${group}:`,
      describe: optionText(option),
      ...(short === undefined ? {} : { alias: short }),
      // A flag has no value, so there is no type to speak of.
      ...(option.type === 'boolean' ? {} : { type: option.type }),
      ...(option.type === 'boolean' || option.default === undefined
        ? {}
        : { default: option.default, defaultDescription: String(option.default) }),
    });
  }
  return parser.getHelp();
}

/** Commands are not wrapped: they are there to be copied. */
function examplesText(examples: readonly Example[], width: number): string {
  const texts = examples.map(({ command, shows }) => `${indented(wrap(`${shows}:`, width - 2), 2)}    ${command}\n`);
  return `Examples:\n${texts.join('')}`;
}

function topicsText(width: number): string {
  const rows = topics().map(({ name, title }) => [name, title] as const);
  return rows.length === 0 ? '' : listText('Topics (sockscope help TOPIC):', rows, width);
}

/** Names and what they mean, in two columns. */
function listText(heading: string, rows: readonly (readonly [string, string])[], width: number): string {
  const indent = Math.max(...rows.map(([name]) => name.length)) + 4;
  const lines = rows.map(([name, text]) => {
    const [first, ...more] = wrap(text, width - indent);
    return `  ${name.padEnd(indent - 2)}${first}\n${indented(more, indent)}`;
  });
  return `${heading}\n${lines.join('')}`;
}

function indented(lines: string[], by: number): string {
  return lines.map((line) => `${' '.repeat(by)}${line}\n`).join('');
}

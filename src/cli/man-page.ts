import { topics } from '../help/topics.ts';
import { wrap } from '../report/wrap.ts';
import { analyzeCommand } from './analyze-command.ts';
import type { Argument, Command, Example, Option } from './command.ts';
import { COMMON_OPTIONS } from './command-line.ts';
import { allCommands } from './commands.ts';
import { optionText } from './help.ts';
import { ENVIRONMENT, EXIT_CODES, FILES, type Rows, SEE_ALSO } from './help-lists.ts';

/** As mandoc likes it. */
const LONGEST_LINE = 80;

type Options = readonly (readonly [name: string, option: Option])[];

/**
 * The manual page sockscope(1) in mdoc(7), made from what the help is made from.
 * @param date of the page
 */
export async function manPage(version: string, date: Date): Promise<string> {
  const commands = await allCommands();
  const month = date.toLocaleDateString('en', { month: 'long', timeZone: 'UTC' });
  const lines = [
    '.\\" Made from the definitions of the commands by src/cli/man-page.ts.',
    `.Dd ${month} ${date.getUTCDate()}, ${date.getUTCFullYear()}`,
    '.Dt SOCKSCOPE 1',
    `.Os sockscope ${version}`,
    '.Sh NAME',
    '.Nm sockscope',
    '.Nd tell what happened to every connection of a packet capture',
    '.Sh SYNOPSIS',
    ...commands.flatMap((command) => ['.Nm', ...invocation(command)]),
    '.Sh DESCRIPTION',
    ...paragraphs(analyzeCommand.details ?? []),
    '.Pp',
    'The commands are:',
    '.Bl -tag -width Ds',
    ...commands.flatMap(commandItem),
    '.El',
    '.Pp',
    'Every command has these options:',
    ...optionList(Object.entries(COMMON_OPTIONS)),
    '.Pp',
    ...prose('Words after -- are never taken for options.'),
    ...topicLines(),
    '.Sh ENVIRONMENT',
    ...list('.It Ev', ENVIRONMENT),
    '.Sh FILES',
    ...list('.It Pa', FILES),
    '.Sh EXIT STATUS',
    ...list('.It', EXIT_CODES),
    '.Sh EXAMPLES',
    ...commands.flatMap(({ examples }) => examples).flatMap(exampleLines),
    '.Sh SEE ALSO',
    ...SEE_ALSO.map(([name, section], i) => `.Xr ${name} ${section}${i < SEE_ALSO.length - 1 ? ' ,' : ''}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What stands behind the name of the program. */
function invocation(command: Command): string[] {
  const name = command === analyzeCommand ? [] : [`.Cm ${command.name}`];
  return [...name, '.Op Ar options', ...command.arguments.map((argument) => `.${argumentWords(argument)}`)];
}

function argumentWords({ name, optional, several }: Argument): string {
  const words = `Ar ${name}${several ? ' ...' : ''}`;
  return optional ? `Oo ${words} Oc` : words;
}

function commandItem(command: Command): string[] {
  const { name, details, describe } = command;
  const about = command === analyzeCommand ? [`${describe}.`] : (details ?? [`${describe}.`]);
  const known = command.arguments.map((argument) => [argument.name, argument.describe] as const);
  return [
    [`.It Cm ${name}`, ...command.arguments.map((argument) => argumentWords(argument))].join(' '),
    ...paragraphs(about),
    ...(known.length === 0 ? [] : list('.It Ar', known)),
    ...optionGroups(command),
  ];
}

/** Options under their headings. Those that mean what they mean for an analysis are not explained again. */
function optionGroups(command: Command): string[] {
  const isShared = ([name, option]: readonly [string, Option]) =>
    command !== analyzeCommand && analyzeCommand.options[name] === option;
  const all = Object.entries(command.options);
  const groups = new Map<string, [string, Option][]>();
  for (const entry of all.filter((each) => !isShared(each))) {
    groups.set(entry[1].group, [...(groups.get(entry[1].group) ?? []), entry]);
  }
  const lines = [...groups].flatMap(([group, options]) => ['.Pp', ...prose(`${group}:`), ...optionList(options)]);
  const shared = all.filter(isShared).map(([name]) => name);
  if (shared.length === 0) return lines;
  const flags = shared.map((name, i) => `.Fl -${name}${i < shared.length - 1 ? ' ,' : ' .'}`);
  return [...lines, '.Pp', 'The same as for', `.Cm ${analyzeCommand.name} :`, ...flags];
}

function optionList(options: Options): string[] {
  const items = options.flatMap(([name, option]) => {
    const long = `Fl -${name}${valueText(option)}`;
    const flags = option.short === undefined ? long : `Fl ${option.short}${valueText(option)} , ${long}`;
    const standard =
      option.type === 'boolean' || option.default === undefined ? '' : ` The default is ${option.default}.`;
    return [`.It ${flags}`, ...prose(`${optionText(option)}.${standard}`)];
  });
  return ['.Bl -tag -width Ds', ...items, '.El'];
}

function valueText(option: Option): string {
  if (option.type === 'boolean') return '';
  // Only after an = where it may be left out.
  return option.alone === undefined ? ` Ar ${option.value}` : ` Ns Op = Ns Ar ${option.value}`;
}

function topicLines(): string[] {
  const pages = topics().map(({ name, title }) => [name, title] as const);
  if (pages.length === 0) return [];
  return [
    '.Sh REFERENCE',
    '.Nm Cm help Ar topic',
    ...prose('shows these pages of the reference:'),
    ...list('.It Cm', pages),
  ];
}

function exampleLines({ command, shows }: Example, i: number): string[] {
  return [...(i === 0 ? [] : ['.Pp']), ...prose(`${shows}:`), '.Bd -literal -offset indent', roff(command), '.Ed'];
}

function list(item: string, rows: Rows): string[] {
  const items = rows.flatMap(([name, meaning]) => [`${item} ${name}`, ...prose(`${meaning}.`)]);
  return ['.Bl -tag -width Ds', ...items, '.El'];
}

function paragraphs(texts: readonly string[]): string[] {
  return texts.flatMap((text, i) => [...(i === 0 ? [] : ['.Pp']), ...prose(text)]);
}

/** Text to be filled. Each sentence begins a line, so that the space before it is right. */
function prose(text: string): string[] {
  return text.split(/(?<=[.!?]) (?=[A-Z])/).flatMap((sentence) => wrap(sentence, LONGEST_LINE).map(roff));
}

/** A line as it is, where roff would read commands. */
function roff(line: string): string {
  return line
    .replaceAll('\\', '\\e')
    .replaceAll(
      /[^ -~]/gu,
      (character) => `\\[u${character.codePointAt(0)?.toString(16).padStart(4, '0').toUpperCase()}]`,
    )
    .replace(/^[.']/, '\\&$&');
}

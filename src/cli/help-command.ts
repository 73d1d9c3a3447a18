import { isOnlyAscii } from '../report/ascii.ts';
import { meaning, nearest } from '../report/nearest.ts';
import { COLOR_OPTIONS, type Command, colorChoice } from './command.ts';
import { UsageError } from './errors.ts';
import type { ColorChoice } from './terminal.ts';

const DONE = 0;
const STDOUT = 1;

/** `sockscope help [command|topic]` */
export const helpCommand: Command = {
  name: 'help',
  describe: 'Show the help of a command, or a topic of the reference',
  arguments: [
    { name: 'topic', describe: 'A command or a topic; without it, the overview', optional: true, completes: 'topic' },
  ],
  options: COLOR_OPTIONS,
  examples: [
    { command: 'sockscope help explain', shows: 'How to use a command' },
    { command: 'sockscope help | less', shows: 'The overview, page by page' },
  ],
  understand({ words: [topic], values }) {
    const color = colorChoice(values);
    return async () => {
      const { Output } = await import('../report/output.ts');
      const output = new Output(STDOUT);
      output.write(await textFor(topic, color));
      output.flush();
      return DONE;
    };
  },
};

/** A command and a topic may have the same name: then both are told, what is typed first. */
async function textFor(topic: string | undefined, color: ColorChoice): Promise<string> {
  const [{ helpText, textWidth }, { allCommands, commandNamed, COMMAND_NAMES }, { topics, topicText }, terminal] =
    await Promise.all([
      import('./help.ts'),
      import('./commands.ts'),
      import('../help/topics.ts'),
      import('./terminal.ts'),
    ]);
  const columns = terminal.width();
  if (topic === undefined) return helpText((await allCommands())[0], columns);
  const command = await commandNamed(topic);
  const look = { width: textWidth(columns), color: terminal.useColor(color), ascii: isOnlyAscii() };
  const page = topicText(topic, look);
  const texts = [
    ...(command === undefined ? [] : [await helpText(command, columns)]),
    ...(page === null ? [] : [page]),
  ];
  if (texts.length > 0) return texts.join('\n');
  const names = [...new Set([...COMMAND_NAMES, ...topics().map(({ name }) => name)])];
  const near = nearest(topic, names);
  const there = near.length > 0 ? '' : `; there are ${names.join(', ')}`;
  throw new UsageError(`no command or topic is called ${topic}${meaning(near)}${there}`);
}

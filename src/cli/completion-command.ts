import { meaning, nearest } from '../report/nearest.ts';
import type { Command } from './command.ts';
import { UsageError } from './errors.ts';

const DONE = 0;
const STDOUT = 1;
const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];
/** Asked for by the scripts, so it is in no list. */
const INTERFACES = 'interfaces';

/** `sockscope completion <shell>` */
export const completionCommand: Command = {
  name: 'completion',
  describe: 'Print a script that lets a shell complete sockscope commands',
  details: [
    'Prints a script for bash, zsh or fish that completes commands, options and their values, capture files and interfaces when you press Tab.',
  ],
  arguments: [{ name: 'shell', describe: 'The shell: bash, zsh or fish', completes: SHELLS }],
  options: {},
  examples: [
    { command: 'source <(sockscope completion bash)', shows: 'For bash, in ~/.bashrc' },
    { command: 'source <(sockscope completion zsh)', shows: 'For zsh, in ~/.zshrc, after compinit' },
    { command: 'sockscope completion fish > ~/.config/fish/completions/sockscope.fish', shows: 'For fish, once' },
  ],
  understand({ words: [word] }) {
    if (word === INTERFACES) return printInterfaces;
    const shell = SHELLS.find((known) => known === word);
    if (shell === undefined) {
      throw new UsageError(`completion ${word}: not one of ${SHELLS.join(', ')}${meaning(nearest(word, SHELLS))}`);
    }
    return () => printScript(shell);
  },
};

async function printScript(shell: Shell): Promise<number> {
  const { completionModel } = await import('./completion/model.ts');
  const model = await completionModel();
  const make = {
    bash: async () => (await import('./completion/bash.ts')).bashCompletion,
    zsh: async () => (await import('./completion/zsh.ts')).zshCompletion,
    fish: async () => (await import('./completion/fish.ts')).fishCompletion,
  };
  return print((await make[shell]())(model));
}

async function printInterfaces(): Promise<number> {
  const { interfaceNames } = await import('../capture/live/interfaces.ts');
  return print(
    interfaceNames()
      .map((name) => `${name}\n`)
      .join(''),
  );
}

async function print(text: string): Promise<number> {
  const { Output } = await import('../report/output.ts');
  const output = new Output(STDOUT);
  // A program for a shell, or names for one.
  output.data(text);
  output.flush();
  return DONE;
}

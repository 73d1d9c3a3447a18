import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Command } from '../../src/cli/command.ts';
import { COMMON_OPTIONS } from '../../src/cli/command-line.ts';
import { allCommands, COMMAND_NAMES } from '../../src/cli/commands.ts';
import { ROOT, sockscope } from '../support/command.ts';
import { has, installIn } from '../support/programs.ts';

const AT_TERMINAL = join(ROOT, 'test/live/at_terminal.py');
const TAB = '\t';
const ERASE_LINE = '\u0015';

const commands = await allCommands();

/** A shell without the settings of its user. */
interface Shell {
  command: readonly string[];
  /** First the completion is loaded; then `sockscope` becomes what says its arguments. */
  begin: readonly string[];
}

const SAYS_ARGUMENTS =
  'sockscope() { if [ "$*" = "completion interfaces" ]; then command sockscope "$@"; else printf "<%s>" "$@"; echo; fi; }';

const SHOWS_LISTS =
  "bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'; bind 'set completion-query-items 0'";
const BASH_COMPLETION = '/usr/share/bash-completion/bash_completion';

const SHELLS = {
  bash: {
    command: ['bash', '--norc', '--noprofile', '-i'],
    begin: ['source <(sockscope completion bash)', SAYS_ARGUMENTS, SHOWS_LISTS],
    lose: 'PATH=/usr/bin:/bin',
  },
  'bash with bash-completion': {
    command: ['bash', '--norc', '--noprofile', '-i'],
    begin: [`source ${BASH_COMPLETION}; source <(sockscope completion bash)`, SAYS_ARGUMENTS, SHOWS_LISTS],
    lose: 'PATH=/usr/bin:/bin',
  },
  zsh: {
    command: ['zsh', '-f', '-i'],
    begin: [
      'autoload -Uz compinit && compinit -u -D; source <(sockscope completion zsh)',
      SAYS_ARGUMENTS,
      "LISTMAX=1000; zstyle ':completion:*' verbose no; setopt no_auto_menu no_list_types",
    ],
    lose: 'PATH=/usr/bin:/bin',
  },
  fish: {
    command: ['fish', '--no-config', '-i'],
    begin: [
      'sockscope completion fish | source',
      'function sockscope; if test "$argv" = "completion interfaces"; command sockscope $argv; else; printf "<%s>" $argv; echo; end; end',
    ],
    lose: 'set PATH /usr/bin /bin',
  },
} as const satisfies Record<string, Shell & { lose: string }>;

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  environment = { ...process.env, PATH: installIn(folder), HOME: folder, TERM: 'xterm', LC_ALL: 'C.UTF-8' };
  const capture = join(ROOT, 'fixtures/transfer/http.pcap');
  mkdirSync(join(folder, 'captures'));
  for (const name of ['web.pcap', 'OLD.CAP1', 'two words.pcap', 'captures/old.pcapng.gz']) {
    copyFileSync(capture, join(folder, name));
  }
  for (const name of ['web.txt', 'rules.yml', 'captures/older.txt']) writeFileSync(join(folder, name), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a shell at a terminal. @returns what it wrote there, with spaces for escape sequences */
function atTerminal({ command, begin }: Shell, steps: unknown[]): string {
  const ready = begin.map((line) => ['type', `${line}\r`]);
  const all = [...ready, ['type', 'echo rea""dy\r'], ['wait', 'ready\r\n'], ...steps, ['type', 'exit\r'], ['end']];
  const input = all.map((step) => `${JSON.stringify(step)}\n`).join('');
  const [program, ...args] = ['python3', AT_TERMINAL, '200', '60', ...command];
  const { stdout, stderr } = spawnSync(program, args, { input, cwd: folder, env: environment, encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  const { output } = JSON.parse(stdout) as { output: string };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to go.
  return output.replaceAll(/\u001b(\[[0-9;?]*[A-Za-z]|\(B|\][^\u0007]*\u0007)/g, ' ');
}

/** Types lines, each once the one before was answered. @returns what the arguments then were */
function typed(shell: Shell, lines: readonly string[]): string[] {
  const steps = lines.flatMap((line, i) => [
    ['type', `${line} end${i}\r`],
    ['wait', `<end${i}>`],
  ]);
  const output = atTerminal(shell, steps);
  return lines.map((_line, i) => new RegExp(`(<[^\\n]*>)<end${i}>`).exec(output)?.[1] ?? output);
}

/**
 * Types lines and a Tab after each.
 * @param questions the lines, and the last word that each is to be answered with: zsh shows no list to who types on
 * @returns the words that the shell then offers
 */
function offered(shell: keyof typeof SHELLS, questions: readonly { line: string; last: string }[]): string[][] {
  if (shell === 'fish') {
    // It shows only a part of a long list, but says all of it when asked.
    const asked = questions.map(({ line }) => `complete -C '${line}'; echo //`);
    const script = `sockscope completion fish | source; ${asked.join('; ')}`;
    const [program, ...args] = ['fish', '--no-config', '-c', script];
    const { stdout } = spawnSync(program, args, { cwd: folder, env: environment, encoding: 'utf8' });
    return stdout.split('//\n').map((part) => part.split('\n').map((each) => each.split(TAB)[0]));
  }
  const steps = questions.flatMap(({ line, last }, i) => [
    ['type', `${line}${TAB}`],
    ['wait', last],
    ['type', `${ERASE_LINE}echo "=="${i}\r`],
    ['wait', `==${i}\r\n`],
  ]);
  const output = atTerminal(SHELLS[shell], steps).split('ready\r\n')[1];
  return questions.map(
    (_question, i) =>
      output
        .split(`==${i - 1}\r\n`)
        .at(-1)
        ?.split(`==${i}\r\n`)[0]
        .split(/\s+/) ?? [],
  );
}

function optionsOf(options: Command['options']): string[] {
  return Object.keys({ ...options, ...COMMON_OPTIONS })
    .map((option) => `--${option}`)
    .sort();
}

const COMPLETED: readonly (readonly [line: string, args: unknown])[] = [
  [`sockscope expl${TAB}`, '<explain>'],
  [`sockscope explain --protocol ud${TAB}`, '<explain><--protocol><udp>'],
  [`sockscope --quiet we${TAB}`, '<--quiet><web.pcap>'],
  [`sockscope explain we${TAB}`, '<explain><web.pcap>'],
  [`sockscope explain OL${TAB}`, '<explain><OLD.CAP1>'],
  [`sockscope explain two${TAB}`, '<explain><two words.pcap>'],
  [`sockscope explain --stream 0 --probl${TAB}`, '<explain><--stream><0><--problems>'],
  [`sockscope check captures/old${TAB}`, '<check><captures/old.pcapng.gz>'],
  [`sockscope check web.pcap --format ju${TAB}`, '<check><web.pcap><--format><junit>'],
  [`sockscope check web.pcap --ready no-resets,no-unrea${TAB}`, '<check><web.pcap><--ready><no-resets,no-unreachable>'],
  [`sockscope check --rules ru${TAB}`, '<check><--rules><rules.yml>'],
  [`sockscope diff web.pcap we${TAB}`, '<diff><web.pcap><web.pcap>'],
  [`sockscope diff web.pcap web.pcap --fail-on handsh${TAB}`, '<diff><web.pcap><web.pcap><--fail-on><handshake>'],
  [`sockscope live an${TAB}`, '<live><any>'],
  [`sockscope live any --events failed,op${TAB}`, '<live><any><--events><failed,open>'],
  [`sockscope live any --backend=du${TAB}`, '<live><any><--backend=dumpcap>'],
  [`sockscope live -f udp --promis${TAB}`, '<live><-f><udp><--promiscuous>'],
  [`sockscope --color=al${TAB}`, '<--color=always>'],
  [`sockscope --color we${TAB}`, '<--color><web.pcap>'],
  [`sockscope web.pcap --sort connect${TAB}`, '<web.pcap><--sort><connect-time>'],
  [`sockscope -- we${TAB}`, '<--><web.pcap>'],
  [`sockscope interfaces --js${TAB}`, '<interfaces><--json>'],
  [`sockscope help interf${TAB}`, '<help><interfaces>'],
  [`sockscope completion fi${TAB}`, '<completion><fish>'],
  // No capture begins so: it is a file of another kind that is meant.
  [`sockscope ru${TAB}`, '<rules.yml>'],
];

for (const shell of Object.keys(SHELLS) as (keyof typeof SHELLS)[]) {
  const isThere = has(SHELLS[shell].command[0]) && (!shell.includes('with') || existsSync(BASH_COMPLETION));
  const name = isThere && has('python3') ? shell : `${shell} (needs it, and python3)`;
  (isThere && has('python3') ? describe : describe.skip)(name, () => {
    let found: string[];
    let offers: string[][];
    beforeAll(() => {
      const lines = COMPLETED.map(([line]) => line);
      found = typed(SHELLS[shell], lines);
      const questions = commands.map(({ name, options }) => {
        return { line: `sockscope ${name} --`, last: optionsOf(options).at(-1) ?? '' };
      });
      offers = offered(shell, [...questions, { line: 'sockscope ', last: 'web.pcap' }]);
    });

    const cases = COMPLETED.map(([line, args], i) => ({ line: line.replaceAll(TAB, '⇥'), args, i }));
    test.each(cases)('completes $line', ({ args, i }) => {
      expect(found[i]).toEqual(args);
    });

    test.each(commands.map((command, i) => ({ ...command, i })))('offers the options of $name', ({ options, i }) => {
      const list = offers[i].map((word) => word.replace(/=$/, '')).filter((word) => /^--[a-z]/.test(word));
      expect([...new Set(list)].sort()).toEqual(optionsOf(options));
    });

    test('offers commands, captures and folders for the first word, and no other files', () => {
      const words = offers[commands.length].map((word) => word.replace(/\/$/, ''));
      for (const each of [...COMMAND_NAMES, 'captures', 'web.pcap', 'OLD.CAP1']) expect(words).toContain(each);
      expect(words).not.toContain('web.txt');
    });

    test('quotes the name of an interface, and runs no command that is in it', () => {
      const hostile = '$(id>owned)';
      const says =
        shell === 'fish'
          ? `function sockscope; if test "$argv" = "completion interfaces"; echo '${hostile}'; else; printf "<%s>" $argv; echo; end; end`
          : SAYS_ARGUMENTS.replace('command sockscope "$@"', `echo '${hostile}'`);
      const { command, begin } = SHELLS[shell];
      const lines = begin.map((line) => (line.includes('printf') ? says : line));
      expect(typed({ command, begin: lines }, [`sockscope live \\$${TAB}`])).toEqual([`<live><${hostile}>`]);
      expect(existsSync(join(folder, 'owned'))).toBe(false);
    });

    test('says nothing of it where sockscope is there no more', () => {
      const { command, begin, lose } = SHELLS[shell];
      const output = atTerminal({ command, begin: [begin[0], lose] }, [
        ['type', `sockscope live ${TAB}`],
        ['type', `${ERASE_LINE}echo o""ver\r`],
        ['wait', 'over\r\n'],
      ]);
      expect(output).not.toMatch(/not found|unknown command|no such/i);
    });
  });
}

test('no program runs while a line is completed, but for the names of interfaces', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { stdout, status } = sockscope(['completion', shell]);
    expect(status).toBe(0);
    const calls = stdout.split('\n').filter((line) => /sockscope completion/.test(line) && !line.startsWith('#'));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toContain('sockscope completion interfaces 2>/dev/null');
  }
});

test('the names of interfaces come one a line', () => {
  const { stdout, status, stderr } = sockscope(['completion', 'interfaces']);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^([^\s]+\n)+$/);
});

import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { allCommands, COMMAND_NAMES } from '../../src/cli/commands.ts';
import { COMMAND, ROOT, shell, sockscope } from '../support/command.ts';

const HTTP = 'fixtures/transfer/http.pcap';
const commands = await allCommands();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  for (const name of ['-rf.pcapng', '-x.pcap', '--all', 'explain', 'explian'])
    copyFileSync(join(ROOT, HTTP), join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The same in a terminal: standard input and output are one, standard error is not. */
function terminal(args: string[], environment: Record<string, string> = {}) {
  const errors = join(folder, 'stderr');
  const words = [...COMMAND, ...args].map((word) => `'${word}'`).join(' ');
  const { status, stdout } = shell(`script -qec "${words} 2>'${errors}'" /dev/null`, { TERM: 'xterm', ...environment });
  return { status, stdout, stderr: readFileSync(errors, 'utf8') };
}

/** One line on stderr, nothing on stdout, exit code 2. @returns the line */
function refusal(...args: string[]): string {
  const { status, stdout, stderr } = sockscope(args);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^sockscope: [^\n]+\n$/);
  return stderr.slice('sockscope: '.length, -1);
}

describe('help and version go to standard output, with exit code 0', () => {
  test.each(['--version', '-V', 'explain a.pcap -V'])('%s', (line) => {
    const args = line.split(' ');
    expect(sockscope(args)).toMatchObject({
      status: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.each(COMMAND_NAMES)('of %s: --help, -h and help say the same', (name) => {
    const { status, stdout, stderr } = sockscope([name, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^sockscope /);
    expect(sockscope(['-h', name])).toMatchObject({ status: 0, stdout });
    expect(sockscope(['help', name]).stdout.startsWith(stdout)).toBe(true);
  });

  test('help alone is that of all commands, as --help and -h are', () => {
    const { status, stdout } = sockscope(['help']);
    expect(status).toBe(0);
    for (const name of COMMAND_NAMES) expect(stdout).toContain(`  sockscope ${name} `);
    expect(sockscope(['--help']).stdout).toBe(stdout);
    expect(sockscope(['-h']).stdout).toBe(stdout);
  });

  test('help is given whatever else is wrong', () => {
    expect(sockscope(['explain', '--josn', '--help']).status).toBe(0);
  });

  test('a command or topic that is not there gets a suggestion', () => {
    expect(refusal('help', 'explian')).toBe('no command or topic is called explian (did you mean explain?)');
    expect(refusal('help', 'xyzzy')).toMatch(/^no command or topic is called xyzzy; there are analyze, explain, /);
  });
});

test('the name alone, typed in a terminal, is answered on stderr with what to type', () => {
  const { status, stdout, stderr } = terminal([]);
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^sockscope <capture\.\.> \[options\]\r?\n/);
  expect(stderr).toContain('    sockscope web.pcap');
  expect(stderr).toContain('sockscope --help');
});

describe('what is missing is said, with an example', () => {
  test.each([
    [['explain'], 'explain: <capture> is missing; example: sockscope explain web.pcap --stream 0'],
    [['explain', '--problems'], 'explain: <capture> is missing; example: sockscope explain web.pcap --stream 0'],
    [['check'], /^check: <capture> is missing; example: sockscope check web\.pcap --ready /],
    [['diff'], 'diff: <before> and <after> are missing; example: sockscope diff before.pcap after.pcap'],
    [['diff', HTTP], 'diff: <after> is missing; example: sockscope diff before.pcap after.pcap'],
    [['completion'], /^completion: <shell> is missing; example: /],
    [['live', '-', '-f'], "--filter needs a value; example: --filter 'tcp port 443'"],
    [['live', '-', '--duration'], '--duration needs a value; example: --duration 60'],
    [[HTTP, '--where'], `--where needs a value; example: --where 'close.style == "reset"'`],
  ])('%j', (args, message) => {
    const line = refusal(...args);
    if (typeof message === 'string') expect(line).toBe(message);
    else expect(line).toMatch(message);
  });

  test('every option with a value has an example that it takes', () => {
    for (const { options } of commands) {
      for (const definition of Object.values(options)) {
        if (definition.type === 'boolean') continue;
        const { example, choices } = definition;
        if (definition.type === 'number') expect(Number(example)).not.toBeNaN();
        if (choices !== undefined) expect(choices).toContain(example.split(/[,:=]/)[0]);
      }
    }
  });
});

describe('what is misspelt gets a suggestion', () => {
  test.each([
    [['explian', 'web.pcap'], 'explian: no such file, and no such command (did you mean explain?)'],
    [['--json', 'chekc', 'web.pcap'], 'chekc: no such file, and no such command (did you mean check?)'],
    [['Live'], 'Live: no such file, and no such command (did you mean live?)'],
    [[HTTP, '--josn'], 'unknown option --josn (did you mean --json?)'],
    [[HTTP, '--JSON'], 'unknown option --JSON (did you mean --json?)'],
    [[HTTP, '-json'], 'unknown option -json (did you mean --json?)'],
    [['explain', HTTP, '--steam=3'], 'unknown option --steam (did you mean --stream?)'],
    [['explain', HTTP, '--problem'], 'unknown option --problem (did you mean --problems?)'],
    [['check', HTTP, '--reday', 'no-resets'], 'unknown option --reday (did you mean --ready?)'],
    [['diff', HTTP, HTTP, '--fail'], 'unknown option --fail (did you mean --fail-on?)'],
    [['live', '-', '--fliter', 'tcp'], 'unknown option --fliter (did you mean --filter?)'],
    [['interfaces', '--jsno'], 'unknown option --jsno (did you mean --json?)'],
    [['help', '--colour'], 'unknown option --colour (did you mean --color?)'],
    [['completion', 'bsah'], 'completion bsah: not one of bash, zsh, fish (did you mean bash?)'],
    [[HTTP, '--frobnicate'], 'unknown option --frobnicate; sockscope --help lists the options'],
    [[HTTP, '-q'], 'unknown option -q; sockscope --help lists the options'],
    [[HTTP, '--__proto__'], 'unknown option --__proto__; sockscope --help lists the options'],
    [[HTTP, '--constructor'], 'unknown option --constructor; sockscope --help lists the options'],
    [[HTTP, '--stream', '3'], 'unknown option --stream: it belongs to sockscope explain'],
    [['check', HTTP, '--zeek'], 'unknown option --zeek: it belongs to sockscope, sockscope live'],
    [['interfaces', '--utc'], 'unknown option --utc: it belongs to sockscope, sockscope explain, sockscope live'],
    [
      ['interfaces', '--quiet'],
      'unknown option --quiet: it belongs to sockscope, sockscope explain, sockscope check, …',
    ],
    [[HTTP, '--sort', 'duratoin'], /^--sort duratoin: .* \(did you mean "duration"\?\)$/],
    [['check', HTTP, '--ready', 'no-reset'], /no ready rule is called "no-reset" \(did you mean "no-resets"\?\)$/],
    [['check', HTTP, '--format', 'juint'], /^--format juint: .* \(did you mean "junit"\?\)$/],
    [['diff', HTTP, HTTP, '--fail-on', 'failure'], /^--fail-on failure: .* \(did you mean "failures"\?\)$/],
    [['live', '-', '--events', 'faild'], /^--events faild: .* \(did you mean "failed"\?\)$/],
    [['live', '-', '--backend', 'tcpdmup'], /^--backend tcpdmup: .* \(did you mean "tcpdump"\?\)$/],
    [[HTTP, '--where', 'port == 80'], /Unknown variable: port .*\(did you mean "server\.port" or "client\.port"\?\)/],
    [
      ['check', HTTP, '--assert', 'closes.style == "x"'],
      /Unknown variable: closes .*\(did you mean "close\.style"\?\)/,
    ],
  ])('%j', (args, message) => {
    const line = refusal(...args);
    if (typeof message === 'string') expect(line).toBe(message);
    else expect(line).toMatch(message);
  });

  test('but a word that is like no command is a file that is not there', () => {
    expect(refusal('web.pcap')).toMatch(/^web\.pcap: no such file/);
  });

  test('and a file may have the name of a command, or nearly', () => {
    for (const line of ['./explain --csv', '--csv -- explain', 'analyze explain --csv', 'explian --csv']) {
      const { status, stderr } = shell(`cd '${folder}' && sockscope ${line}`);
      expect([status, stderr]).toEqual([0, '']);
    }
  });
});

describe('words behind -- are words', () => {
  const inFolder = (line: string) => shell(`cd '${folder}' && sockscope ${line}`);

  test.each([
    '-- -rf.pcapng',
    'explain -- -rf.pcapng',
    'explain --stream 0 -- --all',
    'check --ready no-resets -- -x.pcap',
    'diff -- -x.pcap -rf.pcapng',
    'diff ./-x.pcap -- --all',
  ])('%s', (line) => {
    const { status, stderr } = inFolder(line);
    expect([status, stderr]).toEqual([0, '']);
  });

  test('a filter of live may stand there, and is not lost', () => {
    const { status, stderr } = sockscope(['live', '-', '--', 'not', 'port', '22'], { input: new Uint8Array() });
    expect(status).toBe(2);
    expect(stderr).toMatch(/standard input is not filtered here/);
  });

  test('a word too many is an error there, too', () => {
    expect(refusal('interfaces', '--', 'eth0')).toBe("interfaces takes no arguments: 'eth0' is one too many");
    expect(refusal('diff', HTTP, HTTP, '--', HTTP)).toMatch(/^diff takes <before> and <after>: '.*' is one too many$/);
    expect(refusal('completion', 'bash', 'zsh')).toMatch(/^completion takes <shell>: 'zsh' is one too many$/);
  });
});

describe('an option that makes sense once is refused the second time', () => {
  for (const { name, options } of commands) {
    const once = Object.entries(options).filter(([, option]) => option.type !== 'boolean' && !option.repeatable);
    if (once.length === 0) continue;
    test(name, () => {
      const [option, definition] = once[0];
      if (definition.type === 'boolean') throw new Error('it has no value');
      const value = `--${option}=${definition.example}`;
      expect(refusal(name, HTTP, value, value)).toBe(`--${option} is given 2 times: give it once`);
    });
  }
});

describe('colours', () => {
  const COLOR = '\u001b[';
  const withColors = [
    `${HTTP}`,
    `explain ${HTTP}`,
    `check ${HTTP} --ready no-resets --all`,
    `diff ${HTTP} ${HTTP} --fail-on failures`,
  ];

  test.each(withColors)('%s: where nobody asks, a pipe gets none', (line) => {
    expect(sockscope(line.split(' ')).stdout).not.toContain(COLOR);
  });

  test.each(withColors)('%s: --color=always, --color alone and FORCE_COLOR give them to a pipe', (line) => {
    const args = line.split(' ');
    for (const option of ['--color=always', '--color']) expect(sockscope([...args, option]).stdout).toContain(COLOR);
    expect(sockscope(args, { env: { FORCE_COLOR: '1' } }).stdout).toContain(COLOR);
  });

  test.each<[environment: Record<string, string>, args: string[], inPipe: boolean, inTerminal: boolean]>([
    [{}, [], false, true],
    [{}, ['--color=auto'], false, true],
    [{}, ['--color=always'], true, true],
    [{}, ['--color=never'], false, false],
    [{}, ['--no-color'], false, false],
    [{}, ['--color=always', '--no-color'], false, false],
    [{ NO_COLOR: '1' }, [], false, false],
    [{ NO_COLOR: '' }, [], false, true],
    [{ NO_COLOR: '1' }, ['--color=always'], true, true],
    [{ FORCE_COLOR: '1' }, [], true, true],
    [{ FORCE_COLOR: '' }, [], false, true],
    [{ FORCE_COLOR: '0' }, [], false, false],
    [{ FORCE_COLOR: '1' }, ['--color=never'], false, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], false, false],
    [{ FORCE_COLOR: '1', TERM: 'dumb' }, [], true, true],
    [{ TERM: 'dumb' }, [], false, false],
    [{ TERM: 'dumb' }, ['--color'], true, true],
  ])('with %j and %j: in a pipe %s, in a terminal %s', (environment, args, inPipe, inTerminal) => {
    expect(sockscope([HTTP, ...args], { env: environment }).stdout.includes(COLOR)).toBe(inPipe);
    expect(terminal([HTTP, ...args], environment).stdout.includes(COLOR)).toBe(inTerminal);
  });
});

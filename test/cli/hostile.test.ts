import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PcapngBlocks } from '../lab/hand-built/pcapng-blocks.ts';
import { type Action, atTerminal } from '../live/terminal.ts';
import { COMMAND, shell, sockscope } from '../support/command.ts';
import { c, handshake, pair, play, s } from '../support/conversation.ts';
import { bytes } from '../support/packets.ts';

/** Everything that a terminal, a CI log or a shell could take for something else than a name. */
const EVIL =
  '\u001b]0;owned\u0007\u001b[31m\n::error title=x::owned\r\n\u2028::warning::owned\u202e\u009b2J"\'`$(touch owned)\\##[add-mask]é';
/** The same for names of rules, which the rule file may not give control characters. */
const EVIL_RULE = '::error title=x::owned\u2028\u202e"\'`$(touch owned)\\##[add-mask]é';
const NAME = `--write=${EVIL}.pcapng`;
const INTERFACE = `eth${EVIL}`;

const LINK_LOCAL = pair({ client: { address: 'fe80::1' }, server: { address: 'fe80::2' } });
const RESET = [LINK_LOCAL.client.syn(), LINK_LOCAL.server.synAck(), LINK_LOCAL.client.ack(), LINK_LOCAL.client.data(9)];

let folder: string;
let evilFolder: string;
let capture: string;
let calm: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  evilFolder = join(folder, `captures${EVIL}`);
  mkdirSync(evilFolder);
  capture = join(evilFolder, NAME);
  calm = join(folder, 'calm.pcapng');
  // The last block is cut, so that there is a warning, too.
  writeFileSync(capture, captureOf([...RESET, LINK_LOCAL.server.rst(), c.syn(), s.rstAck()]).subarray(0, -9));
  writeFileSync(calm, captureOf([...handshake, c.data(9), s.ack(), c.fin(), s.fin(), c.ack()]));
  writeFileSync(join(folder, `rules${EVIL}.yml`), JSON.stringify({ rules: RULES }));
  writeFileSync(join(folder, `wrong${EVIL}.yml`), JSON.stringify({ [EVIL]: 1, rules: [{ [EVIL]: EVIL }, EVIL] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const RULES = [
  { name: EVIL_RULE, description: `what\n${EVIL}\n${EVIL_RULE}`, expect: 'duration < 0' },
  { name: 'zones', expect: `client.address == ${JSON.stringify(EVIL)}` },
  { name: `warned ${EVIL_RULE}`, severity: 'warning', expect: 'false' },
  { name: `all ${EVIL_RULE}`, expect: 'connections.all(c, c.client.address == "")' },
  { name: 'elsewhere', captures: EVIL, expect: 'true' },
];

function captureOf(steps: Parameters<typeof play>[0]): Uint8Array {
  const blocks = new PcapngBlocks(true);
  const comment = (text: string) => blocks.option(1, bytes(text));
  const packets = play(steps).map(({ seconds, nanoseconds, bytes }) =>
    blocks.packet({ time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`, bytes }),
  );
  const unknown = blocks.block(0x0bad, comment(EVIL));
  return bytes(blocks.section(), blocks.interface(1, 6, INTERFACE), unknown, ...packets);
}

/** Signs that something would be acted upon. */
function acting(text: string): string[] {
  const lines = text.split('\n');
  return [
    ...(text.match(/(?!\n)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu) ?? []),
    ...(text.match(/##\[|##vso\[/g) ?? []),
    // GitHub's runner looks behind spaces.
    ...lines.filter((line) => /^\s*::[\w-]+( .*)?::/.test(line)),
  ];
}

/** Each command with each format; what is in brackets stands for the names. */
const COMMANDS: [command: string, status: number][] = [
  ['CAPTURE', 0],
  ['CAPTURE --all --utc', 0],
  ['CAPTURE --json --calls', 0],
  ['CAPTURE --ndjson', 0],
  ['CAPTURE --csv', 0],
  ['CAPTURE --zeek', 0],
  ['CAPTURE CALM', 0],
  ['CAPTURE --json CALM', 0],
  ['FOLDER', 0],
  ['CAPTURE --where EVIL', 2],
  ['CAPTURE --sort EVIL', 2],
  ['CAPTURE --top EVIL', 2],
  ['CAPTURE --EVIL', 2],
  ['MISSING', 2],
  ['explain CAPTURE', 0],
  ['explain CAPTURE --problems --utc --absolute', 0],
  ['explain CAPTURE --where true', 0],
  ['explain CAPTURE --problems --json', 0],
  ['explain CAPTURE --stream 99', 2],
  ['explain CAPTURE --stream EVIL', 2],
  ['explain FOLDER CALM', 0],
  ['explain MISSING', 2],
  ['check CAPTURE MISSING --rules RULES --all', 2],
  ['check CAPTURE MISSING --rules RULES --format json', 2],
  ['check CAPTURE MISSING --rules RULES --format junit', 2],
  ['check CAPTURE MISSING --rules RULES --format tap', 2],
  ['check CAPTURE MISSING --rules RULES --format github', 2],
  ['check CAPTURE CALM --together --rules RULES', 1],
  ['check FOLDER --assert false', 1],
  ['check FOLDER --rules WRONG', 2],
  ['check FOLDER --assert EVIL', 2],
  ['check FOLDER --ready EVIL', 2],
  ['check FOLDER --format EVIL', 2],
  ['check CAPTURE --assert true --output MISSING/file', 2],
  ['check CAPTURE --baseline UNWRITTEN', 1],
  ['check CAPTURE --baseline RULES', 2],
  ['check CAPTURE --baseline BASELINE --update', 0],
  ['check CALM --baseline BASELINE', 1],
  ['diff CALM CAPTURE', 0],
  ['diff CAPTURE CALM --all --fail-on all', 1],
  ['diff CALM FOLDER --json', 0],
  ['diff CALM MISSING', 2],
  ['diff CALM CAPTURE --fail-on EVIL', 2],
  ['live EVIL', 2],
  ['help EVIL', 2],
  ['help explain', 0],
  ['help record', 0],
  ['--help', 0],
  ['completion bash', 0],
  ['completion zsh', 0],
  ['completion fish', 0],
  ['completion EVIL', 2],
  ['live --write MISSING/x.pcap -', 2],
  ['EVIL', 2],
];

/** What has a meaning in a format and is ours. */
const OF_THE_FORMAT: Record<string, RegExp> = {
  csv: /\r(?=\n)/g,
  zeek: /\t/g,
  github: /^::(error|warning) (file=[^,:]*,)?title=[^,:]*::/gm,
};

function argumentsOf(command: string): string[] {
  const names: Record<string, string> = {
    CAPTURE: capture,
    CALM: calm,
    FOLDER: evilFolder,
    MISSING: join(folder, `missing${EVIL}`),
    RULES: join(folder, `rules${EVIL}.yml`),
    WRONG: join(folder, `wrong${EVIL}.yml`),
    BASELINE: join(folder, `baseline${EVIL}.json`),
    UNWRITTEN: join(folder, `unwritten${EVIL}.json`),
    EVIL,
  };
  return command.split(' ').map((word) => word.replace(/[A-Z]{4,}/, (name) => names[name] ?? name));
}

describe.each([
  ['UTF-8', {}, [], COMMANDS],
  // What is wrong with an option is said in one way; one of them is enough here.
  ['the C locale', { LC_ALL: 'C' }, [], COMMANDS.filter(([command]) => !/ (--[a-z-]+ )?EVIL$/.test(command))],
  // The same as the C locale, but for how it is asked for.
  [
    '--ascii',
    {},
    ['--ascii'],
    COMMANDS.filter(([command]) => /^(EVIL|\w+ CAPTURE( \w+)?|CAPTURE( --json)?.*)$/.test(command)),
  ],
])('nothing that comes from outside acts, with %s:', (_name, env: Record<string, string>, more, commands) => {
  const isAscii = more.length > 0 || env.LC_ALL === 'C';

  test.each(commands)('sockscope %s', (command, expected) => {
    const { status, stdout, stderr } = sockscope([...argumentsOf(command), ...more], { env });
    const format = /--(?:format )?(csv|zeek|github)$/.exec(command)?.[1] ?? '';
    expect(acting(stdout.replaceAll(OF_THE_FORMAT[format] ?? /$^/g, ''))).toEqual([]);
    expect(acting(stderr)).toEqual([]);
    for (const line of stderr.split('\n').slice(0, -1)) expect(line).toMatch(/^sockscope: /);
    if (isAscii) expect(stdout + stderr).not.toMatch(/[^\0-\x7f]/);
    expect(status).toBe(expected);
    expect(status === 2 ? stderr + stdout : stdout).not.toBe('');
  });

  test('sockscope live -', () => {
    const live = sockscope(['live', '-', ...more], { env, input: readFileSync(capture) });
    expect([...acting(live.stdout), ...acting(live.stderr)]).toEqual([]);
    expect(live.stdout).toContain('"event":"ended"');
    expect(live.stderr).toContain('standard input');
    if (isAscii) expect(live.stdout + live.stderr).not.toMatch(/[^\0-\x7f]/);
  });

  test.each([
    ['CAPTURE', /sockscope explain .* --stream \d+/],
    ['check CAPTURE --assert false', /sockscope explain .* --stream 0$/m],
    ['diff CALM CAPTURE', /^sockscope explain .* --stream \d+$/m],
  ])('what is suggested by sockscope %s runs as it stands', (command, suggestion) => {
    const [suggested] = suggestion.exec(sockscope([...argumentsOf(command), ...more], { env }).stdout) ?? [];
    const { stdout, stderr } = shell(`cd '${folder}'; ${suggested}`);
    expect(stdout).toMatch(/^tcp \d: client /);
    expect(stderr).toMatch(/^sockscope: [^\n]*cut short[^\n]*\n$/);
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });
});

test('no line begins with a command to a CI runner because it was wrapped there', () => {
  const wide = join(folder, `${'w'.repeat(60)} ::error::owned ::warning::owned.pcapng`);
  cpSync(calm, wide);
  for (const columns of [60, 100]) {
    for (const args of [[wide], ['diff', calm, wide], ['explain', wide], ['check', wide, '--assert', 'false']]) {
      const { stdout, stderr } = sockscope(args, { env: { COLUMNS: String(columns) } });
      expect([args, acting(stdout), acting(stderr)]).toEqual([args, [], []]);
    }
  }
});

describe.each<[shell: string, command: string]>([
  ['zsh', `sockscope() { '${COMMAND.join("' '")}' "$@"; }`],
  ['fish', `function sockscope; '${COMMAND.join("' '")}' $argv; end`],
])('in %s', (name, command) => {
  const isThere = spawnSync(name, ['-c', 'true']).error === undefined;

  (isThere ? test : test.skip).each([
    ['UTF-8', {}],
    ['ASCII', { LC_ALL: 'C' }],
  ])('what is suggested runs, in %s (skipped where it is not installed)', (_name, env) => {
    const odd = join(folder, "é 'ü'.pcapng");
    cpSync(capture, odd);
    for (const file of [capture, odd]) {
      const [suggested] = /sockscope explain .*--stream \d+/.exec(sockscope([file], { env }).stdout) ?? [];
      expect(suggested).toMatch(/^[^\n]+$/);
      const { stdout } = spawnSync(name, ['-c', `${command}\ncd '${folder}'; ${suggested}`], { encoding: 'utf8' });
      expect(stdout).toMatch(/^tcp \d: client /);
    }
    expect(existsSync(join(folder, 'owned'))).toBe(false);
  });
});

/** What the screen does beside colours: another screen, cursor, line wrapping, clearing, synchronized output. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control sequences
const SCREEN = /\u001b\[(\?(1049|25|7|2026)[hl]|2J|K|\d+;\d+H|\d+m)/g;

describe('the screen of a live session acts on the terminal by itself alone, with', () => {
  test.each([
    ['UTF-8', 'C.UTF-8'],
    ['ASCII', 'C'],
  ])('%s', async (name, locale) => {
    const pipe = join(folder, `pipe-${name}`);
    spawnSync('mkfifo', [pipe]);
    const feeder = spawn('bash', ['-c', 'exec > "$1"; cat "$2"; exec sleep 60', 'bash', pipe, capture]);
    // What failed is on the screen before the end is asked for.
    const actions: Action[] = [['wait', 'Failed last'], ['wait', 'fe80::1%'], ['type', 'q'], ['end']];
    const { output } = await atTerminal(['live', '-'], actions, pipe, { LC_ALL: locale });
    feeder.kill();
    expect(acting(output.replaceAll(SCREEN, '').replaceAll('\r\n', '\n'))).toEqual([]);
    if (name === 'ASCII') expect(output).not.toMatch(/[^\0-\x7f]/);
  });
});

test('JSON keeps the names as they are', () => {
  for (const more of [[], ['--ascii']]) {
    const { captures, connections } = JSON.parse(sockscope([capture, '--json', ...more]).stdout);
    expect(captures[0].file).toBe(capture);
    expect(connections[0].client.address).toBe(`fe80::1%${INTERFACE}`);
    const [line] = sockscope([capture, '--ndjson', ...more]).stdout.split('\n');
    expect(JSON.parse(line).client.address).toBe(`fe80::1%${INTERFACE}`);
  }
});

test('no field of CSV begins a formula because of a capture', () => {
  const { stdout } = sockscope([capture, '--csv']);
  const fields = stdout.split(/[,\r\n]+/).map((field) => field.replace(/^"/, ''));
  expect(fields.length).toBeGreaterThan(100);
  for (const field of fields) expect(field).not.toMatch(/^[=+@\t]|^-(?!\d)/);
});

describe('at a terminal colours are all that acts, with', () => {
  test.each([
    ['UTF-8', 'C.UTF-8'],
    ['ASCII', 'C'],
  ])('%s', async (name, locale) => {
    for (const command of ['CAPTURE', 'explain CAPTURE', 'check CAPTURE --rules RULES', 'diff CALM CAPTURE']) {
      const { output } = await atTerminal(argumentsOf(command), [['end']], undefined, { LC_ALL: locale });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
      const colors = /\u001b\[\d+m/g;
      expect(output).toMatch(colors);
      expect(acting(output.replaceAll(colors, '').replaceAll('\r\n', '\n'))).toEqual([]);
      if (name === 'ASCII') expect(output).not.toMatch(/[^\0-\x7f]/);
    }
  });
});

import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { printable } from '../../src/report/printable.ts';
import { fileWord, shellWord } from '../../src/report/shell-word.ts';

const NAMES = [
  'web.pcap',
  'a folder/web capture.pcap',
  "it's.pcap",
  '"quoted" $HOME `id` $(id) \\n.pcap',
  'back\\',
  "\\'",
  'two\\\\',
  '=ls',
  '~root',
  '!!',
  '!!\n!!',
  '*?[a]{b,c}',
  'semi;colon&amp|pipe<in>out#no',
  '100%',
  '100%d\nof it',
  'line\nbreak',
  'tab\there',
  'escape\u001b[2Jclear',
  'bell\u0007',
  'grüße ☃.pcap',
  'grüße\n☃.pcap',
  'right\u202eto left',
  'C1 \u009b31m',
  'paragraph\u2029',
  '',
];

const SHELLS = [
  ['bash', ['-c']],
  ['zsh', ['-f', '-c']],
  ['fish', ['--no-config', '-c']],
] as const;

for (const [shell, args] of SHELLS) {
  const isThere = spawnSync(shell, ['-c', 'true']).status === 0;
  const name = `what is suggested is read back by ${shell}${isThere ? '' : ' (not installed here)'}`;
  (isThere ? test : test.skip)(name, () => {
    const script = `printf '%s\\0' ${NAMES.map(shellWord).join(' ')}`;
    const { stdout, stderr } = spawnSync(shell, [...args, script], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C.UTF-8' },
    });
    expect(stderr).toBe('');
    expect(stdout.split('\0').slice(0, -1)).toEqual(NAMES);
  });
}

test('nothing in a word acts on the terminal that shows it', () => {
  for (const name of NAMES) expect(printable(shellWord(name))).toBe(shellWord(name));
});

describe('what needs no quotes has none', () => {
  test.each(['web.pcap', '/tmp/a-b_c/d+e,f@g:h=i%.pcapng', '-'])('%s', (name) => {
    expect(shellWord(name)).toBe(name);
  });
});

test.each([
  ['-rf.pcapng', './-rf.pcapng'],
  ['--write=x', './--write=x'],
  ['-a b', "'./-a b'"],
  ['-', '-'],
  ['a-b', 'a-b'],
])('a file is no option: %s', (file, word) => {
  expect(fileWord(file)).toBe(word);
});

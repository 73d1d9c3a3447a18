import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { shellWord } from '../../src/report/shell-word.ts';

const NAMES: [name: string, written: string][] = [
  ['web.pcap', 'web.pcap'],
  ['captures/web-1.pcap.gz', 'captures/web-1.pcap.gz'],
  ['C:/x@y,z=1+2.pcap', 'C:/x@y,z=1+2.pcap'],
  ['-', '-'],
  ['', "''"],
  ['two words.pcap', "'two words.pcap'"],
  ["it's.pcap", "'it'\\''s.pcap'"],
  ['a\\b\\\\c\\', "'a'\\\\'b'\\\\\\\\'c'\\\\"],
  ["\\'", "\\\\\\'"],
  ['$(touch owned) `id` $HOME', "'$(touch owned) `id` $HOME'"],
  ['"; rm -rf *;#!', `'"; rm -rf *;#!'`],
  ['=ls', "'=ls'"],
  ['~root', "'~root'"],
  ['%1', "'%1'"],
  ['{a,b}[c]?', "'{a,b}[c]?'"],
  ['naïve 网络 🎉', "'naïve 网络 🎉'"],
  ['--write=x', './--write=x'],
  ['-rf.pcapng', './-rf.pcapng'],
  ['--a b', "'./--a b'"],
  ['a\nb.pcap', "$'a\\012b.pcap'"],
  ["\u001b[31m'\\7\u202e", "$'\\033[31m\\047\\1347\\342\\200\\256'"],
  ['-\n::error::x', "$'./-\\012::error::x'"],
  ['end\n', "$'end\\012'"],
  ['##[add-mask]x', "$'\\043\\043[add-mask]x'"],
];

test.each(NAMES)('%j is written %s', (name, written) => {
  expect(shellWord(name)).toBe(written);
});

test('a file is named as it is where nothing is needed for that', () => {
  expect(shellWord('./-')).toBe('./-');
});

/** Of each shell: whether it knows `$'…'`. */
describe.each<[shell: string, knowsEscapes: boolean]>([
  ['bash', true],
  ['zsh', true],
  ['dash', false],
  ['fish', false],
])('%s', (shell, knowsEscapes) => {
  const isThere = spawnSync(shell, ['-c', 'true']).error === undefined;
  const read = NAMES.filter(([, written]) => knowsEscapes || !written.startsWith('$'));

  (isThere ? test : test.skip)(`reads each name back, if it is installed`, () => {
    const script = `printf '%s\\0' ${read.map(([name]) => shellWord(name)).join(' ')}`;
    const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    const names = read.map(([name]) => (name.startsWith('-') && name !== '-' ? `./${name}` : name));
    expect(stdout.split('\0').slice(0, -1)).toEqual(names);
  });
});

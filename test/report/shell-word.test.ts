import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { fileWord, shellWord } from '../../src/report/shell-word.ts';

const WORDS: [text: string, word: string][] = [
  ['web.pcap', 'web.pcap'],
  ['captures/web-1.pcap.gz', 'captures/web-1.pcap.gz'],
  ['C:/x@y,z=1+2%.pcap', 'C:/x@y,z=1+2%.pcap'],
  ['', "''"],
  ['two words.pcap', "'two words.pcap'"],
  ["it's.pcap", "'it'\\''s.pcap'"],
  ['a\\b\\\\c\\', "'a'\\\\'b'\\\\\\\\'c'\\\\"],
  ["\\'", "\\\\\\'"],
  ['$(touch owned) `id` $HOME !!', "'$(touch owned) `id` $HOME !!'"],
  ['"; rm -rf *;#!', `'"; rm -rf *;#!'`],
  ['=ls', "'=ls'"],
  ['~root', "'~root'"],
  ['%self', "'%self'"],
  ['{a,b}[c]?', "'{a,b}[c]?'"],
  ['naïve 网络 🎉', "'naïve 网络 🎉'"],
  ['a\nb.pcap', `"$(printf 'a\\012b.pcap')"`],
  ["\u001b[31m'\\7%s!\u202e", `"$(printf '\\033\\13331m\\047\\1347\\045s\\041\\342\\200\\256')"`],
  ['-\n::error::x', `"$(printf '\\055\\012::error::x')"`],
  ['##[add-mask]x', `"$(printf '\\043\\043\\133add\\055mask\\135x')"`],
  ['end\n', "$'end\\012'"],
];

test.each(WORDS)('%j is written %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test.each([
  ['-', '-'],
  ['./-', './-'],
  ['--write=x', './--write=x'],
  ['-rf.pcapng', './-rf.pcapng'],
  ['-a b', "'./-a b'"],
  ['web.pcap', 'web.pcap'],
])('the file %s is the argument %s', (file, word) => {
  expect(fileWord(file)).toBe(word);
});

describe.each(['bash', 'zsh', 'dash', 'fish'])('%s', (shell) => {
  const isThere = spawnSync(shell, ['-c', 'true']).error === undefined;
  // What dash and fish do not know.
  const known = WORDS.filter(([, word]) => !word.startsWith('$') || shell === 'bash' || shell === 'zsh');

  (isThere ? test : test.skip)('reads each word back (skipped where it is not installed)', () => {
    const script = `printf '%s\\0' ${known.map(([text]) => shellWord(text)).join(' ')}`;
    const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout.split('\0').slice(0, -1)).toEqual(known.map(([text]) => text));
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { errorText, UsageError } from '../../src/cli/errors.ts';
import { ROOT, shell, sockscope } from '../support/command.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

test('an error that nobody expected says what a report of it should hold', () => {
  const lines = errorText(new TypeError('x is not a function')).split('\n');
  expect(lines[0]).toBe('TypeError: x is not a function');
  const request = lines.filter((line) => line.startsWith('sockscope: '));
  expect(request.join('\n')).toContain('please report it');
  expect(request.join('\n')).toContain('the command as you typed it');
  expect(request.join('\n')).toContain(`sockscope ${version}, Node ${process.version}, ${process.platform}`);
  expect(request.join('\n')).toContain('tcpdump -r CAPTURE -c 10000 -w part.pcap');
});

test('the version in it is the one that --version prints', () => {
  expect(sockscope(['--version']).stdout).toBe(`${version}\n`);
});

test('an error of the user asks for no report', () => {
  expect(errorText(new UsageError('no such option'))).toBe('sockscope: no such option\n');
});

test('an argument of 100 kB does not come back whole', () => {
  const { stderr, status } = sockscope(['fixtures/transfer/http.pcap', '--where', `${'!'.repeat(100_000)}x`]);
  expect(status).toBe(2);
  expect(stderr.length).toBeLessThan(6000);
  expect(stderr).toMatch(/^sockscope: --where '!+ … \([\d,]+ characters left out\) … !+x': .*\n$/);
});

test('a pipe that is to be read twice, and no temporary folder for it, is said in one line', () => {
  const { status, stderr } = shell('cat fixtures/transfer/http.pcap | TMPDIR=/nowhere sockscope explain -');
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^sockscope: standard input: nothing can be put into .* \/nowhere \(ENOENT\); .*save it as a file.*\n$/,
  );
});

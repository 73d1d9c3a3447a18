import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../support/command.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const output = `--outfile=${join(folder, 'commonjs/jest.cjs')}`;
  execFileSync('npm', ['run', '--silent', 'build:commonjs', '--', output], { cwd: ROOT, stdio: 'pipe' });
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('what is built for CommonJS is required, reads captures and judges them', () => {
  const program = `
    const { analyze, canRecord, matchers, recordCapture } = require('./commonjs/jest.cjs');
    const capture = ${JSON.stringify(join(ROOT, 'fixtures/close/abort-by-server.pcap'))};
    (async () => {
      for await (const connection of analyze(capture)) {
        console.log(matchers.toHaveNoResets.call({}, connection).pass);
        console.log(matchers.toSatisfy.call({}, connection, 'close.firstCloser == "server"').pass);
      }
      console.log((await matchers.toSeeErrno.call({}, capture, 'client', 'ECONNRESET')).pass);
      console.log(typeof canRecord, typeof recordCapture);
    })();
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program], { cwd: folder, encoding: 'utf8' });
  expect([stdout, stderr]).toEqual(['false\ntrue\ntrue\nfunction function\n', '']);
});

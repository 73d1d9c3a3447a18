import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ByteSource } from '../../src/capture/byte-source.ts';
import { Spool } from '../../src/capture/spool.ts';
import { StreamSource } from '../../src/capture/stream-source.ts';

// A folder of its own: other tests use the common one at the same time.
const folder = mkdtempSync(join(tmpdir(), 'sockscope-test-'));
const { TMPDIR } = process.env;
process.env.TMPDIR = folder;
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});

const content = Buffer.from(Array.from({ length: 10_000 }, (_, i) => i & 0xff));
const pipe = () => new StreamSource(Readable.from([content.subarray(0, 7), content.subarray(7)]));
const left = () => readdirSync(folder);

async function read(source: ByteSource, atOnce: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const target = new Uint8Array(atOnce);
  for (let length = await source.read(target); length > 0; length = await source.read(target)) {
    parts.push(Buffer.from(target.subarray(0, length)));
  }
  return Buffer.concat(parts);
}

describe('what comes through a pipe', () => {
  test('can be read again and again, also side by side', async () => {
    const spool = await Spool.fill('a pipe', pipe());
    const [one, two] = [spool.read(), spool.read()];
    expect(await Promise.all([read(one, 999), read(two, 4096)])).toEqual([content, content]);
    expect([one.bytesRead, one.bytesTotal]).toEqual([content.length, content.length]);
    expect(await read(spool.read(), 1)).toEqual(content);
    spool.close();
  });

  test('has no name while it is there', async () => {
    const spool = await Spool.fill('a pipe', pipe());
    expect(left()).toEqual([]);
    expect(await read(spool.read(), 4096)).toEqual(content);
    spool.close();
  });

  test('is put aside up to a limit, and the message says what else to do', async () => {
    await expect(Spool.fill('standard input', pipe(), 2 ** 13)).rejects.toThrow(
      /^standard input: longer than .* MiB; what comes through a pipe is put aside .* name one --stream$/,
    );
    expect(left()).toEqual([]);
  });
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { analyze, canRecord, matchers, recordCapture } from '../../src/jest.ts';

expect.extend(matchers);

const { possible, reason } = await canRecord();
const recorded = possible ? describe : describe.skip;

let server: Server;
let port: number;
/** What the server does with a connection. */
let serve: (socket: Socket) => void = () => {};
beforeAll(async () => {
  server = createServer({ allowHalfOpen: false }, (socket) => serve(socket)).listen(0);
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => void server.close());

/** Without `end` the client leaves the closing to the server. */
async function ask(host: string, text: string, { end } = { end: true }): Promise<void> {
  const socket = connect(port, host);
  socket.on('error', () => {}).resume();
  socket.write(text);
  if (end) socket.end();
  // Not events.once: a reset is an error event before it.
  await new Promise((resolve) => socket.on('close', resolve));
}

recorded(`a recording on the loopback ${reason ?? ''}`, () => {
  test('has all connections from its beginning to its end, in their order', async () => {
    serve = (socket) => socket.on('data', () => {}).on('end', () => socket.end('bye'));
    const recording = await recordCapture({ filter: `tcp port ${port}` });
    for (let i = 1; i <= 20; i++) await ask(i % 2 === 0 ? '127.0.0.1' : '::1', 'x'.repeat(i));
    const connections = await recording.stop();
    expect(connections.map(({ fromClient }) => fromClient.uniqueBytes)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    expect(connections.map(({ stream }) => stream)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(connections).toCloseGracefully();
    expect(connections).toBeClosedFirstBy('client');
    expect(await recording.stop()).toBe(connections);
  });

  test('holds nothing else, and can be read as a capture', async () => {
    const recording = await recordCapture({ filter: `tcp port ${port}` });
    await ask('127.0.0.1', 'hello');
    const connections = await recording.stop();
    const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
    try {
      const file = join(folder, 'recorded.pcap');
      writeFileSync(file, recording.capture);
      const again = [];
      for await (const connection of analyze(file)) again.push(connection);
      expect(again).toEqual(connections);
      expect(again).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('a message shows the ladder, though there is no file', async () => {
    serve = (socket) => socket.on('data', () => socket.resetAndDestroy());
    const recording = await recordCapture({ filter: `tcp port ${port}` });
    await ask('127.0.0.1', 'hello', { end: false });
    const connections = await recording.stop();
    expect(connections).toSeeErrno('client', 'ECONNRESET');
    expect(() => expect(connections).toHaveNoResets()).toThrow(/\(recorded on lo0?\)[\s\S]*SYN J=0[\s\S]*RST/);
  });

  test('that saw nothing has no connections, so nothing can be said of them', async () => {
    const recording = await recordCapture({ filter: `tcp port ${port}` });
    const connections = await recording.stop();
    expect(connections).toEqual([]);
    expect(() => expect(connections).toHaveNoResets()).toThrow('there is no connection to look at');
  });

  test('that is over before stop() says why', async () => {
    serve = (socket) => socket.resume().on('end', () => socket.end());
    const small = await recordCapture({ filter: `tcp port ${port}`, maxBytes: 500 });
    await ask('127.0.0.1', 'x');
    await expect(small.stop()).rejects.toThrow(
      /^the recording on lo0? is not whole: it ended by itself at 500 B \(maxBytes\)$/,
    );
    const short = await recordCapture({ filter: `tcp port ${port}`, maxSeconds: 0.3 });
    await new Promise((resolve) => setTimeout(resolve, 600));
    await expect(short.stop()).rejects.toThrow(/not whole: it ended by itself after 300 ms \(maxSeconds\)$/);
  });

  test('a filter that makes no sense is an error', async () => {
    await expect(recordCapture({ filter: 'tcp prt 80' })).rejects.toThrow(/filter/);
  });
});

test('where nothing can be recorded, the reason is one line', async () => {
  const { possible, reason } = await canRecord({ interface: 'nosuch0' });
  expect(possible).toBe(false);
  expect(reason).toMatch(/^[^\n]*nosuch0[^\n]*$/);
  await expect(recordCapture({ interface: 'nosuch0' })).rejects.toThrow(reason ?? 'a reason');
});

import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { canRecord, matchers, recordCapture } from '../../src/jest.ts';

expect.extend(matchers);

const { possible, reason } = await canRecord();

(possible ? test : test.skip)(`two requests share a connection, which the client closes ${reason ?? ''}`, async () => {
  const server = createServer((_, response) => response.end('hello')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const recording = await recordCapture({ filter: `tcp port ${port}` });

  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const path of ['/one', '/two']) {
    const [response] = await once(get({ port, host: '127.0.0.1', path, agent }), 'response');
    for await (const _ of response);
  }
  agent.destroy();
  await once(server.close(), 'close');

  const connections = await recording.stop();
  expect(connections).toSatisfy('connections.size() == 1');
  expect(connections).toHandshakeWithin(0.1);
  expect(connections).toBeClosedFirstBy('client');
  expect(connections).toCloseGracefully();
  expect(connections).toSeeErrno('server', null);
});

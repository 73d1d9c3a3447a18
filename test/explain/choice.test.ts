import { describe, expect, test } from '@jest/globals';
import { type ExplainOptions, explain } from '../../src/index.ts';
import { fixturePath } from '../fixtures/fixture-files.ts';

const ONE = fixturePath('close/client-first.pcap');
const SEVERAL = fixturePath('handshake/backlog-full.pcap');
const BOTH = [fixturePath('handshake/refused.pcap'), fixturePath('udp/request-response.pcap')];

async function streams(inputs: string | string[], options: ExplainOptions = {}): Promise<string[]> {
  return [...(await explain(inputs, options)).matchAll(/^((?:tcp|udp|sctp) \d+): /gm)].map(([, name]) => name);
}

describe('which connection is explained', () => {
  test('the only one', async () => {
    expect(await streams(ONE)).toEqual(['tcp 0']);
    expect(await explain(ONE)).not.toMatch('--stream');
  });

  test('else that of the worst problem, and what else there is', async () => {
    const text = await explain(SEVERAL);
    expect(text).toMatch(/^tcp 1: /);
    expect(text).toMatch(/one of 3 connections: --stream N/);
  });

  test('else the first', async () => {
    const text = await explain(fixturePath('handshake/fast-open.pcap'));
    expect(text).toMatch(/^tcp 0: /);
    expect(text).toMatch('no connection has a problem; this is the first');
  });

  test('the one that is named', async () => {
    expect(await streams(SEVERAL, { stream: 0 })).toEqual(['tcp 0']);
    expect(await streams(BOTH, { stream: 0 })).toEqual(['tcp 0']);
    expect(await streams(BOTH, { stream: 0, protocol: 'udp' })).toEqual(['udp 0']);
  });

  test('an example of each problem, worst first, each connection once', async () => {
    expect(await streams([...BOTH, SEVERAL], { problems: true })).toEqual(['tcp 2', 'tcp 0', 'tcp 1']);
    expect(await explain([...BOTH, SEVERAL], { problems: true, top: 1 })).toMatch(
      '2 more examples of problems: --top N',
    );
    expect(await explain(ONE, { problems: true })).toBe('no connection has a problem\n');
  });

  test('those that match, in order, and how many are left out', async () => {
    expect(await streams(SEVERAL, { where: ({ stream }) => stream !== 1 })).toEqual(['tcp 0', 'tcp 2']);
    const text = await explain(SEVERAL, { where: 'protocol == "tcp"', top: 2 });
    expect(text.match(/^tcp \d: /gm)).toEqual(['tcp 0: ', 'tcp 1: ']);
    expect(text).toMatch(/\n1 more connection: --top N\n$/);
    expect(await explain(SEVERAL, { where: 'false' })).toBe('no connection matches\n');
  });

  test('none where there is none', async () => {
    expect(await explain(fixturePath('files/no-packets.pcap'))).toBe('there is no connection in it\n');
  });
});

describe('one clear line for a stream that is not there', () => {
  test.each([
    ['close/client-first', { stream: 9 }, 'there is no TCP stream 9: the last one is 0'],
    ['close/client-first', { stream: 0, protocol: 'udp' }, 'stream 0 is no UDP connection but TCP: add --protocol tcp'],
    ['close/client-first', { stream: 3, protocol: 'sctp' }, 'there is no SCTP connection; streams are tcp 0 to 0'],
    ['udp/closed-port', { stream: 0 }, 'stream 0 is no TCP connection but UDP: add --protocol udp'],
    ['files/no-packets', { stream: 0 }, 'there is no TCP connection'],
  ] as const)('%s %j', async (name, options, message) => {
    const path = fixturePath(`${name}.pcap`);
    await expect(explain(path, options)).rejects.toThrow(`${path}: ${message}`);
  });
});

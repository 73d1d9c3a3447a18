import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { fixturePath, toldFixtureNames, truthPath } from '../fixtures/fixture-files.ts';
import { agreementOf, type Disagreement, disagreementText, type Question } from '../lab/agreement.ts';
import { recordsOf } from '../lab/records.ts';
import type { Truth } from '../lab/truth.ts';

/** Where the packets cannot tell, or tell something else; why. */
const NO_HANDSHAKE = 'the handshake was before the capture';
const AT_SERVER = 'captured at the server, which has the SYN later and sees the SYN-ACK earlier than the client';
const FAST_OPEN = 'with Fast Open accept() returns at the SYN with data, before the ACK';
const EXCEPTIONS: Record<string, Partial<Record<Question, string>>> = {
  'capture/midstream.pcap': { 'connect()': NO_HANDSHAKE, 'accept()': NO_HANDSHAKE },
  'capture/midstream-reset.pcap': { 'connect()': NO_HANDSHAKE, 'accept()': NO_HANDSHAKE },
  'capture/at-server.pcap': { 'connect()': AT_SERVER },
  'transfer/duplicated.pcap': { 'connect()': AT_SERVER },
  'transfer/loss-before-capture.pcap': { 'connect()': AT_SERVER },
  'transfer/reordering.pcap': { 'connect()': AT_SERVER },
  'udp/unconnected.pcap': {
    'error of the client': 'the packets of an unconnected socket are those of a connected one',
  },
  'healthy/begun-before.pcap': { 'connect()': NO_HANDSHAKE, 'accept()': NO_HANDSHAKE },
  'healthy/begun-at-goodbye.pcap': { 'connect()': NO_HANDSHAKE, 'accept()': NO_HANDSHAKE },
  'healthy/begun-at-close.pcap': { 'connect()': NO_HANDSHAKE, 'accept()': NO_HANDSHAKE },
  'healthy/smtp-quit-and-close.pcap': {
    'first closer': 'the FINs crossed, though one close() was a moment earlier than the other',
  },
  'healthy/fast-open.pcap': { 'accept()': FAST_OPEN },
  'handshake/fast-open.pcap': { 'accept()': FAST_OPEN },
};

async function disagreements(name: string): Promise<Disagreement[]> {
  const truth: Truth = JSON.parse(readFileSync(truthPath(name), 'utf8'));
  return agreementOf(truth, await recordsOf(fixturePath(name))).disagreements;
}

describe('the record agrees with what the programs saw', () => {
  test.each(toldFixtureNames())('%s', async (name) => {
    const excepted = Object.keys(EXCEPTIONS[name] ?? {});
    const found = await disagreements(name);
    const unexpected = found.filter(({ question }) => !excepted.includes(question));
    expect(unexpected.map(disagreementText)).toEqual([]);
    const still = new Set<string>(found.map(({ question }) => question));
    expect(excepted.filter((question) => !still.has(question))).toEqual([]);
  });
});

test('every exception is of a fixture that is there', () => {
  expect(Object.keys(EXCEPTIONS).filter((name) => !toldFixtureNames().includes(name))).toEqual([]);
});

import { describe, expect, test } from '@jest/globals';
import { explainInputs } from '../../src/explain/explain.ts';
import { type ExplanationDocument, explanationDocument } from '../../src/report/explanation-json.ts';
import { fixtureNames, fixturePath } from '../fixtures/fixture-files.ts';
import { sockscope } from '../support/command.ts';

/** What `explain --json` says of every connection of a capture. */
async function documentOf(name: string, steps = 40): Promise<ExplanationDocument> {
  const choice = { by: 'where', matches: () => true } as const;
  return explanationDocument(await explainInputs([fixturePath(name)], { choice, top: 1000, steps }));
}

describe.each(fixtureNames())('the steps of %s', (name) => {
  test.each([40, 8])('hold each packet once, in %d rows', async (most) => {
    for (const { connection, steps } of (await documentOf(name, most)).explanations) {
      expect(steps.length).toBeLessThanOrEqual(most);
      const sum = (value: (step: (typeof steps)[number]) => number) =>
        steps.reduce((all, step) => all + value(step), 0);
      const { fromClient, fromServer } = connection;
      const copies = fromClient.duplicates + fromServer.duplicates;
      expect(sum(({ copies: found }) => found)).toBe(copies);
      // An RST that a newer connection of the same ports drew is a packet of that.
      const later = connection.resets.filter(({ frame }) => frame > connection.lastFrame).length;
      expect(sum(({ packets }) => packets.client + packets.server)).toBe(
        fromClient.packets + fromServer.packets - copies + later,
      );
      if (copies === 0) {
        expect(sum(({ bytes }) => bytes.client)).toBe(fromClient.bytes);
        expect(sum(({ bytes }) => bytes.server)).toBe(fromServer.bytes);
      }
    }
  });

  test('are in order and end as the record says', async () => {
    for (const { connection, steps } of (await documentOf(name)).explanations) {
      const frames = steps.flatMap(({ frame, lastFrame }) => [frame, lastFrame]);
      expect(frames).toEqual([...frames].sort((a, b) => a - b));
      const [first] = steps.filter(({ kind }) => kind !== 'icmp');
      expect([first.frame, first.time]).toEqual([connection.firstFrame, connection.start]);
      const { client, server } = steps.at(-1)?.state ?? { client: null, server: null };
      if (connection.protocol === 'tcp') {
        // Nothing is said of a side that sent nothing.
        const { state } = connection.close ?? { state: { client: null, server: null } };
        expect([client ?? state.client, server ?? state.server]).toEqual([state.client, state.server]);
      }
      expect(steps.filter(({ kind }) => kind === 'icmp').length).toBe(connection.icmp.length);
    }
  });

  test('come with what to look at next where something failed', async () => {
    for (const { connection, story } of (await documentOf(name)).explanations) {
      const failed = connection.findings.filter(({ severity }) => severity === 'error').map(({ code }) => code);
      if (failed.length > 0) expect([failed, story.next]).not.toEqual([failed, []]);
      expect(story.happened.length).toBeGreaterThan(0);
    }
  });

  test('have the calls of both sides in the record', async () => {
    for (const { connection } of (await documentOf(name)).explanations) {
      expect(Array.isArray(connection.sockets.client.calls) && Array.isArray(connection.sockets.server.calls)).toBe(
        true,
      );
    }
  });
});

test('the document of a connection that was refused', async () => {
  const { explanations, leftOut, schema } = await documentOf('handshake/refused.pcap');
  const [{ connection, steps, story }] = explanations;
  const isn = connection.handshake?.client?.isn ?? -1;
  expect([schema, leftOut, explanations.length]).toEqual([1, [], 1]);
  expect(steps.map(({ from, what, state }) => [from, what, state])).toEqual([
    ['client', 'SYN J', { client: 'SYN-SENT', server: null }],
    ['server', 'RST, ACK J+1', { client: 'CLOSED', server: 'CLOSED' }],
  ]);
  expect(steps[0].sequence).toEqual({ relative: 0, absolute: isn });
  expect(steps[1].acknowledgment).toEqual({ relative: 1, absolute: isn + 1 });
  expect(story.filter).toBe('tcp.stream eq 0');
  expect(story.saw.client).toMatch(/^connect\(\) failed with ECONNREFUSED/);
  expect(story.next.join()).toContain("ss -ltnp 'sport = :");
});

test('on the command line it is one JSON document', async () => {
  const { stdout, stderr, status } = sockscope(['explain', 'fixtures/handshake/refused.pcap', '--json']);
  expect([stderr, status]).toEqual(['', 0]);
  const document = JSON.parse(stdout);
  const { explanations } = await documentOf('handshake/refused.pcap');
  const [{ exampleOf, ...rest }] = document.explanations;
  expect(rest).toEqual(JSON.parse(JSON.stringify({ ...explanations[0], exampleOf: undefined })));
  expect(exampleOf.map(({ code }: { code: string }) => code)).toEqual(['connection-refused']);
});

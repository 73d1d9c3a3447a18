import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, pair, type Step, s, talk, talkWith } from '../support/conversation.ts';

const close = [c.fin(), s.ack(), s.fin(), c.ack()];
const other = pair({ client: { port: 41000 } });

/** A handshake of the same two endpoints with new ISNs. */
const handshakeAgain = [c.syn({ isn: 900_000, at: 10 }), s.synAck({ isn: 800_000 }), c.ack()];

const findingOf = (connection: { findings: { code: string; message: string }[] }, code: string) =>
  connection.findings.find((finding) => finding.code === code);

describe('which packets are one stream', () => {
  test('a SYN with another ISN begins a new stream on known addresses and ports', async () => {
    const { connections } = await talk(...handshake, ...close, ...handshakeAgain, c.data(10));
    expect(connections.map(({ stream, firstFrame, lastFrame }) => [stream, firstFrame, lastFrame])).toEqual([
      [0, 1, 7],
      [1, 8, 11],
    ]);
    expect(connections[1].handshake?.client?.isn).toBe(900_000);
  });

  test('also while the old connection is open', async () => {
    const { connections } = await talk(...handshake, ...handshakeAgain);
    expect(connections.map(({ close }) => close?.style)).toEqual(['open', 'open']);
  });

  test('the new stream names the one before', async () => {
    const { connections } = await talk(other.client.syn(), ...handshake, ...handshakeAgain);
    const reused = connections.find((connection) => connection.stream === 2);
    expect(reused && findingOf(reused, 'port-reuse')).toMatchObject({
      severity: 'note',
      message: 'same addresses and ports as stream 1',
      frames: [5],
    });
    expect(connections.filter((connection) => findingOf(connection, 'port-reuse'))).toHaveLength(1);
  });

  test.each<[string, Step[]]>([
    ['a SYN that is sent again', [c.syn(), c.syn({ at: 1 })]],
    ['the same SYN after an RST', [c.syn(), s.rstAck({ seq: 0 }), c.syn({ at: 0.5 })]],
    ['the same SYN after both FINs', [...handshake, ...close, c.syn()]],
    ['a SYN-ACK with another number', [c.syn(), s.synAck(), s.synAck({ seq: 7777 })]],
    ['the SYN of the other side', [c.syn(), s.syn()]],
    ['data after the close', [...handshake, ...close, c.data(10)]],
  ])('%s stays in its stream', async (_, steps) => {
    expect((await talk(...steps)).connections).toHaveLength(1);
  });

  test('a SYN with the number before the first segment is the SYN of that connection, come late', async () => {
    expect((await talk(c.data(10, { seq: 1 }), c.syn())).connections).toHaveLength(1);
    expect((await talk(c.data(10, { seq: 1 }), c.syn({ seq: 1 }))).connections).toHaveLength(2);
  });

  test('numbers go by first frame, for each protocol from 0', async () => {
    const dns = pair({ server: { port: 53 } });
    const { connections } = await talkWith(
      { order: 'capture' },
      ...[dns.client.datagram(10), c.syn(), other.client.datagram(5), other.client.syn()],
    );
    expect(connections.map(({ protocol, stream }) => `${protocol} ${stream}`)).toEqual([
      'udp 0',
      'tcp 0',
      'udp 1',
      'tcp 1',
    ]);
  });
});

describe('packets that come after the close belong to it', () => {
  test('a FIN sent again and its ACK', async () => {
    const found = await connectionOf(...handshake, ...close, s.fin({ seq: 1, at: 1 }), c.ack({ at: 1.001 }));
    expect(found).toMatchObject({ lastFrame: 9, duration: 1.001, fromServer: { fins: 2, packets: 4 } });
    expect(found.close).toMatchObject({ style: 'graceful', timeWait: 'client' });
  });

  test('until 240 seconds of silence, as long as they come', async () => {
    const tick = (at: number) => [c.ack({ at }), other.client.data(1, { at: at + 0.5 })];
    const { connections } = await talk(...handshake, ...close, ...tick(200), ...tick(430), ...tick(669.9));
    expect(connections.map((each) => [each.client.port, each.lastFrame])).toEqual([
      [40000, 12],
      [41000, 13],
    ]);
  });

  test('after that silence they are a new stream', async () => {
    const { connections } = await talk(...handshake, ...close, c.ack({ at: 241 }));
    expect(connections.map(({ stream, rolesInferred }) => [stream, rolesInferred])).toEqual([
      [0, false],
      [1, true],
    ]);
  });
});

describe('when connections are reported', () => {
  const script = [other.client.data(1), ...handshake, ...close, other.client.data(1, { at: 300 })];

  test("order 'end': when they are over", async () => {
    const { connections, reportedAt } = await talkWith({ order: 'end' }, ...script);
    expect(connections.map((each) => each.client.port)).toEqual([40000, 41000]);
    expect(reportedAt).toEqual([300, 300]);
    expect((await talkWith({ order: 'end' }, ...script, other.client.data(1, { at: 500 }))).reportedAt).toEqual([
      300, 500,
    ]);
  });

  test('a closed one not before 240 seconds after its last packet', async () => {
    const at = async (seconds: number) => {
      const script = [...handshake, ...close, other.client.data(1, { at: seconds }), other.client.data(1, { at: 900 })];
      return (await talk(...script)).reportedAt[0];
    };
    expect(await at(239)).toBe(900);
    expect(await at(240)).toBe(240);
  });

  test('one that is reset likewise', async () => {
    const reset = [...handshake, c.rst(), other.client.data(1, { at: 250 }), other.client.data(1, { at: 900 })];
    expect((await talk(...reset)).reportedAt).toEqual([250, 900]);
  });

  test("order 'capture': after the last packet, by first frame", async () => {
    const { connections, reportedAt } = await talkWith({ order: 'capture' }, ...script);
    expect(connections.map((each) => each.firstFrame)).toEqual([1, 2]);
    expect(reportedAt).toEqual([300, 300]);
  });

  test('both orders give the same connections', async () => {
    const steps = [...script, c.syn({ isn: 7, at: 301 }), c.syn({ isn: 9_000_000, at: 302 }), s.synAck()];
    const byFrame = async (order: 'end' | 'capture') =>
      (await talkWith({ order }, ...steps)).connections.sort((a, b) => a.firstFrame - b.firstFrame);
    expect(await byFrame('end')).toEqual(await byFrame('capture'));
  });
});

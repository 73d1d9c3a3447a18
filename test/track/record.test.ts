import { describe, expect, test } from '@jest/globals';
import { storyOf } from '../../src/explain/story.ts';
import {
  analyzePackets,
  c,
  connectionOf,
  handshake,
  icmpError,
  pair,
  START,
  type Step,
  s,
  talk,
  talkWith,
} from '../support/conversation.ts';
import { ethernet, gre, icmp, ipv4, tcp, udp, vxlan } from '../support/packets.ts';

const dns = pair({ client: { port: 5353 }, server: { port: 53 } });

describe('the frame and time of a connection', () => {
  test('are those of its first and last packet', async () => {
    const other = pair({ client: { port: 41000 } }).client;
    const { connections } = await talk(
      c.syn({ at: 0.25 }),
      other.syn(),
      s.synAck({ at: 2.000000001 }),
      other.syn({ at: 9 }),
    );
    expect(connections[0]).toMatchObject({
      firstFrame: 1,
      lastFrame: 3,
      start: `${START}.250000000`,
      end: `${START + 2}.000000001`,
      duration: 1.750000001,
    });
  });

  test('keep nanoseconds over a hundred days', async () => {
    const found = await connectionOf(c.data(1, { at: 0.000000001 }), s.data(1, { at: 8_640_000.000000002 }));
    expect(found.duration).toBeCloseTo(8_640_000, 6);
    expect(found.fromServer.firstData?.time).toBe(found.end);
  });

  test('may run backwards: the duration is that from the earliest to the latest packet', async () => {
    const found = await connectionOf(c.syn({ at: 5 }), s.synAck({ at: 4.5 }));
    expect([found.duration, found.start, found.end]).toEqual([0.5, `${START + 5}.000000000`, `${START + 4}.500000000`]);
    const setBack = await connectionOf(...handshake, c.data(1, { at: 9 }), s.ack({ at: 2 }), s.fin({ at: -3 }));
    expect([setBack.duration, setBack.end]).toEqual([12, `${START - 3}.000000000`]);
  });

  describe('between two packets is not known where the clock was set back', () => {
    const early = { after: -0.5 };

    test('in the handshake', async () => {
      const { handshake: found } = await connectionOf(c.syn({ at: 5 }), s.synAck(early), c.ack(early), c.data(1));
      expect(found).toMatchObject({
        outcome: 'completed',
        synToSynAck: null,
        synAckToAck: null,
        connectTime: null,
        acceptTime: null,
        capturePoint: 'unknown',
      });
    });

    test('in the close', async () => {
      const { close } = await connectionOf(...handshake, c.fin({ at: 5 }), s.ack(early), s.fin(early), c.ack(early));
      expect(close).toMatchObject({
        style: 'graceful',
        // Null would say that it was not acknowledged.
        finToAck: { client: 0, server: 0 },
        closeWait: { client: null, server: null },
      });
    });

    test('while a window was closed', async () => {
      const closed = [...handshake, c.data(1), s.ack({ at: 5, window: 0 })];
      for (const steps of [[s.ack({ ...early, window: 9 })], [s.ack({ ...early, window: 0 })]]) {
        expect((await connectionOf(...closed, ...steps)).fromServer.zeroWindowTime).toBe(0);
      }
    });

    test('and no sentence says a negative one', async () => {
      const wait = { after: -0.5 };
      const stories: Step[][] = [
        [c.syn({ at: 5 }), s.synAck(wait), c.ack(wait), c.data(9, wait), s.data(9, wait), s.rst(wait)],
        [c.syn({ at: 5 }), s.rstAck(wait)],
        [c.syn({ at: 5 }), icmpError(c.syn(), 3, 1, wait)],
        [...handshake, c.data(9), s.ack(), c.fin({ at: 5 }), s.ack(wait), s.fin(wait), c.ack(wait)],
      ];
      for (const steps of stories) {
        const { connection } = await talkWith({ calls: true }, ...steps);
        const { happened, saw } = storyOf(connection, true, 0);
        const messages = connection.findings.map(({ message }) => message);
        expect([...happened, saw.client, saw.server, ...messages].join('\n')).not.toMatch(/(^|[ (])-\d/);
        expect(saw.server).not.toMatch(/return -/);
      }
    });
  });
});

describe('what each side sent', () => {
  test('packets, payload and whole frames', async () => {
    const found = await connectionOf(...handshake, c.data(100), s.data(1000), c.ack(), c.fin());
    const frame = 14 + 20 + 20;
    expect(found.fromClient).toMatchObject({ packets: 5, bytes: 100, wireBytes: 5 * frame + 100, syns: 1, fins: 1 });
    expect(found.fromServer).toMatchObject({ packets: 2, bytes: 1000, wireBytes: 2 * frame + 1000, syns: 1, fins: 0 });
  });

  test('its first and last payload', async () => {
    const found = await connectionOf(...handshake, c.data(1), c.data(1), c.ack(), c.data(1, { at: 3 }), c.ack());
    expect(found.fromClient.firstData).toEqual({ frame: 4, time: `${START}.030000000` });
    expect(found.fromClient.lastData).toEqual({ frame: 7, time: `${START + 3}.000000000` });
    expect(found.fromServer).toMatchObject({ firstData: null, lastData: null });
  });

  test.each<[string, Step[], object | null, object | null]>([
    ['one value', [c.syn({ ttl: 57 }), s.synAck({ ttl: 255 })], { min: 57, max: 57 }, { min: 255, max: 255 }],
    ['several', [c.syn({ ttl: 64 }), c.syn({ ttl: 3 }), c.syn({ ttl: 128 })], { min: 3, max: 128 }, null],
    ['zero', [c.syn({ ttl: 64 }), c.syn({ ttl: 0 }), c.syn({ ttl: 63 })], { min: 0, max: 64 }, null],
    ['zero at first', [c.syn({ ttl: 0 }), c.syn({ ttl: 63 })], { min: 0, max: 63 }, null],
  ])('the range of its TTL: %s', async (_, steps, client, server) => {
    const found = await connectionOf(...steps);
    expect([found.fromClient.ttl, found.fromServer.ttl]).toEqual([client, server]);
  });
});

describe('a UDP exchange', () => {
  test('has no handshake and no close', async () => {
    const found = await connectionOf(dns.client.datagram(40), dns.server.datagram(500));
    expect(found).toMatchObject({ protocol: 'udp', handshake: null, close: null, completeness: null, resets: [] });
    expect(found.client).toEqual({ address: '10.0.0.1', port: 5353 });
    expect(found.fromClient).toMatchObject({ packets: 1, bytes: 40, uniqueBytes: 40, rtt: null });
    expect(found.fromServer).toMatchObject({ packets: 1, bytes: 500, uniqueBytes: 500, firstData: { frame: 2 } });
  });

  test('infers who the client is', async () => {
    expect((await connectionOf(dns.server.datagram(9))).client.port).toBe(5353);
    expect((await connectionOf(dns.server.datagram(9))).rolesInferred).toBe(true);
  });

  test('of the same ports as a TCP connection is another', async () => {
    const both = pair();
    expect((await talk(both.client.datagram(1), c.syn())).connections).toHaveLength(2);
  });
});

describe('the way that the first packet came', () => {
  const at = (bytes: Uint8Array) => ({ seconds: START, nanoseconds: 0, bytes });
  const segment = ipv4({}, tcp({}));

  test.each<[string, Uint8Array, number[], string[]]>([
    ['plainly', ethernet({}, segment), [], []],
    ['in a VLAN', ethernet({ vlan: [7] }, segment), [7], []],
    ['in VLAN 0 inside of another', ethernet({ vlan: [100, 0] }, segment), [100, 0], []],
    ['in four VLANs', ethernet({ vlan: [1, 2, 3, 4] }, segment), [1, 2, 3, 4], []],
    ['in a tunnel', ethernet({}, ipv4({}, gre(0x0800, segment))), [], ['gre']],
    [
      'in a tunnel inside of another, in a VLAN',
      ethernet(
        { vlan: [7] },
        ipv4({}, gre(0x0800, ipv4({}, udp({ destinationPort: 4789 }, vxlan(ethernet({}, segment)))))),
      ),
      [7],
      ['gre', 'vxlan'],
    ],
  ])('%s', async (_, frame, vlan, tunnel) => {
    const { connection } = await analyzePackets([at(frame)]);
    expect(connection).toMatchObject({ vlan, tunnel, client: { address: '10.0.0.1', port: 40000 } });
  });

  test('of a UDP tunnel takes a stream number, before what it carries, and is not reported', async () => {
    const carried = (payload: Uint8Array) =>
      ethernet({}, ipv4({}, udp({ sourcePort: 1234, destinationPort: 4789 }, vxlan(ethernet({}, ipv4({}, payload))))));
    const frames = [carried(tcp({})), carried(udp({ destinationPort: 53 }, 'query')), carried(tcp({}))];
    const { connections, summary } = await analyzePackets(frames.map(at));
    expect(connections.map(({ protocol, stream }) => [protocol, stream])).toEqual([
      ['tcp', 0],
      ['udp', 1],
    ]);
    expect(summary.connections).toEqual({ tcp: 1, udp: 1, sctp: 0 });
  });

  test('of a UDP tunnel in another takes a number for each, the outermost first', async () => {
    const wrap = (port: number, payload: Uint8Array) =>
      ethernet({}, ipv4({}, udp({ sourcePort: port, destinationPort: 4789 }, vxlan(payload))));
    const dns = ethernet({}, ipv4({}, udp({ destinationPort: 53 }, 'query')));
    const alone = ethernet({}, ipv4({}, udp({ sourcePort: 3, destinationPort: 4789 }, 'own')));
    const frames = [wrap(3, wrap(2, wrap(1, dns))), wrap(3, wrap(2, ethernet({}, segment))), alone];
    const { connections } = await analyzePackets(frames.map(at));
    expect(connections.map(({ protocol, stream, client }) => [protocol, stream, client.port])).toEqual([
      ['udp', 0, 4789],
      ['udp', 3, 40000],
      ['tcp', 0, 40000],
    ]);
  });

  test('of a UDP tunnel takes a stream number also where an ICMP error is in it', async () => {
    const about = ipv4({}, udp({ sourcePort: 7, destinationPort: 53 }, 'query'));
    const error = ethernet({}, ipv4({ source: '10.0.0.9' }, icmp(4, 3, 3, 0, about)));
    const frame = ethernet({}, ipv4({}, udp({ sourcePort: 1234, destinationPort: 4789 }, vxlan(error))));
    const { connections } = await analyzePackets([frame, ethernet({}, about)].map(at));
    expect(connections.map(({ protocol, stream }) => [protocol, stream])).toEqual([['udp', 1]]);
  });

  test('of a UDP tunnel that also sends for itself is a connection with its own packets', async () => {
    const ports = { sourcePort: 1234, destinationPort: 4789 };
    const own = ethernet({}, ipv4({}, udp(ports, 'no tunnel')));
    const carried = ethernet({}, ipv4({}, udp(ports, vxlan(ethernet({}, segment)))));
    const { connections } = await analyzePackets([carried, own, carried].map(at));
    expect(connections.map(({ protocol, stream, lastFrame }) => [protocol, stream, lastFrame])).toEqual([
      ['udp', 0, 2],
      ['tcp', 0, 3],
    ]);
  });

  test('does not make another connection of it', async () => {
    const frames = [ethernet({ vlan: [7] }, segment), ethernet({}, segment), ethernet({ vlan: [8] }, segment)];
    const { connections } = await analyzePackets(frames.map(at));
    expect(connections.map(({ vlan, fromClient }) => [vlan, fromClient.packets])).toEqual([[[7], 3]]);
  });
});

test('a record does not change when its row is used again', async () => {
  const steps = [...handshake, c.rst(), c.syn({ isn: 7_000_000, at: 300 }), s.synAck()];
  const { connections } = await talk(...steps);
  const alone = await connectionOf(...handshake, c.rst());
  expect({ ...connections[0] }).toEqual(alone);
});

import { describe, expect, test } from '@jest/globals';
import {
  analyzePackets,
  c,
  copy,
  handshake,
  icmpError,
  pair,
  play,
  type Step,
  s,
  talk,
} from './support/conversation.ts';
import { ethernet } from './support/packets.ts';

const web = (port: number, serverPort = 80) => pair({ client: { port }, server: { port: serverPort } });
type Ends = ReturnType<typeof pair>;

const opened = ({ client, server }: Ends, rtt = 0.01): Step[] => [
  client.syn(),
  server.synAck({ after: rtt }),
  client.ack({ after: 0.001 }),
];
const closed = ({ client, server }: Ends): Step[] => [client.fin(), server.fin(), client.ack()];
const refused = ({ client, server }: Ends): Step[] => [client.syn(), server.rstAck({ seq: 0 })];

describe('counts', () => {
  test('of connections by protocol, handshake and close', async () => {
    const [a, b, d, e] = [web(41000), web(41001), web(41002), web(41003)];
    const { summary } = await talk(
      ...[...opened(a), ...closed(a), ...opened(b), b.client.rst(), ...refused(d), e.client.syn()],
      ...[a.client.datagram(9), b.client.datagram(9, { at: 9 }), web(42000).client.chunks(1, [])],
    );
    expect(summary.connections).toEqual({ tcp: 4, udp: 2, sctp: 1 });
    // SCTP has a handshake and a close, too.
    expect(summary.handshakes).toEqual({
      completed: 2,
      refused: 1,
      unanswered: 1,
      'not-captured': 1,
      unreachable: 0,
      'half-open': 0,
      aborted: 0,
    });
    expect(summary.closes).toEqual({
      graceful: 1,
      reset: 2,
      abandoned: 1,
      open: 1,
      simultaneous: 0,
      'half-closed': 0,
      'reset-after-fin': 0,
    });
    expect(summary.resets).toEqual({ fromClient: 1, fromServer: 1 });
    const causes = Object.entries(summary.resetCauses).filter(([, count]) => count > 0);
    expect(causes).toEqual([
      ['port-closed', 1],
      ['abortive-close', 1],
    ]);
  });

  test('of packets, bytes and time are those of the whole capture', async () => {
    const steps = [...handshake, c.data(100), s.data(50), c.data(100, { seq: 1, at: 1 }), c.data(9, { at: 2.5 })];
    const { summary } = await talk(...steps);
    expect(summary).toMatchObject({
      packets: 7,
      payloadBytes: 259,
      wireBytes: 7 * 54 + 259,
      retransmissions: 1,
      start: '1700000000.000000000',
      end: '1700000002.500000000',
      duration: 2.5,
    });
  });

  test('of frames that belong to no connection, most frequent first', async () => {
    const frame = (etherType: number) => ({
      seconds: 1,
      nanoseconds: 0,
      bytes: ethernet({ etherType }, new Uint8Array(46)),
    });
    const { summary } = await analyzePackets([frame(0x88cc), frame(0x0806), frame(0x0806), ...play([c.syn()])]);
    expect(summary.otherFrames).toEqual([
      { kind: 'ARP', frames: 2 },
      { kind: 'LLDP', frames: 1 },
    ]);
  });

  test('are zero, and times unknown, in a capture without packets', async () => {
    const { summary } = await talk();
    expect(summary).toMatchObject({ packets: 0, start: null, end: null, duration: 0, connectTime: null, problems: [] });
  });
});

describe('connect times', () => {
  test('quantiles are within 1 % of the true ones, the ends and the mean exact', async () => {
    // 500 times from 1 to 500 ms, in an order of their own.
    const times = Array.from({ length: 500 }, (_, i) => (((i * 37) % 500) + 1) / 1000);
    const { summary } = await talk(...times.flatMap((time, i) => opened(web(20000 + i), time)));
    const found = summary.connectTime;
    if (found === null) throw new Error('no connect times');
    expect([found.count, found.min, found.max]).toEqual([500, 0.001, 0.5]);
    expect(found.mean).toBeCloseTo(0.2505, 6);
    // Where a quantile falls between two of 500 samples, half the step between them comes on top.
    for (const [value, exact] of [
      [found.p50, 0.25],
      [found.p95, 0.475],
      [found.p99, 0.495],
    ]) {
      expect(Math.abs(value - exact) / exact).toBeLessThanOrEqual(0.0125);
    }
  });

  test('of a few connections are those of the nearest rank: the slowest of six is their p99', async () => {
    const times = [0.01, 0.01, 0.01, 0.01, 0.4, 1];
    const { summary } = await talk(...times.flatMap((time, i) => opened(web(20000 + i), time)));
    const { p50, p95, p99 } = summary.connectTime ?? { p50: 0, p95: 0, p99: 0 };
    expect([p50, p95, p99].map((value) => Number(value.toFixed(1)))).toEqual([0, 1, 1]);
  });

  test('of one connection are all its own', async () => {
    const { summary } = await talk(...opened(web(41000), 0.03));
    const time = 0.03;
    expect(summary.connectTime).toEqual({
      count: 1,
      min: time,
      mean: time,
      p50: time,
      p95: time,
      p99: time,
      max: time,
    });
  });

  test('are of handshakes that the server answered', async () => {
    const steps = [...refused(web(41000)), web(41001).client.syn(), ...opened(web(41002))];
    expect((await talk(...steps)).summary.connectTime?.count).toBe(1);
  });
});

describe('problems', () => {
  test('are gathered by kind and server', async () => {
    const steps = [1, 2, 3].flatMap((i) => [...refused(web(41000 + i)), ...refused(web(42000 + i, 81))]);
    const { summary } = await talk(...steps, ...refused(web(43000, 81)));
    expect(summary.problems.map(({ code, server, count }) => [code, server.port, count])).toEqual([
      ['connection-refused', 81, 4],
      ['connection-refused', 80, 3],
    ]);
    expect(summary.problemsNotListed).toBe(0);
  });

  test('come worst first, then most frequent, then first in the capture', async () => {
    const [a, b, d, e, f] = [web(41000), web(41001), web(41002, 81), web(41003), web(41004)];
    const slow = (ends: Ends) => [...opened(ends, 0.7), ...closed(ends)];
    const { summary } = await talk(
      ...[...slow(a), ...slow(b), ...refused(d), ...refused(e), ...opened(f), f.client.data(9)],
      icmpError(f.client.data(9, { seq: 1 }), 3, 1),
    );
    expect(summary.problems.map(({ code, server, severity }) => [severity, code, server.port])).toEqual([
      ['error', 'connection-refused', 81],
      ['error', 'connection-refused', 80],
      ['warning', 'slow-handshake', 80],
      ['note', 'icmp-error', 80],
    ]);
  });

  test('name the first stream in the capture as example, whichever ended first', async () => {
    const [a, b] = [web(41000), web(41001)];
    const first = [a.client.syn({ at: 0 }), a.server.synAck({ at: 1 }), a.client.ack()];
    const second = [b.client.syn({ at: 1.1 }), b.server.synAck({ at: 3.1 }), b.client.ack(), ...closed(b)];
    const { summary, connections } = await talk(...first, ...second, a.client.data(1, { at: 300 }));
    expect(connections.map(({ stream }) => stream)).toEqual([1, 0]);
    expect(summary.problems).toMatchObject([{ count: 2, example: 0, message: 'connect() took 1.0 s' }]);
  });

  test('know what was left on which sockets, and on how many', async () => {
    const [a, b, d] = [web(41000), web(41001), web(41002)];
    const tried = [d.client.syn({ at: 1 }), d.client.syn({ id: 2, at: 2 }), d.client.syn({ id: 3, at: 4 })];
    const once = web(41003, 81).client.syn({ at: 100 });
    const { summary } = await talk(...refused(a), ...refused(b), ...tried, once, c.datagram(9, { at: 110 }));
    const errors = Object.fromEntries(
      summary.problems.map(({ code, server, errors }) => [`${code} ${server.port}`, errors]),
    );
    expect(errors).toEqual({
      'connection-refused 80': [{ side: 'client', error: 'ECONNREFUSED', count: 2 }],
      'unanswered 80': [{ side: 'client', error: 'ETIMEDOUT', count: 1 }],
      // After one SYN a program has given up, and no kernel.
      'unanswered 81': [],
    });
  });

  test('that end on either side name both, the most frequent first', async () => {
    const ends = (port: number, by: 'client' | 'server') => {
      const each = web(port);
      return [...opened(each), each.client.data(30), each.server.data(2000), each.client.data(30), each[by].rstAck()];
    };
    const { summary } = await talk(...ends(41000, 'client'), ...ends(41001, 'server'), ...ends(41002, 'client'));
    expect(summary.problems.find(({ code }) => code === 'reset')).toMatchObject({
      side: null,
      errors: [
        { side: 'server', error: 'ECONNRESET', count: 2 },
        { side: 'client', error: 'ECONNRESET', count: 1 },
      ],
    });
  });

  test('name the side that they are about, and count a connection once that has them on both', async () => {
    const [a, b] = [web(41000), web(41001, 81)];
    const again = (side: Ends['client']) =>
      Array.from({ length: 6 }, (_, i) => side.data(100, { seq: 1, id: 50 + i, after: 0.5 }));
    const both = [...opened(a), a.client.data(100), ...again(a.client), a.server.data(100), ...again(a.server)];
    const one = [...opened(b), b.client.data(100), ...again(b.client), b.server.ack()];
    const { summary } = await talk(...both, ...one);
    const heavy = summary.problems.filter(({ code }) => code === 'heavy-retransmission');
    expect(heavy.map(({ server, count, side }) => [server.port, count, side])).toEqual([
      [80, 1, null],
      [81, 1, 'client'],
    ]);
  });

  test('count their clients, and name the one that is alone', async () => {
    const from = (address: string, port: number) => pair({ client: { address, port } });
    const steps = [from('10.0.0.1', 1), from('10.0.0.1', 2), from('10.0.0.3', 1)].flatMap(refused);
    const alone = [1, 2, 3].flatMap((port) => refused(web(port, 81)));
    const { summary } = await talk(...steps, ...alone);
    expect(summary.problems.map(({ clients, client }) => [clients, client])).toEqual([
      [2, null],
      [1, '10.0.0.1'],
    ]);
  });

  test('know when: a failed handshake when it began, all else when the connection ended', async () => {
    const [a, b] = [web(41000, 81), web(41001, 82)];
    const { summary } = await talk(
      ...[a.client.syn({ at: 1 }), a.client.syn({ id: 2, at: 2 }), a.server.rstAck({ seq: 0, at: 2.5 })],
      ...[b.client.syn({ at: 3 }), b.server.synAck(), b.client.ack(), b.client.data(9), b.server.rstAck({ at: 8.25 })],
    );
    const times = summary.problems.map(({ code, firstTime, lastTime }) => [code, firstTime, lastTime]);
    expect(times).toEqual([
      ['connection-refused', '1700000001.000000000', '1700000001.000000000'],
      ['closed-without-answer', '1700000008.250000000', '1700000008.250000000'],
      ['reset', '1700000008.250000000', '1700000008.250000000'],
      ['unread-data', '1700000008.250000000', '1700000008.250000000'],
    ]);
  });

  test('know how often when', async () => {
    const at = [0, 1, 1.5, 20, 40, 40, 63.9];
    const syns = at.map((time, i) => web(41000 + i).client.syn({ at: time }));
    const { summary } = await talk(...syns, c.datagram(9, { at: 70 }));
    expect(summary.problems).toMatchObject([
      {
        firstTime: '1700000000.000000000',
        lastTime: '1700000063.900000000',
        times: { start: '1700000000.000000000', width: 2 },
      },
    ]);
    const counts = new Array<number>(32).fill(0);
    for (const time of at) counts[Math.floor(time / 2)]++;
    expect(summary.problems[0].times.counts).toEqual(counts);
  });

  test('of many servers know it each for themselves', async () => {
    const servers = Array.from({ length: 100 }, (_, i) => i);
    const ends = (i: number) => pair({ server: { address: `10.0.1.${i}` } });
    const { summary } = await talk(...servers.map((i) => ends(i).client.syn({ at: i })), c.datagram(9, { at: 400 }));
    expect(summary.problems.map(({ firstTime, clients }) => [firstTime, clients])).toEqual(
      servers.map((i) => [`${1_700_000_000 + i}.000000000`, 1]),
    );
  });

  test('are one event where exactly the same connections have them, not where as many have', async () => {
    const unread = (port: number, serverPort: number) => {
      const each = web(port, serverPort);
      return [...opened(each), each.client.data(9), each.server.rstAck()];
    };
    const read = (port: number, serverPort: number) => {
      const each = web(port, serverPort);
      return [...opened(each), each.client.data(9), each.server.data(9), each.client.ack(), each.server.rstAck()];
    };
    const slow = (port: number, serverPort: number) => opened(web(port, serverPort), 0.7);
    const { summary } = await talk(
      ...[...unread(1, 80), ...unread(2, 80)],
      ...[...unread(1, 81), ...read(2, 81)],
      ...[...read(1, 82), ...slow(2, 82)],
      ...[...read(1, 83), ...unread(2, 83)],
    );
    const same = summary.problems.map(
      ({ code, server, count, sameAs }) => `${server.port} ${code} ${count}: ${sameAs}`,
    );
    expect(same.sort()).toEqual([
      '80 closed-without-answer 2: reset,unread-data',
      '80 reset 2: closed-without-answer,unread-data',
      '80 unread-data 2: closed-without-answer,reset',
      '81 closed-without-answer 1: unread-data',
      '81 reset 2: ',
      '81 unread-data 1: closed-without-answer',
      '82 reset 1: ',
      '82 slow-handshake 1: ',
      '83 closed-without-answer 1: unread-data',
      '83 reset 2: ',
      '83 unread-data 1: closed-without-answer',
    ]);
  });

  test('of one code are two groups where it is a fault of some connections, and less of others', async () => {
    const [a, b, d] = [web(41000), web(41001), web(41002)];
    // The capture shows no answer to anybody: only who went on as a kernel does that hears nothing was surely not answered.
    const tried = [a.client.syn(), a.client.syn({ id: 2, after: 1 }), a.client.syn({ id: 3, after: 2 })];
    const { summary } = await talk(...tried, b.client.syn(), d.client.syn(), c.datagram(9, { at: 400 }));
    expect(summary.problems.map(({ code, severity, count }) => [code, severity, count])).toEqual([
      ['unanswered', 'error', 1],
      ['unanswered', 'warning', 2],
    ]);
  });

  test('make a connection count as failed if one is an error; notes do not make it one with problems', async () => {
    const [a, b, d] = [web(41000), web(41001), web(41002)];
    const { summary } = await talk(
      ...[...refused(a), ...opened(b, 0.7), ...opened(d), d.client.data(9), web(41003).client.datagram(9)],
      icmpError(d.client.data(9, { seq: 1 }), 3, 1),
    );
    expect(summary.problems.map(({ severity }) => severity)).toEqual(['error', 'warning', 'note']);
    expect([summary.failed, summary.withProblems]).toEqual([1, 2]);
  });

  test('beyond ten thousand groups are counted, not listed', async () => {
    const ends = (i: number) => pair({ server: { address: `10.1.${i >> 8}.${i & 255}` } });
    const steps = Array.from({ length: 10_003 }, (_, i) => ends(i).client.syn());
    const { summary } = await talk(...steps, c.datagram(9, { at: 400 }));
    expect([summary.problems.length, summary.problemsNotListed]).toEqual([10_000, 3]);
  });
});

describe('what there is to find in a UDP exchange is a problem, too', () => {
  const codesOf = async (...steps: Step[]) => (await talk(...steps)).summary.problems.map(({ code }) => code);

  test.each<[string, Step[], string[]]>([
    ['nothing', [c.datagram(9), s.datagram(9)], []],
    ['a copy of a packet of the client', [c.datagram(9, { id: 7 }), copy({ after: 0 })], ['duplicate-packets']],
    [
      'a copy of a packet of the server',
      [c.datagram(9), s.datagram(9, { id: 7 }), copy({ after: 0 })],
      ['duplicate-packets'],
    ],
    ['an ICMP error', [c.datagram(9), icmpError(c.datagram(9), 3, 3)], ['unreachable']],
  ])('%s', async (_what, steps, codes) => {
    expect(await codesOf(...steps)).toEqual(codes);
  });
});

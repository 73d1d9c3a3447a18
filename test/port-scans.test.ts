import { describe, expect, test } from '@jest/globals';
import { analyzeInput } from '../src/analyze.ts';
import type { Summary } from '../src/summary.ts';
import { copy, icmpError, PacketInput, pair, play, type Step } from './support/conversation.ts';
import { rounded } from './track/counted.ts';

const SCANNER = '10.0.0.7';
const HOST = '10.0.0.9';
const at = (port: number, client = SCANNER, server = HOST, clientPort = 40_000) =>
  pair({ client: { address: client, port: clientPort }, server: { address: server, port } });
type Ends = ReturnType<typeof pair>;

const refused = ({ client, server }: Ends): Step[] => [client.syn(), server.rstAck({ seq: 0, after: 0.001 })];
/** As often as a kernel asks at the least before it gives up. */
const unanswered = ({ client }: Ends): Step[] => [1, 2, 3].map((id) => client.syn({ id, after: 1 }));
/** The scanner's kernel knows nothing of its SYN. */
const brokenOff = ({ client, server }: Ends): Step[] => [client.syn(), server.synAck(), client.rst({ seq: 1 })];
const ports = (count: number, first = 1000) => Array.from({ length: count }, (_, i) => first + i);
/** So late that nothing is still to come. */
const late = pair({ client: { port: 9 }, server: { port: 53 } }).client.datagram(1, { at: 900 });

/** What the steps add up to, which is the same whether connections are handed out or only counted. */
async function problemsOf(...steps: Step[]): Promise<Summary['problems']> {
  return (await summaryOf(steps)).problems;
}

async function summaryOf(steps: Step[]): Promise<Summary> {
  const summaries = [];
  for (const needlessFrom of [Number.POSITIVE_INFINITY, 0]) {
    const consumer = { ended: () => {}, needlessFrom };
    const { summary } = await analyzeInput(new PacketInput(play([...steps, late])), consumer, {});
    summaries.push(summary);
  }
  const [all, counted] = summaries;
  expect(rounded(counted)).toEqual(rounded(all));
  return counted;
}

const codes = (problems: Summary['problems']) => problems.map(({ code, server }) => `${code} ${server.port}`);

describe('one client that asks a host for port after port', () => {
  test('is one problem, which names the client, the ports, how they ended, and when', async () => {
    const problems = await problemsOf(
      ...ports(120).flatMap((port) => refused(at(port))),
      ...ports(8, 2000).flatMap((port) => unanswered(at(port))),
    );
    expect(problems).toMatchObject([
      {
        code: 'port-scan',
        severity: 'warning',
        protocol: 'tcp',
        side: 'client',
        server: { address: HOST, port: null },
        client: SCANNER,
        clients: 1,
        count: 128,
        example: 0,
        errors: [
          { side: 'client', error: 'ECONNREFUSED', count: 120 },
          { side: 'client', error: 'ETIMEDOUT', count: 8 },
        ],
        sameAs: [],
        firstTime: '1700000000.000000000',
        lastTime: '1700000023.310000000',
      },
    ]);
    expect(problems[0].message).toBe(
      '10.0.0.7 asked for 128 ports of 10.0.0.9 within 23.3 s: 120 refused, 8 unanswered; a port scan, or many services that are down',
    );
    expect(problems[0].times.counts.reduce((sum, count) => sum + count)).toBe(128);
  });

  test('is one from ten ports on; fewer may be an outage', async () => {
    expect(codes(await problemsOf(...ports(10).flatMap((port) => refused(at(port)))))).toEqual(['port-scan null']);
    expect(await problemsOf(...ports(9).flatMap((port) => refused(at(port))))).toHaveLength(9);
  });

  test('may find some open: the handshakes that it breaks off belong to it', async () => {
    const steps = [...ports(8).flatMap((port) => refused(at(port))), ...brokenOff(at(80)), ...brokenOff(at(443))];
    const [scan, ...others] = await problemsOf(...steps);
    expect([scan.code, scan.count, others]).toEqual(['port-scan', 10, []]);
    expect(scan.message).toContain('8 refused, 2 aborted');
  });

  test('may ask a port again', async () => {
    const steps = [1, 2].flatMap((clientPort) =>
      ports(12).flatMap((port) => refused(at(port, SCANNER, HOST, clientPort))),
    );
    expect(await problemsOf(...steps)).toMatchObject([{ code: 'port-scan', count: 24 }]);
  });

  test('is one problem for each host and each client', async () => {
    const steps = ['10.0.0.20', '10.0.0.21'].flatMap((host) =>
      ports(15).flatMap((port) => refused(at(port, SCANNER, host))),
    );
    const other = ports(11, 3000).flatMap((port) => refused(at(port, '10.0.0.8', '10.0.0.20')));
    const found = (await problemsOf(...steps, ...other)).map(({ client, server, count }) => [
      client,
      server.address,
      count,
    ]);
    expect(found).toEqual([
      [SCANNER, '10.0.0.20', 15],
      [SCANNER, '10.0.0.21', 15],
      ['10.0.0.8', '10.0.0.20', 11],
    ]);
  });

  test('leaves a port that another client asks for, too, the problem that it is for that one', async () => {
    const steps = [...ports(20).flatMap((port) => refused(at(port))), ...refused(at(1003, '10.0.0.8'))];
    const problems = await problemsOf(...steps);
    expect(codes(problems)).toEqual(['connection-refused 1003', 'port-scan null']);
    expect(problems.map(({ count }) => count)).toEqual([2, 19]);
  });

  test('is told with what is odd about its connections, and with nothing else', async () => {
    const doubled = ports(12).flatMap((port) => {
      const { client, server } = at(port);
      return [client.syn({ id: 7 }), copy({ after: 0 }), server.rstAck({ seq: 0 })];
    });
    const slow = pair({ client: { address: SCANNER }, server: { address: HOST, port: 80 } });
    const opened = [
      slow.client.syn(),
      slow.server.synAck({ after: 0.7 }),
      slow.client.ack(),
      slow.client.data(9),
      slow.server.ack(),
    ];
    expect(codes(await problemsOf(...doubled, ...opened))).toEqual(['port-scan null', 'slow-handshake 80']);
  });

  test('over UDP may be a traceroute', async () => {
    const steps = ports(30, 33_434).flatMap((port) => {
      const { client } = at(port);
      return [client.datagram(9), icmpError(client.datagram(9), 3, 3, { from: HOST })];
    });
    const [scan, ...others] = await problemsOf(...steps);
    expect([scan.code, scan.protocol, scan.count, others]).toEqual(['port-scan', 'udp', 30, []]);
    expect(scan.message).toMatch(/30 unreachable; a port scan, or a traceroute$/);
  });

  test('over more ports than there are groups is still one problem, with all its ports', async () => {
    const summary = await summaryOf([
      ...ports(10_500).flatMap((port) => refused(at(port))),
      ...ports(40, 20_000).flatMap((port) => unanswered(at(port))),
    ]);
    expect(summary.problems).toMatchObject([{ code: 'port-scan', count: 10_540, clients: 1, client: SCANNER }]);
    expect(summary.problems[0].message).toContain('10540 ports of 10.0.0.9');
    expect(summary.problems[0].errors).toEqual([
      { side: 'client', error: 'ECONNREFUSED', count: 10_500 },
      { side: 'client', error: 'ETIMEDOUT', count: 40 },
    ]);
    expect(summary.problems[0].times.counts.reduce((sum, count) => sum + count)).toBe(10_540);
    expect(summary.problemsNotListed).toBe(0);
  });
});

describe('no port scan is', () => {
  test('an outage of a few services', async () => {
    const problems = await problemsOf(...[80, 443, 5432].flatMap((port) => refused(at(port))));
    expect(codes(problems)).toEqual(['connection-refused 80', 'connection-refused 443', 'connection-refused 5432']);
  });

  test('a client that tries one dead port again and again', async () => {
    const steps = Array.from({ length: 500 }, (_, i) => refused(at(8080, SCANNER, HOST, 20_000 + i))).flat();
    expect(await problemsOf(...steps)).toMatchObject([{ code: 'connection-refused', count: 500 }]);
  });

  test('a health check that asks for many dead ports again and again', async () => {
    const rounds = [1, 2, 3, 4, 5].flatMap((clientPort) =>
      ports(12).flatMap((port) => refused(at(port, SCANNER, HOST, clientPort))),
    );
    const problems = await problemsOf(...rounds);
    expect(problems.map(({ code, count }) => [code, count])).toEqual(ports(12).map(() => ['connection-refused', 5]));
  });

  test('a load balancer that asks for open ports and breaks off', async () => {
    const problems = await problemsOf(...ports(20).flatMap((port) => brokenOff(at(port))));
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['handshake-aborted']));
  });

  test('many clients that find one port each, nor one client that finds one port of each of many hosts', async () => {
    const clients = ports(15).flatMap((port, i) => refused(at(port, `10.0.1.${i}`)));
    const hosts = ports(15).flatMap((_, i) => refused(at(25, SCANNER, `10.0.2.${i}`)));
    const problems = await problemsOf(...clients, ...hosts);
    expect(problems).toHaveLength(30);
    expect(problems.filter(({ code }) => code === 'port-scan')).toEqual([]);
  });
});

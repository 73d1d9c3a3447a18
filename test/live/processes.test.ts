import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { processesText } from '../../src/live/processes/process.ts';
import { ProcessFinder } from '../../src/live/processes/process-finder.ts';
import type { SocketEnd } from '../../src/live/processes/socket-end.ts';
import { SocketOwners } from '../../src/live/processes/socket-owners.ts';
import { SocketTable } from '../../src/live/processes/socket-table.ts';
import { type Unknown, unknownText } from '../../src/live/processes/unknown-processes.ts';
import { pair } from '../support/conversation.ts';
import { LiveScript } from './support.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const v4 = (address: string, port: number): SocketEnd => {
  const [a, b, c, d] = address.split('.').map(Number);
  return { version: 4, words: [(a << 24) | (b << 16) | (c << 8) | d, 0, 0, 0], port };
};
const v6 = (words: [number, number, number, number], port: number): SocketEnd => ({ version: 6, words, port });

/** Tables as Linux 6 wrote them on a little-endian machine, with some of their columns. */
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1065 1 0 100 0 0 10 0
   1: 0100007F:B0C6 0100007F:A04D 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0
10002: 0100000A:C350 0200000A:0050 01 00000000:00000000 00:00000000 00000000  1000        0 7777 3 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2000 1 0
   1: 0000000000000000FFFF00000100000A:01BB 0000000000000000FFFF00000200000A:D431 01 00000000:00000000 00:00000000 00000000     0        0 2001 1 0
   2: B80D0120000000000000000001000000:C350 B80D0120000000000000000002000000:0050 01 00000000:00000000 00:00000000 00000000     0        0 2002 1 0
`;

describe('the tables of sockets', () => {
  const table = () => {
    writeFileSync(join(folder, 'tcp'), TCP);
    writeFileSync(join(folder, 'tcp6'), TCP6);
    const sockets = new SocketTable(6, folder);
    sockets.read();
    return sockets;
  };

  test('name the socket of a connection, also where an IPv6 socket carries IPv4', () => {
    const sockets = table();
    expect(sockets.connected(v4('10.0.0.1', 50_000), v4('10.0.0.2', 80))).toBe(7777);
    expect(sockets.connected(v4('10.0.0.1', 443), v4('10.0.0.2', 54_321))).toBe(2001);
    const prefix = 0x20010db8;
    expect(sockets.connected(v6([prefix, 0, 0, 1], 50_000), v6([prefix, 0, 0, 2], 80))).toBe(2002);
  });

  test('name none that is closed, or the other way round', () => {
    const sockets = table();
    expect(sockets.connected(v4('127.0.0.1', 0xb0c6), v4('127.0.0.1', 0xa04d))).toBe(0);
    expect(sockets.connected(v4('10.0.0.2', 80), v4('10.0.0.1', 50_000))).toBe(0);
  });

  test('name who listens: on this address or on all, in IPv6 also for IPv4', () => {
    const sockets = table();
    expect(sockets.waiting(v4('10.0.0.1', 80))).toBe(1065);
    expect(sockets.waiting(v4('10.0.0.1', 443))).toBe(2000);
    expect(sockets.waiting(v6([0x20010db8, 0, 0, 1], 443))).toBe(2000);
    expect(sockets.waiting(v6([0x20010db8, 0, 0, 1], 80))).toBe(0);
    expect(sockets.waiting(v4('10.0.0.1', 81))).toBe(0);
  });

  test('are empty where there are none', () => {
    const sockets = new SocketTable(17, join(folder, 'absent'));
    sockets.read();
    expect(sockets.waiting(v4('10.0.0.1', 53))).toBe(0);
  });
});

describe('the owners of sockets', () => {
  /** A /proc of some processes and the sockets that they hold. */
  const proc = (processes: Record<number, { name: string; sockets: number[] }>) => {
    for (const [pid, { name, sockets }] of Object.entries(processes)) {
      mkdirSync(join(folder, pid, 'fd'), { recursive: true });
      writeFileSync(join(folder, pid, 'comm'), `${name}\n`);
      symlinkSync('/dev/null', join(folder, pid, 'fd', '0'));
      sockets.forEach((inode, i) => {
        symlinkSync(`socket:[${inode}]`, join(folder, pid, 'fd', String(i + 3)));
      });
    }
  };

  test('are found, and known from then on', () => {
    proc({ 10: { name: 'nginx', sockets: [1, 2] }, 200: { name: 'curl', sockets: [3] } });
    const owners = new SocketOwners(folder);
    expect(owners.known(2)).toBeUndefined();
    owners.look([2, 3], 1000);
    expect(owners.known(2)).toEqual({ pid: 10, name: 'nginx' });
    expect(owners.known(3)).toEqual({ pid: 200, name: 'curl' });
  });

  test('are looked for again when the number is that of another socket', () => {
    proc({ 10: { name: 'nginx', sockets: [1] } });
    const owners = new SocketOwners(folder);
    owners.look([1], 1000);
    rmSync(join(folder, '10'), { recursive: true });
    expect(owners.known(1)).toBeUndefined();
    proc({ 11: { name: 'ssh', sockets: [1] } });
    owners.look([1], 1000);
    expect(owners.known(1)).toEqual({ pid: 11, name: 'ssh' });
  });

  test('that are not found are not looked for again for some seconds', () => {
    let now = 0;
    const owners = new SocketOwners(folder, () => now);
    proc({ 10: { name: 'nginx', sockets: [1] } });
    owners.look([99], 1000);
    expect(owners.known(99)).toBeNull();
    now = 60_000;
    expect(owners.known(99)).toBeUndefined();
  });

  test('are found in several turns where there is little time', () => {
    let now = 0;
    proc(Object.fromEntries(Array.from({ length: 40 }, (_, i) => [100 + i, { name: `p${i}`, sockets: [1000 + i] }])));
    const owners = new SocketOwners(folder, () => now++);
    let turns = 0;
    while (owners.known(1000) === undefined && turns < 100) {
      owners.look([1000], 5);
      turns++;
    }
    expect(owners.known(1000)).toEqual({ pid: 100, name: 'p0' });
    expect(turns).toBeGreaterThan(3);
  });
});

describe('the processes of connections', () => {
  let server: Server;
  let client: Socket;

  beforeEach(async () => {
    server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    client = createConnection(port(), '127.0.0.1');
    await new Promise((resolve) => client.on('connect', resolve));
  });
  afterEach(() => {
    client.destroy();
    server.close();
  });

  const port = (): number => {
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  };
  /** A finder with all the time that it needs: its clock stands still while it looks, so no other program takes it away. */
  const unhurried = () => {
    let now = 0;
    const finder = new ProcessFinder('unsupported', () => now);
    const lookOnce = () => {
      now += 300;
      finder.look();
    };
    return { finder, lookOnce };
  };
  const script = (finder: ProcessFinder) => {
    const address = '127.0.0.1';
    const ends = { client: { address, port: client.localPort ?? 0 }, server: { address, port: port() } };
    const steps = pair(ends);
    return { live: new LiveScript({}, finder), c: steps.client, s: steps.server };
  };

  test('are those that hold its sockets, known while it is open', async () => {
    const { finder, lookOnce } = unhurried();
    const { live, c, s } = script(finder);
    const seen: unknown[] = [];
    const look = () => {
      lookOnce();
      if (live.told.length > 0) seen.push(structuredClone(finder.processesOf(live.told[0].connection)));
    };
    await live.play([c.syn(), s.synAck(), c.ack(), c.data(1), c.data(1)], { look });
    const ours = { pid: process.pid, name: expect.any(String) };
    expect(seen.at(-1)).toEqual({ client: ours, server: ours });
    expect([finder.local, finder.found, finder.lacks()]).toEqual([2, 2, null]);
  });

  test('stay known when its sockets are gone, and go with the connection', async () => {
    const { finder, lookOnce } = unhurried();
    const { live, c, s } = script(finder);
    let atClose: unknown = null;
    const look = () => {
      lookOnce();
      if (live.told.length === 1) client.destroy();
      if (live.told.length === 2) atClose ??= structuredClone(finder.processesOf(live.told[1].connection));
    };
    const again = c.syn({ isn: 9_000_000, at: 5 });
    await live.play([c.syn(), s.synAck(), c.ack(), c.fin(), s.fin(), c.ack(), again, s.synAck({ isn: 1 })], { look });
    expect(atClose).toMatchObject({ client: { pid: process.pid }, server: { pid: process.pid } });
    expect(finder.processesOf(live.told[0].connection)).toEqual({ client: null, server: null });
  });

  test('that listen are known at once from the second connection on, but not for one that is refused', async () => {
    const { finder, lookOnce } = unhurried();
    const live = new LiveScript({}, finder);
    const next = (n: number) =>
      pair({ client: { address: '127.0.0.1', port: n }, server: { address: '127.0.0.1', port: port() } });
    const [first, second, third] = [next(1), next(2), next(3)];
    const open = ({ client: c, server: s }: typeof first) => [c.syn(), s.synAck(), c.ack()];
    let looks = 0;
    await live.play([...open(first), ...open(second), third.client.syn(), third.server.rstAck()], {
      look: () => looks++ < 3 && lookOnce(),
    });
    expect(live.kinds.slice(0, 3)).toEqual(['established 0', 'established 1', 'failed 2']);
    const servers = live.told.slice(0, 3).map(({ connection }) => finder.processesOf(connection).server?.pid);
    expect(servers).toEqual([process.pid, process.pid, undefined]);
    expect([finder.local, finder.found]).toEqual([5, 2]);
  });

  test('are known where the kernel told of them, although nothing is left of them when their packets come', async () => {
    const address = '127.0.0.1';
    const { client: c, server: s } = pair({ client: { address, port: 4000 }, server: { address, port: 1 } });
    const line = (task: string, sport: number, dport: number, from: string, to: string) =>
      `${task} [000] ..... 1.5: inet_sock_set_state: protocol=IPPROTO_TCP sport=${sport} dport=${dport} saddr=${address} daddr=${address} saddrv6=::ffff:${address} daddrv6=::ffff:${address} oldstate=TCP_${from} newstate=TCP_${to}`;
    const lines = [
      line('curl-99999999', 0, 1, 'CLOSE', 'SYN_SENT'),
      line('curl-99999999', 4000, 1, 'SYN_SENT', 'ESTABLISHED'),
      line('nginx-99999998', 1, 4000, 'ESTABLISHED', 'FIN_WAIT1'),
    ];
    const finder = new ProcessFinder({ read: () => lines.splice(0), close: () => {} });
    const live = new LiveScript({}, finder);
    let seen: unknown = null;
    const look = () => {
      if (live.told.length < 2 || seen !== null) return;
      finder.look();
      seen = structuredClone(finder.processesOf(live.told[1].connection));
    };
    await live.play([c.syn(), s.synAck(), c.ack(), s.fin(), c.fin(), s.ack()], { look, silence: 1 });
    expect(seen).toEqual({ client: { pid: 99999999, name: 'curl' }, server: { pid: 99999998, name: 'nginx' } });
    expect([finder.local, finder.found, finder.lacks()]).toEqual([2, 2, null]);
  });

  test('at ends that are not of this machine are not taken for those of its own', async () => {
    const { client: c, server: s } = pair({
      client: { address: '10.255.0.8', port: 4000 },
      server: { address: '127.0.0.1', port: 1 },
    });
    const ends = 'saddrv6=::ffff:10.255.0.8 daddrv6=::ffff:127.0.0.1 oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1';
    const lines = [`curl-99999999 [000] .... 1.5: inet_sock_set_state: sport=4000 dport=1 ${ends}`];
    const finder = new ProcessFinder({ read: () => lines.splice(0), close: () => {} });
    const look = () => finder.look();
    await new LiveScript({}, finder).play([c.syn(), s.synAck(), c.ack(), c.fin(), s.fin(), c.ack()], {
      look,
      silence: 3,
    });
    expect([finder.local, finder.found]).toEqual([1, 0]);
  });

  test('are known when they close, however long after the beginning', async () => {
    const address = '127.0.0.1';
    const { client: c, server: s } = pair({ client: { address, port: 4000 }, server: { address, port: 1 } });
    let now = 0;
    const lines: string[] = [];
    const finder = new ProcessFinder({ read: () => lines.splice(0), close: () => {} }, () => now);
    const live = new LiveScript({}, finder);
    const ends = `sport=1 dport=4000 saddrv6=::ffff:${address} daddrv6=::ffff:${address}`;
    const close = `nginx-99999998 [000] .... 1.5: inet_sock_set_state: ${ends} oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1`;
    const look = () => {
      now += 10_000;
      if (live.told.length === 2) lines.push(close);
      finder.look();
    };
    await live.play([c.syn(), s.synAck(), c.ack(), ...Array(5).fill(c.data(1)), s.fin(), c.fin(), s.ack(), c.ack()], {
      look,
      silence: 3,
    });
    expect(finder.lacks()).toMatch(/known for 1 of 2/);
  });

  test('are those that listen where what closed was a thread of theirs that is gone', async () => {
    const lines: string[] = [];
    const finder = new ProcessFinder({ read: () => lines.splice(0), close: () => {} });
    const { live, c, s } = script(finder);
    const ends = `saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.1 oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1`;
    const next = pair({
      client: { address: '127.0.0.1', port: 1 },
      server: { address: '127.0.0.1', port: port() },
    });
    const closes = `worker-99999999 [000] ..... 1.5: inet_sock_set_state: sport=${port()} dport=1 ${ends}`;
    const look = () => {
      if (live.told.length === 3) lines.push(closes);
      finder.look();
    };
    const second = [next.client.syn(), next.server.synAck(), next.client.ack(), next.server.fin(), next.client.fin()];
    await live.play([c.syn(), s.synAck(), c.ack(), ...second, next.server.ack()], { look, silence: 1 });
    const { connection } =
      live.told.find(({ kind, connection: { stream } }) => kind === 'ended' && stream === 1) ?? live.told[0];
    expect(finder.processesOf(connection).server?.pid).toBe(process.pid);
  });

  test('are unknown where nobody holds the socket, and that is said', async () => {
    const finder = new ProcessFinder();
    const steps = pair({ client: { address: '127.0.0.1', port: 1 }, server: { address: '10.255.0.9', port: 2 } });
    const live = new LiveScript({}, finder);
    await live.play([steps.client.syn(), steps.server.synAck(), steps.client.ack()], { look: () => finder.look() });
    expect(finder.processesOf(live.told[0].connection)).toEqual({ client: null, server: null });
    expect(finder.lacks()).toMatch(/^--process: no process is known for 1 of 1 local endpoints; /);
  });

  test('of other machines are not looked for', async () => {
    const finder = new ProcessFinder();
    const steps = pair({ client: { address: '10.255.0.8' }, server: { address: '10.255.0.9', port: port() } });
    await new LiveScript({}, finder).play([steps.client.syn(), steps.server.synAck()], { look: () => finder.look() });
    expect([finder.local, finder.found]).toEqual([0, 0]);
  });
});

test('names of processes cannot speak to the terminal', () => {
  const client = { pid: 1, name: '\x1b[2Jevil' };
  expect(processesText({ client, server: { pid: 2, name: 'nginx' } })).toBe('\\x1b[2Jevil 1 → nginx 2');
  expect(processesText({ client: null, server: null })).toBe('');
  expect(processesText({ client: null, server: { pid: 2, name: 'nginx' } })).toBe('→ nginx 2');
});

describe('what is said of processes that are not known', () => {
  const unknown = (changes: Partial<Unknown>) =>
    unknownText({ local: 80, missing: 2, isRoot: true, hidden: 0, noTrace: null, ...changes });
  const what = '--process: no process is known for 2 of 80 local endpoints';

  test('to root speaks neither of other users nor of root', () => {
    expect(unknown({})).toBe(what);
    expect(unknown({ hidden: 1 })).toBe(`${what}; 1 process cannot be looked into`);
    for (const noTrace of ['not mounted', 'container', 'unsupported', 'permission'] as const) {
      expect(unknown({ hidden: 12, noTrace })).not.toMatch(/user|root/);
    }
  });

  test('to others is that root sees more', () => {
    expect(unknown({ isRoot: false, hidden: 1200, noTrace: 'permission' })).toBe(
      `${what}; 1,200 processes of other users cannot be looked into; a program that ends at once is gone before it can be looked for; root sees more`,
    );
  });

  test('is what to mount where that would help', () => {
    expect(unknown({ noTrace: 'not mounted' })).toMatch(/; .* mount -t tracefs tracefs \/sys\/kernel\/tracing$/);
  });
});

import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { understand } from '../../src/cli/commands.ts';
import type { Connection } from '../../src/record.ts';
import { c, handshake, pair, play, s } from '../support/conversation.ts';
import { Stream } from './stream.ts';

interface Line {
  event: string;
  time: string;
  connection: Connection;
  process?: unknown;
}

const refused = pair({ client: { port: 40_001 }, server: { port: 81 } });
const REFUSED = [refused.client.syn({ at: 0.5 }), refused.server.rstAck()];

let stream: Stream | null = null;
afterEach(async () => {
  await stream?.kill();
  stream = null;
});

function live(...args: string[]): Stream {
  stream = new Stream(args);
  return stream;
}

function piped(args: string[], how: { pipe?: string; reads?: boolean }): Stream {
  stream = new Stream(args, how);
  return stream;
}

describe('without a terminal', () => {
  test('each event is one line of JSON, at once', async () => {
    const stream = live();
    stream.send(...handshake);
    await stream.said('established');
    expect(stream.lines<Line>()).toHaveLength(1);
    const [{ event, time, connection }] = stream.lines<Line>();
    expect([event, time]).toEqual(['established', '1700000000.020000000']);
    expect(connection).toMatchObject({ stream: 0, handshake: { outcome: 'completed' }, close: { style: 'open' } });

    stream.send(...REFUSED);
    await stream.said('failed');
    expect(stream.lines<Line>()[1].connection.sockets.client.error).toBe('ECONNREFUSED');
    stream.end();
    expect(await stream.ended()).toBe(0);
    expect(stream.lines<Line>().map(({ event }) => event)).toEqual(['established', 'failed', 'open']);
    expect(stream.lines<Line>().every((line) => !('process' in line))).toBe(true);
  });

  test('the report comes at the end, on stderr; not with --quiet', async () => {
    const stream = live('--ndjson');
    stream.send(...handshake, c.fin(), s.fin(), c.ack());
    stream.end();
    expect(await stream.ended()).toBe(0);
    expect(stream.stderr).toContain('connections  1 TCP');
    expect(stream.stderr).toMatch(/tcp 0 +10\.0\.0\.1:40000 +10\.0\.0\.2:80.*graceful/);

    const quiet = live('--ndjson', '--quiet');
    quiet.send(...handshake);
    quiet.end();
    expect(await quiet.ended()).toBe(0);
    expect(quiet.stderr).toBe('');
    expect(quiet.lines<Line>()).toHaveLength(2);
  });

  test('a SYN into silence fails without another packet', async () => {
    const stream = live();
    stream.send(c.syn());
    await stream.said('failed');
    expect(stream.lines<Line>()[0].connection.handshake?.outcome).toBe('unanswered');
    expect(Number(stream.lines<Line>()[0].time)).toBeGreaterThan(1_700_000_003);
  });

  test('--events chooses', async () => {
    const stream = live('--events', 'failed,ended');
    stream.send(...handshake, c.fin(), s.fin(), c.ack(), ...REFUSED);
    stream.end();
    expect(await stream.ended()).toBe(0);
    expect(stream.lines<Line>().map(({ event }) => event)).toEqual(['ended', 'failed']);
  });

  test('--where chooses connections', async () => {
    const stream = live('--where', 'server.port == 81');
    stream.send(...handshake, ...REFUSED);
    stream.end();
    expect(await stream.ended()).toBe(0);
    expect(stream.lines<Line>().map(({ event, connection }) => [event, connection.stream])).toEqual([['failed', 1]]);
    expect(stream.stderr).toContain('connections  1 TCP');
  });

  test('--calls has the socket calls with it', async () => {
    const stream = live('--ndjson', '--calls', '--events', 'failed');
    stream.send(...REFUSED);
    await stream.said('failed');
    const [{ connection }] = stream.lines<Line>();
    expect(connection.sockets.client.calls).toMatchObject([{ call: 'connect', result: -1, errno: 'ECONNREFUSED' }]);
  });

  test('--process says null where it does not know', async () => {
    const stream = live('--process');
    stream.send(...handshake);
    await stream.said('established');
    expect(stream.lines<Line>()[0].process).toEqual({ client: null, server: null });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends it in good order', async (signal) => {
    const stream = live();
    stream.send(...handshake);
    await stream.said('established');
    stream.process.kill(signal);
    expect(await stream.ended()).toBe(0);
    expect(stream.lines<Line>().map(({ event }) => event)).toEqual(['established', 'open']);
    expect(stream.stderr).toContain('connections  1 TCP');
  });

  test('SIGUSR1 prints a report in between, on stderr', async () => {
    const stream = live();
    stream.send(...handshake);
    await stream.said('established');
    stream.process.kill('SIGUSR1');
    await stream.said('connections  1 TCP', 'stderr');
    stream.send(...REFUSED);
    await stream.said('failed');
    stream.process.kill('SIGUSR1');
    await stream.said('connections  2 TCP', 'stderr');
    expect(stream.process.exitCode).toBeNull();
  });
});

describe('who reads', () => {
  test('jq follows', async () => {
    const stream = piped([], { pipe: '| jq --unbuffered -c "[.event, .connection.server.port]"' });
    stream.send(...handshake);
    await stream.said('["established",80]');
    stream.send(...REFUSED);
    await stream.said('["failed",81]');
  });

  test('a reader that goes away ends it quietly', async () => {
    const stream = piped(['--quiet'], { pipe: '| head -n 1' });
    stream.send(...handshake);
    await stream.said('established');
    stream.send(...REFUSED, c.data(1, { at: 1 }));
    expect(await stream.ended()).toBe(0);
    expect(stream.stderr).toBe('');
    expect(stream.lines<Line>()).toHaveLength(1);
  });

  const connections = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => {
      const n = from + i;
      const at = n / 1000;
      const { client, server } = pair({ client: { address: `10.1.${n >> 14}.1`, port: 1024 + (n & 0x3fff) } });
      return play([client.syn({ at }), server.rstAck({ at })]);
    }).flat();

  test('a reader that stops is waited for: nothing piles up, nothing is lost', async () => {
    const stream = piped(['--quiet'], { reads: false });
    const batch = 2000;
    let sent = 0;
    // As many as it takes in; the pipes are full when it reads no more.
    while (sent < 200_000) {
      if (!stream.sendPackets(connections(sent, batch))) {
        const drained = new Promise((resolve) => stream.process.stdin?.once('drain', () => resolve(true)));
        const stuck = new Promise((resolve) => setTimeout(resolve, 4000, false));
        sent += batch;
        if (!(await Promise.race([drained, stuck]))) break;
      } else {
        sent += batch;
      }
    }
    expect(sent).toBeLessThan(50_000);
    expect(memoryOf(stream.process.pid)).toBeLessThan(400e6);

    stream.read();
    stream.end();
    expect(await stream.ended()).toBe(0);
    const streams = stream.lines<Line>().map(({ connection }) => connection.stream);
    expect(streams).toEqual(Array.from({ length: sent }, (_, i) => i));
  });

  test('a reader that stopped for good does not hold up the end', async () => {
    const stream = piped([], { reads: false });
    stream.sendPackets(connections(0, 10_000));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    stream.process.kill('SIGTERM');
    await stream.said(/connections +[\d,]+ TCP/, 'stderr');
    // Its pipe is read only now, when it has ended.
    stream.read();
    expect(await stream.ended()).toBe(0);
  });

  test('a second signal ends it at once', async () => {
    const stream = piped([], { reads: false });
    stream.sendPackets(connections(0, 10_000));
    await new Promise((resolve) => setTimeout(resolve, 4000));
    stream.process.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 300));
    stream.process.kill('SIGINT');
    await stream.until(() => stream.process.exitCode !== null, 'did not end');
    expect(stream.process.exitCode).toBe(130);
    expect(stream.stderr).not.toContain('connections');
    stream.read();
  });

  function memoryOf(pid: number | undefined): number {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1000;
  }
});

describe('wrong usage is one line', () => {
  test.each([
    ['--events begun', '--events begun: not one of established, failed, ended, open'],
    ['--events failed --json', '--events and --json exclude each other'],
    ['--process --csv', '--process is of no use to --csv'],
    ['--metrics=nonsense', '--metrics nonsense: not [HOST:]PORT'],
    ['--metrics 1.2.3.4:99999', '--metrics 1.2.3.4:99999: not [HOST:]PORT'],
    ['--metrics 1 --metrics 2', '--metrics is given 2 times'],
  ])('%s', async (line, message) => {
    await expect(understand(['live', '-', ...line.split(' ')])).rejects.toThrow(message);
  });

  test('what is right is understood', async () => {
    for (const line of [
      '--metrics',
      '--metrics 1',
      '--metrics [::1]:9464',
      '--metrics localhost:1',
      '--events failed',
    ]) {
      expect(await understand(['live', '-', ...line.split(' ')])).toHaveProperty('work');
    }
  });
});

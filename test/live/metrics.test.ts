import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { ROOT } from '../support/command.ts';
import { c, handshake, icmpError, pair, s } from '../support/conversation.ts';
import { Stream } from './stream.ts';

const { client, server } = pair({ client: { port: 40_001 }, server: { port: 81 } });
const { client: other } = pair({ client: { port: 40_002 }, server: { port: 82 } });

let stream: Stream;
afterEach(() => stream.kill());

async function metricsUrl(...args: string[]): Promise<string> {
  stream = new Stream(args);
  await stream.said(/metrics at \S+/, 'stderr');
  return /metrics at (\S+)/.exec(stream.stderr)?.[1] ?? '';
}

/** Samples by name and labels; every line must be of the text format (version 0.0.4). */
async function scrape(url: string): Promise<Map<string, number>> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  const samples = new Map<string, number>();
  const types = new Set<string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const [, typed] = /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined) {
      expect(types.has(typed)).toBe(false);
      types.add(typed);
      continue;
    }
    const [, name, value] = /^([a-z_]+(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})?) ([-+0-9.e]+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a sample: ${line}`);
    expect(samples.has(name)).toBe(false);
    samples.set(name, Number(value));
  }
  return samples;
}

describe('--metrics', () => {
  test('is described in the help topic, all of it', async () => {
    const url = await metricsUrl('--metrics', '127.0.0.1:0');
    const names = [...(await (await fetch(url)).text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    const topic = readFileSync(join(ROOT, 'src/help/live.md'), 'utf8');
    expect(names.filter((name) => !topic.includes(`\`${name}\``))).toEqual([]);
    expect(names.length).toBeGreaterThan(12);
  });

  test('every value of every label is there with 0 before anything comes, and no packet adds one', async () => {
    const url = await metricsUrl('--metrics', '127.0.0.1:0');
    const first = await scrape(url);
    const valuesOf = (metric: string, label: string) => {
      const of = [...first.keys()].filter((name) => name.startsWith(`sockscope_${metric}{`));
      return [...new Set(of.map((name) => new RegExp(`${label}="([^"]*)"`).exec(name)?.[1]))];
    };
    const outcomes = ['completed', 'refused', 'unreachable', 'unanswered', 'half-open', 'aborted'];
    const styles = ['open', 'half-closed', 'graceful', 'simultaneous', 'reset', 'reset-after-fin', 'abandoned'];
    const causes = ['port-closed', 'abortive-close', 'data-after-close', 'half-open-peer', 'backlog-overflow'];
    const protocols = ['tcp', 'udp', 'sctp'];
    expect(valuesOf('handshakes_total', 'outcome')).toEqual(outcomes);
    expect(valuesOf('closes_total', 'style')).toEqual([...styles, 'none']);
    expect(valuesOf('resets_total', 'cause')).toEqual([...causes, 'client-abort', 'injected-suspected', 'unknown']);
    for (const metric of ['handshakes_total', 'closes_total', 'connections_total', 'open_connections']) {
      expect(valuesOf(metric, 'protocol')).toEqual(protocols);
    }
    expect(valuesOf('open_endpoints', 'side')).toEqual(['client', 'server']);
    expect(valuesOf('open_endpoints', 'state')).toHaveLength(9);
    for (const total of ['packets', 'bytes', 'retransmissions', 'evicted_connections']) {
      expect(first.get(`sockscope_${total}_total`)).toBe(0);
    }
    expect([...first].filter(([name, value]) => value !== 0 && name.startsWith('sockscope_'))).toEqual([]);

    stream.send(...handshake, c.data(100), c.data(100, { seq: 1 }), client.syn(), server.rstAck());
    stream.send(other.syn({ at: 1 }), icmpError(other.syn(), 3, 1), c.datagram(10, { at: 1.1 }));
    stream.send(s.fin({ at: 2, seq: 1, ack: 101 }), c.fin({ seq: 101, ack: 2 }), s.ack({ seq: 2, ack: 102 }));
    await stream.said('ended');
    const later = await scrape(url);
    expect(later.get('sockscope_closes_total{protocol="tcp",style="graceful"}')).toBe(1);
    expect([...later.keys()]).toEqual([...first.keys()]);
  }, 60_000);

  test('serves what the session counts', async () => {
    const url = await metricsUrl('--metrics', '127.0.0.1:0');
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect((await scrape(url)).get('sockscope_packets_total')).toBe(0);

    stream.send(...handshake, c.data(100), c.data(100, { seq: 1 }), client.syn(), server.rstAck());
    stream.send(other.syn({ at: 1 }), icmpError(other.syn(), 3, 1));
    stream.send(c.datagram(10, { at: 1.1 }));
    await stream.said('unreachable');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const samples = await scrape(url);
    const value = (name: string) => samples.get(`sockscope_${name}`);
    expect(value('packets_total')).toBe(10);
    expect(value('connections_total{protocol="tcp"}')).toBe(3);
    expect(value('connections_total{protocol="udp"}')).toBe(1);
    expect(value('handshakes_total{protocol="tcp",outcome="completed"}')).toBe(1);
    expect(value('handshakes_total{protocol="tcp",outcome="refused"}')).toBe(1);
    expect(value('handshakes_total{protocol="tcp",outcome="unreachable"}')).toBe(1);
    expect(value('resets_total{cause="port-closed"}')).toBe(1);
    expect(value('open_connections{protocol="tcp"}')).toBe(1);
    expect(value('open_endpoints{side="client",state="ESTABLISHED"}')).toBe(1);
    expect(value('open_endpoints{side="client",state="SYN-SENT"}')).toBe(0);
    expect(value('retransmissions_total')).toBe(1);
    expect(value('handshake_seconds_count')).toBe(1);
    expect(value('handshake_seconds_sum')).toBeCloseTo(0.01, 6);
    expect(value('handshake_seconds_bucket{le="0.005"}')).toBe(0);
    expect(value('handshake_seconds_bucket{le="0.025"}')).toBe(1);
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(10e6);
    // Standard input says neither.
    expect(value('lag_seconds')).toBeUndefined();
    expect(value('dropped_packets_total')).toBeUndefined();

    stream.send(s.fin({ at: 2, seq: 1, ack: 101 }), c.fin({ seq: 101, ack: 2 }), s.ack({ seq: 2, ack: 102 }));
    await stream.said('ended');
    const later = await scrape(url);
    expect(later.get('sockscope_closes_total{protocol="tcp",style="graceful"}')).toBe(1);
    expect(later.get('sockscope_open_connections{protocol="tcp"}')).toBe(0);
  });

  test('the number of samples does not grow with the traffic', async () => {
    const url = await metricsUrl('--metrics', '[::1]:0');
    expect(url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/);
    stream.send(client.syn(), server.rstAck());
    await stream.said('failed');
    const before = [...(await scrape(url)).keys()];
    for (let i = 0; i < 200; i++) {
      const many = pair({ client: { address: `10.2.0.${i}`, port: 2000 + i }, server: { port: 3000 + i } });
      stream.send(many.client.syn({ at: 1 }), many.server.rstAck());
    }
    await stream.said(/"10\.2\.0\.199"/);
    expect([...(await scrape(url)).keys()]).toEqual(before);
  });

  test('other paths and methods are refused, and the session ends with a scraper connected', async () => {
    const url = await metricsUrl('--metrics', '127.0.0.1:0');
    expect((await fetch(url.replace('/metrics', '/other'))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(405);
    expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);
    stream.end();
    await stream.ended();
  });

  test('a port that is taken is one clear line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      stream = new Stream(['--metrics', String(port)]);
      expect(await stream.ended()).toBe(2);
      expect(stream.stderr).toBe(`sockscope: --metrics 127.0.0.1:${port}: the port is taken; choose another\n`);
    } finally {
      taken.close();
    }
  });
});

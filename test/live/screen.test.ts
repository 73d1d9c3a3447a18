import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync, type WriteStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { c, handshake, pair, play, s } from '../support/conversation.ts';
import { pcap } from '../support/packets.ts';
import { afterwards, atTerminal, type Seen } from './terminal.ts';

const { client, server } = pair({ client: { port: 40001 }, server: { port: 81 } });
const SCRIPT = play([...handshake, c.data(100), client.syn(), server.rstAck(), s.data(50)]);

const ENTER = '\x1b[?1049h';
const SIGHUP = 1;
const LEAVE = '\x1b[?1049l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR = '\x1b[2J';

let folder: string;
let fifo: string;
let stream: WriteStream;

/** A capture that is still being written: its end does not come before the test is over. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  fifo = join(folder, 'capture');
  execFileSync('mkfifo', [fifo]);
  stream = createWriteStream(fifo);
  stream.on('error', () => {});
  const packets = SCRIPT.map(({ seconds, nanoseconds, bytes }) => ({
    time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    bytes,
  }));
  stream.write(pcap(packets));
});
afterEach(() => {
  stream.destroy();
  rmSync(folder, { recursive: true });
});

/** The terminal is as it was, and the full report stands on it. */
function expectGoodEnd(seen: Seen, status = 0): void {
  expect(seen.status).toBe(status);
  expect(seen.restored).toBe(true);
  expect(seen.output.lastIndexOf(LEAVE)).toBeGreaterThan(seen.output.lastIndexOf(ENTER));
  expect(seen.output.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(seen.output.lastIndexOf('\x1b[?25l'));
}

function expectReport(seen: Seen): void {
  const report = afterwards(seen);
  expect(report).toContain('connections  2 TCP, 1 of them failed; 150 B payload');
  expect(report).toMatch(/Connections with problems \(1\)\r?\n.*tcp 1 +10\.0\.0\.1:40001 +10\.0\.0\.2:81/s);
  expect(report).toMatch(
    /Problems .*\r?\n1 × {2}connection-refused {2}10\.0\.0\.1 → 10\.0\.0\.2:81.*client ECONNREFUSED/s,
  );
  expect(report).not.toContain(ENTER);
}

describe('on a terminal', () => {
  test('a screen is shown, and q ends it with the report', async () => {
    const seen = await atTerminal(
      ['live', '-', '--no-color'],
      [['wait', 'ECONNREFUSED'], ['type', 'q'], ['end']],
      fifo,
    );
    expectGoodEnd(seen);
    expectReport(seen);
    const screen = seen.output.slice(seen.output.indexOf(ENTER), seen.output.lastIndexOf(LEAVE));
    expect(screen).toContain('sockscope live  standard input');
    expect(screen).toMatch(/\d TCP/);
    expect(screen).toContain('ESTABLISHED');
  });

  test.each([
    ['Ctrl-C', ['type', '\x03']],
    ['SIGINT', ['signal', 'SIGINT']],
    ['SIGTERM', ['signal', 'SIGTERM']],
    ['SIGHUP', ['signal', 'SIGHUP']],
  ] as const)('%s ends it in the same way', async (_, action) => {
    const seen = await atTerminal(['live', '-', '--no-color'], [['wait', 'ECONNREFUSED'], [...action], ['end']], fifo);
    expectGoodEnd(seen);
    expectReport(seen);
  });

  test('the end of the capture ends it, too', async () => {
    stream.end();
    const seen = await atTerminal(['live', '-', '--no-color'], [['end']], fifo);
    expectGoodEnd(seen);
    expectReport(seen);
  });

  test('it says where the metrics are, which was told before it', async () => {
    const seen = await atTerminal(
      ['live', '-', '--no-color', '--metrics', '127.0.0.1:0'],
      [['wait', 'ECONNREFUSED'], ['type', 'q'], ['end']],
      fifo,
    );
    expectGoodEnd(seen);
    const screen = seen.output.slice(seen.output.indexOf(ENTER), seen.output.lastIndexOf(LEAVE));
    expect(screen).toMatch(/health .* memory, metrics at 127\.0\.0\.1:\d+/);
  }, 40_000);

  test('it is drawn anew when the terminal has another size', async () => {
    const seen = await atTerminal(
      ['live', '-', '--no-color'],
      [
        ['wait', 'ECONNREFUSED'],
        ['resize', 160, 40],
        ['wait', CLEAR],
        ['wait', 'minutes   Top talkers'],
        ['resize', 60, 12],
        ['wait', CLEAR],
        ['wait', 'q: end and report'],
        ['type', 'q'],
        ['end'],
      ],
      fifo,
    );
    expectGoodEnd(seen);
    expectReport(seen);
  });

  test('SIGUSR1 prints a report and the screen goes on', async () => {
    const seen = await atTerminal(
      ['live', '-', '--no-color'],
      [
        ['wait', 'ECONNREFUSED'],
        ['signal', 'SIGUSR1'],
        ['wait', LEAVE],
        ['wait', 'connections  2 TCP'],
        ['wait', ENTER],
        ['wait', 'sockscope live'],
        ['type', 'q'],
        ['end'],
      ],
      fifo,
    );
    expectGoodEnd(seen);
    expectReport(seen);
    expect(seen.output.split('connections  2 TCP')).toHaveLength(3);
  });

  test('a terminal that goes away ends it', async () => {
    const seen = await atTerminal(['live', '-', '--no-color'], [['wait', 'ECONNREFUSED'], ['hang up']], fifo);
    expect(seen.status).toBe(-SIGHUP);
  });

  test('Ctrl-Z leaves the screen, and it comes again', async () => {
    const seen = await atTerminal(
      ['live', '-', '--no-color'],
      [
        ['wait', 'ECONNREFUSED'],
        ['type', '\x1a'],
        ['wait', LEAVE],
        ['signal', 'SIGCONT'],
        ['wait', ENTER],
        ['wait', 'ECONNREFUSED'],
        ['type', 'q'],
        ['end'],
      ],
      fifo,
    );
    expectGoodEnd(seen);
    expectReport(seen);
  });

  test('a failure is told after the screen, with the terminal restored', async () => {
    stream.end('this is no packet: '.repeat(100));
    const seen = await atTerminal(['live', '-', '--no-color'], [['end']], fifo);
    expect(seen.restored).toBe(true);
    expect(afterwards(seen)).toContain('connections  2 TCP');
    expect(afterwards(seen)).toMatch(/sockscope: .*\r?\n/);
  });

  test('a terminal that can do nothing gets only the report', async () => {
    stream.end();
    const { output } = await atTerminal(['live', '-', '--json'], [['end']], fifo);
    expect(output).not.toContain('\x1b');
    expect(JSON.parse(output).connections).toHaveLength(2);
  });
});

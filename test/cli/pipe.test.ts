import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { COMMAND } from '../support/command.ts';
import { c, play, START, type Step, s } from '../support/conversation.ts';
import { pcap } from '../support/packets.ts';

function captureOf(steps: Step[]): Uint8Array {
  const timed = play(steps).map(({ seconds, nanoseconds, bytes }) => {
    return { time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`, bytes };
  });
  return pcap(timed);
}

test('a connection that comes through a pipe is told of as soon as it has ended', async () => {
  const child = spawn(COMMAND[0], [COMMAND[1], '-', '--ndjson'], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    // What was closed is reported four minutes later.
    child.stdin.write(captureOf([c.syn(), s.rstAck(), c.datagram(1, { at: 300 })]));
    const [line] = await once(child.stdout, 'data');
    expect(JSON.parse(String(line))).toMatchObject({ protocol: 'tcp', start: `${START}.000000000` });
    child.stdin.end();
    const [status] = await once(child, 'close');
    expect(status).toBe(0);
  } finally {
    child.kill();
  }
});

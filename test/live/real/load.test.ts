import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { onRealInterfaces } from './available.ts';
import { Lab, type Report, settle, until } from './lab.ts';
import { childrenOf, usage } from './session.ts';
import { Tally } from './tally.ts';
import { DEVICE } from './wire.ts';

const CONNECTIONS = 10_000;
/** Megabytes that the analyzer may take: node with its loader, the tables, and no more for longer sessions. */
const MEMORY = 260;

onRealInterfaces('a live capture under load', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
  });
  afterEach(() => lab.remove());

  test('tells of every connection, and of none twice', async () => {
    const tally = new Tally();
    const live = await lab.liveOn(DEVICE, ['--ndjson', '--events', 'ended,failed', '--filter', 'tcp'], {
      onLine: tally.line,
    });
    const talk = await lab.talk(CONNECTIONS);
    await until(() => tally.events >= CONNECTIONS + CONNECTIONS / 10);
    // One that is told of twice would come now.
    await settle();
    const { peak } = usage(live.process.pid);
    expect(await live.stop()).toBe(0);
    expect(live.stderr).not.toMatch(/dropped/);
    expect(tally).toMatchObject({
      events: CONNECTIONS + CONNECTIONS / 10,
      twice: 0,
      graceful: CONNECTIONS,
      refused: CONNECTIONS / 10,
      bytes: talk.bytes,
    });
    expect(peak).toBeLessThan(MEMORY);
  });

  test('tells how many packets the kernel dropped', async () => {
    const live = await lab.live('--json', '--buffer', '1', '--filter', 'tcp');
    const [child] = childrenOf(live.process.pid).filter(({ name }) => name === 'tcpdump');
    process.kill(child.pid, 'SIGSTOP');
    await lab.blast(2000, 100_000);
    process.kill(child.pid, 'SIGCONT');
    await settle(2000);
    expect(await live.stop()).toBe(0);
    const { summary, captures } = JSON.parse(live.stdout) as Report;
    expect(captures[0].drops).toBeGreaterThan(1000);
    expect(summary.packets + (captures[0].drops ?? 0)).toBe(20_000);
    expect(live.stderr).toMatch(/sockscope: [\d,]+ packets dropped by the kernel: .*--buffer/);
  });

  test('waits for a reader that has stopped reading, in bounded memory, and ends nevertheless', async () => {
    const live = await lab.liveOn(DEVICE, ['--ndjson', '--filter', 'tcp'], { reads: false });
    await lab.talk(CONNECTIONS);
    await settle(1000);
    const { peak } = usage(live.process.pid);
    expect(await live.stop()).not.toBe(null);
    expect(peak).toBeLessThan(MEMORY);
  });
});

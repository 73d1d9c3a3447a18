import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BACKENDS } from '../../../src/capture/live.ts';
import { onRealInterfaces } from './available.ts';
import { Lab, type Report, settle } from './lab.ts';
import { childrenOf, isRunning, type Session, sockscopeCommand } from './session.ts';

/** The process that captures; node itself starts others. */
function capturing({ process: { pid } }: Session, backend: string): number {
  // `ip netns exec` becomes the program that it runs.
  const name = backend === 'cap' ? 'node' : backend;
  const [child] = childrenOf(pid).filter((each) => each.name === name);
  if (child === undefined) throw new Error(`no ${name} is running`);
  return child.pid;
}

onRealInterfaces('a live capture that ends early', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
  });
  afterEach(() => lab.remove());

  describe.each(BACKENDS)('with %s', (backend) => {
    test('says that what captured was killed, and reports what it saw', async () => {
      const live = await lab.live('--backend', backend, '--json', '--filter', 'tcp');
      await lab.talk(20);
      await settle();
      process.kill(capturing(live, backend), 'SIGKILL');
      expect(await live.ended()).toBe(2);
      expect(live.stderr).toMatch(new RegExp(`\nsockscope: ${backend} was killed \\(SIGKILL\\)\n$`));
      expect((JSON.parse(live.stdout) as Report).connections).toHaveLength(22);
    });

    test('says that the interface is gone, and reports what it saw', async () => {
      const live = await lab.live('--backend', backend, '--json', '--filter', 'tcp');
      await lab.talk(10);
      await settle();
      lab.wire.cut();
      expect(await live.ended()).toBe(2);
      expect(live.stderr).toMatch(new RegExp(`\nsockscope: ${backend} ended: the interface eth0 .*gone\n$`));
      expect((JSON.parse(live.stdout) as Report).connections).toHaveLength(11);
    });

    test('leaves no process behind when it is killed itself', async () => {
      const live = await lab.live('--backend', backend);
      const child = capturing(live, backend);
      live.process.kill('SIGKILL');
      for (let i = 0; i < 50 && isRunning(child); i++) await settle(100);
      expect(isRunning(child)).toBe(false);
    });
  });

  test.each(['tcpdump', 'dumpcap'])('waits with %s for an interface that goes down', async (backend) => {
    const live = await lab.live('--backend', backend, '--json', '--filter', 'tcp');
    await lab.talk(10);
    lab.wire.set('down');
    await live.said('eth0 is down: packets come when it is up again');
    lab.wire.set('up');
    await live.said('eth0 is up again');
    await lab.talk(10);
    await settle();
    expect(await live.stop()).toBe(0);
    expect((JSON.parse(live.stdout) as Report).connections).toHaveLength(22);
  });

  test('ends with cap when the interface goes down', async () => {
    const live = await lab.live('--backend', 'cap', '--json', '--filter', 'tcp');
    await lab.talk(10);
    await settle();
    lab.wire.set('down');
    expect(await live.ended()).toBe(2);
    expect(live.stderr).toMatch(/\nsockscope: cap ended: the interface eth0 went down or is gone\n$/);
    expect((JSON.parse(live.stdout) as Report).connections).toHaveLength(11);
  });

  test('goes on without the file where the disk is full, and says so at once and at its end', async () => {
    const disk = lab.path('disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const live = await lab.live('--json', '--filter', 'tcp', '--write', `${disk}/kept.pcapng`);
      await lab.talk(200);
      await live.said('not written any more');
      await lab.talk(200);
      await settle();
      expect(await live.stop()).toBe(2);
      expect(live.stderr).toMatch(/\nsockscope: .*kept\.pcapng: not written any more: .*no space left on device.*\n$/);
      const { connections } = JSON.parse(live.stdout) as Report;
      expect(connections).toHaveLength(440);
      const kept = await lab.analyze('disk/kept.pcapng');
      expect(kept.captures[0]).toMatchObject({ cut: null });
      expect(kept.captures[0].packets).toBeGreaterThan(100);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

onRealInterfaces('a live capture that cannot begin', () => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await Lab.make();
  });
  afterEach(() => lab.remove());

  test.each<[string, string[], RegExp]>([
    ['an unknown interface', ['eth9'], /there is no interface eth9; there are .*eth0.*, any/],
    ['a filter that makes no sense', ['eth0', 'tcp', 'prot', '80'], /filter 'tcp prot 80': .*syntax error/],
    [
      'a file that cannot be written',
      ['eth0', '--write', '/nowhere/a.pcap'],
      /\/nowhere\/a\.pcap: cannot be written: /,
    ],
  ])('because of %s says so in one line', async (_name, args, message) => {
    const live = lab.sockscope('live', ...args);
    expect(await live.ended()).toBe(2);
    expect(live.stderr).toMatch(/^sockscope: [^\n]+\n$/);
    expect(live.stderr).toMatch(message);
    expect(live.stdout).toBe('');
  });

  test('because this user may not says what helps', async () => {
    const live = lab.sockscopeAs('nobody', 'live', 'eth0');
    expect(await live.ended()).toBe(2);
    expect(live.stderr).toMatch(/^sockscope: cannot capture on eth0: this user has no permission .*sudo [^\n]+\n$/);
  });

  test('because there is no such interface says so to a user who may not capture, too, and lets its name not act', async () => {
    const live = lab.sockscopeAs('nobody', 'live', 'no\u001b[2Jpe');
    expect(await live.ended()).toBe(2);
    expect(live.stderr).toMatch(
      /^sockscope: cannot capture on no\\x1b\[2Jpe: there is no interface of that name; there are .*eth0/,
    );
  });

  test('because root of a container may not says what the container lacks', async () => {
    const without = ['setpriv', '--bounding-set=-net_raw,-net_admin', '--inh-caps=-net_raw,-net_admin'];
    const live = lab.run('client', ...without, ...sockscopeCommand('live', 'eth0', '--backend', 'tcpdump'));
    expect(await live.ended()).toBe(2);
    expect(live.stderr).toMatch(/what helps: give the container the right to capture/);
    expect(live.stderr).not.toMatch(/sudo/);
  });

  test('is known to the list of interfaces', async () => {
    const able = lab.sockscope('interfaces', '--json');
    expect(await able.ended()).toBe(0);
    const { interfaces, backends } = JSON.parse(able.stdout);
    expect(interfaces).toContainEqual({ name: 'eth0', state: 'up', addresses: ['10.8.0.1/24'] });
    expect(backends).toEqual(
      BACKENDS.map((backend) => ({
        backend,
        works: true,
        timestamps: backend === 'cap' ? 'delivery' : 'kernel',
        problem: null,
      })),
    );
    const unable = lab.sockscopeAs('nobody', 'interfaces');
    expect(await unable.ended()).toBe(0);
    expect(unable.stdout).toMatch(/eth0 +up +10\.8\.0\.1\/24/);
    expect(unable.stdout).toMatch(/This user may not capture\. What helps, one of:\n {2}sudo /);
  });
});

import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Connection } from '../../../src/record.ts';
import { run } from '../../lab/processes.ts';
import { onRealInterfaces } from './available.ts';
import { Lab, settle } from './lab.ts';
import { type Session, sockscopeCommand } from './session.ts';
import { CLIENT } from './wire.ts';

const PATIENCE = 90_000;
const PORT = 8100;
const SHORT = 25;

interface Line {
  event: string;
  connection: Connection;
  process: { client: { pid: number; name: string } | null; server: { pid: number; name: string } | null };
}

/** Answers each connection by a process of its own, which ends with it. */
const SERVE = `
import os, signal, socket, sys
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
print('ready', flush=True)
while True:
    connection, _ = listener.accept()
    if os.fork() == 0:
        connection.recv(1)
        sys.exit()
    connection.close()
`;

/** A namespace of its own has its own /sys, in which nothing is mounted. */
const MOUNT = 'mount -t tracefs tracefs /sys/kernel/tracing && exec "$@"';
const MOUNTED = ['sh', '-c', MOUNT, 'sh'];

onRealInterfaces('what the kernel tells of short connections', () => {
  const isTracing = readFileSync('/proc/filesystems', 'utf8').includes('tracefs');
  (isTracing ? describe : describe.skip)('by tracefs', () => {
    let lab: Lab;
    beforeEach(async () => {
      lab = await Lab.make();
      await lab.run('client', 'python3', '-c', SERVE, CLIENT, String(PORT)).said('ready');
    }, PATIENCE);
    afterEach(() => lab.remove(), PATIENCE);

    async function live(): Promise<Session> {
      const command = sockscopeCommand('live', 'lo', '--process', '--filter', `tcp port ${PORT} or tcp port 8101`);
      const session = lab.run('client', ...MOUNTED, ...command);
      await session.said('capturing on');
      return session;
    }

    /** Whether the kernel has the session's buffer now; other sessions may run on this machine. */
    function hasBuffer({ process: { pid } }: Session): boolean {
      const list = run(...lab.wire.on('client', ...MOUNTED, 'ls', '/sys/kernel/tracing/instances'));
      return list.split('\n').includes(`sockscope-${pid}`);
    }

    test(
      'the programs at both ends are known, of those that are refused, too, and no buffer is left',
      async () => {
        const session = await live();
        expect(hasBuffer(session)).toBe(true);
        for (let i = 0; i < SHORT; i++) {
          await lab.run('client', 'bash', '-c', `exec 3<>/dev/tcp/${CLIENT}/${PORT}`).ended();
        }
        await lab.run('client', 'bash', '-c', `exec 3<>/dev/tcp/${CLIENT}/8101`).ended();
        await settle();
        expect(await session.stop()).toBe(0);
        const lines = session.records<Line>();
        const ended = lines.filter(({ event }) => event === 'ended').map((line) => line.process);
        expect(ended.map(({ client }) => client?.name)).toEqual(Array(SHORT).fill('bash'));
        expect(ended.map(({ server }) => server?.name)).toEqual(Array(SHORT).fill('python3'));
        expect(new Set(ended.map(({ client }) => client?.pid)).size).toBe(SHORT);
        const failed = lines.filter(({ event }) => event === 'failed').map((line) => line.process);
        expect(failed).toEqual([{ client: { pid: expect.any(Number), name: 'bash' }, server: null }]);
        expect(session.stderr).not.toContain('--process:');
        expect(hasBuffer(session)).toBe(false);
      },
      PATIENCE,
    );

    test(
      'nothing of it is left in the kernel when sockscope is killed',
      async () => {
        const session = await live();
        expect(hasBuffer(session)).toBe(true);
        session.process.kill('SIGKILL');
        await session.ended();
        const late = Date.now() + PATIENCE / 2;
        while (hasBuffer(session) && Date.now() < late) await settle(100);
        expect(hasBuffer(session)).toBe(false);
      },
      PATIENCE,
    );
  });
});

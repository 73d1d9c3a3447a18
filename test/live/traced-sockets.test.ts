import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { KernelTrace } from '../../src/live/processes/kernel-trace.ts';
import type { Process } from '../../src/live/processes/process.ts';
import { Tasks } from '../../src/live/processes/tasks.ts';
import { stateChange, type Task, TracedSockets } from '../../src/live/processes/traced-sockets.ts';

interface Change {
  task?: string;
  flags?: string;
  from: string;
  to: string;
  port?: number;
  client?: string;
  server?: string;
}

const DOING = '.....';
const RECEIVING = '..s..';

/** A line as Linux 6.18 wrote it. */
function traced({ task = 'curl-100', flags = DOING, from, to, port = 0, client, server }: Change): string {
  const ends = `saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=${client ?? '::ffff:10.0.0.1'} daddrv6=${server ?? '::ffff:10.0.0.2'}`;
  const states = `oldstate=TCP_${from} newstate=TCP_${to}`;
  return `   ${task}   [001] ${flags}   625.446239: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=${port} dport=80 ${ends} ${states}`;
}

const connects = (task: string) => traced({ task, from: 'CLOSE', to: 'SYN_SENT' });
/** The answer comes while some other task runs. */
const answered = (port: number, to = 'ESTABLISHED') =>
  traced({ task: 'idle-0', flags: RECEIVING, from: 'SYN_SENT', to, port });

describe('a line of the trace', () => {
  test('tells the task, the ends and the states', () => {
    const line =
      '            curl-11393   [001] .....   625.446435: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=40950 dport=18080 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.1 oldstate=TCP_SYN_SENT newstate=TCP_ESTABLISHED';
    expect(stateChange(line)).toEqual({
      task: { id: 11_393, name: 'curl' },
      isDoing: true,
      address: '::ffff:127.0.0.1',
      port: 40_950,
      peer: '127.0.0.1 18080',
      from: 'SYN_SENT',
      to: 'ESTABLISHED',
    });
  });

  test.each([
    ['with the process of a thread', 'a-1-77 (  70) [000] d.s1. 1.5: ', { id: 77, name: 'a-1' }, false],
    ['of Linux 4.16', 'nginx: worker-77 [000] .... 1.5: ', { id: 77, name: 'nginx: worker' }, true],
    ['of Linux 4.16 in an interrupt', '<idle>-0 [000] ..s. 1.5: ', { id: 0, name: '<idle>' }, false],
    ['of a name that looks like a line', 'x-1 [000] ..-77 [000] .... 1.5: ', { id: 77, name: 'x-1 [000] ..' }, true],
  ])('%s is understood', (_, head, task, isDoing) => {
    const rest =
      'inet_sock_set_state: protocol=IPPROTO_TCP sport=1 dport=2 saddr=0.0.0.0 daddr=0.0.0.0 saddrv6=::1 daddrv6=fd00::2 oldstate=TCP_CLOSE newstate=TCP_SYN_SENT';
    expect(stateChange(head + rest)).toMatchObject({ task, isDoing, address: '::1', port: 1, peer: 'fd00::2 2' });
  });

  test.each([
    '',
    'CPU:0 [LOST 17 EVENTS]',
    'curl-1 [000] .... 1.5: sched_switch: prev_comm=a',
    'curl-1 [000] .... 1.5:',
  ])('that is something else is not: %j', (line) => expect(stateChange(line)).toBeNull());
});

const numberAndName = ({ id, name }: Task): Process | null => ({ pid: id, name });

describe('the kernel tells the owner of a connection', () => {
  let now = 0;
  const owners = (lines: string[], { before = [] as string[], of = numberAndName } = {}) => {
    const sockets = new TracedSockets(of, before, () => now);
    sockets.read(lines);
    return (port: number, peer = '10.0.0.2 80') => sockets.take(`10.0.0.1 ${port} ${peer}`)?.name ?? null;
  };
  beforeEach(() => {
    now = 0;
  });

  test('that connects, when it is answered and when it is refused', () => {
    const of = owners([connects('curl-100'), answered(4000), connects('wget-200'), answered(4001, 'CLOSE')]);
    expect([of(4000), of(4001), of(4002)]).toEqual(['curl', 'wget', null]);
  });

  test('once', () => {
    const of = owners([connects('curl-100'), answered(4000)]);
    expect([of(4000), of(4000)]).toEqual(['curl', null]);
  });

  test('of two that connect to the same place only where the task itself took the answer, or when they close', () => {
    const own = traced({ task: 'wget-200', from: 'SYN_SENT', to: 'ESTABLISHED', port: 4001 });
    const of = owners([connects('curl-100'), connects('wget-200'), answered(4000), own]);
    expect([of(4000), of(4001)]).toEqual([null, 'wget']);

    const closes = (task: string, port: number) => traced({ task, from: 'ESTABLISHED', to: 'FIN_WAIT1', port });
    const both = [connects('curl-100'), connects('wget-200'), answered(4001), answered(4000)];
    const atClose = owners([...both, closes('curl-100', 4000), closes('wget-200', 4001)]);
    expect([atClose(4000), atClose(4001)]).toEqual(['curl', 'wget']);
  });

  test('again when the two have been answered', () => {
    const both = [connects('curl-100'), connects('wget-200'), answered(4000), answered(4001)];
    expect(owners([...both, connects('wget-200'), answered(4002)])(4002)).toBe('wget');
  });

  test('that accepted it, when it closes; but not whom a packet interrupted', () => {
    const closing = { task: 'nginx-7', from: 'ESTABLISHED', port: 80 };
    const closes = traced({ ...closing, to: 'FIN_WAIT1' });
    expect(owners([closes])(80)).toBe('nginx');
    expect(owners([traced({ ...closing, to: 'CLOSE', flags: RECEIVING })])(80)).toBeNull();
  });

  test('that connected, although another closes it', () => {
    const passedOn = traced({ task: 'child-101', from: 'CLOSE_WAIT', to: 'LAST_ACK', port: 4000 });
    expect(owners([connects('curl-100'), answered(4000), passedOn])(4000)).toBe('curl');
  });

  test('and nothing of a connection whose connect() began before, or may have', () => {
    const lines = [connects('curl-100'), answered(4000), answered(4001)];
    const of = owners(lines, { before: ['10.0.0.1 4000 10.0.0.2 80'] });
    expect([of(4000), of(4001)]).toEqual([null, 'curl']);

    const lost = owners(['CPU:0 [LOST 17 EVENTS]', ...lines]);
    expect([lost(4000), lost(4001)]).toEqual([null, null]);
  });

  test('again when what was lost is surely over', () => {
    const sockets = new TracedSockets(numberAndName, [], () => now);
    sockets.read(['CPU:0 [LOST 17 EVENTS]']);
    now = 131_000;
    sockets.read([connects('curl-100'), answered(4000)]);
    expect(sockets.take('10.0.0.1 4000 10.0.0.2 80')?.name).toBe('curl');
  });

  test('nothing of tasks that are no process of this network', () => {
    const of = ({ id, name }: Task) => (name === 'kworker' ? null : { pid: id, name });
    const other = owners([connects('kworker-5'), answered(4000)], { of });
    expect(other(4000)).toBeNull();
    // Whoever else connects to the same place meanwhile is not mistaken for it.
    expect(owners([connects('kworker-5'), connects('curl-100'), answered(4000)], { of })(4000)).toBeNull();
  });

  test('however many there are, in bounded memory', () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      traced({ from: 'CLOSE', to: 'SYN_SENT', server: `fd00::${i.toString(16)}` }),
    );
    // A port scan: what is given up is not guessed at.
    const of = owners([...many, connects('curl-100'), answered(4000)]);
    expect(of(4000)).toBeNull();
  });
});

describe('the process of a task', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'sockscope-'));
    proc('self', {});
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const proc = (id: string, { tgid = id, parent = 1, memory = true, network = 'net:[1]', name = 'java' }) => {
    mkdirSync(join(root, id, 'ns'), { recursive: true });
    const lines = [`Name:\t${name}`, `Tgid:\t${tgid}`, `PPid:\t${parent}`, ...(memory ? ['VmSize:\t  100 kB'] : [])];
    writeFileSync(join(root, id, 'status'), lines.join('\n'));
    writeFileSync(join(root, id, 'comm'), `${name}\n`);
    symlinkSync(network, join(root, id, 'ns', 'net'));
  };

  test('is the process of a thread, by its own name', () => {
    proc('70', { name: 'java' });
    proc('77', { tgid: '70', name: 'pool-1-thread-1' });
    expect(new Tasks(root).processOf({ id: 77, name: 'pool-1-thread-1' })).toEqual({ pid: 70, name: 'java' });
  });

  test('is what the trace called it when it is gone, or about to go', () => {
    proc('78', { memory: false, name: 'curl' });
    const { processOf } = new Tasks(root);
    expect(processOf({ id: 78, name: 'curl' })).toEqual({ pid: 78, name: 'curl' });
    expect(processOf({ id: 79, name: 'wget' })).toEqual({ pid: 79, name: 'wget' });
    expect(processOf({ id: 80, name: '<...>' })).toBeNull();
  });

  test('is none for a thread of the kernel, and for a process of another network namespace', () => {
    proc('5', { parent: 2, memory: false, name: 'kworker/0:1' });
    proc('6', { network: 'net:[2]' });
    const { processOf } = new Tasks(root);
    expect([processOf({ id: 5, name: 'kworker/0:1' }), processOf({ id: 6, name: 'java' })]).toEqual([null, null]);
  });
});

test('where tracefs is not mounted, or there is none, that is what is said of the trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sockscope-'));
  try {
    const mounts = join(folder, 'mounts');
    writeFileSync(mounts, `proc /proc proc rw 0 0\n`);
    // In a container, with another root of process numbers, neither is looked for.
    expect(['not mounted', 'permission', 'container']).toContain(KernelTrace.open(mounts));
    writeFileSync(mounts, `tracefs ${folder}/nothing tracefs rw 0 0\n`);
    expect(['unsupported', 'container']).toContain(KernelTrace.open(mounts));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

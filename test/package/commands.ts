import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import type { OtherNode } from './nodes.ts';
import { type Ran, run, type Workshop, withNode } from './workshop.ts';

/** Captures beside the project; made by the lab, so their names say what is in them. */
export const CAPTURES = {
  good: 'close/client-first.pcap',
  reset: 'close/abort-by-server.pcap',
  gzip: 'files/gzip.pcap.gz',
  zstd: 'files/zstd.pcap.zst',
  lz4: 'files/lz4.pcap.lz4',
} as const;

interface Case {
  args: string[];
  status?: number;
  holds: (ran: Ran) => void;
}

const says = (pattern: RegExp) => (ran: Ran) => match(ran.stdout, pattern);
const connections = (count: number) => (ran: Ran) => strictEqual(JSON.parse(ran.stdout).connections.length, count);

/** Every command, with what shows that it did its work. */
function cases({ good, reset, gzip, zstd, lz4 }: Record<keyof typeof CAPTURES, string>, version: string): Case[] {
  return [
    { args: ['--version'], holds: ({ stdout }) => strictEqual(stdout, `${version}\n`) },
    { args: ['--help'], holds: says(/sockscope .*capture/) },
    { args: ['help'], holds: says(/sockscope .*capture/) },
    { args: ['help', 'problems'], holds: says(/connection-refused/) },
    { args: ['completion', 'bash'], holds: says(/complete .*sockscope/) },
    ...['explain', 'check', 'diff', 'live', 'interfaces'].map((command) => ({
      args: [command, '--help'],
      holds: says(new RegExp(`^sockscope ${command}`)),
    })),
    { args: [good], holds: says(/1 TCP/) },
    { args: ['analyze', reset], holds: says(/ECONNRESET|reset/) },
    ...[gzip, zstd, lz4].map((packed) => ({ args: [packed], holds: says(/1 TCP/) })),
    { args: [good, '--json'], holds: connections(1) },
    { args: [good, '--where', 'close.style == "reset"', '--json'], holds: connections(0) },
    { args: [good, '--ndjson'], holds: ({ stdout }) => strictEqual(JSON.parse(stdout).close.style, 'graceful') },
    { args: [good, '--csv'], holds: says(/^stream,protocol,/) },
    { args: [good, '--zeek'], holds: says(/^#fields\tts\t/m) },
    { args: ['explain', reset], holds: says(/SYN[\s\S]*RST/) },
    { args: ['check', good, '--ready', 'no-resets'], holds: says(/1 hold, 0 fail/) },
    { args: ['check', reset, '--ready', 'no-resets'], status: 1, holds: says(/no-resets/) },
    { args: ['diff', good, reset], holds: says(/before/) },
    { args: ['diff', good, zstd, '--json'], holds: ({ stdout }) => ok(JSON.parse(stdout).after) },
    { args: ['interfaces'], holds: says(/interface/) },
  ];
}

/** Runs each command once as npm has installed it, under one version of Node. */
export async function proveCommands(
  workshop: Workshop,
  cwd: string,
  { version, path }: OtherNode,
  packageVersion: string,
) {
  const sockscope = (args: string[]) =>
    run([join(cwd, 'node_modules/.bin/sockscope'), ...args], { cwd, env: withNode(path) });
  const files = Object.fromEntries(Object.entries(CAPTURES).map(([name, file]) => [name, join(cwd, file)])) as Record<
    keyof typeof CAPTURES,
    string
  >;
  for (const { args, status = 0, holds } of cases(files, packageVersion)) {
    const shown = args.map((arg) => arg.replace(`${cwd}/`, '')).join(' ');
    await workshop.prove(`Node ${version}: sockscope ${shown}`, async () => {
      const ran = await sockscope(args);
      strictEqual(ran.status, status, ran.stdout + ran.stderr);
      strictEqual(ran.stderr, '');
      holds(ran);
    });
  }
  await workshop.prove(`Node ${version}: sockscope live lo, or the one line why not`, async () => {
    const { status, stdout, stderr } = await sockscope(['live', 'lo', '--duration', '0.5', '--json']);
    if (status === 0) ok(Array.isArray(JSON.parse(stdout).connections));
    else deepStrictEqual([status, stderr.split('\n').length], [2, 2], stderr);
  });
}

/** A Node that is too old says so, in one line. */
export async function proveTooOld(workshop: Workshop, cwd: string, { version, path }: OtherNode) {
  await workshop.prove(`Node ${version}: sockscope says which version it needs`, async () => {
    const command = [path, join(cwd, 'node_modules/sockscope/bin/sockscope.js'), CAPTURES.good];
    const needed = `sockscope: Node.js 20.19 or newer is needed (https://nodejs.org); this is ${version}\n`;
    deepStrictEqual(await run(command, { cwd }), { status: 2, stdout: '', stderr: needed });
  });
}

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A program and its arguments, run with its output thrown away. */
export interface Command {
  name: string;
  program: string;
  arguments: string[];
}

/** Wall time in seconds and peak resident memory in bytes; null where it cannot be told. */
export interface Measurement {
  seconds: number;
  memory: number | null;
}

const TIME = '/usr/bin/time';

export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;
}

/** Runs a command `runs` times, each in its own process; the run of median time. */
export async function measure(command: Command, runs: number): Promise<Measurement> {
  const measurements: Measurement[] = [];
  for (let run = 0; run < runs; run++) measurements.push(await once(command));
  measurements.sort((a, b) => a.seconds - b.seconds);
  return measurements[runs >> 1];
}

async function once(command: Command): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'sockscope-bench-run-'));
  const memoryFile = join(folder, 'memory');
  const withTime = isInstalled(TIME);
  const program = withTime ? TIME : command.program;
  const timeArguments = withTime ? ['-q', '-f', '%M', '-o', memoryFile, command.program] : [];
  const sink = openSync('/dev/null', 'w');
  try {
    const started = performance.now();
    await finished(program, [...timeArguments, ...command.arguments], folder, sink, command.name);
    const seconds = (performance.now() - started) / 1000;
    return { seconds, memory: withTime ? Number(readFileSync(memoryFile, 'utf8')) * 1024 : null };
  } finally {
    closeSync(sink);
    rmSync(folder, { recursive: true });
  }
}

function finished(program: string, args: string[], cwd: string, sink: number, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', sink, sink] });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`${name} ended with ${code}`))));
  });
}

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Connection } from '../../../src/record.ts';
import type { Summary } from '../../../src/summary.ts';
import { goldenOf } from '../../fixtures/golden.ts';
import { PATIENCE } from '../../support/patience.ts';
import { type Reading, Session, sockscopeCommand } from './session.ts';
import { DEVICE, type Host, Wire } from './wire.ts';

const CONVERSATIONS = fileURLToPath(new URL('./conversations.c', import.meta.url));
const TALK = fileURLToPath(new URL('./talk.py', import.meta.url));

/** Runs a program as another user, who can read the project also where its folder is nobody else's, and may not capture. */
export function asUser(user: string, ...command: string[]): string[] {
  const readsAll = ['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'];
  return ['setpriv', `--reuid=${user}`, '--clear-groups', ...readsAll, ...command];
}

/** The document that --json writes. */
export interface Report {
  connections: Connection[];
  summary: Summary;
  captures: { packets: number; drops: number | null; live?: { backend: string | null; timestamps: string | null } }[];
}

/** What the client says that it did. */
export interface Talk {
  connections: number;
  refused: number;
  bytes: number;
}

/** Two hosts on a wire with a server on one of them, a folder, and the programs that a test starts: all gone at its end. */
export class Lab {
  readonly wire = new Wire();
  readonly folder = mkdtempSync(join(tmpdir(), 'sockscope-live-'));
  readonly #sessions: Session[] = [];

  static async make(): Promise<Lab> {
    const lab = new Lab();
    try {
      await lab.run('server', 'python3', TALK, 'server').said('ready');
    } catch (error) {
      await lab.remove();
      throw error;
    }
    return lab;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  run(host: Host, ...command: string[]): Session {
    const session = new Session(this.wire.on(host, ...command));
    this.#sessions.push(session);
    return session;
  }

  /** sockscope on the client. */
  sockscope(...args: string[]): Session {
    return this.run('client', ...sockscopeCommand(...args));
  }

  /** The same as another user. */
  sockscopeAs(user: string, ...args: string[]): Session {
    return this.run('client', ...asUser(user, ...sockscopeCommand(...args)));
  }

  /** `sockscope live` on the client's interface, once it captures. */
  async live(...args: string[]): Promise<Session> {
    return this.liveOn(DEVICE, args);
  }

  async liveOn(device: string, args: string[], how: Reading = {}): Promise<Session> {
    const session = new Session(this.wire.on('client', ...sockscopeCommand('live', device, ...args)), how);
    this.#sessions.push(session);
    await session.said('capturing on');
    return session;
  }

  /** tcpdump on the same interface, into a file of its own. */
  async tcpdump(file: string, ...args: string[]): Promise<Session> {
    const options = [
      '-i',
      DEVICE,
      '-s',
      '256',
      '-B',
      '65536',
      '--time-stamp-precision=nano',
      '--immediate-mode',
      '-U',
      '-p',
    ];
    const session = this.run('client', 'tcpdump', ...options, '-w', file, ...args);
    await session.said('listening on');
    return session;
  }

  /** Connections from the client to the server, one after the other. */
  async talk(connections: number, seconds = 0): Promise<Talk> {
    const client = this.run('client', 'python3', TALK, 'client', String(connections), String(seconds));
    if ((await client.ended(PATIENCE + seconds * 2000 + connections)) !== 0) throw new Error(client.stderr);
    return JSON.parse(client.stdout) as Talk;
  }

  /** Whole conversations as frames of 64 bytes, from the server's end of the wire. @returns what the program says */
  async blast(conversations: number, packetsPerSecond: number): Promise<string> {
    const program = this.path('conversations');
    if (!existsSync(program)) execFileSync('cc', ['-O2', '-o', program, CONVERSATIONS]);
    const blast = this.run('server', program, DEVICE, String(conversations), String(packetsPerSecond));
    if ((await blast.ended(PATIENCE + (conversations * 20_000) / packetsPerSecond)) !== 0)
      throw new Error(blast.stderr);
    return blast.stdout.trim();
  }

  /** What is read of a file that was written here. */
  analyze(name: string): ReturnType<typeof goldenOf> {
    return goldenOf(this.path(name));
  }

  async remove(): Promise<void> {
    for (const session of this.#sessions) {
      if (session.process.exitCode === null && session.process.signalCode === null) await session.stop('SIGKILL');
    }
    this.wire.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits for what takes as long as the machine needs; where it never comes, the test's own words say what is missing. */
export async function until(holds: () => boolean): Promise<void> {
  for (const late = Date.now() + PATIENCE; !holds() && Date.now() < late; ) await settle(50);
}

/** For the last packets to be captured, in milliseconds: dumpcap hands on what came within a quarter of a second. */
export function settle(milliseconds = 700): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

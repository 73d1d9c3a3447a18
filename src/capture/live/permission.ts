import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Backend, Problem } from './backend.ts';
import { BackendProblem, CaptureChild } from './child.ts';
import type { BackendName, CaptureRequest } from './options.ts';

/** Whether this user can capture with a backend. */
export interface Ability {
  backend: BackendName;
  works: boolean;
  timestamps: Backend['timestamps'];
  /** Why not; null where it works. */
  problem: string | null;
  kind: Problem['kind'] | null;
}

/** Tries each backend for a moment. @param device an interface that is up */
export function tryBackends(backends: Backend[], device: string): Promise<Ability[]> {
  const request: CaptureRequest = { device, filter: '', snapLength: 64, buffer: 1, promiscuous: false };
  return Promise.all(
    backends.map(async (backend): Promise<Ability> => {
      const { name, timestamps } = backend;
      try {
        const child = await CaptureChild.start(backend, request);
        child.kill();
        await child.source.close();
        await child.ended;
        return { backend: name, works: true, timestamps, problem: null, kind: null };
      } catch (error) {
        if (!(error instanceof BackendProblem)) throw error;
        return { backend: name, works: false, timestamps, problem: error.message, kind: error.kind };
      }
    }),
  );
}

const HOW_TO_INSTALL: Record<BackendName, string> = {
  tcpdump: 'tcpdump',
  dumpcap: 'dumpcap (package wireshark-common or wireshark-cli)',
  cap: 'the npm package cap (it is built with a C++ compiler and libpcap-dev)',
};

/** sudo looks for programs on a PATH of its own, where those of npm often are not. */
const SUDO = 'sudo env "PATH=$PATH" sockscope live …';
/** root without the capabilities is root of a container. */
const CONTAINER = 'give the container the right to capture (docker run --cap-add NET_RAW --cap-add NET_ADMIN …)';

/**
 * What a user can do who may not capture: commands to choose from, the one that gives the least away first.
 * @param problems kinds of problems of the backends, by their names
 */
export function waysOut(
  problems: ReadonlyMap<BackendName, Problem['kind'] | null>,
  isRoot = process.getuid?.() === 0,
): string[] {
  const ways: string[] = [];
  const dumpcap = findProgram('dumpcap');
  const isRefused = [...problems.values()].includes('permission');
  if (dumpcap !== null && problems.get('dumpcap') === 'permission' && !isRoot) {
    ways.push(
      isForOthers(dumpcap)
        ? `sudo setcap cap_net_raw,cap_net_admin=eip ${dumpcap} (then every user may capture)`
        : `sudo usermod -a -G wireshark $USER, then log in again`,
    );
  }
  if (isRefused) ways.push(isRoot ? CONTAINER : SUDO);
  const missing = [...problems].filter(([, kind]) => kind === 'missing').map(([name]) => HOW_TO_INSTALL[name]);
  if (missing.length === problems.size) ways.push(`install ${missing.join(', or ')}`);
  return ways;
}

/** The file that a name stands for on the PATH; also one that this user may not run. */
function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  for (const folder of folders) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.F_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  return null;
}

/** Debian lets only the group wireshark run a dumpcap that may capture. */
function isForOthers(path: string): boolean {
  return (statSync(path).mode & 0o001) !== 0;
}

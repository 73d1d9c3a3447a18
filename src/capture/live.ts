import { printable } from '../report/printable.ts';
import { InputError } from './input-error.ts';
import type { Backend } from './live/backend.ts';
import { cap } from './live/cap.ts';
import { BackendProblem, CaptureChild } from './live/child.ts';
import { dumpcap } from './live/dumpcap.ts';
import { FollowedInput } from './live/followed-input.ts';
import { ANY, defaultInterface, interfaceNames, listInterfaces } from './live/interfaces.ts';
import type { LiveInput } from './live/live-input.ts';
import {
  type BackendName,
  type CaptureRequest,
  DEFAULT_BUFFER_MEBIBYTES,
  DEFAULT_SNAP_LENGTH,
  type LiveOptions,
} from './live/options.ts';
import { type Ability, tryBackends, waysOut } from './live/permission.ts';
import { tcpdump } from './live/tcpdump.ts';
import { StreamSource } from './stream-source.ts';

export type { Lag, LiveInput } from './live/live-input.ts';
export { BACKENDS, type BackendName, type Drops, type LiveOptions } from './live/options.ts';
export type { Ability } from './live/permission.ts';

const PROGRAMS: Record<BackendName, Backend> = { tcpdump, dumpcap, cap };

/**
 * Begins to capture, or to follow what comes through standard input (`-`).
 *
 * The capture runs in a process of its own, which alone needs privileges. With the backend 'auto' each is tried, the
 * best first, until one really captures.
 * @throws InputError, one line, when none can
 */
export async function openLive(options: LiveOptions): Promise<LiveInput> {
  if (options.device === '-') {
    const origin = { name: '-', source: new StreamSource(process.stdin), child: null, backend: null, timestamps: null };
    return new FollowedInput(origin, options);
  }
  const request: CaptureRequest = {
    device: options.device,
    filter: options.filter ?? '',
    snapLength: options.snapLength ?? DEFAULT_SNAP_LENGTH,
    buffer: options.buffer ?? DEFAULT_BUFFER_MEBIBYTES,
    promiscuous: options.promiscuous ?? false,
  };
  const wanted = options.backend ?? 'auto';
  const backends = wanted === 'auto' ? Object.values(PROGRAMS) : [PROGRAMS[wanted]];
  const { backend, child } = await startFirst(backends, request);
  const origin = {
    name: options.device,
    source: child.source,
    child,
    backend: backend.name,
    timestamps: backend.timestamps,
  };
  try {
    return new FollowedInput(origin, options);
  } catch (error) {
    child.kill();
    throw error;
  }
}

/** Whether this user can capture, with each backend. */
export function abilities(): Promise<Ability[]> {
  const device = listInterfaces().find(({ state }) => state === 'up')?.name ?? defaultInterface();
  return tryBackends(Object.values(PROGRAMS), device);
}

/** @throws InputError that says of each backend why it cannot */
async function startFirst(
  backends: Backend[],
  request: CaptureRequest,
): Promise<{ backend: Backend; child: CaptureChild }> {
  const problems = new Map<BackendName, BackendProblem>();
  for (const backend of backends) {
    try {
      return { backend, child: await CaptureChild.start(backend, request) };
    } catch (error) {
      if (!(error instanceof BackendProblem)) throw error;
      if (error.kind === 'interface') throw problem(`${error.message}; there are ${knownInterfaces()}`);
      if (error.kind === 'filter') throw problem(`filter '${request.filter}': ${error.message}`);
      problems.set(backend.name, error);
    }
  }
  throw problem(whyNot(request.device, problems));
}

function whyNot(device: string, problems: Map<BackendName, BackendProblem>): string {
  const kinds = new Map([...problems].map(([name, { kind }]) => [name, kind]));
  const ways = waysOut(kinds).join(', or ');
  const help = ways === '' ? '' : `; what helps: ${ways} (see sockscope interfaces)`;
  const refused = [...problems].filter(([, { kind }]) => kind === 'permission').map(([name]) => name);
  const others = [...problems].filter(([, { kind }]) => kind !== 'permission');
  const reasons = others.map(([name, { message }]) => `${name}: ${message}`);
  if (refused.length > 0) reasons.unshift(`this user has no permission for it (${refused.join(', ')})`);
  // Without permission the programs do not get as far as to look.
  if (!isKnown(device)) reasons.unshift(`there is no interface of that name; there are ${knownInterfaces()}`);
  return `cannot capture on ${device}: ${reasons.join('; ')}${help}`;
}

function isKnown(device: string): boolean {
  return device === ANY || interfaceNames().includes(device);
}

/** A name of an interface may hold anything, and so may what a program says of a filter. */
function problem(text: string): InputError {
  return new InputError(printable(text));
}

function knownInterfaces(): string {
  return [...interfaceNames(), ANY].join(', ');
}

import { InputError } from './input-error.ts';
import type { Backend } from './live/backend.ts';
import { cap } from './live/cap.ts';
import { BackendProblem, CaptureChild } from './live/child.ts';
import { dumpcap } from './live/dumpcap.ts';
import { ANY, interfaceNames } from './live/interfaces.ts';
import { FollowedInput, type LiveInput } from './live/live-input.ts';
import {
  type BackendName,
  type CaptureRequest,
  DEFAULT_BUFFER_MEBIBYTES,
  DEFAULT_SNAP_LENGTH,
  type LiveOptions,
} from './live/options.ts';
import { tcpdump } from './live/tcpdump.ts';

export type { Lag, LiveInput } from './live/live-input.ts';
export { BACKENDS, type BackendName, type Drops, type LiveOptions } from './live/options.ts';

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
    const origin = { name: '-', readable: process.stdin, child: null, backend: null, timestamps: null };
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
    readable: child.stdout,
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

/** @throws InputError that says of each backend why it cannot */
async function startFirst(
  backends: Backend[],
  request: CaptureRequest,
): Promise<{ backend: Backend; child: CaptureChild }> {
  const reasons: string[] = [];
  for (const backend of backends) {
    try {
      return { backend, child: await CaptureChild.start(backend, request) };
    } catch (error) {
      if (!(error instanceof BackendProblem)) throw error;
      if (error.kind === 'interface') throw new InputError(`${error.message}; there are ${knownInterfaces()}`);
      if (error.kind === 'filter') throw new InputError(`filter '${request.filter}': ${error.message}`);
      reasons.push(`${backend.name}: ${error.message}`);
    }
  }
  throw new InputError(`cannot capture on ${request.device}: ${reasons.join('; ')}`);
}

function knownInterfaces(): string {
  return [...interfaceNames(), ANY].join(', ');
}

import type { WriteOptions } from '../write/capture-writer.ts';

/** Programs and libraries that can capture, the best first. */
export const BACKENDS = ['tcpdump', 'dumpcap', 'cap'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Enough for the headers of every tunnel that is followed. */
export const DEFAULT_SNAP_LENGTH = 256;
/** Of the kernel's ring: a slot takes the snap length and some 80 bytes, so it holds 190,000 packets. */
export const DEFAULT_BUFFER_MEBIBYTES = 64;

/** What to capture, and how. */
export interface LiveOptions {
  /** Name of a network interface, `any`, or `-`: a capture that comes through standard input. */
  device: string;
  /** A filter as tcpdump has them; '' for everything. */
  filter?: string;
  backend?: BackendName | 'auto';
  /** Bytes kept of each packet. */
  snapLength?: number;
  /** Size of the kernel's buffer in MiB. */
  buffer?: number;
  /** Also packets for other hosts, where the interface sees them. */
  promiscuous?: boolean;
  /** The capture ends by itself after so many seconds, or packets. */
  duration?: number;
  packets?: number;
  /** `fill()` returns at the latest after so many milliseconds, also when nothing came (default 200). */
  wakeEvery?: number;
  /** Keeps the packets in files. */
  write?: WriteOptions;
  /** Called with one line for everything the user should know while the capture runs. */
  onWarning?: (message: string) => void;
}

/** What a backend is told: the same with nothing left open. */
export interface CaptureRequest {
  readonly device: string;
  readonly filter: string;
  readonly snapLength: number;
  readonly buffer: number;
  readonly promiscuous: boolean;
}

/** Packets that never arrived, as far as the backend has said so far; null where it does not say. */
export interface Drops {
  /** Found no room in the kernel's buffer: what captures did not fetch them in time. */
  readonly kernel: number | null;
  /** Lost by the interface before the kernel had them. */
  readonly interface: number | null;
  /** Found no room in what captures: the analysis did not fetch them in time. */
  readonly program: number | null;
}

export const UNKNOWN_DROPS: Drops = { kernel: null, interface: null, program: null };

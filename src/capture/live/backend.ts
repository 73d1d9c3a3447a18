import type { BackendName, CaptureRequest, Drops } from './options.ts';

/** Why a capture program could not begin, or ended: whose fault decides what is tried next. */
export interface Problem {
  /** 'missing' and 'permission' are of one backend; 'interface' and 'filter' would be the same with any other. */
  kind: 'missing' | 'permission' | 'interface' | 'filter' | 'other';
  /** What is wrong, without the program's name. */
  text: string;
}

/** One way to capture: a program that writes a capture stream to its standard output and speaks on stderr. */
export interface Backend {
  readonly name: BackendName;
  /** Who takes the time of a packet: the kernel when it arrives, or the program when it gets it. */
  readonly timestamps: 'kernel' | 'delivery';
  /** The program and its arguments. */
  command(request: CaptureRequest): [string, ...string[]];
  /** True of the line on stderr that says that the capture runs. */
  hasBegun(line: string): boolean;
  /** The problem that the program's words tell of; null where they tell of none. */
  problem(lines: readonly string[], request: CaptureRequest): Problem | null;
  /** Drop counts that a line on stderr tells; null where it tells none. */
  drops(line: string): Partial<Drops> | null;
  /** Makes the running program say its drop counts on stderr; null where it says them at its end only. */
  readonly askForDrops: NodeJS.Signals | null;
}

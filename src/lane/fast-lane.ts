import { readFileSync } from 'node:fs';
import type { PlainRecords } from '../capture/plain-records.ts';
import type { Tracker } from '../track/tracker.ts';
import {
  N_CAPTURED_BYTES,
  N_FIRST_NANOSECONDS,
  N_FIRST_SECONDS,
  N_LAST_NANOSECONDS,
  N_LAST_SECONDS,
  W_FRAME,
} from '../track/words.ts';
import { LaneMemory, LONGEST_WINDOW } from './lane-memory.ts';
import { type Module, webAssembly } from './webassembly.ts';

/** From so many bytes on a capture is worth the lane: making it ready takes as long as following some thousand packets. */
const WORTHWHILE = 1024 * 1024;

/** What follow.ts exports once it is compiled: the tables stand in the shared memory, so only numbers are left. */
interface Compiled {
  followRecords(from: number, to: number, linkType: number, nanosecondsPerUnit: number, maxCaptured: number): number;
}

let compiled: Module | null | undefined;

/** follow.ts as WebAssembly; null where it was not built, as when the program runs from its sources. */
function compiledFollow(): Module | null {
  if (compiled === undefined) {
    compiled = null;
    try {
      compiled = new webAssembly.Module(readFileSync(new URL('../lane/follow.wasm', import.meta.url)));
    } catch {
      // Slower, and as right.
    }
  }
  return compiled;
}

/**
 * The fast lane for large captures: ordinary packets are read, decoded and followed by machine code that was compiled
 * ahead of time (follow.ts). V8 would come to code as good only after it had run most of the capture.
 *
 * It works on the tracker's own tables, so that each packet can go either way.
 */
export class FastLane {
  readonly #worthwhile: number;
  readonly #module: Module | null;
  #memory: LaneMemory | null = null;
  #tracker: Tracker | null = null;
  #records: PlainRecords | null = null;
  #follow: Compiled['followRecords'] | null = null;
  /** Packets that it has followed. */
  packets = 0;

  /** @param worthwhile size of the smallest capture that is given the lane */
  constructor(worthwhile = WORTHWHILE, module = compiledFollow()) {
    this.#worthwhile = worthwhile;
    this.#module = module;
  }

  /** Memory for the tracker's tables, once a capture has been opened; undefined where an ordinary one does. */
  get memory(): LaneMemory | undefined {
    return this.#memory ?? undefined;
  }

  /** Memory for chunks of a capture. @param size of the capture, null where it is not known */
  readonly window = (length: number, size: number | null): Uint8Array => {
    const isWorthwhile = size === null || size >= this.#worthwhile;
    if (this.#memory !== null || this.#module === null || !isWorthwhile || length > LONGEST_WINDOW) {
      return new Uint8Array(length);
    }
    try {
      this.#memory = new LaneMemory();
    } catch {
      return new Uint8Array(length);
    }
    return this.#memory.window(length);
  };

  /** @param tracker has the lane's memory; @param records null where the capture has them in a form that is not for the lane */
  open(tracker: Tracker, records: PlainRecords | null): void {
    if (this.#memory === null || this.#module === null || records === null) return;
    const { exports } = new webAssembly.Instance(this.#module, {
      env: { memory: this.#memory.memory },
      hooks: { retire: (row: number) => tracker.retire(row) },
    });
    this.#tracker = tracker;
    this.#records = records;
    this.#follow = (exports as Compiled).followRecords;
  }

  /** Follows packets of the window as far as they are ordinary. */
  run(): void {
    const records = this.#records;
    if (this.#follow === null || records === null || this.#tracker === null || this.#memory?.isOutgrown !== false)
      return;
    const { words, sums } = this.#memory;
    const { window, layout } = records;
    words[W_FRAME] = records.frames;
    sums[N_CAPTURED_BYTES] = 0;
    sums[N_FIRST_SECONDS] = Number.POSITIVE_INFINITY;
    sums[N_LAST_SECONDS] = Number.NEGATIVE_INFINITY;
    const { linkType, nanosecondsPerUnit, maxCaptured } = layout;
    const position = this.#follow(window.position, window.end, linkType, nanosecondsPerUnit, maxCaptured);
    if (position === window.position) return;
    this.packets += words[W_FRAME] - records.frames;
    records.pass(position, words[W_FRAME], {
      bytes: sums[N_CAPTURED_BYTES],
      firstSeconds: sums[N_FIRST_SECONDS],
      firstNanoseconds: sums[N_FIRST_NANOSECONDS],
      lastSeconds: sums[N_LAST_SECONDS],
      lastNanoseconds: sums[N_LAST_NANOSECONDS],
      linkType,
    });
  }
}

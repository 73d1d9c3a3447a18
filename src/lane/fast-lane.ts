import { readFileSync } from 'node:fs';
import type { PacketView } from '../../parsers/packet-view.ts';
import { builtFile } from '../built-file.ts';
import type { PlainRecords } from '../capture/plain-records.ts';
import type { Tracker } from '../track/tracker.ts';
import {
  INT32_MAX,
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
  followRead(
    frame: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
    start: number,
    end: number,
    originalLength: number,
  ): number;
  finishRows(from: number): number;
}

const UINT32_MAX = 0xffff_ffff;
/** Frames are counted in words: a run of the lane must not take the count beyond what they hold. */
const LAST_FRAME = INT32_MAX - LONGEST_WINDOW;

let compiled: Module | null | undefined;

/** follow.ts as WebAssembly; null where it was not built, as when the program runs from its sources. */
function compiledFollow(): Module | null {
  if (compiled === undefined) {
    const file = builtFile('lane/follow.wasm');
    compiled = file === null ? null : new webAssembly.Module(readFileSync(file));
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
  /** Undefined until it is asked for. */
  #module: Module | null | undefined;
  #memory: LaneMemory | null = null;
  #records: PlainRecords | null = null;
  #compiled: Compiled | null = null;
  /** Packets that it has followed. */
  packets = 0;

  /** @param worthwhile size of the smallest capture that is given the lane */
  constructor(worthwhile = WORTHWHILE, module?: Module | null) {
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
    if (this.#memory !== null || !isWorthwhile || length > LONGEST_WINDOW) return new Uint8Array(length);
    if (this.#module === undefined) this.#module = compiledFollow();
    if (this.#module === null) return new Uint8Array(length);
    try {
      this.#memory = new LaneMemory();
    } catch {
      return new Uint8Array(length);
    }
    return this.#memory.window(length);
  };

  /**
   * Packets may go through it from now on.
   * @param records null where they are not plain: then the packets are read elsewhere, and go through `follow`
   */
  open(records: PlainRecords | null): void {
    if (this.#memory === null || !this.#module) return;
    const { exports } = new webAssembly.Instance(this.#module, {
      env: { memory: this.#memory.memory },
    });
    this.#records = records;
    this.#compiled = exports as Compiled;
  }

  /** Follows one packet of the window that was read elsewhere. False if it is not for the lane. */
  follow(view: PacketView): boolean {
    if (this.#compiled === null || this.#records !== null || this.#memory?.isOutgrown !== false) return false;
    const { frame, seconds, nanoseconds, linkType, start, end, originalLength } = view;
    if (!(seconds >= 0 && seconds <= UINT32_MAX && originalLength <= INT32_MAX && frame <= LAST_FRAME)) return false;
    if (!this.#compiled.followRead(frame, seconds | 0, nanoseconds, linkType, start, end, originalLength)) return false;
    this.packets++;
    return true;
  }

  /** Follows plain records of the window as far as they are ordinary. */
  run(): void {
    const records = this.#records;
    if (this.#compiled === null || records === null || this.#memory?.isOutgrown !== false) return;
    if (records.frames > LAST_FRAME) return;
    const { words, sums } = this.#memory;
    const { window, layout } = records;
    words[W_FRAME] = records.frames;
    sums[N_CAPTURED_BYTES] = 0;
    sums[N_FIRST_SECONDS] = Number.POSITIVE_INFINITY;
    sums[N_LAST_SECONDS] = Number.NEGATIVE_INFINITY;
    const { linkType, nanosecondsPerUnit, maxCaptured } = layout;
    const position = this.#compiled.followRecords(
      window.position,
      window.end,
      linkType,
      nanosecondsPerUnit,
      maxCaptured,
    );
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
  /** What Tracker.finish does. */
  finish(tracker: Tracker, from: number): number {
    if (this.#compiled === null || this.#memory?.isOutgrown !== false) return tracker.finish(from);
    return tracker.finish(from, this.#compiled.finishRows);
  }
}

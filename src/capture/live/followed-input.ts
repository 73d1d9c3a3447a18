import { LINK_ETHERNET } from '../../../parsers/link/link-types.ts';
import type { PacketView } from '../../../parsers/packet-view.ts';
import type { CaptureInfo } from '../../summary.ts';
import type { ByteSource } from '../byte-source.ts';
import { CaptureStream } from '../capture-stream.ts';
import { describeError, InputError } from '../input-error.ts';
import { CaptureWriter, encoderFor, type WriteOptions } from '../write/capture-writer.ts';
import type { Lacks, WrittenInterface } from '../write/encoder.ts';
import type { CaptureChild } from './child.ts';
import { ANY, readState } from './interfaces.ts';
import type { Lag, LiveInput } from './live-input.ts';
import { type BackendName, type Drops, type LiveOptions, UNKNOWN_DROPS } from './options.ts';
import { Watch } from './watch.ts';

const WAKE_EVERY = 200;
/** Milliseconds between two questions for drop counts, and two looks at the interface. */
const LOOK_EVERY = 1000;
/** Milliseconds until what was captured can be read from the file that it is written to. */
const WRITE_EVERY = 500;

/** Milliseconds after stop() in which the analysis may catch up with the network. */
const CATCH_UP_WITHIN = 3000;
/** Milliseconds without a packet that mean that none is on its way: dumpcap hands packets on every quarter of a second. */
const SILENCE = 750;

/** Where the bytes of a live capture come from. */
export interface LiveOrigin {
  readonly name: string;
  readonly source: ByteSource;
  readonly child: CaptureChild | null;
  readonly backend: BackendName | null;
  readonly timestamps: LiveInput['timestamps'];
}

/** The packets of a capture program, or of standard input, as they come. */
export class FollowedInput implements LiveInput {
  readonly device: string;
  readonly backend: BackendName | null;
  readonly timestamps: LiveInput['timestamps'];
  readonly bytesTotal = null;
  isStopping = false;
  readonly #source: ByteSource;
  readonly #child: CaptureChild | null;
  readonly #options: LiveOptions;
  readonly #opening: Promise<void>;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #writer: CaptureWriter | null;
  #stream: CaptureStream | null = null;
  #openFailure: unknown = null;
  /** The read that is under way; the window is not touched until it is done. */
  #reading: Promise<boolean> | null = null;
  #wake: () => void = () => {};
  #packets = 0;
  readonly #watch: Watch;
  /** Packets whose age when they were analysed is noted. */
  #packetsNoted = 0;
  #behind: number | null;
  #broken: string | null = null;
  #ended = false;
  /** Milliseconds since 1970 of stop(). */
  #stoppedAt = 0;
  /** Milliseconds since 1970 when the last bytes came. */
  #lastCame = 0;

  /** @throws InputError where packets are to be kept and the file cannot be written */
  constructor(origin: LiveOrigin, options: LiveOptions) {
    this.device = origin.name;
    this.backend = origin.backend;
    this.timestamps = origin.timestamps;
    this.#child = origin.child;
    this.#behind = origin.child === null ? null : 0;
    this.#options = options;
    this.#writer = options.write === undefined ? null : this.#openWriter(options.write);
    this.#source = origin.source;
    this.#watch = new Watch(origin.name, (message) => options.onWarning?.(message));
    this.#opening = this.#open(this.#source);
    this.#timers.push(setInterval(() => this.#wake(), options.wakeEvery ?? WAKE_EVERY));
    if (this.#child !== null) this.#timers.push(setInterval(() => this.#lookAround(), LOOK_EVERY));
    if (this.#writer !== null) this.#timers.push(setInterval(() => this.#writer?.flush(), WRITE_EVERY));
    if (options.duration !== undefined) {
      this.#timers.push(setTimeout(() => this.stop(), Math.min(options.duration * 1000, 2 ** 31 - 1)));
    }
  }

  async fill(): Promise<boolean> {
    if (this.#ended) return false;
    if (this.#isComplete()) return this.#end();
    this.#noteLag();
    this.#endOnceCaughtUp();
    this.#reading ??= this.#read();
    const woken = new Promise<'woken'>((resolve) => {
      this.#wake = () => resolve('woken');
    });
    const more = await Promise.race([this.#reading, woken]);
    if (more === 'woken') return true;
    this.#reading = null;
    this.#lastCame = Date.now();
    this.#child?.stillThere();
    return more || this.#end();
  }

  next(view: PacketView): boolean {
    if (this.#reading !== null || this.#stream === null || this.#isComplete()) return false;
    if (!this.#stream.next(view)) return false;
    this.#packets++;
    this.#writer?.packet(view);
    return true;
  }

  interfaceName(view: PacketView): string {
    const name = this.#stream?.interfaceName(view) ?? '';
    return name === '' && this.#child !== null && this.device !== ANY ? this.device : name;
  }

  stop(): void {
    if (this.isStopping) {
      this.#child?.kill();
      return;
    }
    this.isStopping = true;
    this.#stoppedAt = Date.now();
    this.#wake();
  }

  drops(): Drops {
    return this.#child?.drops ?? UNKNOWN_DROPS;
  }

  get failure(): string | null {
    return this.#child?.failure ?? this.#broken;
  }

  get writeFailure(): string | null {
    return this.#writer?.problem ?? null;
  }

  get lag(): Lag {
    return { seconds: this.#behind };
  }

  get captures(): CaptureInfo[] {
    const info = this.#stream?.info ?? NOTHING_YET;
    const known = Object.values(this.drops()).filter((count) => count !== null);
    const drops = known.length === 0 ? info.drops : known.reduce((sum, count) => sum + count, 0);
    const live = { backend: this.backend, timestamps: this.timestamps };
    return [{ ...info, file: this.#name, drops, live }];
  }

  get #name(): string {
    return this.device === '-' ? 'standard input' : this.device;
  }

  get bytesRead(): number {
    return this.#source.bytesRead;
  }

  async close(): Promise<void> {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#child?.kill();
    await this.#source.close();
    await this.#child?.ended;
    this.#writer?.finish();
  }

  #openWriter(options: WriteOptions): CaptureWriter {
    const encoder = encoderFor(options.path);
    if (encoder === null) throw new InputError(`${options.path}: a capture is written as .pcapng or .pcap`);
    return new CaptureWriter(options, encoder, {
      describe: (view) => this.#describe(view),
      lost: (id) => this.#lost(id),
      onProblem: (message) => this.#options.onWarning?.(message),
    });
  }

  /** What a file says of the interface of a packet. */
  #describe(view: PacketView | null): WrittenInterface {
    const known = this.#stream?.interfaces[view?.interfaceId ?? 0];
    return {
      linkType: view?.linkType ?? known?.linkType ?? LINK_ETHERNET,
      name: view === null ? '' : this.interfaceName(view),
      snapLength: known?.snapLength ?? 0,
      filter: this.#options.filter ?? '',
    };
  }

  /** As the capture program says; standard input may say it itself. */
  #lost(interfaceId: number): Lacks {
    if (this.#child === null) {
      return { interface: null, system: this.#stream?.interfaces[interfaceId]?.dropped ?? null };
    }
    const { interface: byInterface, kernel, program } = this.drops();
    const system = kernel === null && program === null ? null : (kernel ?? 0) + (program ?? 0);
    return { interface: byInterface, system };
  }

  /** The header of the capture may come with the first packet only, so nobody waits for it. */
  async #open(source: ByteSource): Promise<void> {
    try {
      this.#stream = await CaptureStream.open(this.#name, source);
    } catch (error) {
      this.#openFailure = error;
    }
  }

  async #read(): Promise<boolean> {
    if (this.#stream === null) {
      await this.#opening;
      if (this.#openFailure !== null) return false;
    }
    return (await this.#stream?.fill()) ?? false;
  }

  /** As many packets as were asked for, or standard input was told to stop. */
  #isComplete(): boolean {
    const { packets } = this.#options;
    return (packets !== undefined && this.#packets >= packets) || (this.isStopping && this.#child === null);
  }

  /**
   * A program that is asked to end leaves in the kernel's buffer what it has not fetched yet. So what came before stop()
   * is waited for: until a later packet is there, or none comes for a while.
   */
  #endOnceCaughtUp(): void {
    if (!this.isStopping) return;
    const now = Date.now();
    const isLate = now - this.#stoppedAt > CATCH_UP_WITHIN;
    const isCaughtUp = (this.#stream?.newestTime ?? 0) * 1000 > this.#stoppedAt;
    const isSilent = now - Math.max(this.#stoppedAt, this.#lastCame) > SILENCE;
    if (isLate || isCaughtUp || isSilent) this.#child?.stop();
  }

  async #end(): Promise<boolean> {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    if (this.#isComplete()) {
      this.isStopping = true;
      this.#child?.stop();
      await this.#passOver();
    }
    await this.#child?.ended;
    this.#writer?.finish();
    this.#noteBreak();
    return false;
  }

  /** What comes after the packets that were asked for is of no interest, but the program must get rid of it to end. */
  async #passOver(): Promise<void> {
    if (this.#child === null) return;
    const scratch = new Uint8Array(65_536);
    while ((await this.#source.read(scratch)) > 0) this.#child.stillThere();
  }

  /** Why the stream itself ended too early, where the capture program has not said it. */
  #noteBreak(): void {
    if (this.#openFailure !== null && !this.isStopping) this.#broken = describeError(this.#openFailure).message;
    if (this.failure !== null || this.isStopping) return;
    for (const line of this.#stream?.warnings ?? []) this.#options.onWarning?.(line);
  }

  #noteLag(): void {
    const time = this.#stream?.newestTime ?? null;
    if (this.#packets === this.#packetsNoted || time === null || this.#child === null) return;
    this.#packetsNoted = this.#packets;
    this.#behind = Math.max(0, Date.now() / 1000 - time);
    this.#watch.lag(this.#behind);
  }

  #lookAround(): void {
    this.#child?.askForDrops();
    this.#watch.state(readState(this.device));
  }
}

const NOTHING_YET: CaptureInfo = {
  file: '',
  format: 'pcap',
  compression: null,
  linkTypes: [],
  packets: 0,
  bytes: 0,
  firstTime: null,
  lastTime: null,
  timeResolution: 1e-9,
  drops: null,
  cut: null,
};

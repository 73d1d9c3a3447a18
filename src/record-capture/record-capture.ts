import { networkInterfaces } from 'node:os';
import { Readable } from 'node:stream';
import { PacketView } from '../../parsers/packet-view.ts';
import { analyzeInput } from '../analyze.ts';
import { openStream } from '../capture/input.ts';
import { InputError } from '../capture/input-error.ts';
import { ANY } from '../capture/live/interfaces.ts';
import { type BackendName, type LiveInput, openLive } from '../capture/live.ts';
import { rememberSource } from '../connection-source.ts';
import type { Connection } from '../record.ts';
import { bytes, counted, duration } from '../report/units.ts';
import type { Thresholds } from '../track/thresholds.ts';
import { Marker } from './marker.ts';
import { PcapRecorder } from './pcap-recorder.ts';

/** What to record, and how much of it. */
export interface RecordCaptureOptions {
  /** Name of the interface; default: the loopback. */
  interface?: string;
  /** A filter as tcpdump has them: `tcp port 8080`. Without one, whatever else runs is recorded as well. */
  filter?: string;
  /** What captures; default: the first that works. */
  backend?: BackendName | 'auto';
  /** The recording ends by itself after so many seconds (default 60), and stop() says so. */
  maxSeconds?: number;
  /** The same for bytes of packets (default 64 MiB). */
  maxBytes?: number;
  /** Bytes kept of each packet (default 256, at least 128). */
  snapLength?: number;
  /** stop() waits until nothing came for so many seconds (default 0.05 on the loopback, else 0.3), 2 s at the most. */
  settle?: number;
  /** From where on something is a problem. */
  thresholds?: Partial<Thresholds>;
}

/** A capture that runs. */
export interface Recording {
  /**
   * Ends the recording, once it has seen all that was sent until now.
   *
   * @returns the connections, in order of their first packets; a connection that is still open is among them
   * @throws InputError where it ended before (its limits, the capture program's end) or lost packets: what is missing
   * is not known, so nothing can be asserted
   */
  stop(): Promise<Connection[]>;
  /** The recorded packets as a pcap file; empty before stop(). */
  readonly capture: Uint8Array;
}

const MAX_SECONDS = 60;
const MAX_BYTES = 64 * 1024 * 1024;
/** Markers are found by their payload. */
const LEAST_SNAP_LENGTH = 128;
/** The capture shows a marker within this time, or does not work. */
const PATIENCE_MS = 5000;
const SETTLED_AT_LAST_MS = 2000;
const POLL_MS = 10;
/** A timer may fire a little early. */
const CLOCKS_APART_MS = 50;

/**
 * Records what goes through an interface until `stop()`.
 *
 * ```ts
 * const recording = await recordCapture({ interface: 'lo', filter: 'tcp port 8080' });
 * await fetch('http://127.0.0.1:8080/');
 * const connections = await recording.stop();
 * ```
 *
 * When it resolves the capture runs: nothing that is sent after it is missed.
 * @throws InputError, one line, where this machine or this user cannot capture; `canRecord()` asks before
 */
export async function recordCapture(options: RecordCaptureOptions = {}): Promise<Recording> {
  return RunningRecording.start(options);
}

/**
 * Whether `recordCapture` works here; it is tried.
 *
 * ```ts
 * const { possible, reason } = await canRecord();
 * (possible ? test : test.skip)(`keep-alive ${reason ?? ''}`, async () => { … });
 * ```
 *
 * @returns why not, in one line; null where it does
 */
export async function canRecord(
  options: RecordCaptureOptions = {},
): Promise<{ possible: boolean; reason: string | null }> {
  try {
    const recording = await recordCapture(options);
    await recording.stop();
    return { possible: true, reason: null };
  } catch (error) {
    if (error instanceof InputError) return { possible: false, reason: error.message };
    throw error;
  }
}

class RunningRecording implements Recording {
  capture: Uint8Array = new Uint8Array(0);
  readonly #input: LiveInput;
  readonly #marker: Marker | null;
  readonly #options: RecordCaptureOptions;
  readonly #recorder: PcapRecorder;
  readonly #pumped: Promise<void>;
  #stopped: Promise<Connection[]> | null = null;
  /** When the last packet came that is no marker. */
  #lastPacket = performance.now();
  /** Why the recording is not whole. */
  #problem: string | null = null;
  #ended = false;

  private constructor(input: LiveInput, marker: Marker | null, options: RecordCaptureOptions) {
    this.#input = input;
    this.#marker = marker;
    this.#options = options;
    this.#recorder = new PcapRecorder(options.maxBytes ?? MAX_BYTES);
    this.#pumped = this.#pump();
  }

  static async start(options: RecordCaptureOptions): Promise<RunningRecording> {
    const device = options.interface ?? loopback();
    const { filter = '', backend, snapLength } = options;
    const marker = device === ANY || isLoopback(device) ? await Marker.open() : null;
    try {
      const input = await openLive({
        device,
        filter: filter === '' || marker === null ? filter : `(${filter}) or (udp port ${marker.port})`,
        ...(backend === undefined ? {} : { backend }),
        ...(snapLength === undefined ? {} : { snapLength: Math.max(snapLength, LEAST_SNAP_LENGTH) }),
        duration: options.maxSeconds ?? MAX_SECONDS,
        wakeEvery: POLL_MS,
      });
      const recording = new RunningRecording(input, marker, options);
      await recording.#sawAll();
      return recording;
    } catch (error) {
      marker?.close();
      throw error;
    }
  }

  stop(): Promise<Connection[]> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<Connection[]> {
    if (!this.#ended) await this.#settled();
    await this.#close();
    const { kernel, program } = this.#input.drops();
    const dropped = (kernel ?? 0) + (program ?? 0);
    const problem =
      this.#problem ?? (dropped > 0 ? `${counted(dropped, 'packet')} were dropped while recording` : null);
    if (problem !== null) throw new InputError(`the recording on ${this.#input.device} is not whole: ${problem}`);
    this.capture = this.#recorder.finish();
    return connectionsIn(this.capture, `recorded on ${this.#input.device}`, this.#options.thresholds);
  }

  async #close(): Promise<void> {
    this.#ended = true;
    this.#input.stop();
    await this.#pumped;
    await this.#input.close();
    this.#marker?.close();
  }

  async #pump(): Promise<void> {
    const view = new PacketView();
    const until = performance.now() + (this.#options.maxSeconds ?? MAX_SECONDS) * 1000;
    while (await this.#input.fill()) {
      while (this.#input.next(view)) this.#take(view);
    }
    if (this.#ended) return;
    this.#ended = true;
    const { failure } = this.#input;
    this.#problem ??= failure ?? this.#limitText(performance.now() >= until - CLOCKS_APART_MS);
  }

  #limitText(isTime: boolean): string {
    const { maxSeconds = MAX_SECONDS, maxBytes = MAX_BYTES } = this.#options;
    if (isTime) return `it ended by itself after ${duration(maxSeconds)} (maxSeconds)`;
    return `it ended by itself at ${bytes(maxBytes)} (maxBytes)`;
  }

  #take(view: PacketView): void {
    if (this.#marker?.isMarker(view) === true || this.#problem !== null) return;
    this.#lastPacket = performance.now();
    if (this.#recorder.add(view)) return;
    this.#problem = this.#limitText(false);
    this.#input.stop();
  }

  /** Waits until the capture has seen what was sent before; where there is no marker it cannot tell. */
  async #sawAll(): Promise<void> {
    const marker = this.#marker;
    if (marker === null) return;
    const wanted = marker.send();
    const deadline = performance.now() + PATIENCE_MS;
    while (marker.seen < wanted && !this.#ended) {
      if (performance.now() > deadline) {
        await this.#close();
        throw new InputError(`the capture on ${this.#input.device} shows nothing of what is sent there`);
      }
      await sleep(POLL_MS);
      // One that was sent before the capture began is not seen.
      if (marker.seen < wanted) marker.send();
    }
  }

  async #settled(): Promise<void> {
    const settle = (this.#options.settle ?? (this.#marker === null ? 0.3 : 0.05)) * 1000;
    const began = performance.now();
    const deadline = began + SETTLED_AT_LAST_MS;
    while (!this.#ended) {
      await this.#sawAll();
      const now = performance.now();
      if (now - Math.max(this.#lastPacket, began) >= settle || now > deadline) return;
      await sleep(POLL_MS);
    }
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function isLoopback(device: string): boolean {
  return networkInterfaces()[device]?.some(({ internal }) => internal) === true;
}

/** 'lo' on Linux, 'lo0' on macOS and BSD. */
function loopback(): string {
  return Object.keys(networkInterfaces()).find(isLoopback) ?? 'lo';
}

async function connectionsIn(
  capture: Uint8Array,
  name: string,
  thresholds: Partial<Thresholds> | undefined,
): Promise<Connection[]> {
  const input = await openStream(Readable.from([Buffer.from(capture)]), name);
  const connections: Connection[] = [];
  try {
    const consumer = { ended: (ended: { record(): Connection }) => void connections.push(ended.record()) };
    await analyzeInput(input, consumer, { order: 'capture', ...(thresholds === undefined ? {} : { thresholds }) });
  } finally {
    await input.close();
  }
  for (const connection of connections) rememberSource(connection, { name, capture });
  return connections;
}

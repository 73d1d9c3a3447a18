import { Readable } from 'node:stream';
import { CaptureFormatError } from '../../parsers/capture-file/reader.ts';
import type { PacketView } from '../../parsers/packet-view.ts';
import { analyzeInput } from '../../src/analyze.ts';
import { type CaptureInput, openStream } from '../../src/capture/input.ts';
import { InputError } from '../../src/capture/input-error.ts';
import { type CollectedConnection, FrameCollector } from '../../src/explain/frame-collector.ts';
import { explanations } from '../../src/report/explanation.ts';
import type { CaptureInfo } from '../../src/summary.ts';

/** The first streams of each protocol are explained, too. */
const EXPLAINED = (['tcp', 'udp', 'sctp'] as const).flatMap((protocol) =>
  [0, 1, 2, 3, 4].map((stream) => ({ protocol, stream })),
);
const STEPS = 16;
const WIDTH = 80;

/**
 * Analyses bytes as a capture, makes every record and explains the first connections. True where it is one, false
 * where it is refused in words.
 */
export async function survives(file: Uint8Array): Promise<boolean> {
  try {
    const input = await openStream(Readable.from([file]), 'pipe');
    try {
      const collector = new FrameCollector(EXPLAINED, STEPS, (connection) => void connection.record());
      await analyzeInput(input, collector, { calls: true }, collector);
      checkExplanations(input.captures, collector.collected());
    } finally {
      await input.close();
    }
    return true;
  } catch (error) {
    if (error instanceof CaptureFormatError || error instanceof InputError) return false;
    throw error;
  }
}

/** Their text fits the width, and nothing in it speaks to the terminal. */
function checkExplanations(captures: CaptureInfo[], collected: CollectedConnection[]): void {
  const connections = collected.map((found) => ({ ...found, exampleOf: [] }));
  const look = { width: WIDTH, color: false, ascii: true, absolute: false, utc: false };
  const text = [...explanations({ captures, connections, leftOut: [] }, look)].join('');
  const odd = text.split('\n').find((line) => line.length > WIDTH || /[^ -~]/.test(line));
  if (odd !== undefined) throw new Error(`an explanation with the line ${JSON.stringify(odd)}`);
}

/** A copy with some bytes changed: one to eight of them, each to any value. */
export function damaged(file: Uint8Array, random: () => number): Uint8Array {
  const copy = Uint8Array.from(file);
  for (let changes = 1 + Math.floor(random() * 8); changes > 0; changes--) {
    copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
  }
  return copy;
}

/** An input whose packets are all cut to a length, as a snap length cuts them. */
export class Snapped implements CaptureInput {
  readonly #input: CaptureInput;
  readonly #length: number;

  constructor(input: CaptureInput, length: number) {
    this.#input = input;
    this.#length = length;
  }

  next(view: PacketView): boolean {
    if (!this.#input.next(view)) return false;
    view.end = Math.min(view.end, view.start + this.#length);
    return true;
  }

  fill = () => this.#input.fill();
  close = () => this.#input.close();

  interfaceName(): string {
    return '';
  }

  get captures() {
    return this.#input.captures;
  }

  get bytesRead() {
    return this.#input.bytesRead;
  }

  get bytesTotal() {
    return this.#input.bytesTotal;
  }
}

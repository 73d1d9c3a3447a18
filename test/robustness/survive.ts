import { Readable } from 'node:stream';
import { CaptureFormatError } from '../../parsers/capture-file/reader.ts';
import type { PacketView } from '../../parsers/packet-view.ts';
import { analyzeInput } from '../../src/analyze.ts';
import { type CaptureInput, openStream } from '../../src/capture/input.ts';
import { InputError } from '../../src/capture/input-error.ts';

/** Analyses bytes as a capture and makes every record. True where it is one, false where it is refused in words. */
export async function survives(file: Uint8Array): Promise<boolean> {
  try {
    const input = await openStream(Readable.from([file]), 'pipe');
    try {
      await analyzeInput(input, { ended: (connection) => void connection.record() });
    } finally {
      await input.close();
    }
    return true;
  } catch (error) {
    if (error instanceof CaptureFormatError || error instanceof InputError) return false;
    throw error;
  }
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

import { Readable } from 'node:stream';
import { CaptureFormatError } from '../../../parsers/capture-file/reader.ts';
import { PacketView } from '../../../parsers/packet-view.ts';
import { type CaptureInput, openStream } from '../../../src/capture/input.ts';
import { InputError } from '../../../src/capture/input-error.ts';
import type { CaptureInfo } from '../../../src/summary.ts';
import { bytes, u16, u32, zeros } from '../../support/packets.ts';

/** Numbers in the byte order of a file. */
export function numbers(littleEndian: boolean) {
  const inOrder = (value: Uint8Array) => (littleEndian ? value.reverse() : value);
  return {
    u16: (value: number) => inOrder(u16(value)),
    u32: (value: number) => inOrder(u32(value)),
    u64: (value: bigint) => inOrder(bytes(u32(Number(value >> 32n)), u32(Number(value & 0xffffffffn)))),
  };
}

export interface PcapHeader {
  magic?: number;
  littleEndian?: boolean;
  version?: [number, number];
  /** Link type with the bits above it. */
  link?: number;
  snapLength?: number;
}

export function pcapHeader(header: PcapHeader = {}): Uint8Array {
  const { magic = 0xa1b2c3d4, littleEndian = true, version = [2, 4], link = 1, snapLength = 262_144 } = header;
  const { u16, u32 } = numbers(littleEndian);
  return bytes(u32(magic), u16(version[0]), u16(version[1]), u32(0), u32(0), u32(snapLength), u32(link));
}

/** A record as its four words and what follows them. */
export function pcapRecord(words: [number, number, number, number], rest: Uint8Array, littleEndian = true): Uint8Array {
  return bytes(...words.map(numbers(littleEndian).u32), rest);
}

/** Blocks of pcapng in one byte order. */
export function pcapng(littleEndian = true) {
  const { u16, u32, u64 } = numbers(littleEndian);
  const padded = (value: Uint8Array) => bytes(value, zeros((4 - (value.length % 4)) % 4));
  const block = (type: number, ...body: Uint8Array[]) => {
    const whole = padded(bytes(...body));
    return bytes(u32(type), u32(whole.length + 12), whole, u32(whole.length + 12));
  };
  const option = (code: number, value: Uint8Array) => bytes(u16(code), u16(value.length), padded(value));
  return {
    u16,
    u32,
    u64,
    block,
    option,
    section: (options: Uint8Array = zeros(0), major = 1) =>
      block(0x0a0d0d0a, u32(0x1a2b3c4d), u16(major), u16(0), u64(0xffffffffffffffffn), options),
    interface: (linkType: number, options: Uint8Array = zeros(0), snapLength = 0) =>
      block(1, u16(linkType), u16(0), u32(snapLength), options),
    enhanced: (id: number, time: bigint, data: Uint8Array, options = zeros(0), originalLength = data.length) =>
      block(6, u32(id), u64words(time), u32(data.length), u32(originalLength), padded(data), options),
    obsolete: (id: number, drops: number, time: bigint, data: Uint8Array) =>
      block(2, u16(id), u16(drops), u64words(time), u32(data.length), u32(data.length), padded(data)),
    simple: (data: Uint8Array, originalLength = data.length) => block(3, u32(originalLength), padded(data)),
    statistics: (id: number, options: Uint8Array) => block(5, u32(id), u64words(0n), options),
  };

  /** Timestamps are two words, the upper first in either byte order. */
  function u64words(time: bigint): Uint8Array {
    return bytes(u32(Number(time >> 32n)), u32(Number(time & 0xffffffffn)));
  }
}

export interface ReadPacket {
  frame: number;
  time: string;
  linkType: number;
  interfaceId: number;
  originalLength: number;
  data: string;
}

export interface ReadResult {
  packets: ReadPacket[];
  warnings: string[];
  captures: CaptureInfo[];
  /** Message of a clean error; any other error is thrown. */
  error: string | null;
}

/** Every packet of an input, as plain values. */
export async function readInput(open: (warn: (message: string) => void) => Promise<CaptureInput>): Promise<ReadResult> {
  const result: ReadResult = { packets: [], warnings: [], captures: [], error: null };
  try {
    const input = await open((message) => result.warnings.push(message));
    const view = new PacketView();
    while (await input.fill()) {
      while (input.next(view)) {
        result.packets.push({
          frame: view.frame,
          time: `${view.seconds}.${String(view.nanoseconds).padStart(9, '0')}`,
          linkType: view.linkType,
          interfaceId: view.interfaceId,
          originalLength: view.originalLength,
          data: Buffer.from(view.bytes.subarray(view.start, view.end)).toString('hex'),
        });
      }
    }
    result.captures = input.captures;
    await input.close();
  } catch (error) {
    if (!(error instanceof CaptureFormatError || error instanceof InputError)) throw error;
    result.error = error.message;
  }
  return result;
}

/** Reads bytes as a pipe gives them: in pieces of this size. */
export function readBytes(file: Uint8Array, pieceSize = file.length): Promise<ReadResult> {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < file.length; at += pieceSize) pieces.push(file.subarray(at, at + pieceSize));
  return readPieces(pieces);
}

export function readPieces(pieces: Uint8Array[], chunkSize?: number): Promise<ReadResult> {
  const pipe = Readable.from(pieces, { objectMode: false });
  return readInput((onWarning) =>
    openStream(pipe, 'pipe', chunkSize === undefined ? { onWarning } : { onWarning, chunkSize }),
  );
}

/** A pipe that gives one piece at a time, so that every piece is a chunk of its own. */
export function slowPipe(pieces: Uint8Array[]): Readable {
  const left = [...pieces];
  return new Readable({
    highWaterMark: 1,
    read() {
      setImmediate(() => this.push(left.shift() ?? null));
    },
  });
}

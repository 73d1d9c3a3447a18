import type { PacketView } from '../packet-view.ts';
import { type ByteWindow, RECORD_HEAD } from './byte-window.ts';
import { maxCapturedLength } from './limits.ts';
import {
  CaptureFormatError,
  type CaptureInterface,
  type CaptureProblem,
  type CaptureReader,
  cutShort,
  damaged,
  READ_END,
  READ_MORE,
  READ_PACKET,
} from './reader.ts';

// The pcap file (draft-ietf-opsawg-pcap): a header of 24 bytes, then records.
//
//   0      magic number                     record  0   seconds
//   4      major version   6  minor                 4   microseconds or nanoseconds
//   8      time zone      12  accuracy              8   captured length
//   16     snap length                             12   original length
//   20     link type, FCS length above             16   modified pcap only: interface, protocol, packet type
export const FILE_HEADER_LENGTH = 24;
const MAJOR = 4;
const MINOR = 6;
const SNAP_LENGTH = 16;
const LINK_TYPE = 20;

export const RECORD_FRACTION = 4;
export const RECORD_CAPTURED = 8;
export const RECORD_ORIGINAL = 12;
export const RECORD_HEADER_LENGTH = 16;
const MODIFIED_RECORD_HEADER_LENGTH = 24;

const FCS_PRESENT = 0x04000000;

const NANOSECONDS = 1_000_000_000;

/** What each magic number says of the records that follow. */
const VARIANTS = [
  { magic: 0xa1b2c3d4, headerLength: RECORD_HEADER_LENGTH, nanosecondsPerUnit: 1000 },
  { magic: 0xa1b23c4d, headerLength: RECORD_HEADER_LENGTH, nanosecondsPerUnit: 1 },
  // Alexey Kuznetsov's patches of the 1990s put the interface into every record.
  { magic: 0xa1b2cd34, headerLength: MODIFIED_RECORD_HEADER_LENGTH, nanosecondsPerUnit: 1000 },
];

// libpcap before 2.3 wrote the original length first; 2.3 itself was written both ways.
const LENGTHS_IN_ORDER = 0;
const LENGTHS_SWAPPED = 1;
const LENGTHS_SWAPPED_WHERE_LONGER = 2;

/** Records as nearly every file has them: little-endian, a header of 16 bytes, lengths in order, no frame check sequence. */
export interface RecordLayout {
  readonly linkType: number;
  readonly nanosecondsPerUnit: number;
  /** A longer record is damaged. */
  readonly maxCaptured: number;
}

/** True if the four bytes are a pcap magic number in either byte order. */
export function isPcap(data: DataView, at: number): boolean {
  return variantOf(data.getUint32(at, false)) !== undefined || variantOf(data.getUint32(at, true)) !== undefined;
}

/** Reads classic pcap files: microseconds, nanoseconds and Kuznetsov's modification, in both byte orders. */
export class PcapReader implements CaptureReader {
  readonly format = 'pcap';
  readonly interfaces: CaptureInterface[];
  readonly timed = true;
  frames = 0;
  problem: CaptureProblem | null = null;

  private readonly window: ByteWindow;
  private readonly littleEndian: boolean;
  private readonly headerLength: number;
  private readonly nanosecondsPerUnit: number;
  private readonly lengthOrder: number;
  private readonly linkType: number;
  private readonly fcsLength: number;
  private readonly maxCaptured: number;
  /** Where the record begins whose end is being skipped. */
  private skippedOffset = 0;

  /** @param window holds the file header at its position */
  constructor(window: ByteWindow) {
    const { data, position: at } = window;
    this.window = window;
    this.littleEndian = variantOf(data.getUint32(at, true)) !== undefined;
    const variant = variantOf(data.getUint32(at, this.littleEndian));
    if (variant === undefined) throw new CaptureFormatError('not a pcap file');
    this.headerLength = variant.headerLength;
    this.nanosecondsPerUnit = variant.nanosecondsPerUnit;
    this.lengthOrder = lengthOrder(
      data.getUint16(at + MAJOR, this.littleEndian),
      data.getUint16(at + MINOR, this.littleEndian),
    );

    const link = data.getUint32(at + LINK_TYPE, this.littleEndian);
    this.linkType = link & 0xffff;
    this.fcsLength = link & FCS_PRESENT ? (link >>> 28) * 2 : 0;
    this.maxCaptured = maxCapturedLength(this.linkType);
    const snapLength = data.getUint32(at + SNAP_LENGTH, this.littleEndian);
    const timeResolution = this.nanosecondsPerUnit / 1e9;
    this.interfaces = [
      { linkType: this.linkType, name: '', label: '', snapLength, timeResolution, received: null, dropped: null },
    ];
    window.consume(FILE_HEADER_LENGTH);
  }

  /** Null where the records are of a rarer kind. */
  get layout(): RecordLayout | null {
    const isUsual = this.headerLength === RECORD_HEADER_LENGTH && this.lengthOrder === LENGTHS_IN_ORDER;
    if (!this.littleEndian || !isUsual || this.fcsLength !== 0 || this.maxCaptured > RECORD_HEAD) return null;
    const { linkType, nanosecondsPerUnit, maxCaptured } = this;
    return { linkType, nanosecondsPerUnit, maxCaptured };
  }

  next(view: PacketView): number {
    const window = this.window;
    const at = window.position;
    const available = window.end - at;
    const headerLength = this.headerLength;
    if (available < headerLength) return this.short(available);

    const data = window.data;
    const littleEndian = this.littleEndian;
    // As int32, which the machine adds and compares as they are; lengths of 2 GB and more come out negative.
    let captured = data.getInt32(at + RECORD_CAPTURED, littleEndian);
    let original = data.getInt32(at + RECORD_ORIGINAL, littleEndian);
    if (this.lengthOrder !== LENGTHS_IN_ORDER && this.isSwapped(captured, original)) {
      const first = captured;
      captured = original;
      original = first;
    }
    if (captured < 0 || captured > this.maxCaptured) return this.damagedRecord(captured >>> 0);

    const length = headerLength + captured;
    const held = Math.min(length, RECORD_HEAD);
    if (available < held) return this.short(available);

    if (view.data !== data) {
      view.bytes = window.bytes;
      view.data = data;
    }
    view.frame = ++this.frames;
    view.seconds = data.getUint32(at, littleEndian);
    const nanoseconds = data.getUint32(at + RECORD_FRACTION, littleEndian) * this.nanosecondsPerUnit;
    view.nanoseconds = nanoseconds;
    if (nanoseconds >= NANOSECONDS) carrySeconds(view, this.nanosecondsPerUnit);
    view.interfaceId = 0;
    view.linkType = this.linkType;
    const start = at + headerLength;
    if (original < 0) original >>>= 0;
    if (this.fcsLength !== 0) original = Math.max(original - this.fcsLength, 0);
    view.start = start;
    view.end = this.fcsLength !== 0 && start + original < at + held ? start + original : at + held;
    view.originalLength = original;
    if (length > held) this.skippedOffset = window.base + at;
    window.consume(length);
    return READ_PACKET;
  }

  /** The record says its two lengths the other way round. */
  private isSwapped(captured: number, original: number): boolean {
    return this.lengthOrder === LENGTHS_SWAPPED || captured >>> 0 > original >>> 0;
  }

  /** The window ends inside a record: more is to come, or the file is whole, or it was cut. */
  private short(available: number): number {
    const window = this.window;
    if (!window.ended) return READ_MORE;
    if (this.problem === null && (available > 0 || window.skip > 0)) {
      const offset = window.skip > 0 ? this.skippedOffset : window.offset;
      this.problem = cutShort(window, offset, this.frames);
    }
    return READ_END;
  }

  private damagedRecord(captured: number): number {
    const says = `says it is ${captured} bytes long, more than any packet of its link type`;
    this.problem ??= damaged(this.window.offset, this.frames, says);
    return READ_END;
  }
}

function variantOf(magic: number) {
  return VARIANTS.find((variant) => variant.magic === magic);
}

/** @throws CaptureFormatError for versions that no program writes */
function lengthOrder(major: number, minor: number): number {
  if (major !== 2) throw new CaptureFormatError(`pcap version ${major}.${minor} is not known; version 2 is read`);
  if (minor < 3) return LENGTHS_SWAPPED;
  return minor === 3 ? LENGTHS_SWAPPED_WHERE_LONGER : LENGTHS_IN_ORDER;
}

/**
 * Some writers leave more than a second in the fraction field. In some captures of microseconds it is negative: their
 * writers subtracted one struct timeval, whose tv_usec has a sign, from another and did not borrow a second.
 */
function carrySeconds(view: PacketView, nanosecondsPerUnit: number): void {
  const negative = view.nanoseconds - 2 ** 32 * nanosecondsPerUnit;
  if (nanosecondsPerUnit > 1 && negative > -NANOSECONDS) {
    view.seconds -= 1;
    view.nanoseconds = negative + NANOSECONDS;
    return;
  }
  view.seconds += Math.floor(view.nanoseconds / NANOSECONDS);
  view.nanoseconds %= NANOSECONDS;
}

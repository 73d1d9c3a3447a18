import type { PacketView } from '../../packet-view.ts';
import { type ByteWindow, RECORD_HEAD } from '../byte-window.ts';
import {
  CaptureFormatError,
  type CaptureProblem,
  type CaptureReader,
  cutShort,
  damaged,
  READ_END,
  READ_MORE,
  READ_PACKET,
} from '../reader.ts';
import * as blocks from './blocks.ts';
import { readEnhancedPacket } from './enhanced-packet.ts';
import { INTERFACE_DESCRIPTION_LENGTH, PcapngInterface } from './interface-description.ts';
import { INTERFACE_STATISTICS_LENGTH, readInterfaceStatistics } from './interface-statistics.ts';
import { readObsoletePacket } from './obsolete-packet.ts';
import { SECTION_HEADER_LENGTH, type Section, sectionByteOrder, sectionVersion } from './section.ts';
import { readSimplePacket } from './simple-packet.ts';

/** The longest packet (128 MB) and room for its options: a block that claims more is damage (Wireshark's limit too). */
const MAX_BLOCK_LENGTH = (128 * 1024 + 128) * 1024;
/** Descriptions are the only thing that a reader keeps, so their number bounds its memory. */
const MAX_INTERFACES = 65_536;

/** True if a section header begins here. @param available at least 12 bytes for a yes */
export function isPcapng(data: DataView, at: number, available: number): boolean {
  return (
    available >= blocks.BLOCK_OVERHEAD &&
    data.getUint32(at) === blocks.SECTION_HEADER_BLOCK &&
    sectionByteOrder(data, at) !== null
  );
}

/** Reads pcapng: finds the blocks and gives each to the reader of its type. */
export class PcapngReader implements CaptureReader {
  readonly format = 'pcapng';
  readonly interfaces: PcapngInterface[] = [];
  frames = 0;
  timed = true;
  problem: CaptureProblem | null = null;

  private readonly window: ByteWindow;
  private section: Section = { littleEndian: false, interfaces: [], firstInterface: 0 };
  /** Time of the last packet that had one. */
  private seconds = 0;
  private nanoseconds = 0;
  /** Where the block begins whose end is being skipped. */
  private skippedOffset = 0;

  /**
   * @param window holds the first section header at its position
   * @throws CaptureFormatError for a version of pcapng that is not known
   */
  constructor(window: ByteWindow) {
    this.window = window;
    const littleEndian = sectionByteOrder(window.data, window.position) === 'little';
    const version = sectionVersion(window.data, window.position, littleEndian);
    if (version !== 1) throw new CaptureFormatError(`pcapng version ${version} is not known; version 1 is read`);
  }

  next(view: PacketView): number {
    const window = this.window;
    for (;;) {
      const at = window.position;
      const available = window.end - at;
      if (available < blocks.BLOCK_OVERHEAD) return this.short(available);
      const data = window.data;
      const type = data.getUint32(at, this.section.littleEndian);
      if (type === blocks.SECTION_HEADER_BLOCK && !this.beginSection(data, at)) {
        return this.damagedBlock('is a section header without a byte order or of an unknown version');
      }
      const { littleEndian } = this.section;
      const total = data.getUint32(at + blocks.BLOCK_LENGTH, littleEndian);
      if (total < blocks.BLOCK_OVERHEAD || total > MAX_BLOCK_LENGTH) {
        return this.damagedBlock(`says it is ${total} bytes long`);
      }
      // Some writers leave the padding out of the length.
      const length = (total + 3) & ~3;
      const held = Math.min(length, RECORD_HEAD);
      if (available < held) return this.short(available);
      if (length === held) {
        const trailer = data.getUint32(at + length - blocks.BLOCK_TRAILER, littleEndian);
        if (trailer !== total) {
          return this.damagedBlock(`says it is ${total} bytes long at its start and ${trailer} at its end`);
        }
      } else {
        this.skippedOffset = window.base + at;
      }

      let fault = '';
      switch (type) {
        case blocks.ENHANCED_PACKET_BLOCK:
          fault = readEnhancedPacket(view, this.section, data, at, length);
          if (fault === '') return this.packet(view, length, true);
          break;
        case blocks.SIMPLE_PACKET_BLOCK:
          fault = readSimplePacket(view, this.section, data, at, length);
          if (fault === '') return this.packet(view, length, false);
          break;
        case blocks.OBSOLETE_PACKET_BLOCK:
          fault = readObsoletePacket(view, this.section, data, at, length);
          if (fault === '') return this.packet(view, length, true);
          break;
        default:
          fault = this.description(type, data, at, held);
      }
      if (fault !== '') return this.damagedBlock(fault);
      window.consume(length);
    }
  }

  private packet(view: PacketView, length: number, timed: boolean): number {
    const window = this.window;
    view.bytes = window.bytes;
    view.data = window.data;
    view.frame = ++this.frames;
    this.timed = timed;
    if (timed) {
      this.seconds = view.seconds;
      this.nanoseconds = view.nanoseconds;
    } else {
      view.seconds = this.seconds;
      view.nanoseconds = this.nanoseconds;
    }
    window.consume(length);
    return READ_PACKET;
  }

  /** Blocks that hold no packet. */
  private description(type: number, data: DataView, at: number, held: number): string {
    const { littleEndian, interfaces } = this.section;
    const optionsEnd = at + held - blocks.BLOCK_TRAILER;
    if (type === blocks.INTERFACE_DESCRIPTION_BLOCK) {
      if (held < INTERFACE_DESCRIPTION_LENGTH) return 'is too short for an interface description';
      if (this.interfaces.length === MAX_INTERFACES) return `describes more than ${MAX_INTERFACES} interfaces`;
      const described = new PcapngInterface(data, at, optionsEnd, littleEndian, this.interfaces);
      interfaces.push(described);
      this.interfaces.push(described);
    } else if (type === blocks.INTERFACE_STATISTICS_BLOCK && held >= INTERFACE_STATISTICS_LENGTH) {
      readInterfaceStatistics(this.section, data, at, optionsEnd);
    }
    return '';
  }

  /** A section header can be read again when the window held only its beginning. */
  private beginSection(data: DataView, at: number): boolean {
    const order = sectionByteOrder(data, at);
    if (order === null) return false;
    const littleEndian = order === 'little';
    if (this.window.end - at >= SECTION_HEADER_LENGTH && sectionVersion(data, at, littleEndian) !== 1) return false;
    this.section = { littleEndian, interfaces: [], firstInterface: this.interfaces.length };
    return true;
  }

  /** The window ends inside a block: more is to come, or the file is whole, or it was cut. */
  private short(available: number): number {
    const window = this.window;
    if (!window.ended) return READ_MORE;
    if (this.problem === null && (available > 0 || window.skip > 0)) {
      const offset = window.skip > 0 ? this.skippedOffset : window.offset;
      this.problem = cutShort(window, offset, this.frames);
    }
    return READ_END;
  }

  private damagedBlock(what: string): number {
    this.problem ??= damaged(this.window.offset, this.frames, what);
    return READ_END;
  }
}

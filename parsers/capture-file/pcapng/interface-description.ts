import { maxCapturedLength } from '../limits.ts';
import type { CaptureInterface } from '../reader.ts';
import { TimestampUnit } from '../timestamp.ts';
import { BLOCK_BODY } from './blocks.ts';
import { interfaceLabel } from './interface-label.ts';
import { findOption, optionText, signed64 } from './options.ts';

// Interface description block:
//
//   8    link type   10  reserved
//   12   snap length, 0 for none
//   16   options
const LINK_TYPE = BLOCK_BODY;
const SNAP_LENGTH = BLOCK_BODY + 4;
const OPTIONS = BLOCK_BODY + 8;
export const INTERFACE_DESCRIPTION_LENGTH = OPTIONS + 4;

const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_FCSLEN = 13;
const IF_TSOFFSET = 14;

const MICROSECONDS = 6;

/** An interface of a section, and what is counted for it. */
export class PcapngInterface implements CaptureInterface {
  readonly linkType: number;
  readonly name: string;
  readonly label: string;
  readonly snapLength: number;
  readonly unit: TimestampUnit;
  /** Bytes of frame check sequence at the end of every frame. */
  readonly fcsLength: number;
  readonly maxCaptured: number;
  received: number | null = null;
  /** Drops by the last statistics block. */
  countedDrops: number | null = null;
  /** Drops that the packets themselves tell of, one after the other. */
  dropsBetween = 0;

  /**
   * @param end of the options
   * @param others interfaces that were described before
   */
  constructor(data: DataView, at: number, end: number, littleEndian: boolean, others: readonly CaptureInterface[]) {
    const options = at + OPTIONS;
    const resolution = findOption(data, options, end, littleEndian, IF_TSRESOL, 1);
    const offset = findOption(data, options, end, littleEndian, IF_TSOFFSET, 8);
    const fcs = findOption(data, options, end, littleEndian, IF_FCSLEN, 1);
    this.linkType = data.getUint16(at + LINK_TYPE, littleEndian);
    const name = optionText(data, options, end, littleEndian, IF_NAME);
    this.name = name;
    this.label = interfaceLabel(name, optionText(data, options, end, littleEndian, IF_DESCRIPTION), others);
    this.snapLength = data.getUint32(at + SNAP_LENGTH, littleEndian);
    this.unit = new TimestampUnit(
      resolution < 0 ? MICROSECONDS : data.getUint8(resolution),
      offset < 0 ? 0 : signed64(data, offset, littleEndian),
    );
    this.fcsLength = fcs < 0 ? 0 : fcsBytes(data.getUint8(fcs));
    this.maxCaptured = maxCapturedLength(this.linkType);
  }

  get timeResolution(): number {
    return this.unit.resolution;
  }

  /** Statistics count everything; without them there is what the packets tell, if they do. */
  get dropped(): number | null {
    return this.countedDrops ?? (this.dropsBetween > 0 ? this.dropsBetween : null);
  }
}

/** Drafts said bits, the example beside it and Wireshark mean bytes: no frame check sequence has 8 bytes or more. */
function fcsBytes(value: number): number {
  return value < 8 ? value : value >>> 3;
}

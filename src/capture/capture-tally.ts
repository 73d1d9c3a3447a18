import type { CaptureReader } from '../../parsers/capture-file/reader.ts';
import { linkTypeName } from '../../parsers/link/link-types.ts';
import type { PacketView } from '../../parsers/packet-view.ts';
import type { CaptureInfo } from '../summary.ts';
import type { PacketSpan } from './plain-records.ts';

/** Counts what is read of one file, for its CaptureInfo. */
export class CaptureTally {
  /** Packets without a time of their own. */
  untimed = 0;
  private bytes = 0;
  private firstSeconds = Number.POSITIVE_INFINITY;
  private firstNanoseconds = 0;
  private lastSeconds = Number.NEGATIVE_INFINITY;
  private lastNanoseconds = 0;
  private lastLinkType = -1;
  private readonly linkTypes: number[] = [];

  /** Called for every packet: allocates nothing. */
  count(view: PacketView, timed: boolean): void {
    this.bytes += view.end - view.start;
    if (view.linkType !== this.lastLinkType) this.noteLinkType(view.linkType);
    if (!timed) {
      this.untimed++;
      return;
    }
    this.noteTime(view.seconds, view.nanoseconds);
  }

  /** Packets that were counted elsewhere. */
  add(span: PacketSpan): void {
    this.bytes += span.bytes;
    if (span.linkType !== this.lastLinkType) this.noteLinkType(span.linkType);
    this.noteTime(span.firstSeconds, span.firstNanoseconds);
    this.noteTime(span.lastSeconds, span.lastNanoseconds);
  }

  private noteTime(seconds: number, nanoseconds: number): void {
    if (seconds > this.lastSeconds || (seconds === this.lastSeconds && nanoseconds > this.lastNanoseconds)) {
      this.lastSeconds = seconds;
      this.lastNanoseconds = nanoseconds;
    }
    if (seconds < this.firstSeconds || (seconds === this.firstSeconds && nanoseconds < this.firstNanoseconds)) {
      this.firstSeconds = seconds;
      this.firstNanoseconds = nanoseconds;
    }
  }

  get newestTime(): number | null {
    return Number.isFinite(this.lastSeconds) ? this.lastSeconds + this.lastNanoseconds / 1e9 : null;
  }

  info(file: string, compression: string | null, reader: CaptureReader, cut: CaptureInfo['cut']): CaptureInfo {
    const seen = this.linkTypes.length > 0 ? this.linkTypes : reader.interfaces.map((each) => each.linkType);
    return {
      file,
      format: reader.format,
      compression,
      linkTypes: [...new Set(seen)].map(linkTypeName),
      packets: reader.frames,
      bytes: this.bytes,
      firstTime: Number.isFinite(this.firstSeconds) ? timeText(this.firstSeconds, this.firstNanoseconds) : null,
      lastTime: Number.isFinite(this.lastSeconds) ? timeText(this.lastSeconds, this.lastNanoseconds) : null,
      timeResolution: coarsest(reader.interfaces.map((each) => each.timeResolution)),
      drops: sumKnown(reader.interfaces.map((each) => each.dropped)),
      cut,
    };
  }

  private noteLinkType(linkType: number): void {
    this.lastLinkType = linkType;
    if (!this.linkTypes.includes(linkType)) this.linkTypes.push(linkType);
  }
}

function timeText(seconds: number, nanoseconds: number): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

/** Of a capture that names no interface the times are in nanoseconds, as the program has them. */
function coarsest(resolutions: number[]): number {
  return resolutions.reduce((most, each) => Math.max(most, each), 1e-9);
}

/** The sum of what is known; null where nothing is. */
function sumKnown(counts: (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length > 0 ? known.reduce((sum, count) => sum + count, 0) : null;
}

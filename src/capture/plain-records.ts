import type { ByteWindow } from '../../parsers/capture-file/byte-window.ts';
import type { RecordLayout } from '../../parsers/capture-file/pcap.ts';

/** What was counted of some packets of one link type. Times are whole seconds since 1970 and nanoseconds. */
export interface PacketSpan {
  /** Captured bytes. */
  bytes: number;
  firstSeconds: number;
  firstNanoseconds: number;
  lastSeconds: number;
  lastNanoseconds: number;
  linkType: number;
}

/** The records of a capture in the plainest form, for who reads them elsewhere. */
export interface PlainRecords {
  readonly window: ByteWindow;
  readonly layout: RecordLayout;
  /** Packets read so far. */
  readonly frames: number;
  /** The packets of the window up to `position` were read elsewhere. @param frames packets read then */
  pass(position: number, frames: number, span: PacketSpan): void;
}

import type { PacketView } from '../../../parsers/packet-view.ts';

/** What a capture file says of an interface beside its packets. */
export interface WrittenInterface {
  readonly linkType: number;
  /** '' where it is not known. */
  readonly name: string;
  readonly snapLength: number;
  /** The filter that packets had to pass; '' for none. */
  readonly filter: string;
}

/** Packets that a file lacks, null where that is not known. */
export interface Lacks {
  readonly interface: number | null;
  readonly system: number | null;
}

/** Makes the bytes of one file format: each function puts a whole record at `at` and returns the place after it. */
export interface Encoder {
  /** What begins a file. @param first the first interface of which a packet is known, or the one that is captured */
  header(bytes: Buffer, at: number, first: WrittenInterface): number;
  /** Called before the first packet of an interface. @param id counts from 0 in each file */
  interface(bytes: Buffer, at: number, id: number, description: WrittenInterface): number;
  packet(bytes: Buffer, at: number, id: number, view: PacketView): number;
  /** What ends a file, for each interface. @param view the last packet */
  statistics(bytes: Buffer, at: number, id: number, view: PacketView, lacks: Lacks): number;
  /** Length of the record at `at`. @param begins it is what begins the file */
  recordLength(bytes: Buffer, at: number, begins: boolean): number;
  /** True if packets of interfaces with different link types can stand in one file. */
  readonly mixesLinkTypes: boolean;
}

/** Bytes around a packet, at most. */
export const PACKET_OVERHEAD = 64;
/** Bytes of everything that is no packet, at most. */
export const DESCRIPTION_LENGTH = 32 * 1024;

import { decodeIpPayload } from '../../parsers/decode.ts';
import { FAULT_CUT, PACKET_FRAGMENT, PACKET_TCP, type PacketView } from '../../parsers/packet-view.ts';

/** How long the pieces of a datagram wait for the rest, in capture time (RFC 8200 4.5; RFC 1122 3.3.2 for IPv4). */
const MAX_AGE_SECONDS = 60;
/** Datagrams that may wait at once; the oldest one gives way. Packets of one sender come one after the other. */
const MAX_DATAGRAMS = 128;
/** No IP payload is longer: the length field of IPv4 counts the header too, that of IPv6 has 16 bits. */
const MAX_DATAGRAM_LENGTH = 65535;
/** Offsets count in this unit. */
const UNIT = 8;
const MAX_UNITS = Math.ceil(MAX_DATAGRAM_LENGTH / UNIT);
/** A datagram in a datagram in a datagram, each in pieces: more than that is not followed. */
const MAX_NESTED_DATAGRAMS = 4;
const FIRST_BUFFER_LENGTH = 4096;

const UNKNOWN_LENGTH = -1;
const NO_BYTES = new Uint8Array(0);

/**
 * Puts IP datagrams together that were sent in fragments, so that each counts once, with its whole length, at the frame
 * that completed it (RFC 791 3.2, RFC 8200 4.5).
 *
 * Memory is bounded by MAX_DATAGRAMS buffers, which are made when first needed and used again. Where pieces overlap the
 * first one wins; pieces that would make an impossible datagram are left out.
 */
export class FragmentTable {
  readonly #datagrams: Datagram[] = [];
  /** Made for the first datagram: most captures have no fragments. */
  #assembled = NO_BYTES;
  #assembledData = new DataView(NO_BYTES.buffer);

  /**
   * Takes the piece that `decode` left in the view as PACKET_FRAGMENT.
   * @returns PACKET_FRAGMENT while pieces are missing; else the kind of the whole datagram, whose headers the view then
   * describes. `bytes`, `data`, `start` and `end` are those of the record again, so `payloadStart` is without meaning.
   */
  add(view: PacketView): number {
    const { bytes, data, start, end } = view;
    let kind = PACKET_FRAGMENT;
    for (let depth = 0; kind === PACKET_FRAGMENT && depth < MAX_NESTED_DATAGRAMS; depth += 1) {
      if (!isCaptured(view)) {
        kind = decodeFirstPiece(view);
        break;
      }
      const length = this.#keep(view);
      if (length === UNKNOWN_LENGTH) break;
      view.bytes = this.#assembled;
      view.data = this.#assembledData;
      view.start = 0;
      view.end = length;
      kind = decodeIpPayload(view, view.ipProtocol, 0, length);
    }
    view.bytes = bytes;
    view.data = data;
    view.start = start;
    view.end = end;
    view.kind = kind;
    return kind;
  }

  /** Keeps a piece; once the datagram is whole moves it to the assembly buffer and returns its length. */
  #keep(view: PacketView): number {
    const datagram = this.#find(view);
    datagram.add(view);
    if (!datagram.isWhole()) return UNKNOWN_LENGTH;
    if (this.#assembled.length === 0) {
      this.#assembled = new Uint8Array(MAX_DATAGRAM_LENGTH);
      this.#assembledData = new DataView(this.#assembled.buffer);
    }
    this.#assembled.set(datagram.buffer.subarray(0, datagram.length));
    datagram.inUse = false;
    return datagram.length;
  }

  #find(view: PacketView): Datagram {
    let free: Datagram | undefined;
    let oldest: Datagram | undefined;
    for (const datagram of this.#datagrams) {
      if (datagram.inUse && Math.abs(view.seconds - datagram.seconds) > MAX_AGE_SECONDS) datagram.inUse = false;
      if (!datagram.inUse) free = datagram;
      else if (datagram.isOf(view)) return datagram;
      else if (oldest === undefined || datagram.firstFrame < oldest.firstFrame) oldest = datagram;
    }
    const datagram = free ?? (this.#datagrams.length < MAX_DATAGRAMS ? undefined : oldest) ?? new Datagram();
    if (datagram !== free && datagram !== oldest) this.#datagrams.push(datagram);
    datagram.begin(view);
    return datagram;
  }
}

/** Whether the snap length left the whole piece. */
function isCaptured(view: PacketView): boolean {
  return view.payloadStart + view.payloadLength <= view.end;
}

/**
 * A piece that was cut cannot be put together. The first one still tells the connection, and UDP the length; of TCP
 * no piece has it. The later ones tell nothing.
 */
function decodeFirstPiece(view: PacketView): number {
  if (view.fragmentOffset !== 0) return PACKET_FRAGMENT;
  const kind = decodeIpPayload(view, view.ipProtocol, view.payloadStart, view.payloadLength);
  if (kind === PACKET_TCP) view.dataLength = 0;
  view.fault = FAULT_CUT;
  return kind;
}

/** A datagram of which not all pieces are there. */
class Datagram {
  inUse = false;
  /** Capture time and frame of the first piece. */
  seconds = 0;
  firstFrame = 0;
  /** Length of the whole IP payload, from the piece that has no more after it. */
  length = UNKNOWN_LENGTH;
  buffer = new Uint8Array(FIRST_BUFFER_LENGTH);
  /** What the pieces of a datagram have in common (RFC 791 2.3). */
  #protocol = 0;
  #version = 0;
  #id = 0;
  readonly #addresses = new Int32Array(8);
  /** 1 for each unit of `buffer` that is filled, and how many are. */
  readonly #filled = new Uint8Array(MAX_UNITS);
  #filledUnits = 0;
  #filledEnd = 0;

  begin(view: PacketView): void {
    this.inUse = true;
    this.seconds = view.seconds;
    this.firstFrame = view.frame;
    this.length = UNKNOWN_LENGTH;
    this.#protocol = view.ipProtocol;
    this.#version = view.ipVersion;
    this.#id = view.fragmentId;
    this.#addresses[0] = view.source0;
    this.#addresses[1] = view.source1;
    this.#addresses[2] = view.source2;
    this.#addresses[3] = view.source3;
    this.#addresses[4] = view.destination0;
    this.#addresses[5] = view.destination1;
    this.#addresses[6] = view.destination2;
    this.#addresses[7] = view.destination3;
    this.#filled.fill(0, 0, this.#filledEnd);
    this.#filledUnits = 0;
    this.#filledEnd = 0;
  }

  isOf(view: PacketView): boolean {
    const addresses = this.#addresses;
    return (
      this.#id === view.fragmentId &&
      addresses[0] === view.source0 &&
      addresses[4] === view.destination0 &&
      this.#protocol === view.ipProtocol &&
      this.#version === view.ipVersion &&
      addresses[1] === view.source1 &&
      addresses[2] === view.source2 &&
      addresses[3] === view.source3 &&
      addresses[5] === view.destination1 &&
      addresses[6] === view.destination2 &&
      addresses[7] === view.destination3
    );
  }

  add(view: PacketView): void {
    const { fragmentOffset: offset, payloadStart, payloadLength } = view;
    const end = offset + payloadLength;
    if (payloadLength <= 0 || end > MAX_DATAGRAM_LENGTH) return;
    if (view.fragmentMore === 0) {
      if (this.length !== UNKNOWN_LENGTH || end < this.#filledEnd * UNIT) return;
      this.length = end;
    } else if (payloadLength % UNIT !== 0 || (this.length !== UNKNOWN_LENGTH && end > this.length)) {
      return;
    }

    this.#reserve(end);
    const lastUnit = Math.ceil(end / UNIT);
    for (let unit = offset / UNIT; unit < lastUnit; unit += 1) {
      if (this.#filled[unit] !== 0) continue;
      this.#filled[unit] = 1;
      this.#filledUnits += 1;
      const from = payloadStart + unit * UNIT - offset;
      const count = Math.min(UNIT, end - unit * UNIT);
      for (let i = 0; i < count; i += 1) this.buffer[unit * UNIT + i] = view.bytes[from + i];
    }
    this.#filledEnd = Math.max(this.#filledEnd, lastUnit);
  }

  isWhole(): boolean {
    return this.length !== UNKNOWN_LENGTH && this.#filledUnits === Math.ceil(this.length / UNIT);
  }

  #reserve(length: number): void {
    if (length <= this.buffer.length) return;
    const larger = new Uint8Array(Math.min(MAX_DATAGRAM_LENGTH, 2 ** Math.ceil(Math.log2(length))));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Random } from './random.ts';

const ETHERNET = 14;
const BUFFER_SIZE = 8 << 20;
/** Seconds since 1970 of the first packet. */
const START = 1_700_000_000;
const FILLER_SIZE = 1 << 16;

/** Two addresses and ports; `version` says whether the addresses have 4 or 16 bytes. */
export interface Flow {
  version: 4 | 6;
  protocol: 6 | 17;
  client: Uint8Array;
  server: Uint8Array;
  clientPort: number;
  serverPort: number;
}

/** One packet to write; `at` is in microseconds from the start of the capture. */
export interface Packet {
  at: number;
  flow: Flow;
  fromClient: boolean;
  length: number;
  flags: number;
  sequence: number;
  acknowledgment: number;
  window: number;
}

const SYN = 0x02;

/** Writes packets as an Ethernet pcap file through one buffer. */
export class CaptureWriter {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(BUFFER_SIZE);
  readonly #filler: Buffer;
  #used = 0;
  #ipId = 0;
  packets = 0;
  bytes = 0;

  constructor(path: string, random: Random) {
    this.#file = openSync(path, 'w');
    this.#filler = Buffer.from(Uint8Array.from({ length: FILLER_SIZE }, () => Math.floor(random() * 256)));
    this.#used = this.#buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.#used = this.#buffer.writeUInt16LE(2, this.#used);
    this.#used = this.#buffer.writeUInt16LE(4, this.#used);
    this.#used += 8;
    this.#used = this.#buffer.writeUInt32LE(262144, this.#used);
    this.#used = this.#buffer.writeUInt32LE(1, this.#used);
  }

  write(packet: Packet): void {
    const { flow } = packet;
    const ipHeader = flow.version === 4 ? 20 : 40;
    const transportHeader = flow.protocol === 17 ? 8 : packet.flags & SYN ? 40 : 32;
    const ipLength = ipHeader + transportHeader + packet.length;
    const total = ETHERNET + ipLength;
    if (this.#used + 16 + total > BUFFER_SIZE) this.#flush();
    const buffer = this.#buffer;
    let at = this.#used;
    at = buffer.writeUInt32LE(START + Math.floor(packet.at / 1e6), at);
    at = buffer.writeUInt32LE(Math.floor(packet.at % 1e6), at);
    at = buffer.writeUInt32LE(total, at);
    at = buffer.writeUInt32LE(total, at);
    at = this.#ethernet(packet, at);
    at = flow.version === 4 ? this.#ipv4(packet, ipLength, at) : this.#ipv6(packet, ipLength - ipHeader, at);
    at = flow.protocol === 17 ? this.#udp(packet, at) : this.#tcp(packet, at);
    const from = (packet.sequence >>> 0) % (FILLER_SIZE - 1500);
    this.#filler.copy(buffer, at, from, from + packet.length);
    this.#used = at + packet.length;
    this.packets += 1;
    this.bytes += 16 + total;
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#used);
    this.#used = 0;
  }

  #ethernet({ flow, fromClient }: Packet, at: number): number {
    const buffer = this.#buffer;
    buffer.writeUIntBE(fromClient ? 0x020000000002 : 0x020000000001, at, 6);
    buffer.writeUIntBE(fromClient ? 0x020000000001 : 0x020000000002, at + 6, 6);
    return buffer.writeUInt16BE(flow.version === 4 ? 0x0800 : 0x86dd, at + 12);
  }

  #ipv4({ flow, fromClient }: Packet, length: number, at: number): number {
    const buffer = this.#buffer;
    this.#ipId = (this.#ipId + 1) & 0xffff;
    buffer.writeUInt16BE(0x4500, at);
    buffer.writeUInt16BE(length, at + 2);
    buffer.writeUInt16BE(this.#ipId, at + 4);
    buffer.writeUInt16BE(0x4000, at + 6);
    buffer[at + 8] = fromClient ? 57 : 64;
    buffer[at + 9] = flow.protocol;
    buffer.writeUInt16BE(0, at + 10);
    buffer.set(fromClient ? flow.client : flow.server, at + 12);
    buffer.set(fromClient ? flow.server : flow.client, at + 16);
    let sum = 0;
    for (let i = at; i < at + 20; i += 2) sum += buffer.readUInt16BE(i);
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    buffer.writeUInt16BE(~sum & 0xffff, at + 10);
    return at + 20;
  }

  #ipv6({ flow, fromClient }: Packet, payload: number, at: number): number {
    const buffer = this.#buffer;
    buffer.writeUInt32BE(0x60000000, at);
    buffer.writeUInt16BE(payload, at + 4);
    buffer[at + 6] = flow.protocol;
    buffer[at + 7] = fromClient ? 57 : 64;
    buffer.set(fromClient ? flow.client : flow.server, at + 8);
    buffer.set(fromClient ? flow.server : flow.client, at + 24);
    return at + 40;
  }

  #udp({ flow, fromClient, length }: Packet, at: number): number {
    const buffer = this.#buffer;
    buffer.writeUInt16BE(fromClient ? flow.clientPort : flow.serverPort, at);
    buffer.writeUInt16BE(fromClient ? flow.serverPort : flow.clientPort, at + 2);
    buffer.writeUInt16BE(8 + length, at + 4);
    return buffer.writeUInt16BE(0xffff, at + 6);
  }

  /** Checksums stay 0, as a network card that computes them leaves them in a capture. */
  #tcp(packet: Packet, at: number): number {
    const buffer = this.#buffer;
    const { flow, fromClient, flags } = packet;
    const headerWords = flags & SYN ? 10 : 8;
    buffer.writeUInt16BE(fromClient ? flow.clientPort : flow.serverPort, at);
    buffer.writeUInt16BE(fromClient ? flow.serverPort : flow.clientPort, at + 2);
    buffer.writeUInt32BE(packet.sequence >>> 0, at + 4);
    buffer.writeUInt32BE(packet.acknowledgment >>> 0, at + 8);
    buffer.writeUInt16BE((headerWords << 12) | flags, at + 12);
    buffer.writeUInt16BE(packet.window, at + 14);
    buffer.writeUInt32BE(0, at + 16);
    at += 20;
    if (flags & SYN) {
      buffer.writeUInt32BE(0x020405b4, at); // MSS 1460
      buffer.writeUInt16BE(0x0402, at + 4); // SACK permitted
      at = this.#timestamps(packet, at + 6);
      return buffer.writeUInt32BE(0x01030307, at); // window scale 7
    }
    buffer.writeUInt16BE(0x0101, at);
    return this.#timestamps(packet, at + 2);
  }

  #timestamps({ at: time, acknowledgment }: Packet, at: number): number {
    const buffer = this.#buffer;
    const milliseconds = Math.floor(time / 1000);
    buffer.writeUInt16BE(0x080a, at);
    buffer.writeUInt32BE(milliseconds + 1000, at + 2);
    return buffer.writeUInt32BE(acknowledgment === 0 ? 0 : milliseconds + 990, at + 6);
  }
}

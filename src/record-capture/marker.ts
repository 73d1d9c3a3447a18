import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { PacketView } from '../../parsers/packet-view.ts';

const LOOPBACK = '127.0.0.1';
const KEY_LENGTH = 16;

/**
 * Datagrams to ourselves through the loopback: once the capture has seen one, it has seen all that went through that
 * interface before.
 */
export class Marker {
  readonly port: number;
  /** The number of the last one that the capture has seen. */
  seen = 0;
  readonly #socket: Socket;
  readonly #key = randomBytes(KEY_LENGTH);
  #sent = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.port = socket.address().port;
  }

  static async open(): Promise<Marker> {
    const socket = createSocket('udp4');
    // Nobody reads them, and nobody need wait for them.
    socket.on('error', () => {}).unref();
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    return new Marker(socket);
  }

  /** @returns its number */
  send(): number {
    const payload = Buffer.alloc(KEY_LENGTH + 4);
    this.#key.copy(payload);
    payload.writeUInt32BE(++this.#sent, KEY_LENGTH);
    this.#socket.send(payload, this.port, LOOPBACK, () => {});
    return this.#sent;
  }

  /** True of a marker; its number is noted. */
  isMarker({ bytes, start, end }: PacketView): boolean {
    const packet = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
    const at = packet.indexOf(this.#key);
    if (at < 0) return false;
    if (at + KEY_LENGTH + 4 <= packet.length) this.seen = Math.max(this.seen, packet.readUInt32BE(at + KEY_LENGTH));
    return true;
  }

  close(): void {
    this.#socket.close();
  }
}

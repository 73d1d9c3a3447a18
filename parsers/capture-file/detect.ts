import type { ByteWindow } from './byte-window.ts';
import { foreignFormat } from './foreign.ts';
import { FILE_HEADER_LENGTH, isPcap, PcapReader } from './pcap.ts';
import { isPcapng, PcapngReader } from './pcapng/pcapng.ts';
import { CaptureFormatError, type CaptureReader } from './reader.ts';

/** Bytes that must have arrived (or the input ended) before openReader can tell the format. */
export const DETECTION_LENGTH = FILE_HEADER_LENGTH;

/**
 * Chooses the reader by the first bytes of the (decompressed) input.
 * @throws CaptureFormatError where they are no capture's; the message is to follow the file's name
 */
export function openReader(window: ByteWindow): CaptureReader {
  const { data, position, available } = window;
  if (available >= 4 && isPcap(data, position)) {
    requireHeader('pcap', available);
    return new PcapReader(window);
  }
  if (isPcapng(data, position, available)) {
    requireHeader('pcapng', available);
    return new PcapngReader(window);
  }
  throw new CaptureFormatError(foreignFormat(window.bytes, position, window.end) ?? notACapture(window));
}

function requireHeader(format: string, available: number): void {
  if (available >= DETECTION_LENGTH) return;
  throw new CaptureFormatError(
    `a ${format} file cut short in its header, at byte ${available}; nothing was captured into it`,
  );
}

function notACapture({ bytes, position, end, available }: ByteWindow): string {
  if (available < 4) return `not a capture: only ${available} ${available === 1 ? 'byte' : 'bytes'} long`;
  const start = Array.from(bytes.subarray(position, Math.min(end, position + 4)), hex).join(' ');
  return `not a capture: starts with ${start}; pcap and pcapng (also gzip, zstd or lz4 compressed) are read`;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

import type { ByteWindow } from './byte-window.ts';
import { FILE_HEADER_LENGTH, isPcap, PcapReader } from './pcap.ts';
import { CaptureFormatError, type CaptureReader } from './reader.ts';

/** Bytes that must have arrived (or the input ended) before openReader can tell the format. */
export const DETECTION_LENGTH = FILE_HEADER_LENGTH;

/**
 * Chooses the reader by the first bytes of the (decompressed) input.
 * @throws CaptureFormatError where they are no capture's; the message continues the sentence "<file>: "
 */
export function openReader(window: ByteWindow): CaptureReader {
  const { data, position, available } = window;
  if (available >= 4 && isPcap(data, position)) {
    if (available < FILE_HEADER_LENGTH) {
      throw new CaptureFormatError(
        `cut short in its header: only ${available} of ${FILE_HEADER_LENGTH} bytes are there`,
      );
    }
    return new PcapReader(window);
  }
  throw new CaptureFormatError(
    `not a capture: starts with ${firstBytes(window)}; pcap, pcapng (also gzip, zstd or lz4 compressed) are read`,
  );
}

function firstBytes(window: ByteWindow): string {
  const start = window.bytes.subarray(window.position, Math.min(window.end, window.position + 4));
  return Array.from(start, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

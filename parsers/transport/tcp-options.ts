import { FIRST_OPERATION, type PacketView } from '../packet-view.ts';

/*
 * TCP options (RFC 9293 3.2): kind, and but for the first two the length of the whole option, then its value.
 *
 *    0  end of options                   5  SACK: pairs of edges (RFC 2018)
 *    1  no-operation                     8  timestamps: value, echo reply (RFC 7323)
 *    2  maximum segment size           34  fast open: cookie (RFC 7413)
 *    3  window scale (RFC 7323)     253-4  experiments: 16 or 32 bit magic (RFC 6994)
 *    4  SACK permitted (RFC 2018)        30  MPTCP: subtype in the upper half of a byte (RFC 8684)
 */
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MULTIPATH = 30;
const FAST_OPEN = 34;
const EXPERIMENT_1 = 253;
const EXPERIMENT_2 = 254;
const FAST_OPEN_MAGIC = 0xf989;

/** RFC 7323 2.3: a larger shift is to be taken as this. */
const MAX_WINDOW_SCALE = 14;
const SACK_BLOCK_LENGTH = 8;

/** Reads the options between `offset` and `end`, which must be captured. Stops at the first that does not fit. */
export function decodeTcpOptions(view: PacketView, offset: number, end: number): void {
  const { bytes, data } = view;
  let option = offset;
  while (option < end) {
    const kind = bytes[option];
    if (kind === END_OF_OPTIONS) return;
    if (kind === NO_OPERATION) {
      option += 1;
      continue;
    }
    const length = option + 1 < end ? bytes[option + 1] : 0;
    if (length < 2 || option + length > end) return;
    const value = option + 2;
    switch (kind) {
      case MAXIMUM_SEGMENT_SIZE:
        if (length === 4) view.mss = data.getUint16(value);
        break;
      case WINDOW_SCALE:
        if (length === 3) view.windowScale = Math.min(bytes[value], MAX_WINDOW_SCALE);
        break;
      case SACK_PERMITTED:
        if (length === 2) view.sackPermitted = 1;
        break;
      case SACK:
        if (length >= 2 + SACK_BLOCK_LENGTH) {
          view.sackCount = ((length - 2) / SACK_BLOCK_LENGTH) | 0;
          view.sackLeft0 = data.getInt32(value);
          view.sackRight0 = data.getInt32(value + 4);
        }
        break;
      case TIMESTAMPS:
        if (length === 10) {
          view.hasTimestamps = 1;
          view.timestampValue = data.getInt32(value);
          view.timestampEcho = data.getInt32(value + 4);
        }
        break;
      case MULTIPATH:
        if (length > 2) view.operations |= FIRST_OPERATION << (bytes[value] >> 4);
        break;
      case FAST_OPEN:
        view.fastOpen = 1;
        view.fastOpenCookieLength = length - 2;
        break;
      case EXPERIMENT_1:
      case EXPERIMENT_2:
        if (length >= 4 && data.getUint16(value) === FAST_OPEN_MAGIC) {
          view.fastOpen = 1;
          view.fastOpenCookieLength = length - 4;
        }
        break;
    }
    option += length;
  }
}

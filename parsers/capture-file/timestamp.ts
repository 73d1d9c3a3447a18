import type { PacketView } from '../packet-view.ts';

const NANOSECONDS = 1_000_000_000;
const NANOSECOND_DIGITS = 9;
/** 10 to this power times 2^16 is still an exact double. */
const MAX_DIVISION_DIGITS = 10;

/**
 * Splits 64-bit timestamps of one resolution into seconds and nanoseconds, exactly and without BigInt.
 *
 * A double holds 53 bits, so a 64-bit count is divided as one divides on paper, with digits of 16 bits:
 * every step's remainder and next digit together stay below 2^53.
 */
export class TimestampUnit {
  private readonly decimal: boolean;
  private readonly exponent: number;
  private readonly unitsPerSecond: number;
  private readonly nanosecondsPerUnit: number;
  private readonly offset: number;
  /** Seconds between two ticks. */
  readonly resolution: number;
  /** The count while it is being reduced to nanoseconds. */
  private high = 0;
  private low = 0;

  /**
   * @param resolution if_tsresol: negative power of 10, or of 2 where the highest bit is set
   * @param offset if_tsoffset: seconds to add
   */
  constructor(resolution: number, offset: number) {
    this.decimal = (resolution & 0x80) === 0;
    this.exponent = resolution & 0x7f;
    const digits = Math.min(this.exponent, NANOSECOND_DIGITS);
    this.unitsPerSecond = 10 ** digits;
    this.nanosecondsPerUnit = 10 ** (NANOSECOND_DIGITS - digits);
    this.offset = offset;
    this.resolution = this.decimal ? Number(`1e-${this.exponent}`) : 2 ** -this.exponent;
  }

  /** Sets the time of the view from the upper and lower 32 bits (unsigned) of a timestamp. */
  setTime(view: PacketView, high: number, low: number): void {
    if (!this.decimal) {
      this.splitBinary(view, high, low);
    } else if (this.exponent <= NANOSECOND_DIGITS) {
      this.splitDecimal(view, high, low);
    } else {
      this.reduceToNanoseconds(high, low);
      this.splitDecimal(view, this.high, this.low);
    }
  }

  private splitDecimal(view: PacketView, high: number, low: number): void {
    const divisor = this.unitsPerSecond;
    const first = Math.floor(high / divisor);
    let rest = (high - first * divisor) * 0x10000 + (low >>> 16);
    const second = Math.floor(rest / divisor);
    rest = (rest - second * divisor) * 0x10000 + (low & 0xffff);
    const third = Math.floor(rest / divisor);
    view.seconds = first * 2 ** 32 + second * 0x10000 + third + this.offset;
    view.nanoseconds = (rest - third * divisor) * this.nanosecondsPerUnit;
  }

  /** Units finer than a nanosecond: what is beyond nine digits is dropped. */
  private reduceToNanoseconds(high: number, low: number): void {
    this.high = high;
    this.low = low;
    for (let digits = this.exponent - NANOSECOND_DIGITS; digits > 0; digits -= MAX_DIVISION_DIGITS) {
      this.divide(10 ** Math.min(digits, MAX_DIVISION_DIGITS));
    }
  }

  private divide(divisor: number): void {
    const high = Math.floor(this.high / divisor);
    let rest = (this.high - high * divisor) * 0x10000 + (this.low >>> 16);
    const upper = Math.floor(rest / divisor);
    rest = (rest - upper * divisor) * 0x10000 + (this.low & 0xffff);
    this.high = high;
    this.low = upper * 0x10000 + Math.floor(rest / divisor);
  }

  private splitBinary(view: PacketView, high: number, low: number): void {
    const bits = this.exponent;
    if (bits > 64) {
      view.seconds = this.offset;
      view.nanoseconds = Math.floor(((high * 2 ** 32 + low) / 2 ** bits) * NANOSECONDS);
      return;
    }
    // The fraction of a second, moved up to fill 64 bits.
    let fractionHigh: number;
    let fractionLow = 0;
    if (bits <= 32) {
      const whole = Math.floor(low / 2 ** bits);
      view.seconds = high * 2 ** (32 - bits) + whole + this.offset;
      fractionHigh = (low - whole * 2 ** bits) * 2 ** (32 - bits);
    } else {
      const scale = 2 ** (bits - 32);
      const whole = Math.floor(high / scale);
      view.seconds = whole + this.offset;
      const upper = Math.floor(low / scale);
      fractionHigh = (high - whole * scale) * 2 ** (64 - bits) + upper;
      fractionLow = (low - upper * scale) * 2 ** (64 - bits);
    }
    // fraction × 10^9 / 2^64, from the lowest 16 bits up.
    let carry = Math.floor(((fractionLow & 0xffff) * NANOSECONDS) / 0x10000);
    carry = Math.floor(((fractionLow >>> 16) * NANOSECONDS + carry) / 0x10000);
    carry = Math.floor(((fractionHigh & 0xffff) * NANOSECONDS + carry) / 0x10000);
    view.nanoseconds = Math.floor(((fractionHigh >>> 16) * NANOSECONDS + carry) / 0x10000);
  }
}

/** Milliseconds. */
const CALIBRATION = 5;

/**
 * The time of day to the nanosecond, for packets that come without one.
 *
 * Date.now() is cut to milliseconds and follows what sets the machine's clock; performance.now() is fine and runs on
 * by itself. So the time is the latter plus an offset, and the offset is held where the former allows it: between
 * Date.now() and a millisecond later.
 */
export class DeliveryClock {
  seconds = 0;
  nanoseconds = 0;
  readonly #wall: () => number;
  readonly #steady: () => number;
  /** Milliseconds from the steady clock to the time of day. */
  #offset: number;

  constructor(wall: () => number = Date.now, steady: () => number = () => performance.now()) {
    this.#wall = wall;
    this.#steady = steady;
    this.#offset = this.#calibrated();
  }

  /** Puts the time of day into `seconds` and `nanoseconds`. */
  read(): void {
    const before = this.#wall();
    const steady = this.#steady();
    const after = this.#wall();
    // However long each look at a clock took: the time of day was `before` at the earliest, and not yet `after` + 1.
    if (this.#offset < before - steady) this.#offset = before - steady;
    else if (this.#offset > after + 1 - steady) this.#offset = after + 1 - steady;
    // Whole milliseconds apart from their fraction: their sum, some 1.8e12, would leave 0.2 µs of a double.
    const offsetWhole = Math.floor(this.#offset);
    const steadyWhole = Math.floor(steady);
    const fraction = this.#offset - offsetWhole + (steady - steadyWhole);
    const whole = offsetWhole + steadyWhole + Math.floor(fraction);
    this.seconds = Math.floor(whole / 1000);
    this.nanoseconds = (whole % 1000) * 1e6 + Math.floor((fraction % 1) * 1e6);
  }

  /** From many looks at both clocks: at each change of the millisecond the bounds come together. */
  #calibrated(): number {
    const until = this.#steady() + CALIBRATION;
    let least = Number.NEGATIVE_INFINITY;
    let most = Number.POSITIVE_INFINITY;
    let steady = 0;
    while (steady < until) {
      const before = this.#wall();
      steady = this.#steady();
      least = Math.max(least, before - steady);
      most = Math.min(most, this.#wall() + 1 - steady);
    }
    return (least + most) / 2;
  }
}

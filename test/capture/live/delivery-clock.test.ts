import { describe, expect, test } from '@jest/globals';
import { DeliveryClock } from '../../../src/capture/live/delivery-clock.ts';

/** Clocks that a test moves, in nanoseconds: `wall` is the time of day, `steady` runs on by itself. */
class Clocks {
  wall = 1_700_000_000_123_456_789n;
  steady = 5_000_000_123n;
  /** Nanoseconds that each look takes. */
  look = 700n;

  pass(nanoseconds: bigint): void {
    this.wall += nanoseconds;
    this.steady += nanoseconds;
  }

  make(): DeliveryClock {
    return new DeliveryClock(
      () => {
        this.pass(this.look);
        return Number(this.wall / 1_000_000n);
      },
      () => {
        this.pass(this.look);
        return Number(this.steady) / 1e6;
      },
    );
  }
}

/** Nanoseconds from the true time to what the clock says. */
function error(clock: DeliveryClock, clocks: Clocks): number {
  clock.read();
  return Number(BigInt(clock.seconds) * 1_000_000_000n + BigInt(clock.nanoseconds) - clocks.wall);
}

describe('the clock of packets that come without a time', () => {
  test('is right to some microseconds from the first packet on', () => {
    const clocks = new Clocks();
    const clock = clocks.make();
    for (let i = 0; i < 1000; i++) {
      clocks.pass(1_234_567n);
      expect(Math.abs(error(clock, clocks))).toBeLessThan(5000);
      expect(clock.nanoseconds).toBeGreaterThanOrEqual(0);
      expect(clock.nanoseconds).toBeLessThan(1e9);
    }
  });

  test('follows a clock that is put right little by little', () => {
    const clocks = new Clocks();
    const clock = clocks.make();
    for (let i = 0; i < 100_000; i++) {
      clocks.pass(1_000_017n);
      clocks.wall += 500n; // 500 parts in a million, the most that the kernel does
      clock.read();
    }
    expect(Math.abs(error(clock, clocks))).toBeLessThan(1_000_000);
  });

  test('follows a clock that is set', () => {
    const clocks = new Clocks();
    const clock = clocks.make();
    clocks.wall -= 7_000_000_000n;
    clock.read();
    expect(Math.abs(error(clock, clocks))).toBeLessThan(1_001_000);
  });

  test('is not misled by a pause between two looks', () => {
    const clocks = new Clocks();
    const clock = clocks.make();
    clocks.look = 20_000_000n;
    clock.read();
    clocks.look = 700n;
    expect(Math.abs(error(clock, clocks))).toBeLessThan(5000);
  });
});

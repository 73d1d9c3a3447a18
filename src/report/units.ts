/** Numbers as people read them. */

/** 1234567 → '1,234,567' */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** '1 packet', '1,234 packets' */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Decimal units: 999 B, 1.2 kB, 34.5 MB. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 999.95 && unit < BYTE_UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${scaled.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

const BYTE_UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/**
 * Seconds in the unit that fits: 250 ns, 40 µs, 3.4 ms, 12.3 s, 4m05s, 2h03m, 3d04h.
 * @param digits after the point of a second that the clock has: there are never more
 */
export function duration(value: number, digits = NANOSECOND_DIGITS): string {
  const seconds = Math.abs(value) < 100 ? Number(value.toFixed(digits)) : value;
  if (seconds === 0) return '0 s';
  if (seconds < 0) return `-${duration(-seconds)}`;
  if (seconds < 0.9995e-6) return `${Math.round(seconds * 1e9)} ns`;
  if (seconds < 0.9995e-3) return `${threeDigits(seconds * 1e6)} µs`;
  if (seconds < 0.9995) return `${threeDigits(seconds * 1e3)} ms`;
  if (seconds < 99.95) return `${threeDigits(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 172800) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${count(Math.floor(whole / 86400))}d${two(Math.floor((whole % 86400) / 3600))}h`;
}

function threeDigits(value: number): string {
  return value < 9.995 ? trimmed(value.toFixed(2)) : value < 99.95 ? trimmed(value.toFixed(1)) : value.toFixed(0);
}

function trimmed(decimal: string): string {
  return decimal.replace(/\.?0+$/, '');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** The same from one packet to another: where the clock does not tell them apart, '<1 µs'. */
export function interval(seconds: number, digits = NANOSECOND_DIGITS): string {
  const tick = 10 ** -digits;
  return seconds >= 0 && seconds < tick / 2 ? `<${duration(tick)}` : duration(seconds, digits);
}

const NANOSECOND_DIGITS = 9;
/** Of times that are shown beside others. */
const MOST_TIME_DIGITS = 6;

/** How many digits after the point of a second a clock has. @param resolution seconds between two of its ticks */
export function clockDigits(resolution: number): number {
  // The logarithm of 0.001 is not quite -3.
  return Math.min(NANOSECOND_DIGITS, Math.max(0, Math.floor(-Math.log10(resolution) + 1e-9)));
}

/** Seconds as columns of times show them: 12.345678 s. */
export function timeOffset(seconds: number, digits = NANOSECOND_DIGITS): string {
  return `${seconds.toFixed(Math.min(digits, MOST_TIME_DIGITS))} s`;
}

/** '1700000000.123456789' → '2023-11-14 22:13:20.123456' (UTC) */
export function utc(time: string, digits = NANOSECOND_DIGITS): string {
  const [seconds, fraction] = time.split('.');
  const date = new Date(Number(seconds) * 1000);
  // An absurd time stamp in a damaged capture is shown as it is.
  if (Number.isNaN(date.getTime())) return time;
  const shown = fraction.slice(0, Math.min(digits, MOST_TIME_DIGITS));
  return `${date.toISOString().slice(0, -5).replace('T', ' ')}${shown === '' ? '' : `.${shown}`}`;
}

/** Seconds from one time string to another, exact to the nanosecond for captures of days. */
export function secondsBetween(from: string, to: string): number {
  const [fromSeconds, fromFraction] = from.split('.');
  const [toSeconds, toFraction] = to.split('.');
  return Number(toSeconds) - Number(fromSeconds) + (Number(toFraction) - Number(fromFraction)) / 1e9;
}

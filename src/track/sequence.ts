/**
 * Modular arithmetic on 32-bit sequence numbers (RFC 9293 section 3.4), held as signed int32.
 * All of it is `(a - b) | 0`, the distance from b to a around the circle.
 */

/** a comes before b. */
export const before = (a: number, b: number): boolean => ((a - b) | 0) < 0;

/** a comes after b. */
export const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/** a comes before b or is b. */
export const atOrBefore = (a: number, b: number): boolean => ((a - b) | 0) <= 0;

/** a comes after b or is b. */
export const atOrAfter = (a: number, b: number): boolean => ((a - b) | 0) >= 0;

/** Bytes from b to a; negative if a comes first. */
export const distance = (a: number, b: number): number => (a - b) | 0;

/** a moved on by n bytes. */
export const advance = (a: number, n: number): number => (a + n) | 0;

/** Grows with the slab: a number for each row. The array is replaced when it grows. */
export function withRoomFor<T extends Uint8Array | Int32Array | Float64Array>(array: T, row: number): T {
  if (row < array.length) return array;
  const larger = new (array.constructor as new (length: number) => T)(
    Math.max(1024, 2 ** Math.ceil(Math.log2(row + 1))),
  );
  larger.set(array);
  return larger;
}

/*
 * Tables of keys of a few words: each key has an entry, in the order in which they came, found by hash. They stand in one array, so
 * that the fast lane (src/lane) finds them, and have the room that they will ever need from the start: memory that is never touched
 * costs nothing.
 */

/** What the tables stand in. */
export interface Keyed {
  readonly keyed: Int32Array;
}

// --- the head of a table ---
/** Entries that it has; the most that it may have; slots less 1; words of a key, and of an entry, whose key comes first. */
const H_COUNT = 0;
const H_MOST = 1;
const H_SLOT_MASK = 2;
const H_WIDTH = 3;
const H_STRIDE = 4;
/** A hostile capture must not know who shares a slot. */
const H_SEED = 5;
/** Slots, a power of two: number of an entry, plus 1. After them the entries, with room for one that is only looked for. */
const SLOTS_AT = 6;

/** Makes a table. @returns where the next may begin */
export function makeTable(
  { keyed }: Keyed,
  table: number,
  size: { most: number; slots: number; width: number; stride: number },
): number {
  const { most, slots, width, stride } = size;
  keyed[table + H_MOST] = most;
  keyed[table + H_SLOT_MASK] = slots - 1;
  keyed[table + H_WIDTH] = width;
  keyed[table + H_STRIDE] = stride;
  keyed[table + H_SEED] = Math.random() * 0x1_0000_0000;
  return table + SLOTS_AT + slots + (most + 1) * stride;
}

/** Makes a table as it was when it was made. */
export function emptyTable({ keyed }: Keyed, table: number): void {
  const count = keyed[table + H_COUNT];
  const last = keyed[table + H_SLOT_MASK];
  const stride = keyed[table + H_STRIDE];
  const slots = table + SLOTS_AT;
  const entries = slots + last + 1;
  // The last first: none that a search passes on its way is gone by then.
  for (let number = count; number > 0; number--) {
    let slot = slotOf(keyed, table, entries + (number - 1) * stride);
    while (keyed[slots + slot] !== number) slot = (slot + 1) & last;
    keyed[slots + slot] = 0;
  }
  keyed.fill(0, entries, entries + (count + 1) * stride);
  keyed[table + H_COUNT] = 0;
}

/** Where the key is to be put that `enter` then looks for. */
export function nextKey({ keyed }: Keyed, table: number): number {
  return table + SLOTS_AT + keyed[table + H_SLOT_MASK] + 1 + keyed[table + H_COUNT] * keyed[table + H_STRIDE];
}

/** Where the entry of the key at `nextKey` begins; the rest of a new one is 0. -1 where there are enough. */
export function enter({ keyed }: Keyed, table: number): number {
  const count = keyed[table + H_COUNT];
  const last = keyed[table + H_SLOT_MASK];
  const width = keyed[table + H_WIDTH];
  const stride = keyed[table + H_STRIDE];
  const slots = table + SLOTS_AT;
  const entries = slots + last + 1;
  const key = entries + count * stride;
  let slot = slotOf(keyed, table, key);
  while (keyed[slots + slot] !== 0) {
    const entry = entries + (keyed[slots + slot] - 1) * stride;
    let same = 0;
    while (same < width && keyed[entry + same] === keyed[key + same]) same++;
    if (same === width) return entry;
    slot = (slot + 1) & last;
  }
  if (count === keyed[table + H_MOST]) return -1;
  keyed[slots + slot] = count + 1;
  keyed[table + H_COUNT] = count + 1;
  return key;
}

/** The slot in which the search for a key begins. */
function slotOf(keyed: Int32Array, table: number, key: number): number {
  const width = keyed[table + H_WIDTH];
  let hash = keyed[table + H_SEED];
  for (let i = 0; i < width; i++) hash = Math.imul(hash ^ keyed[key + i] ^ (hash >>> 15), 0x9e3779b1);
  return (hash ^ (hash >>> 16)) & keyed[table + H_SLOT_MASK];
}

/** How many entries a table has. */
export function entryCount({ keyed }: Keyed, table: number): number {
  return keyed[table + H_COUNT];
}

/** Number of the entry that begins at `entry`, from 0 on. */
export function entryNumber({ keyed }: Keyed, table: number, entry: number): number {
  const entries = table + SLOTS_AT + keyed[table + H_SLOT_MASK] + 1;
  return ((entry - entries) / keyed[table + H_STRIDE]) | 0;
}

/** Where each entry of a table begins, in the order in which they came. */
export function* entriesOf({ keyed }: Keyed, table: number): Generator<number> {
  const entries = table + SLOTS_AT + keyed[table + H_SLOT_MASK] + 1;
  for (let i = 0; i < keyed[table + H_COUNT]; i++) yield entries + i * keyed[table + H_STRIDE];
}

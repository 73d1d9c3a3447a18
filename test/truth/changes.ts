/**
 * Changed copies of a capture: what a capture of the same traffic might have been. Each function is pure: the same
 * capture and the same random numbers give the same copies.
 */
import { TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { between, type Random } from '../bench/random.ts';
import type { Analysis, FollowedPacket } from './analysis.ts';
import { mergedEnds } from './both-ends.ts';
import { type Frame, inOrderOfTime, isInOrderOfTime, later, nanosecondsBetween } from './frames.ts';

/** A capture and what the analysis says of it as it is. */
export interface Whole extends Analysis {
  readonly frames: readonly Frame[];
}

export interface ChangedCopy {
  readonly change: ChangeName;
  /** Which of the copies of this change, in words: 'the first 17 packets'. */
  readonly words: string;
  readonly frames: readonly Frame[];
}

/** How many copies are made. */
export interface Amount {
  /** Cuts of a capture: everywhere, or where there are more places at chosen ones. */
  readonly cuts: number;
  /** Copies of those changes that depend on chance. */
  readonly copies: number;
}

type Copies = { words: string; frames: readonly Frame[] }[];
type MakeCopies = (whole: Whole, random: Random, amount: Amount) => Copies;

/** A mirror port gives the second copy of a packet so many nanoseconds after the first. */
const MIRROR_DELAY = 50_000;
const SHORTEST_MIRROR_DELAY = 2_000;
const LONGEST_MIRROR_DELAY = 400_000;
/** The share of places where packets change places or are missing. */
const SHARE = 0.03;
/** Packets of one connection that lie farther apart are no neighbours. */
const NEIGHBOURS_WITHIN = 8;
export const SHIFT_SECONDS = 86_400;

export const CHANGES = {
  cut: cutShort,
  side: oneSideOnly,
  double: everyPacketTwice,
  swap: neighboursSwapped,
  holes: withHoles,
  shift: aDayLater,
  merged: bothEndsMerged,
} as const satisfies Record<string, MakeCopies>;

export type ChangeName = keyof typeof CHANGES;
export const CHANGE_NAMES = Object.keys(CHANGES) as ChangeName[];

/** Every copy by one change. */
export function changedCopies(change: ChangeName, whole: Whole, random: Random, amount: Amount): ChangedCopy[] {
  const make: MakeCopies = CHANGES[change];
  return make(whole, random, amount).map((copy) => ({ change, ...copy }));
}

/** The capture was stopped earlier. */
function cutShort(whole: Whole, random: Random, { cuts }: Amount): Copies {
  return cutPlaces(whole, random, cuts).map((packets) => ({
    words: `the first ${packets} packets`,
    frames: whole.frames.slice(0, packets),
  }));
}

/** Where a capture stops in the middle of something: after each kind of packet that begins or ends what a rule looks at. */
const TURNING_POINTS: readonly ((packet: FollowedPacket) => boolean)[] = [
  ({ flags }) => (flags & TCP_SYN) !== 0,
  ({ flags }) => (flags & TCP_FIN) !== 0,
  ({ flags }) => (flags & TCP_RST) !== 0,
  ({ length }) => length > 0,
];

function cutPlaces({ frames, packets }: Whole, random: Random, most: number): number[] {
  const all = frames.length - 1;
  if (all <= most) return Array.from({ length: Math.max(0, all) }, (_, i) => i + 1);
  const places = new Set<number>();
  for (const isTurningPoint of TURNING_POINTS) {
    const found = packets.flatMap((packet, i) => (packet !== null && isTurningPoint(packet) && i < all ? [i + 1] : []));
    if (found.length > 0 && places.size < most) places.add(found[between(random, 0, found.length - 1)]);
  }
  while (places.size < most) places.add(between(random, 1, all));
  return [...places].sort((a, b) => a - b);
}

/** The capture saw what one side of each connection sent, and nothing else. */
function oneSideOnly({ frames, packets }: Whole): Copies {
  return [true, false]
    .map((client) => ({
      words: `only what the ${client ? 'clients' : 'servers'} sent`,
      frames: frames.filter((_, i) => packets[i]?.isFromClient === client && !packets[i].isIcmpError),
    }))
    .filter((copy) => copy.frames.length > 0);
}

/** A mirror port gave each packet twice, a little later the second time: never in another order. */
function everyPacketTwice({ frames }: Whole, random: Random): Copies {
  const varying = between(random, SHORTEST_MIRROR_DELAY, LONGEST_MIRROR_DELAY);
  return [
    { words: 'each packet once more, 50 µs later', frames: doubled(frames, () => MIRROR_DELAY) },
    {
      words: `each packet once more, up to ${varying / 1000} µs later`,
      frames: doubled(frames, () => between(random, 1_000, varying)),
    },
  ];
}

function doubled(frames: readonly Frame[], delay: () => number): Frame[] {
  // Where times go back, the file has an order of its own: there each copy lies beside its packet.
  if (!isInOrderOfTime(frames)) return frames.flatMap((frame) => [frame, later(frame, delay())]);
  const copies: Frame[] = [];
  for (const frame of frames) {
    const copy = later(frame, delay());
    const before = copies.at(-1);
    copies.push(before !== undefined && nanosecondsBetween(before, copy) < 0 ? at(frame, before) : copy);
  }
  return inOrderOfTime(frames, copies);
}

/** The packet at the time of another one. */
function at(frame: Frame, { seconds, nanoseconds }: Frame): Frame {
  return { ...frame, seconds, nanoseconds };
}

/** The file has packets of a connection in another order than they came; their times are right. */
function neighboursSwapped({ frames, packets }: Whole, random: Random, { copies }: Amount): Copies {
  const places: [number, number][] = [];
  const last = new Map<number, number>();
  for (const [i, packet] of packets.entries()) {
    if (packet === null) continue;
    const before = last.get(packet.connection);
    if (before !== undefined && i - before < NEIGHBOURS_WITHIN) places.push([before, i]);
    last.set(packet.connection, i);
  }
  if (places.length === 0) return [];
  return times(copies, () => {
    const swapped = [...frames];
    const moved = new Set<number>();
    for (const [i, j] of chosen(places, random)) {
      if (moved.has(i) || moved.has(j)) continue;
      [swapped[i], swapped[j]] = [swapped[j], swapped[i]];
      moved.add(i).add(j);
    }
    return { words: `places exchanged: ${list([...moved].map((i) => frames[i].number))}`, frames: swapped };
  });
}

/** The capture has missed packets. */
function withHoles({ frames }: Whole, random: Random, { copies }: Amount): Copies {
  if (frames.length < 2) return [];
  return times(copies, () => {
    const missing = new Set(chosen(frames, random).map(({ number }) => number));
    return { words: `without ${list([...missing])}`, frames: frames.filter(({ number }) => !missing.has(number)) };
  });
}

/** The clock of the host was another. */
function aDayLater({ frames }: Whole): Copies {
  return [
    {
      words: 'a day later',
      frames: frames.map((frame) => ({ ...frame, seconds: frame.seconds + SHIFT_SECONDS })),
    },
  ];
}

/**
 * Captured at both ends, and the two files merged in order of time. Where times go back the merged file would have the
 * farther of two packets first, or the nearer, as chance has it: nothing tells which was the copy.
 */
function bothEndsMerged(whole: Whole): Copies {
  if (!isInOrderOfTime(whole.frames)) return [];
  const merged = mergedEnds(whole);
  return merged === null ? [] : [{ words: 'both ends, merged', frames: merged }];
}

/** Some of many: each with the chance of SHARE, at least one. */
function chosen<T>(all: readonly T[], random: Random): T[] {
  const some = all.filter(() => random() < SHARE);
  return some.length > 0 ? some : [all[between(random, 0, all.length - 1)]];
}

function times<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make);
}

function list(numbers: number[]): string {
  const shown = numbers.slice(0, 12).join(', ');
  return numbers.length > 12 ? `${shown} and ${numbers.length - 12} more` : shown;
}

import { isDeepStrictEqual } from 'node:util';
import {
  type Baseline,
  type BaselineEntry,
  type Example,
  type Fields,
  isNone,
  type SeenBaseline,
  type SeenEntry,
} from './baseline.ts';
import { chooseFields, type Tolerance } from './field-choice.ts';

export interface FieldChange {
  field: string;
  /** Null where there is nothing to say: null, 0, false or empty. */
  was: unknown;
  is: unknown;
}

/** Something that is not as it was accepted. */
export interface BaselineDifference {
  /** 'order': like connections are there, but what came later comes earlier. */
  kind: 'changed' | 'new' | 'missing' | 'order';
  /** As in the baseline: 'tcp 10.0.0.2:80'. */
  server: string;
  /** How many connections have it. */
  connections: number;
  /** What distinguishes: the changed fields; of new and missing ones, all that is compared. */
  fields: FieldChange[];
  /** The first of the connections; null where none is there (missing). */
  example: Example | null;
  /** For 'order': the connection that comes before it now and came after it. */
  before: Example | null;
}

/** Pairs of entries that are compared are this many at most; beyond, what is left over is paired in its order. */
const MOST_PAIRS = 40_000;

/** Connections that correspond, and how many. */
interface Paired {
  was: BaselineEntry;
  is: SeenEntry;
  connections: number;
  /** The first of them. */
  example: Example;
}

/**
 * What differs from the baseline, server by server.
 *
 * Connections of a server are paired by what they have done, like with like in their order; what is then left over
 * is paired with what is most like it. Order counts only between connections of which one ended before the other
 * began, then and now.
 */
export function compareBaseline(baseline: Baseline, seen: SeenBaseline): BaselineDifference[] {
  const { tolerances } = chooseFields(baseline.options);
  const names = new Set([...baseline.servers.keys(), ...seen.servers.keys()]);
  return [...names].sort().flatMap((server) => {
    return compareServer(server, baseline.servers.get(server) ?? [], seen.servers.get(server) ?? [], tolerances);
  });
}

function compareServer(
  server: string,
  accepted: BaselineEntry[],
  seen: SeenEntry[],
  tolerances: Map<string, Tolerance>,
): BaselineDifference[] {
  const differences: BaselineDifference[] = [];
  const was = accepted.map((entry) => ({ entry, left: entry.connections }));
  const is = seen.map((entry) => ({ entry, left: entry.connections }));

  const alike = pairAlike(was, is, tolerances);
  for (const { was: entry, is: now, connections, example } of alike) {
    const fields = changes(entry.fields, now.fields, tolerances);
    if (fields.length > 0) differences.push(difference('changed', server, connections, fields, example));
  }
  const order = firstInversion(alike);
  if (order !== null) {
    const { early, late } = order;
    differences.push({ ...difference('order', server, 1, [], early.example), before: late.example });
  }
  for (const { was: entry, is: now, connections, example } of pairNearest(was, is, tolerances)) {
    const fields = changes(entry.fields, now.fields, tolerances);
    differences.push(difference('changed', server, connections, fields, example));
  }
  for (const now of is) {
    if (now.left === 0) continue;
    const fields = changes({}, now.entry.fields, NONE);
    differences.push(difference('new', server, now.left, fields, exampleOf(now)));
  }
  for (const { entry, left } of was) {
    if (left > 0) differences.push(difference('missing', server, left, changes(entry.fields, {}, NONE), null));
  }
  return differences;
}

const NONE = new Map<string, Tolerance>();

function difference(
  kind: BaselineDifference['kind'],
  server: string,
  connections: number,
  fields: FieldChange[],
  example: Example | null,
): BaselineDifference {
  return { kind, server, connections, fields, example, before: null };
}

function changes(was: Fields, is: Fields, tolerances: Map<string, Tolerance>): FieldChange[] {
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .map((field) => ({ field, was: was[field] ?? null, is: is[field] ?? null }))
    .filter((change) => !isAllowed(change, tolerances.get(change.field)));
}

function isAllowed({ was, is }: FieldChange, allows: Tolerance | undefined): boolean {
  if ((isNone(was) && isNone(is)) || isDeepStrictEqual(was, is)) return true;
  return allows !== undefined && isNumber(was) && isNumber(is) && allows(was ?? 0, is ?? 0);
}

/** Nothing is 0 where numbers are compared. */
function isNumber(value: unknown): value is number | null {
  return typeof value === 'number' || value === null;
}

interface Left<Entry> {
  entry: Entry;
  left: number;
}

/** The first of one side with the first of the other, the second with the second, where they have done the same. */
function pairAlike(was: Left<BaselineEntry>[], is: Left<SeenEntry>[], tolerances: Map<string, Tolerance>): Paired[] {
  const paired: Paired[] = [];
  const waiting = new Map<string, Left<BaselineEntry>[]>();
  const tolerant = [...tolerances.keys()];
  for (const each of inOrder(was, tolerant)) {
    const shape = exactShape(each.entry.fields, tolerances);
    const queue = waiting.get(shape);
    if (queue === undefined) waiting.set(shape, [each]);
    else queue.push(each);
  }
  for (const each of waiting.values()) each.reverse();
  for (const now of inOrder(is, tolerant)) {
    const queue = waiting.get(exactShape(now.entry.fields, tolerances)) ?? [];
    while (now.left > 0 && queue.length > 0) paired.push(take(queue, now));
  }
  return paired;
}

/** As many of the last of the queue as both have; an entry that is used up leaves the queue. */
function take(queue: Left<BaselineEntry>[], now: Left<SeenEntry>): Paired {
  const then = queue[queue.length - 1];
  const connections = Math.min(then.left, now.left);
  const example = exampleOf(now);
  then.left -= connections;
  now.left -= connections;
  if (then.left === 0) queue.pop();
  return { was: then.entry, is: now.entry, connections, example };
}

/** The first that is not paired yet. */
function exampleOf({ entry, left }: Left<SeenEntry>): Example {
  return entry.examples[entry.connections - left];
}

/** By turn; within one by the numbers that may be off, so that the least stands beside the least. */
function inOrder<Entry extends BaselineEntry>(entries: Left<Entry>[], tolerant: string[]): Left<Entry>[] {
  const numberOf = (fields: Fields, path: string) => Number(fields[path] ?? 0);
  return entries.slice().sort(({ entry: a }, { entry: b }) => {
    if (turnOf(a) !== turnOf(b)) return turnOf(a) - turnOf(b);
    const path = tolerant.find((each) => numberOf(a.fields, each) !== numberOf(b.fields, each));
    return path === undefined ? 0 : numberOf(a.fields, path) - numberOf(b.fields, path);
  });
}

const turnOf = ({ turn = 1 }: BaselineEntry) => turn;

function exactShape(fields: Fields, tolerances: Map<string, Tolerance>): string {
  const exact = Object.entries(fields).filter(([path, value]) => !tolerances.has(path) && !isNone(value));
  return JSON.stringify(exact.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Two pairs of which one came after the other had ended, and now comes before it. */
function firstInversion(paired: Paired[]): { early: Paired; late: Paired } | null {
  const sorted = paired.slice().sort((a, b) => turnOf(a.was) - turnOf(b.was));
  let latest: Paired | null = null;
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (end < sorted.length && turnOf(sorted[end].was) === turnOf(sorted[i].was)) end++;
    const now = sorted.slice(i, end);
    for (const each of now) {
      if (latest !== null && turnOf(each.is) < turnOf(latest.is)) return { early: latest, late: each };
    }
    for (const each of now) if (latest === null || turnOf(each.is) > turnOf(latest.is)) latest = each;
    i = end;
  }
  return null;
}

/** What is left over, each with what differs from it in the fewest fields. */
function pairNearest(was: Left<BaselineEntry>[], is: Left<SeenEntry>[], tolerances: Map<string, Tolerance>): Paired[] {
  const paired: Paired[] = [];
  const pair = (then: Left<BaselineEntry>, now: Left<SeenEntry>) => {
    if (then.left > 0 && now.left > 0) paired.push(take([then], now));
  };
  const left = <Entry>(entries: Left<Entry>[]) => entries.filter((each) => each.left > 0);
  const [then, now] = [left(was), left(is)];
  if (then.length * now.length <= MOST_PAIRS) {
    const candidates = then.flatMap((a) =>
      now.map((b) => ({ a, b, distance: changes(a.entry.fields, b.entry.fields, tolerances).length })),
    );
    candidates.sort((x, y) => x.distance - y.distance);
    for (const { a, b } of candidates) pair(a, b);
  } else {
    for (let i = 0, j = 0; i < then.length && j < now.length; ) {
      pair(then[i], now[j]);
      if (then[i].left === 0) i++;
      else j++;
    }
  }
  return paired.sort((a, b) => a.example.frames[0] - b.example.frames[0]);
}

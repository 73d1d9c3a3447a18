import type { ServerProfile, Tallies, Tally } from './diff-profile.ts';

/** Connections of one server that do something else than those of the other capture they are paired with. */
export interface ShapePair {
  was: string;
  is: string;
  connections: number;
  /** Streams of the first of them. */
  before: number;
  after: number;
}

/**
 * Servers that correspond: by protocol, address and port; then, of those that are left, by protocol and port (another
 * host), and by protocol, address and what most of their connections do (another port), each in order of appearance.
 */
export function pairServers(
  before: ServerProfile[],
  after: ServerProfile[],
): [was: ServerProfile | null, is: ServerProfile | null][] {
  const pairs: [ServerProfile | null, ServerProfile | null][] = [];
  let [was, is] = [inOrder(before), inOrder(after)];
  for (const keyOf of KEYS) {
    const waiting = new Map<string, ServerProfile[]>();
    for (const profile of is) {
      const queue = waiting.get(keyOf(profile));
      if (queue === undefined) waiting.set(keyOf(profile), [profile]);
      else queue.push(profile);
    }
    for (const queue of waiting.values()) queue.reverse();
    const paired = new Set<ServerProfile>();
    for (const profile of was) {
      const partner = waiting.get(keyOf(profile))?.pop();
      if (partner === undefined) continue;
      pairs.push([profile, partner]);
      paired.add(profile).add(partner);
    }
    was = was.filter((profile) => !paired.has(profile));
    is = is.filter((profile) => !paired.has(profile));
  }
  return [
    ...pairs,
    ...was.map((profile): [ServerProfile, null] => [profile, null]),
    ...is.map((profile): [null, ServerProfile] => [null, profile]),
  ];
}

const KEYS: ((profile: ServerProfile) => string)[] = [
  ({ name }) => name,
  // Ephemeral ports say nothing of what is behind them.
  ({ protocol, name }) => (name.endsWith(':*') ? name : `${protocol} ${name.slice(name.lastIndexOf(':'))}`),
  ({ protocol, server, shapes }) => `${protocol} ${server.address} ${mostCommon(shapes)}`,
];

function inOrder(profiles: ServerProfile[]): ServerProfile[] {
  return profiles.slice().sort((a, b) => a.firstFrame - b.firstFrame);
}

function mostCommon({ kinds }: Tallies): string {
  let [most, connections] = ['', 0];
  for (const [shape, tally] of kinds)
    if (tally.connections > connections) [most, connections] = [shape, tally.connections];
  return most;
}

/** Like with like first; what is left over in order of the capture. */
export function pairShapes(before: Tallies, after: Tallies): ShapePair[] {
  const was = leftOver(before, after);
  const is = leftOver(after, before);
  const pairs: ShapePair[] = [];
  for (let i = 0, j = 0; i < was.length && j < is.length; ) {
    const connections = Math.min(was[i].left, is[j].left);
    pairs.push({
      was: was[i].shape,
      is: is[j].shape,
      connections,
      before: was[i].tally.stream,
      after: is[j].tally.stream,
    });
    was[i].left -= connections;
    is[j].left -= connections;
    if (was[i].left === 0) i++;
    if (is[j].left === 0) j++;
  }
  return pairs;
}

function leftOver({ kinds }: Tallies, other: Tallies): { shape: string; tally: Tally; left: number }[] {
  return [...kinds]
    .map(([shape, tally]) => ({
      shape,
      tally,
      left: tally.connections - (other.kinds.get(shape)?.connections ?? 0),
    }))
    .filter(({ left }) => left > 0)
    .sort((a, b) => a.tally.firstFrame - b.tally.firstFrame);
}

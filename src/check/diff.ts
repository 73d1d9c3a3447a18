import type { DDSketch } from '@datadog/sketches-js';
import { distribution } from '../summarize.ts';
import type { Distribution } from '../summary.ts';
import type { Aspect } from './diff-aspects.ts';
import { pairServers, pairShapes, type ShapePair } from './diff-pairs.ts';
import { type CaptureProfile, ServerProfile, type Tallies, type Tally } from './diff-profile.ts';
import { rankTest, shareTest, type TestResult, tailTest } from './statistics.ts';

export type { ShapePair } from './diff-pairs.ts';

/** Chance explains less than this: the difference is more than noise. Divided by the number of servers compared. */
export const SIGNIFICANCE = 0.01;

/** One thing that is not as it was, at one server. */
export interface Change {
  aspect: Aspect;
  /** 'tcp 10.0.0.2:80' */
  server: string;
  /** 'reset', 'graceful, client first', 'p95', 'from client'. */
  what: string;
  direction: 'worse' | 'better' | 'changed';
  /** Connections, seconds, bytes a connection, or a share of packets. */
  before: number;
  after: number;
  /** Of how many, where `before` and `after` count connections. */
  of: { before: number; after: number } | null;
  /** (after - before) / before; null where there was nothing before. */
  relative: number | null;
  /** By chance alone; null where nothing was tested. */
  p: number | null;
  /** Where to look: the first connection that has it, before or (else) after. */
  example: { capture: 'before' | 'after'; stream: number } | null;
}

export type ShiftVerdict = 'slower' | 'faster' | 'noise' | 'too few';

/** How long connect() blocked, on both sides. */
export interface HandshakeShift {
  before: Distribution | null;
  after: Distribution | null;
  /** p50 by a rank test of all, p95 and p99 by a test of the tails beyond them. */
  p50: { verdict: ShiftVerdict; p: number | null };
  p95: { verdict: ShiftVerdict; p: number | null };
  p99: { verdict: ShiftVerdict; p: number | null };
}

export interface ProfileCounts {
  connections: number;
  fromClient: { packets: number; bytes: number; retransmissions: number };
  fromServer: { packets: number; bytes: number; retransmissions: number };
}

/** A server, or all of them together. */
export interface ServerDiff {
  /** As in the captures: 'tcp 10.0.0.2:80'; null where it is not there. */
  server: { before: string | null; after: string | null };
  before: ProfileCounts;
  after: ProfileCounts;
  handshake: HandshakeShift;
  changes: Change[];
  /** Connections that do something else than those they are paired with. */
  pairs: ShapePair[];
}

export interface Diff {
  /** All servers together; the changes are those of the servers. */
  all: ServerDiff;
  /** In order of their names. */
  servers: ServerDiff[];
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

export function diffProfiles(before: CaptureProfile, after: CaptureProfile): Diff {
  const pairs = pairServers([...before.servers.values()], [...after.servers.values()]);
  const limit = SIGNIFICANCE / Math.max(1, pairs.filter(([was, is]) => was !== null && is !== null).length);
  const servers = pairs.map(([was, is]) => diffServer(was, is, limit));
  servers.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const all = diffServer(sum(before), sum(after), SIGNIFICANCE);
  return { all: { ...all, changes: servers.flatMap(({ changes }) => changes), pairs: [] }, servers };
}

function nameOf({ server }: Pick<ServerDiff, 'server'>): string {
  const { before, after } = server;
  if (before === null || after === null || before === after) return before ?? after ?? '';
  return `${before} → ${after.replace(/^\w+ /, '')}`;
}

function sum({ servers }: CaptureProfile): ServerProfile {
  const all = new ServerProfile('all', 'tcp', { address: '', port: 0 });
  for (const profile of servers.values()) all.merge(profile);
  return all;
}

function diffServer(was: ServerProfile | null, is: ServerProfile | null, limit: number): ServerDiff {
  const [before, after] = [was ?? nothing(), is ?? nothing()];
  const server = { before: was?.name ?? null, after: is?.name ?? null };
  const name = nameOf({ server });
  const handshake = handshakeShift(before.connectTime, after.connectTime, limit);
  const kinds = (aspect: Aspect, of: (profile: ServerProfile) => Tallies, select = '') =>
    kindChanges({ aspect, name, limit, select }, before, after, of);
  const all: Change[] = [
    ...kinds('failures', ({ problems }) => problems, 'error '),
    ...kinds('warnings', ({ problems }) => problems, 'warning '),
    ...kinds('errors', ({ errors }) => errors),
    ...connectionChanges(name, was, is),
    // Of a server that is only on one side, there is nothing to compare.
    ...(was === null || is === null
      ? []
      : [
          ...kinds('close', ({ closes }) => closes),
          ...handshakeChanges(name, handshake),
          ...retransmissionChanges(name, before, after, limit),
          ...byteChanges(name, before, after),
        ]),
  ];
  return {
    server,
    before: countsOf(before),
    after: countsOf(after),
    handshake,
    changes: all,
    pairs: was === null || is === null ? [] : pairShapes(before.shapes, after.shapes),
  };
}

function nothing(): ServerProfile {
  return new ServerProfile('', 'tcp', { address: '', port: 0 });
}

function countsOf({ connections, fromClient, fromServer }: ServerProfile): ProfileCounts {
  return { connections, fromClient, fromServer };
}

function relative(before: number, after: number): number | null {
  return before === 0 ? null : (after - before) / before;
}

interface KindContext {
  aspect: Aspect;
  name: string;
  limit: number;
  /** Only kinds that begin so; it is not shown. */
  select: string;
}

/** Kinds that are new, gone, or in another share of the connections than chance explains. */
function kindChanges(
  { aspect, name, limit, select }: KindContext,
  before: ServerProfile,
  after: ServerProfile,
  tallies: (profile: ServerProfile) => Tallies,
): Change[] {
  const [was, is] = [tallies(before).kinds, tallies(after).kinds];
  const kinds = [...new Set([...was.keys(), ...is.keys()])].filter((kind) => kind.startsWith(select));
  return kinds.flatMap((kind) => {
    const [then, now] = [was.get(kind), is.get(kind)];
    const counts = [then?.connections ?? 0, now?.connections ?? 0] as const;
    const { p, greater } = shareTest(counts[0], before.connections, counts[1], after.connections);
    const isNew = counts[0] === 0;
    const isGone = counts[1] === 0;
    if (!isNew && !isGone && p >= limit) return [];
    // What is gone because nothing came any more is no gain.
    if (isGone && after.connections === 0) return [];
    const direction = aspect === 'close' ? 'changed' : isNew || (!isGone && greater) ? 'worse' : 'better';
    const change: Change = {
      aspect,
      server: name,
      what: kind.slice(select.length),
      direction,
      before: counts[0],
      after: counts[1],
      of: { before: before.connections, after: after.connections },
      relative: isNew ? null : relative(counts[0] / before.connections, counts[1] / after.connections),
      p: before.connections === 0 ? null : p,
      example: exampleOf(then, now),
    };
    return [change];
  });
}

function exampleOf(then: Tally | undefined, now: Tally | undefined): Change['example'] {
  if (now !== undefined) return { capture: 'after', stream: now.stream };
  return then === undefined ? null : { capture: 'before', stream: then.stream };
}

function handshakeShift(before: DDSketch, after: DDSketch, limit: number): HandshakeShift {
  const verdictOf = (test: TestResult | null): { verdict: ShiftVerdict; p: number | null } => {
    if (test === null) return { verdict: 'too few', p: null };
    if (test.p >= limit) return { verdict: 'noise', p: test.p };
    return { verdict: test.greater ? 'slower' : 'faster', p: test.p };
  };
  return {
    before: distribution(before),
    after: distribution(after),
    p50: verdictOf(rankTest(before, after)),
    p95: verdictOf(tailTest(before, after, 0.95)),
    p99: verdictOf(tailTest(before, after, 0.99)),
  };
}

function handshakeChanges(server: string, shift: HandshakeShift): Change[] {
  const { before, after } = shift;
  if (before === null || after === null) return [];
  return PERCENTILES.flatMap(([what]) => {
    const { verdict, p } = shift[what];
    // The share beyond grew though the percentile did not, or the other way round: nothing to call slower.
    const moved = after[what] > before[what] ? 'slower' : 'faster';
    if (verdict !== moved) return [];
    const direction = verdict === 'slower' ? 'worse' : 'better';
    return [{ ...plain('handshake', server, what, before[what], after[what]), direction, p }];
  });
}

function plain(aspect: Aspect, server: string, what: string, before: number, after: number): Change {
  const rest = { direction: 'changed' as const, of: null, p: null, example: null };
  return { aspect, server, what, before, after, relative: relative(before, after), ...rest };
}

function retransmissionChanges(server: string, before: ServerProfile, after: ServerProfile, limit: number): Change[] {
  return (['fromClient', 'fromServer'] as const).flatMap((side): Change[] => {
    const [was, is] = [before[side], after[side]];
    const { p, greater } = shareTest(was.retransmissions, was.packets, is.retransmissions, is.packets);
    if (p >= limit) return [];
    const share = ({ retransmissions, packets }: typeof was) => (packets === 0 ? 0 : retransmissions / packets);
    const change = plain('retransmissions', server, sideText(side), share(was), share(is));
    return [{ ...change, direction: greater ? 'worse' : 'better', p }];
  });
}

function byteChanges(server: string, before: ServerProfile, after: ServerProfile): Change[] {
  return (['fromClient', 'fromServer'] as const).flatMap((side) => {
    const mean = (profile: ServerProfile) => profile[side].bytes / profile.connections;
    const change = plain('bytes', server, sideText(side), mean(before), mean(after));
    return change.before === change.after ? [] : [change];
  });
}

function sideText(side: 'fromClient' | 'fromServer'): string {
  return side === 'fromClient' ? 'from client' : 'from server';
}

function connectionChanges(server: string, was: ServerProfile | null, is: ServerProfile | null): Change[] {
  const [before, after] = [was?.connections ?? 0, is?.connections ?? 0];
  if (before === after) return [];
  const what = was === null ? 'new server' : is === null ? 'server gone' : 'connections';
  return [plain('connections', server, what, before, after)];
}

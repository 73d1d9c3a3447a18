/**
 * From a capture at one end of a path, what a capture at the other end would have had; and both merged.
 *
 * Between the two lie half a round trip and some routers: what the near host sends arrives later with a smaller TTL,
 * what the far host sends has left earlier with a greater one. What was lost on the way never came to the far end.
 */
import { decode } from '../../parsers/decode.ts';
import { PacketView, TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import type { Analysis, FollowedPacket } from './analysis.ts';
import { type Frame, FrameInput, inOrderOfTime, later, nanosecondsBetween } from './frames.ts';
import { withTtl } from './ttl.ts';

const ROUTERS = 5;
/** One way of a path that shows no round trip: UDP that is not answered. */
const USUAL_ONE_WAY = 5e6;
const COPIES_WITHIN = 10e6;

interface MergedWhole extends Analysis {
  readonly frames: readonly Frame[];
}

interface Path {
  /** Address of the host beside the capture. */
  readonly near: string;
  /** Nanoseconds from end to end. */
  readonly oneWay: number;
}

interface Addressed {
  source: string;
  destination: string;
}

/** @returns null where no packet goes between two hosts */
export function mergedEnds(whole: MergedWhole): Frame[] | null {
  const { frames } = whole;
  const addresses = addressesOf(frames);
  const paths = pathsOf(whole, addresses);
  const lost = lostOnTheWay(whole, addresses, paths);
  const far: Frame[] = [];
  for (const [i, frame] of frames.entries()) {
    const ends = addresses[i];
    const path = ends === null ? undefined : paths.get(pairOf(ends));
    if (ends === null || path === undefined || lost.has(i)) continue;
    const isFromNear = ends.source === path.near;
    const copy = later(frame, isFromNear ? path.oneWay : -path.oneWay);
    far.push(withTtl(copy, isFromNear ? -ROUTERS : ROUTERS));
  }
  if (far.length === 0) return null;
  far.sort((a, b) => nanosecondsBetween(b, a));
  return inOrderOfTime(frames, far);
}

/** Innermost IP addresses of each frame; null where it has none. */
function addressesOf(frames: readonly Frame[]): (Addressed | null)[] {
  const input = new FrameInput(frames);
  const view = new PacketView();
  return frames.map(() => {
    input.next(view);
    decode(view);
    if (view.ipVersion === 0) return null;
    const source = `${view.source0}.${view.source1}.${view.source2}.${view.source3}`;
    const destination = `${view.destination0}.${view.destination1}.${view.destination2}.${view.destination3}`;
    return source === destination ? null : { source, destination };
  });
}

function pairOf({ source, destination }: Addressed): string {
  return source < destination ? `${source} ${destination}` : `${destination} ${source}`;
}

/** The path between any two hosts that have a connection. */
function pathsOf(whole: MergedWhole, addresses: (Addressed | null)[]): Map<string, Path> {
  const { packets, connections } = whole;
  const paths = new Map<string, Path>();
  for (const [i, packet] of packets.entries()) {
    const ends = addresses[i];
    if (packet === null || packet.isIcmpError || ends === null || paths.has(pairOf(ends))) continue;
    const isNearServer = connections[packet.connection].handshake?.capturePoint === 'near-server';
    const near = packet.isFromClient === isNearServer ? ends.destination : ends.source;
    paths.set(pairOf(ends), { near, oneWay: USUAL_ONE_WAY });
  }
  for (const [pair, fastest] of fastestAnswers(whole, addresses, paths)) {
    const near = paths.get(pair)?.near;
    if (near !== undefined) paths.set(pair, { near, oneWay: Math.floor(fastest / 2) });
  }
  return paths;
}

/** What the near host has sent of a connection, and the far host may answer. */
interface Asked {
  /** By the number that acknowledges it. */
  readonly segments: Map<number, Frame>;
  last: Frame | null;
  /** The last FIN or RST. */
  closing: Frame | null;
}

/**
 * For each path the shortest time from a packet of the near host to its answer: on a longer way, the far host would
 * have answered before it was asked. A FIN or RST that follows one of the near host counts as its answer even if it is
 * none: where both close at once, the two ends of a long way disagree who was first, and the capture refutes neither.
 */
function fastestAnswers(
  { frames, packets, connections }: MergedWhole,
  addresses: (Addressed | null)[],
  paths: Map<string, Path>,
): Map<string, number> {
  const fastest = new Map<string, number>();
  const asked: Asked[] = connections.map(() => ({ segments: new Map(), last: null, closing: null }));
  for (const [i, packet] of packets.entries()) {
    const ends = addresses[i];
    if (packet === null || ends === null) continue;
    const ours = asked[packet.connection];
    const pair = pairOf(ends);
    const isClosing = (packet.flags & (TCP_FIN | TCP_RST)) !== 0;
    if (ends.source === paths.get(pair)?.near) {
      if (spaceOf(packet) > 0) ours.segments.set(endOf(packet), frames[i]);
      if (isClosing) ours.closing = frames[i];
      ours.last = frames[i];
      continue;
    }
    // Only what acknowledges a segment shows which one it answers; anything else may answer the last packet.
    const answered = (packet.flags & TCP_ACK) !== 0 ? ours.segments.get(packet.acknowledgment) : undefined;
    for (const question of [answered ?? ours.last, isClosing ? ours.closing : null]) {
      if (question === null) continue;
      const took = Math.max(0, nanosecondsBetween(question, frames[i]));
      fastest.set(pair, Math.min(fastest.get(pair) ?? took, took));
    }
  }
  return fastest;
}

/** Sequence numbers that a segment takes. */
function spaceOf({ flags, length }: FollowedPacket): number {
  return length + ((flags & (TCP_SYN | TCP_FIN)) !== 0 ? 1 : 0);
}

/** The number that acknowledges a segment. */
function endOf(packet: FollowedPacket): number {
  return (packet.sequence + spaceOf(packet)) | 0;
}

/**
 * Packets of the near host that never came to the far end: segments that it sent once more before anything acknowledged
 * them, and what a router on the way answered with an ICMP error.
 */
function lostOnTheWay(
  { frames, packets, connections }: MergedWhole,
  addresses: (Addressed | null)[],
  paths: Map<string, Path>,
): Set<number> {
  const lost = new Set<number>();
  const waiting = new Map<string, number>();
  const last = new Map<number, number>();
  for (const [i, packet] of packets.entries()) {
    const ends = addresses[i];
    if (packet === null || ends === null) continue;
    if (packet.isIcmpError) {
      const quoted = last.get(packet.connection);
      if (quoted === undefined || packets[quoted]?.isFromClient !== packet.isFromClient) continue;
      if (addresses[quoted]?.destination !== ends.source) lost.add(quoted);
      continue;
    }
    if (paths.get(pairOf(ends))?.near !== ends.source) continue;
    last.set(packet.connection, i);
    if (connections[packet.connection].protocol !== 'tcp' || spaceOf(packet) === 0) continue;
    const segment = `${packet.connection} ${packet.sequence} ${spaceOf(packet)}`;
    const before = waiting.get(segment);
    waiting.set(segment, i);
    if (before === undefined || isCopy(frames[before], frames[i]) || isAcknowledged(packets, before, i)) continue;
    lost.add(before);
  }
  return lost;
}

function isAcknowledged(packets: readonly (FollowedPacket | null)[], from: number, to: number): boolean {
  const segment = packets[from];
  if (segment === null) return false;
  for (let i = from + 1; i < to; i++) {
    const packet = packets[i];
    if (packet === null || packet.connection !== segment.connection) continue;
    if (packet.isFromClient === segment.isFromClient || (packet.flags & TCP_ACK) === 0) continue;
    if (((packet.acknowledgment - endOf(segment)) | 0) >= 0) return true;
  }
  return false;
}

/** The capture itself has the packet twice; no host sends it again so soon. */
function isCopy(one: Frame, other: Frame): boolean {
  return nanosecondsBetween(one, other) < COPIES_WITHIN && Buffer.compare(one.bytes, other.bytes) === 0;
}

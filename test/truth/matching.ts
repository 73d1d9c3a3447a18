import type { Connection } from '../../src/record.ts';
import type { Analysis } from './analysis.ts';
import type { Whole } from './changes.ts';
import type { Frame } from './frames.ts';

/** A connection of a changed copy, and those of the whole capture that its packets belong to. */
export interface Match {
  readonly copy: Connection;
  /** The one with most of the packets comes first. More than one where a change took away what kept them apart. */
  readonly wholes: readonly Connection[];
}

/** Matches by the packets themselves: addresses and ports may be used again, and a change may hide how a connection began. */
export function matched(whole: Whole, copy: Analysis, frames: readonly Frame[]): Match[] {
  const owners = new Map(whole.frames.map(({ number }, i) => [number, whole.packets[i]?.connection]));
  const shares = copy.connections.map(() => new Map<number, number>());
  for (const [i, packet] of copy.packets.entries()) {
    if (packet === null) continue;
    const owner = owners.get(frames[i].number);
    if (owner === undefined) continue;
    const share = shares[packet.connection];
    share.set(owner, (share.get(owner) ?? 0) + 1);
  }
  return copy.connections.flatMap((connection, i) => {
    const byShare = [...shares[i]].sort(([, packets], [, others]) => others - packets);
    if (byShare.length === 0) return [];
    return [{ copy: connection, wholes: byShare.map(([index]) => whole.connections[index]) }];
  });
}

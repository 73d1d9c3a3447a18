import { etherTypeName, ipProtocolName, linkTypeName } from '../../parsers/decode.ts';
import {
  PACKET_FRAGMENT,
  PACKET_ICMP_ERROR,
  PACKET_IP_OTHER,
  PACKET_UNKNOWN_LINK,
  type PacketView,
} from '../../parsers/packet-view.ts';

/** Frames that belong to no connection, counted by what they are: nothing is dropped in silence. */
export class FrameCounts {
  /** Kind of packet * 65536 + EtherType, IP protocol or link type, to frames. */
  readonly #counts = new Map<number, number>();

  add(view: PacketView): void {
    let what = view.etherType;
    if (view.kind === PACKET_IP_OTHER || view.kind === PACKET_ICMP_ERROR) what = view.ipProtocol;
    else if (view.kind === PACKET_UNKNOWN_LINK) what = view.linkType;
    else if (view.kind === PACKET_FRAGMENT) what = 0;
    const key = view.kind * 65536 + (what & 0xffff);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** Most frequent first; kinds that read the same are one. */
  list(): { kind: string; frames: number }[] {
    const named = new Map<string, number>();
    for (const [key, frames] of this.#counts) {
      const name = nameOf(Math.floor(key / 65536), key & 0xffff);
      named.set(name, (named.get(name) ?? 0) + frames);
    }
    return [...named]
      .map(([kind, frames]) => ({ kind, frames }))
      .sort((a, b) => b.frames - a.frames || (a.kind < b.kind ? -1 : 1));
  }
}

function nameOf(kind: number, what: number): string {
  if (kind === PACKET_UNKNOWN_LINK) return linkTypeName(what);
  if (kind === PACKET_FRAGMENT) return 'IP fragment';
  if (kind === PACKET_IP_OTHER || kind === PACKET_ICMP_ERROR) return ipProtocolName(what);
  return etherTypeName(what);
}

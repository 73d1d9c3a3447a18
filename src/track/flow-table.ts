import type { PacketView } from '../../parsers/packet-view.ts';
import { C_ADDRESS_0, C_ADDRESS_1, C_CHAIN, C_HASH, C_PORTS, C_PROTOCOL, INT_STRIDE } from './columns.ts';
import type { Slab } from './slab.ts';

/**
 * Finds the row of a connection by its two endpoints and protocol, whichever of them sent the packet.
 *
 * The key alone decides: VLAN, interface and tunnel are not part of it, as in Wireshark. A chained hash table
 * whose links stand in the slab; the hash is seeded, so a hostile capture cannot aim at one bucket.
 */
export class FlowTable {
  readonly #slab: Slab;
  #heads: Int32Array;
  #mask: number;
  #count = 0;
  readonly #seed = (Math.random() * 0x1_0000_0000) | 0;
  /** Set by `find`: which endpoint of the found row sent the packet. */
  sender = 0;
  /** Set by `find`: hash of the key, for the `insert` of the same packet. */
  hash = 0;

  constructor(slab: Slab, buckets = 4096) {
    this.#slab = slab;
    this.#heads = new Int32Array(buckets);
    this.#mask = buckets - 1;
  }

  /** Row of the connection that the packet belongs to, -1 where there is none. Sets `sender` and `hash`. */
  find(view: PacketView): number {
    return this.#lookup(
      (view.ipVersion << 8) | view.ipProtocol,
      view.source0,
      view.source1,
      view.source2,
      view.source3,
      view.sourcePort,
      view.destination0,
      view.destination1,
      view.destination2,
      view.destination3,
      view.destinationPort,
    );
  }

  /** The same for the packet that an ICMP error quotes. */
  findQuoted(view: PacketView): number {
    return this.#lookup(
      (view.quotedIpVersion << 8) | view.quotedProtocol,
      view.quotedSource0,
      view.quotedSource1,
      view.quotedSource2,
      view.quotedSource3,
      view.quotedSourcePort,
      view.quotedDestination0,
      view.quotedDestination1,
      view.quotedDestination2,
      view.quotedDestination3,
      view.quotedDestinationPort,
    );
  }

  #lookup(
    protocol: number,
    s0: number,
    s1: number,
    s2: number,
    s3: number,
    sourcePort: number,
    d0: number,
    d1: number,
    d2: number,
    d3: number,
    destinationPort: number,
  ): number {
    // Symmetric: both directions of a connection must give the same hash.
    const hash = (mix(s0, s1, s2, s3, sourcePort ^ this.#seed) + mix(d0, d1, d2, d3, destinationPort ^ this.#seed)) | 0;
    this.hash = hash;
    const ints = this.#slab.ints;
    const ports = (sourcePort << 16) | destinationPort;
    const portsBack = (destinationPort << 16) | sourcePort;
    let row = this.#heads[spread(hash) & this.#mask] - 1;
    while (row >= 0) {
      const at = row * INT_STRIDE;
      if (ints[at + C_HASH] === hash && ints[at + C_PROTOCOL] === protocol) {
        const a0 = ints[at + C_ADDRESS_0];
        const a1 = ints[at + C_ADDRESS_0 + 1];
        const a2 = ints[at + C_ADDRESS_0 + 2];
        const a3 = ints[at + C_ADDRESS_0 + 3];
        const b0 = ints[at + C_ADDRESS_1];
        const b1 = ints[at + C_ADDRESS_1 + 1];
        const b2 = ints[at + C_ADDRESS_1 + 2];
        const b3 = ints[at + C_ADDRESS_1 + 3];
        const between = ints[at + C_PORTS];
        // All differences at once: one branch that is nearly always taken is cheaper than nine.
        const there = (s0 ^ a0) | (d0 ^ b0) | (s3 ^ a3) | (d3 ^ b3) | (s1 ^ a1) | (d1 ^ b1) | (s2 ^ a2) | (d2 ^ b2);
        if (((ports ^ between) | there) === 0) {
          this.sender = 0;
          return row;
        }
        const back = (d0 ^ a0) | (s0 ^ b0) | (d3 ^ a3) | (s3 ^ b3) | (d1 ^ a1) | (s1 ^ b1) | (d2 ^ a2) | (s2 ^ b2);
        if (((portsBack ^ between) | back) === 0) {
          this.sender = 1;
          return row;
        }
      }
      row = ints[at + C_CHAIN] - 1;
    }
    return -1;
  }

  /** Enters a row whose C_HASH is set. */
  insert(row: number): void {
    if (++this.#count > this.#heads.length) this.#grow();
    this.#link(row);
  }

  /** Takes a row out, if it is in. */
  remove(row: number): void {
    const ints = this.#slab.ints;
    const bucket = spread(ints[row * INT_STRIDE + C_HASH]) & this.#mask;
    let previous = -1;
    let at = this.#heads[bucket] - 1;
    while (at >= 0) {
      const chain = ints[at * INT_STRIDE + C_CHAIN];
      if (at === row) {
        if (previous < 0) this.#heads[bucket] = chain;
        else ints[previous * INT_STRIDE + C_CHAIN] = chain;
        this.#count--;
        return;
      }
      previous = at;
      at = chain - 1;
    }
  }

  #link(row: number): void {
    const ints = this.#slab.ints;
    const at = row * INT_STRIDE;
    const bucket = spread(ints[at + C_HASH]) & this.#mask;
    ints[at + C_CHAIN] = this.#heads[bucket];
    this.#heads[bucket] = row + 1;
  }

  #grow(): void {
    const ints = this.#slab.ints;
    const old = this.#heads;
    this.#heads = new Int32Array(old.length * 2);
    this.#mask = this.#heads.length - 1;
    for (const head of old) {
      let row = head - 1;
      while (row >= 0) {
        const following = ints[row * INT_STRIDE + C_CHAIN] - 1;
        this.#link(row);
        row = following;
      }
    }
  }
}

/** One endpoint to 32 bits: a multiply-and-rotate round per word, as in MurmurHash3. */
function mix(a: number, b: number, c: number, d: number, port: number): number {
  let h = Math.imul(port, 0xcc9e2d51);
  h = Math.imul(((h << 13) | (h >>> 19)) ^ a, 0x1b873593);
  if ((b | c | d) !== 0) {
    h = Math.imul(((h << 13) | (h >>> 19)) ^ b, 0x85ebca6b);
    h = Math.imul(((h << 13) | (h >>> 19)) ^ c, 0xc2b2ae35);
    h = Math.imul(((h << 13) | (h >>> 19)) ^ d, 0x27d4eb2f);
  }
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d);
}

/** Final avalanche, so that the low bits that choose a bucket depend on all of them. */
function spread(hash: number): number {
  const h = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  return h ^ (h >>> 15);
}

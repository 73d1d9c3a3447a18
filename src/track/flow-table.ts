import type { PacketView } from '../../parsers/packet-view.ts';
import { C_ADDRESS_0, C_ADDRESS_1, C_CHAIN, C_HASH, C_PORTS, C_PROTOCOL, INT_STRIDE } from './columns.ts';
import type { Slab } from './slab.ts';
import { W_BUCKET_MASK, W_FLOWS, W_HASH, W_SEED, W_SENDER } from './words.ts';

/** Buckets of an empty table. */
const FIRST_BUCKETS = 4096;

/**
 * Finds the row of a connection by its two endpoints and protocol, whichever of them sent the packet.
 *
 * The key alone decides: VLAN, interface and tunnel are not part of it, as in Wireshark. A chained hash table
 * whose links stand in the slab; the hash is seeded, so a hostile capture cannot aim at one bucket.
 */
export class FlowTable {
  readonly slab: Slab;
  /** First row of each bucket, plus 1. */
  heads: Int32Array;

  constructor(slab: Slab, buckets = FIRST_BUCKETS) {
    this.slab = slab;
    this.heads = slab.memory.heads(buckets);
    slab.words[W_BUCKET_MASK] = buckets - 1;
    slab.words[W_SEED] = Math.random() * 0x1_0000_0000;
  }

  /** Which endpoint of the row that was found last sent the packet. */
  get sender(): number {
    return this.slab.words[W_SENDER];
  }

  /** Hash of the key that was looked for last, for the `insert` of the same packet. */
  get hash(): number {
    return this.slab.words[W_HASH];
  }

  /** Row of the connection that the packet belongs to, -1 where there is none. Sets `sender` and `hash`. */
  find(view: PacketView): number {
    return findFlow(this, this.slab, view);
  }

  /** The same for the packet that an ICMP error quotes. */
  findQuoted(view: PacketView): number {
    return lookUp(
      this,
      this.slab,
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

  /** Enters a row whose C_HASH is set. */
  insert(row: number): void {
    this.makeRoom();
    enterFlow(this, this.slab, row);
  }

  /** Sees to it that there are buckets for one more row. */
  makeRoom(): void {
    if (isCrowded(this.slab)) this.#grow();
  }

  /** Takes a row out, if it is in. */
  remove(row: number): void {
    removeFlow(this, this.slab, row);
  }

  #grow(): void {
    const { ints, words, memory } = this.slab;
    const old = this.heads.slice();
    this.heads = memory.heads(2 * old.length);
    words[W_BUCKET_MASK] = this.heads.length - 1;
    for (const head of old) {
      let row = head - 1;
      while (row >= 0) {
        const following = ints[row * INT_STRIDE + C_CHAIN] - 1;
        link(this, this.slab, row);
        row = following;
      }
    }
  }
}

/** Row of the connection that the packet belongs to, -1 where there is none. Sets W_SENDER and W_HASH. */
export function findFlow(flows: FlowTable, slab: Slab, view: PacketView): number {
  return lookUp(
    flows,
    slab,
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

function lookUp(
  { heads }: FlowTable,
  { ints, words }: Slab,
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
  const hash =
    (mix(s0, s1, s2, s3, sourcePort ^ words[W_SEED]) + mix(d0, d1, d2, d3, destinationPort ^ words[W_SEED])) | 0;
  words[W_HASH] = hash;
  const ports = (sourcePort << 16) | destinationPort;
  const portsBack = (destinationPort << 16) | sourcePort;
  let row = heads[spread(hash) & words[W_BUCKET_MASK]] - 1;
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
        words[W_SENDER] = 0;
        return row;
      }
      const back = (d0 ^ a0) | (s0 ^ b0) | (d3 ^ a3) | (s3 ^ b3) | (d1 ^ a1) | (s1 ^ b1) | (d2 ^ a2) | (s2 ^ b2);
      if (((portsBack ^ between) | back) === 0) {
        words[W_SENDER] = 1;
        return row;
      }
    }
    row = ints[at + C_CHAIN] - 1;
  }
  return -1;
}

/** One more entry than buckets: chains would become long. */
export function isCrowded({ words }: Slab): boolean {
  return words[W_FLOWS] > words[W_BUCKET_MASK];
}

/** Enters a row whose C_HASH is set. */
export function enterFlow(flows: FlowTable, slab: Slab, row: number): void {
  slab.words[W_FLOWS]++;
  link(flows, slab, row);
}

/** Takes a row out, if it is in. */
export function removeFlow({ heads }: FlowTable, { ints, words }: Slab, row: number): void {
  const bucket = spread(ints[row * INT_STRIDE + C_HASH]) & words[W_BUCKET_MASK];
  let previous = -1;
  let at = heads[bucket] - 1;
  while (at >= 0) {
    const chain = ints[at * INT_STRIDE + C_CHAIN];
    if (at === row) {
      if (previous < 0) heads[bucket] = chain;
      else ints[previous * INT_STRIDE + C_CHAIN] = chain;
      words[W_FLOWS]--;
      return;
    }
    previous = at;
    at = chain - 1;
  }
}

function link({ heads }: FlowTable, { ints, words }: Slab, row: number): void {
  const at = row * INT_STRIDE;
  const bucket = spread(ints[at + C_HASH]) & words[W_BUCKET_MASK];
  ints[at + C_CHAIN] = heads[bucket];
  heads[bucket] = row + 1;
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

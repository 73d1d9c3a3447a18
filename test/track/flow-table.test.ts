import { describe, expect, test } from '@jest/globals';
import type { PacketView } from '../../parsers/packet-view.ts';
import { C_ADDRESS_0, C_ADDRESS_1, C_HASH, C_PORTS, C_PROTOCOL, INT_STRIDE } from '../../src/track/columns.ts';
import { FlowTable } from '../../src/track/flow-table.ts';
import { Slab } from '../../src/track/slab.ts';
import { decoded } from '../support/decoded.ts';
import { ethernet, ipv4, ipv6, sctp, tcp, udp } from '../support/packets.ts';

type End = [address: string, port: number];

/** A packet from one endpoint to another. */
function packet([source, sourcePort]: End, [destination, destinationPort]: End, layer = tcp): PacketView {
  const ip = source.includes(':') ? ipv6 : ipv4;
  return decoded(ethernet({}, ip({ source, destination }, layer({ sourcePort, destinationPort }))));
}

class Flows {
  readonly slab = new Slab(2);
  readonly table: FlowTable;

  constructor(buckets?: number) {
    this.table = new FlowTable(this.slab, buckets);
  }

  add(view: PacketView): number {
    this.table.find(view);
    const row = this.slab.allocate();
    const at = row * INT_STRIDE;
    const { ints } = this.slab;
    ints[at + C_HASH] = this.table.hash;
    ints.set([view.source0, view.source1, view.source2, view.source3], at + C_ADDRESS_0);
    ints.set([view.destination0, view.destination1, view.destination2, view.destination3], at + C_ADDRESS_1);
    ints[at + C_PORTS] = (view.sourcePort << 16) | view.destinationPort;
    ints[at + C_PROTOCOL] = (view.ipVersion << 8) | view.ipProtocol;
    this.table.insert(row);
    return row;
  }

  /** Row and sender, or null. */
  find(view: PacketView): [row: number, sender: number] | null {
    const row = this.table.find(view);
    return row < 0 ? null : [row, this.table.sender];
  }
}

const a: End = ['10.0.0.1', 40000];
const b: End = ['10.0.0.2', 80];
const a6: End = ['2001:db8::1', 40000];
const b6: End = ['2001:db8::2', 80];

test('every word of both addresses counts, also where another connection has the same hash', () => {
  for (const column of [C_ADDRESS_0, C_ADDRESS_1]) {
    for (let word = 0; word < 4; word++) {
      const flows = new Flows();
      const row = flows.add(packet(a6, b6));
      flows.slab.ints[row * INT_STRIDE + column + word] ^= 1;
      expect([flows.find(packet(a6, b6)), flows.find(packet(b6, a6))]).toEqual([null, null]);
    }
  }
});

describe('a connection is found', () => {
  test.each<[string, End, End]>([
    ['over IPv4', a, b],
    ['over IPv6', a6, b6],
    ['between ports of one host', ['127.0.0.1', 5000], ['127.0.0.1', 6000]],
    ['between the same port of two hosts', ['10.0.0.1', 179], ['10.0.0.2', 179]],
    ['with a port of more than 32767 at both ends', ['10.0.0.1', 65535], ['10.0.0.2', 65534]],
    ['between addresses with the first bit set', ['255.1.2.3', 1], ['224.1.2.3', 2]],
  ])('%s, from both sides', (_, first, second) => {
    const flows = new Flows();
    const row = flows.add(packet(first, second));
    expect(flows.find(packet(first, second))).toEqual([row, 0]);
    expect(flows.find(packet(second, first))).toEqual([row, 1]);
  });

  test('where both ends are the same', () => {
    const flows = new Flows();
    const row = flows.add(packet(a, a));
    expect(flows.find(packet(a, a))).toEqual([row, 0]);
  });
});

describe('what differs in anything is another connection', () => {
  test.each<[string, PacketView]>([
    ['source port', packet(['10.0.0.1', 40001], b)],
    ['destination port', packet(a, ['10.0.0.2', 81])],
    ['source address', packet(['10.0.0.3', 40000], b)],
    ['destination address', packet(a, ['10.0.0.3', 80])],
    ['ports swapped', packet(['10.0.0.1', 80], ['10.0.0.2', 40000])],
    ['addresses swapped', packet(['10.0.0.2', 40000], ['10.0.0.1', 80])],
    ['protocol', packet(a, b, udp)],
    ['protocol, SCTP', packet(a, b, sctp as typeof tcp)],
    ['IP version', packet(['a00:1::', 40000], ['a00:2::', 80])],
  ])('%s', (_, other) => {
    const flows = new Flows();
    flows.add(packet(a, b));
    expect(flows.find(other)).toBeNull();
  });

  test.each(['3001:db8::1', '2001:db8:1::1', '2001:db8::1:0:1', '2001:db8::3'])('the IPv6 address %s', (address) => {
    const flows = new Flows();
    flows.add(packet(a6, b6));
    expect(flows.find(packet([address, 40000], b6))).toBeNull();
    expect(flows.find(packet(b6, [address, 40000]))).toBeNull();
  });
});

describe('many connections in few buckets', () => {
  const ends = Array.from({ length: 300 }, (_, i): End => [`10.0.${i % 7}.1`, 1000 + i]);

  test('are all found while the table grows', () => {
    const flows = new Flows(2);
    const rows = ends.map((end) => flows.add(packet(end, b)));
    expect(ends.map((end) => flows.find(packet(b, end)))).toEqual(rows.map((row) => [row, 1]));
  });

  test('are found when others of their bucket are taken out', () => {
    const flows = new Flows(2);
    const rows = ends.map((end) => flows.add(packet(end, b)));
    for (const row of rows.filter((_, i) => i % 3 !== 0)) flows.table.remove(row);
    const expected = rows.map((row, i) => (i % 3 === 0 ? [row, 0] : null));
    expect(ends.map((end) => flows.find(packet(end, b)))).toEqual(expected);
  });

  test('taking out what is not in changes nothing', () => {
    const flows = new Flows(2);
    const [first, second] = ends.slice(0, 2).map((end) => flows.add(packet(end, b)));
    flows.table.remove(first);
    flows.table.remove(first);
    expect([flows.find(packet(ends[0], b)), flows.find(packet(ends[1], b))]).toEqual([null, [second, 0]]);
  });
});

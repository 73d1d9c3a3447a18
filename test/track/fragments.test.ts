import { describe, expect, test } from '@jest/globals';
import { PACKET_FRAGMENT, PACKET_TCP, PACKET_UDP, PacketView } from '../../parsers/packet-view.ts';
import { FragmentTable } from '../../src/track/fragments.ts';
import { decoded, sourceOf, tunnelsOf } from '../support/decoded.ts';
import { ethernet, fragmentHeader, ipv4, ipv6, tcp, udp, vxlan, zeros } from '../support/packets.ts';

/** Ethernet frames of a payload cut into pieces of `size` bytes (a multiple of 8), in IPv4 packets. */
function pieces4(payload: Uint8Array, size: number, id = 1, protocol = 17): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += size) {
    const moreFragments = offset + size < payload.length;
    const fields = { id, protocol, fragmentOffset: offset, moreFragments };
    frames.push(ethernet({}, ipv4(fields, payload.subarray(offset, offset + size))));
  }
  return frames;
}

function pieces6(payload: Uint8Array, size: number, id = 1): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let offset = 0; offset < payload.length; offset += size) {
    const extensions = [fragmentHeader(offset, offset + size < payload.length, id)];
    frames.push(ethernet({}, ipv6({ protocol: 6, extensions }, payload.subarray(offset, offset + size))));
  }
  return frames;
}

/** Kinds that a new table gives for frames, one after the other, and the view after the last. */
function addAll(frames: Uint8Array[], table = new FragmentTable()): { kinds: number[]; view: PacketView } {
  const view = new PacketView();
  const kinds = frames.map((frame) => {
    decoded(frame, { view });
    return table.add(view);
  });
  return { kinds, view };
}

const datagram = udp({ sourcePort: 7, destinationPort: 8 }, zeros(100));
const segment = tcp({ sourcePort: 9, sequence: 5 }, zeros(100));

test('the piece that completes a datagram becomes the whole datagram', () => {
  const { kinds, view } = addAll(pieces4(datagram, 40));
  expect(kinds).toEqual([PACKET_FRAGMENT, PACKET_FRAGMENT, PACKET_UDP]);
  expect([view.sourcePort, view.destinationPort, view.dataLength, view.kind]).toEqual([7, 8, 100, PACKET_UDP]);
  expect([view.payloadLength, sourceOf(view)]).toEqual([108, '10.0.0.1']);
});

test('IPv6 fragments are put together', () => {
  const { kinds, view } = addAll(pieces6(segment, 16));
  expect(kinds.at(-1)).toBe(PACKET_TCP);
  expect(kinds.slice(0, -1)).toEqual(kinds.slice(0, -1).map(() => PACKET_FRAGMENT));
  expect([view.sourcePort, view.sequence, view.dataLength]).toEqual([9, 5, 100]);
});

test('a TCP header that is spread over pieces is read', () => {
  const { kinds, view } = addAll(pieces4(segment, 8, 1, 6));
  expect(kinds.at(-1)).toBe(PACKET_TCP);
  expect([view.sourcePort, view.sequence, view.dataLength]).toEqual([9, 5, 100]);
});

test('the record is that of the last frame again', () => {
  const [first, last] = pieces4(datagram, 64) as [Uint8Array, Uint8Array];
  const table = new FragmentTable();
  table.add(decoded(first));
  const view = decoded(last);
  const { bytes, data, start, end } = view;
  expect(table.add(view)).toBe(PACKET_UDP);
  expect([view.bytes === bytes, view.data === data, view.start, view.end]).toEqual([true, true, start, end]);
});

test.each([
  ['last first', [2, 1, 0]],
  ['middle last', [0, 2, 1]],
  ['with duplicates', [0, 0, 1, 0, 1, 2]],
])('any order completes a datagram: %s', (_, order) => {
  const frames = pieces4(datagram, 40);
  const { kinds, view } = addAll(order.map((i) => frames[i] as Uint8Array));
  expect(kinds.indexOf(PACKET_UDP)).toBe(order.length - 1);
  expect(view.dataLength).toBe(100);
});

test('datagrams that differ in identification, protocol or address are kept apart', () => {
  const [first] = pieces4(datagram, 64, 1) as [Uint8Array];
  const others = [
    pieces4(datagram, 64, 2)[1] as Uint8Array,
    pieces4(datagram, 64, 1, 6)[1] as Uint8Array,
    ethernet({}, ipv4({ source: '10.0.0.9', id: 1, protocol: 17, fragmentOffset: 64 }, zeros(44))),
    ethernet({}, ipv4({ destination: '10.0.0.9', id: 1, protocol: 17, fragmentOffset: 64 }, zeros(44))),
  ];
  expect(addAll([first, ...others]).kinds).toEqual(new Array(5).fill(PACKET_FRAGMENT));
});

test('a completed datagram is forgotten: the same identification can come again', () => {
  const frames = pieces4(datagram, 64);
  expect(addAll([...frames, ...frames]).kinds).toEqual([PACKET_FRAGMENT, PACKET_UDP, PACKET_FRAGMENT, PACKET_UDP]);
});

test('where pieces overlap the first one wins', () => {
  const other = udp({ sourcePort: 666, destinationPort: 8 }, zeros(100));
  const [first, last] = pieces4(datagram, 64) as [Uint8Array, Uint8Array];
  const overlap = ethernet({}, ipv4({ id: 1, protocol: 17, moreFragments: true }, other.subarray(0, 32)));
  expect(addAll([first, overlap, last]).view.sourcePort).toBe(7);
});

test('pieces wait for 60 seconds of capture time', () => {
  const [first, last] = pieces4(datagram, 64) as [Uint8Array, Uint8Array];
  const after = (seconds: number) => {
    const table = new FragmentTable();
    table.add(decoded(first, { seconds: 1000 }));
    return table.add(decoded(last, { seconds: 1000 + seconds }));
  };
  expect([after(60), after(61)]).toEqual([PACKET_UDP, PACKET_FRAGMENT]);
});

test('fragments inside of fragments are put together', () => {
  const [first, last] = pieces4(datagram, 64) as [Uint8Array, Uint8Array];
  const outer = pieces4(udp({ destinationPort: 4789 }, vxlan(last)), 48, 99);
  const { kinds, view } = addAll([first, ...outer]);
  expect(kinds).toEqual([PACKET_FRAGMENT, PACKET_FRAGMENT, PACKET_UDP]);
  expect([view.sourcePort, view.dataLength, tunnelsOf(view)]).toEqual([7, 100, ['vxlan']]);
});

describe('pieces that the snap length cut', () => {
  const cutDatagram = (protocol: number, payload: Uint8Array) => {
    const table = new FragmentTable();
    const views = pieces4(payload, 64, 1, protocol).map((frame) => decoded(frame, { capturedLength: 60 }));
    return { kinds: views.map((view) => table.add(view)), first: views[0] as PacketView };
  };

  test('the first one is decoded at once; UDP says the whole length', () => {
    const { kinds, first } = cutDatagram(17, datagram);
    expect([kinds, first.dataLength]).toEqual([[PACKET_UDP, PACKET_FRAGMENT], 100]);
  });

  test('the length of a TCP segment stays unknown', () => {
    const { kinds, first } = cutDatagram(6, segment);
    expect([kinds, first.sequence, first.dataLength]).toEqual([[PACKET_TCP, PACKET_FRAGMENT], 5, 0]);
  });
});

describe('impossible pieces are left out', () => {
  const [first, last] = pieces4(datagram, 64) as [Uint8Array, Uint8Array];
  const piece = (fragmentOffset: number, moreFragments: boolean, length: number) =>
    ethernet({}, ipv4({ id: 1, protocol: 17, fragmentOffset, moreFragments }, zeros(length)));

  test.each([
    ['empty', piece(64, true, 0)],
    ['not a multiple of 8 long, with more after it', piece(64, true, 13)],
    ['beyond the longest datagram', piece(65528, false, 1000)],
  ])('%s', (_, hostile) => {
    const { kinds, view } = addAll([first, hostile, last]);
    expect([kinds.at(-1), view.dataLength]).toEqual([PACKET_UDP, 100]);
  });

  test('an end before what is already there', () => {
    const { kinds } = addAll([piece(64, true, 800), piece(8, false, 8), first, piece(864, false, 8)]);
    expect(kinds).toEqual([PACKET_FRAGMENT, PACKET_FRAGMENT, PACKET_FRAGMENT, PACKET_UDP]);
  });

  test('a first one that is not a multiple of 8 long does not win over the right one', () => {
    const header = udp({ sourcePort: 666 }, zeros(5));
    const hostile = ethernet({}, ipv4({ id: 1, protocol: 17, moreFragments: true }, header));
    expect(addAll([hostile, first, last]).view.sourcePort).toBe(7);
  });

  test('more after the end', () => {
    const { kinds, view } = addAll([last, piece(800, true, 80), first]);
    expect([kinds.at(-1), view.dataLength]).toEqual([PACKET_UDP, 100]);
  });
});

test('a flood of pieces pushes out the oldest datagrams only', () => {
  const table = new FragmentTable();
  const firsts = Array.from({ length: 1000 }, (_, i) => pieces4(datagram, 64, i)[0] as Uint8Array);
  const { view } = addAll(firsts, table);
  const complete = (id: number) => {
    decoded(pieces4(datagram, 64, id)[1] as Uint8Array, { view });
    return table.add(view);
  };
  expect([complete(999), complete(900), complete(0)]).toEqual([PACKET_UDP, PACKET_UDP, PACKET_FRAGMENT]);
});

test('the longest datagram fits', () => {
  const longest = udp({ sourcePort: 7, length: 65515 }, zeros(65507));
  const { kinds, view } = addAll(pieces4(longest, 1480));
  expect([kinds.at(-1), view.dataLength]).toEqual([PACKET_UDP, 65507]);
});

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PacketView, TCP_ACK, TCP_FIN, TCP_PSH, TCP_RST, TCP_SYN } from '../../../parsers/packet-view.ts';
import { toAssemblyScript } from '../../../src/lane/compile/compile.ts';
import { SETTINGS } from '../../../src/lane/compile/settings.ts';
import { INT_STRIDE } from '../../../src/track/columns.ts';
import { fixtureNames, fixturePath } from '../../fixtures/fixture-files.ts';
import { randomOf } from '../../support/random-conversation.ts';
import { type BothWays, bothWays, TEST_SETTINGS } from './both-ways.ts';

const settings = { ...TEST_SETTINGS, leftOut: SETTINGS.leftOut };
const pathOf = (file: string) => JSON.stringify(fileURLToPath(new URL(`../../../${file}`, import.meta.url)));

const fields = Object.keys(new PacketView()).filter((name) => name !== 'bytes' && name !== 'data');
const SOURCES = {
  'source.ts': `export * from './decoding.ts'; export * from './following.ts';`,
  'decoding.ts': `
    import { decode } from ${pathOf('parsers/decode.ts')};
    import { wasLeftOut } from LEFT_OUT;
    export function decodePacket({ view }, end, originalLength, linkType) {
      ${fields.map((field) => `view.${field} = 0;`).join('\n')}
      view.end = end; view.originalLength = originalLength; view.linkType = linkType;
      return decode(view);
    }
    export function report({ view, floats }) { ${fields.map((field, i) => `floats[${i}] = view.${field};`).join('\n')} }
    export function asked({}) { return wasLeftOut(); }`,
  'following.ts': `
    import { pointAt } from ${pathOf('src/track/cursor.ts')};
    import { countPacket } from ${pathOf('src/track/rows.ts')};
    import { updateTcp } from ${pathOf('src/track/tcp.ts')};
    export function clear({ ints, floats, words }) {
      ints.fill(0, 0, ${INT_STRIDE}); floats.fill(0, 0, ${INT_STRIDE / 2}); words.fill(0, 0, 64);
    }
    export function follow({ view, cursor, slab, events }, frame, sender, flags, sequence, acknowledgment, length, window, id, time) {
      view.frame = frame; view.flags = flags; view.sequence = sequence; view.acknowledgment = acknowledgment;
      view.dataLength = length; view.window = window; view.ipId = id; view.checksum = id & 7; view.ttl = 60 + (id & 3);
      view.seconds = time >>> 0; view.nanoseconds = (time & 0xff) * 1000; view.originalLength = length + 54;
      view.mss = 1460; view.windowScale = (flags & 2) !== 0 ? 7 : -1; view.hasTimestamps = sender;
      pointAt(cursor, 0, sender);
      countPacket(cursor, view);
      return updateTcp(cursor, view, frame === 1, slab, events);
    }`,
};

let both: BothWays;
beforeAll(async () => {
  both = await bothWays(SOURCES, settings);
});

describe('decode', () => {
  /** False where a function was left out. */
  function checkPacket(packet: Uint8Array, originalLength: number, linkType: number): boolean {
    const values = [packet.length, originalLength, linkType];
    both.write(packet);
    both.wasm('decodePacket', ...values);
    if (both.wasm('asked') === 1) return false;
    both.check('decodePacket', ...values);
    both.check('report');
    return true;
  }

  const packets = fixtureNames()
    .filter((name) => name.endsWith('.pcap'))
    .flatMap((name) => packetsOf(readFileSync(fixturePath(name))).slice(0, 8));

  test('every field is as in JavaScript, for packets of all fixtures', () => {
    const isCompiled = packets.map(({ packet, originalLength, linkType }) =>
      checkPacket(packet, originalLength, linkType),
    );
    expect(packets.length).toBeGreaterThan(500);
    expect(isCompiled.filter((is) => !is).length).toBeLessThan(packets.length / 20);
  });

  test('the same for packets that are spoiled', () => {
    const random = randomOf(1);
    for (let i = 0; i < 1500; i++) {
      const { packet, originalLength, linkType } = packets[random(packets.length)];
      const spoiled = packet.slice(0, random(4) === 0 ? random(packet.length) : packet.length);
      for (let spoils = random(3); spoils >= 0; spoils--) spoiled[random(Math.min(spoiled.length, 80))] = random(256);
      checkPacket(spoiled, originalLength, random(5) === 0 ? LINK_TYPES[random(LINK_TYPES.length)] : linkType);
    }
  });
});

const LINK_TYPES = [
  0, 7, 9, 12, 50, 51, 101, 104, 105, 107, 108, 113, 119, 127, 129, 149, 178, 192, 228, 229, 239, 258, 276,
];

/** The records of a little-endian pcap file, none of one in another form. */
function packetsOf(file: Buffer): { packet: Uint8Array; originalLength: number; linkType: number }[] {
  const packets = [];
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 && file.readUInt32LE(0) !== 0xa1b23c4d) return [];
  for (let at = 24; at + 16 <= file.length; ) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    const packet = file.subarray(at + 16, Math.min(end, at + 16 + 1500));
    packets.push({ packet, originalLength: file.readInt32LE(at + 12), linkType: file.readUInt16LE(20) });
    at = end;
  }
  return packets;
}

describe('updateTcp and countPacket', () => {
  test.each([1, 2, 3, 4])('a row is as in JavaScript, segment after segment: seed %i', (seed) => {
    const random = randomOf(seed);
    const flags = [
      TCP_ACK,
      TCP_ACK,
      TCP_ACK | TCP_PSH,
      TCP_ACK | TCP_PSH,
      TCP_ACK | TCP_FIN,
      TCP_SYN | TCP_ACK,
      TCP_SYN,
      TCP_RST,
      TCP_RST | TCP_ACK,
    ];
    for (let connection = 0; connection < 25; connection++) {
      both.check('clear');
      const next = [0x7fff_fff0 + random(8), -20 + random(8)];
      for (let frame = 1; frame <= 30; frame++) {
        const sender = random(2);
        const flag = frame === 1 ? TCP_SYN : frame === 2 ? TCP_SYN | TCP_ACK : flags[random(flags.length)];
        const length = random(2) * random(10);
        const sequence = (next[sender] + (random(3) === 0 ? random(9) - 5 : 0)) | 0;
        const acknowledgment = (next[1 - sender] - random(3)) | 0;
        const window = random(6) === 0 ? 0 : random(5000);
        const time = 1_700_000_000 + frame * random(3);
        both.check('follow', frame, sender, flag, sequence, acknowledgment, length, window, random(5), time);
        next[sender] = (next[sender] + length) | 0;
      }
    }
  });
});

test('the fast lane compiles, and asks for nothing but its memory', async () => {
  const source = await toAssemblyScript(
    fileURLToPath(new URL('../../../src/lane/follow.ts', import.meta.url)),
    SETTINGS,
  );
  expect(source.match(/^@external.*$/gm)).toBeNull();
  // Fractions anywhere else than in times and sums would be slow.
  expect(source.match(/^\/\/ \d+: .*, f64$/gm)?.map((line) => line.split(' ')[2])).toEqual([
    'view.seconds,',
    'view.icmpMtu,',
  ]);
});

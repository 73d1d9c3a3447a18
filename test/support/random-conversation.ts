import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { c, icmpError, type Step, s, type TimedPacket } from './conversation.ts';

/** A seeded generator of numbers from 0 to below `limit` (mulberry32): the same seed gives the same conversation. */
export function randomOf(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * limit);
  };
}

export type Random = ReturnType<typeof randomOf>;

/** An ordinary connection with some of everything, from an ISN near the wrap. */
export function ordinary(random: Random): Step[] {
  const steps = [
    c.syn({ isn: 0xffff_f000 + random(0x1000) }),
    s.synAck({ isn: 0x7fff_f000 + random(0x1000) }),
    c.ack(),
  ];
  for (let i = 0; i < 30; i++) {
    const side = random(2) === 0 ? c : s;
    const window = random(5) === 0 ? random(3) * 500 : 65_535;
    steps.push(random(3) === 0 ? side.ack({ window }) : side.data(1 + random(1460), { window, id: random(3) }));
  }
  return [...steps, c.fin(), s.ack(), s.fin(), c.ack()];
}

/** Segments that no endpoint would send. */
export function nonsense(random: Random): Step[] {
  return Array.from({ length: 40 }, () => {
    const side = random(2) === 0 ? c : s;
    const flags = random(4) === 0 ? random(256) : [TCP_SYN, TCP_ACK, TCP_FIN | TCP_ACK, TCP_RST][random(4)];
    const seq = random(3) === 0 ? random(0x1_0000_0000) : random(2000);
    const step = side.data(random(3) * random(700), {
      flags,
      seq,
      ack: random(2000),
      window: random(3),
      ttl: random(256),
    });
    return random(8) === 0 ? icmpError(step, random(14), random(16)) : step;
  });
}

/** Drops, repeats and swaps packets, and lets time stand still or run backwards. */
export function disturbed(packets: TimedPacket[], random: Random): TimedPacket[] {
  const result: TimedPacket[] = [];
  for (const packet of packets) {
    if (random(10) === 0) continue;
    result.push(packet);
    if (random(10) === 0) result.push(packet);
    if (random(10) === 0 && result.length > 1) result.push(...result.splice(-2).reverse());
    if (random(20) === 0) result.push({ ...packet, seconds: packet.seconds + random(600) });
  }
  return result;
}

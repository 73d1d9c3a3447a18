import { writeFileSync } from 'node:fs';
import { pair, play, type Step } from './conversation.ts';
import { pcap } from './packets.ts';

/** How each connection of the capture fares, by its stream number. */
export type Fate = 'healthy' | 'refused' | 'unanswered' | 'reset' | 'slow';

/** No two neighbours alike, the first twenty healthy, and the first failures among those that end last. */
export function fateOf(stream: number): Fate {
  if (stream < 25) return 'healthy';
  if (stream % 97 === 0) return 'reset';
  if (stream % 89 === 0) return 'slow';
  if (stream % 5 === 1) return 'refused';
  return stream % 7 === 2 ? 'unanswered' : 'healthy';
}

/** Seconds from the beginning of one connection to that of the next: so far apart that they leave the tables one by one. */
const APART = 0.25;

/** Connections that begin one after the other; those that fail are of seven clients. */
function stepsOf(stream: number): Step[] {
  const fate = fateOf(stream);
  const address = fate === 'healthy' ? '10.0.1.1' : `10.0.2.${(stream % 7) + 1}`;
  const ports = { client: { address, port: 1024 + stream }, server: { port: fate === 'refused' ? 81 : 80 } };
  const { client: c, server: s } = pair(ports);
  const at = stream * APART;
  // The first failures end when all others have ended.
  const late = stream < 60 ? 600 : 0;
  switch (fate) {
    case 'refused':
      return [c.syn({ at }), s.rstAck({ seq: 0, at: at + 0.001 + late })];
    case 'unanswered':
      return [c.syn({ at }), c.syn({ at: at + 1, id: stream })];
    case 'reset':
      return [
        c.syn({ at }),
        s.synAck({ at: at + 0.001 }),
        c.ack({ at: at + 0.002 }),
        c.data(9, { at: at + 0.003 }),
        s.rstAck({ at: at + 0.004 + late }),
      ];
    default: {
      const answer = at + (fate === 'slow' ? 0.7 : 0.001);
      const opened = [c.syn({ at }), s.synAck({ at: answer }), c.ack({ at: answer + 0.001 })];
      const transfer = [
        c.data(100, { at: answer + 0.002 }),
        s.data(400, { at: answer + 0.003 }),
        c.ack({ at: answer + 0.004 }),
      ];
      return [
        ...opened,
        ...transfer,
        c.fin({ at: answer + 0.005 }),
        s.fin({ at: answer + 0.006 }),
        c.ack({ at: answer + 0.007 }),
      ];
    }
  }
}

/**
 * Writes a capture of so many connections, many of which fail in ways that are usual, and some in others. From 4,000 on it is so
 * large (over 1 MB) that the fast lane follows it.
 */
export function writeFailingCapture(path: string, connections: number): void {
  const steps = Array.from({ length: connections }, (_, stream) => stepsOf(stream)).flat();
  // Another that comes last, so that silence is long enough to tell.
  const last = pair({ client: { port: 999 }, server: { port: 443 } });
  const sorted = play(steps).toSorted((a, b) => a.seconds - b.seconds || a.nanoseconds - b.nanoseconds);
  const end = play([last.client.datagram(9, { at: connections * APART + 1000 })]);
  const packets = [...sorted, ...end].map(({ seconds, nanoseconds, bytes }) => ({
    time: `${seconds}.${String(nanoseconds).padStart(9, '0')}`,
    bytes,
  }));
  writeFileSync(path, pcap(packets));
}

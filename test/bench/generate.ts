import { existsSync, renameSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureWriter, type Packet } from './capture-writer.ts';
import { seededRandom } from './random.ts';
import { TimeQueue } from './time-queue.ts';
import { browser, bulk, idler, scanner, type User } from './users.ts';

/** Raised when the traffic changes, so that a capture of another shape is not used again. */
const VERSION = 1;
const PACKETS = 2_200_000;
const SEED = 9293;

/** Users of each kind; connections open at once follow from their number alone, however long the capture is. */
const USERS: [number, (number: number, random: () => number) => User][] = [
  [1500, browser],
  [8, bulk],
  [400, idler],
  [6, scanner],
];

/** Makes the capture of the bench, or finds the one made before. `times` makes it that many times as long. */
export function benchCapture(times = 1): string {
  const path = join(tmpdir(), `sockscope-bench-${VERSION}-${times}.pcap`);
  if (existsSync(path)) return path;
  const started = performance.now();
  const unfinished = `${path}.${process.pid}`;
  writeTraffic(unfinished, PACKETS * times);
  renameSync(unfinished, path);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`made ${path}: ${PACKETS * times} packets, ${(statSync(path).size / 1e9).toFixed(2)} GB, ${seconds} s`);
  return path;
}

/** Writes the first `packets` packets of all users together, in time order. */
export function writeTraffic(path: string, packets: number): void {
  const random = seededRandom(SEED);
  const queue = new TimeQueue<{ user: User; packet: Packet }>();
  for (const [count, kind] of USERS) {
    for (let number = 0; number < count; number++) {
      const user = kind(number, random);
      const packet = user.next().value;
      queue.push(packet.at, { user, packet });
    }
  }
  const writer = new CaptureWriter(path, random);
  while (writer.packets < packets) {
    const next = queue.pop();
    if (next === undefined) break;
    writer.write(next.packet);
    next.packet = next.user.next().value;
    queue.push(next.packet.at, next);
  }
  writer.close();
}

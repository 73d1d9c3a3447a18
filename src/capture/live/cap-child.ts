/**
 * The process that captures with `cap`: alone with the privileges that this needs. It writes a pcap stream to standard
 * output and lines of JSON (Words) to stderr; the request is its argument. SIGINT ends it in good order.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Words } from './cap.ts';
import { type CapSession, linkTypeOf, loadCap } from './cap-library.ts';
import { DeliveryClock } from './delivery-clock.ts';
import type { CaptureRequest } from './options.ts';
import { OutboundQueue } from './outbound-queue.ts';

const STDOUT = 1;
const MEBIBYTE = 1 << 20;
/** What waits for the analyzer at most; beyond, packets are dropped and counted. */
const QUEUE_SIZE = 16 * MEBIBYTE;
/** The longest packet that cap takes. */
const LONGEST_PACKET = 65_535;
/** Milliseconds until a reader without room is tried again. */
const RETRY_AFTER = 2;
const TELL_EVERY = 1000;
/** When it is to end, milliseconds for the reader to take what is left. */
const GRACE = 2000;

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

function say(words: Words): void {
  process.stderr.write(`${JSON.stringify(words)}\n`);
}

function open(session: CapSession, request: CaptureRequest, buffer: Buffer): string {
  try {
    return session.open(request.device, request.filter, request.buffer * MEBIBYTE, buffer);
  } catch (error) {
    say({ problem: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
}

function library() {
  try {
    return loadCap();
  } catch (error) {
    say({ missing: (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND' ? 'absent' : 'unusable' });
    process.exit(1);
  }
}

function writeHeader(queue: OutboundQueue, linkType: number, snapLength: number): void {
  const at = queue.room(FILE_HEADER);
  const { bytes } = queue;
  bytes.writeUInt32LE(MAGIC_NANOSECONDS, at);
  bytes.writeUInt16LE(2, at + 4);
  bytes.writeUInt16LE(4, at + 6);
  bytes.writeUInt32LE(0, at + 8);
  bytes.writeUInt32LE(0, at + 12);
  bytes.writeUInt32LE(snapLength, at + 16);
  bytes.writeUInt32LE(linkType, at + 20);
  queue.added(FILE_HEADER);
  queue.flush();
}

/** Nothing may wait for a slow reader: the queue counts what it cannot take. */
function writeSome(bytes: Uint8Array, offset: number, length: number): number {
  try {
    return writeSync(STDOUT, bytes, offset, length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    process.exit(1); // nobody reads any more
  }
}

function capture(request: CaptureRequest): void {
  const { Cap } = library();
  const session = new Cap();
  const buffer = Buffer.alloc(LONGEST_PACKET);
  const linkType = linkTypeOf(open(session, request, buffer));

  // A socket object makes the descriptor non-blocking; writeSync then says EAGAIN where there is no room.
  const nonBlocking = new Socket({ fd: STDOUT, readable: false, writable: true });
  nonBlocking.on('error', () => process.exit(1));
  const queue = new OutboundQueue(QUEUE_SIZE, writeSome);
  const clock = new DeliveryClock();
  const { snapLength } = request;
  let flushing = false;
  const flushSoon = () => {
    if (flushing) return;
    flushing = true;
    setImmediate(flush);
  };
  const flush = () => {
    flushing = false;
    queue.flush();
    if (queue.length === 0) return;
    flushing = true;
    setTimeout(flush, RETRY_AFTER);
  };

  session.on('packet', (length) => {
    clock.read();
    const kept = Math.min(length, snapLength);
    const at = queue.room(RECORD_HEADER + kept);
    if (at < 0) {
      flushSoon();
      return;
    }
    const { bytes } = queue;
    bytes.writeUInt32LE(clock.seconds, at);
    bytes.writeUInt32LE(clock.nanoseconds, at + 4);
    bytes.writeUInt32LE(kept, at + 8);
    bytes.writeUInt32LE(length, at + 12);
    buffer.copy(bytes, at + RECORD_HEADER, 0, kept);
    queue.added(RECORD_HEADER + kept);
    flushSoon();
  });
  writeHeader(queue, linkType, snapLength);
  say({ begun: true });

  const told = { dropped: 0 };
  const tell = () => {
    if (queue.dropped === told.dropped) return;
    told.dropped = queue.dropped;
    say({ dropped: queue.dropped });
  };
  setInterval(tell, TELL_EVERY);
  process.once('SIGINT', () => {
    session.close();
    const late = performance.now() + GRACE;
    setInterval(() => {
      queue.flush();
      if (queue.length > 0 && performance.now() < late) return;
      tell();
      process.exit(0);
    }, RETRY_AFTER);
  });
}

capture(JSON.parse(process.argv[2]) as CaptureRequest);

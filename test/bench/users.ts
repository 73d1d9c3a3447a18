import type { Flow, Packet } from './capture-writer.ts';
import { Conversation } from './conversation.ts';
import { between, type Random, waiting } from './random.ts';

/** What one user does for ever, packet by packet in time order. */
export type User = Generator<Packet, never>;

const SECOND = 1e6;
/** Few enough that a user's ports come round again within the capture. */
const PORTS_OF_A_USER = 60;

/** Browses: names looked up, then short HTTP-like connections, one after another. */
export function* browser(number: number, random: Random): User {
  const version = number % 3 === 0 ? 6 : 4;
  const client = address(version, 1, number);
  let at = waiting(random, 3 * SECOND);
  for (let round = 0; ; round++) {
    const server = address(version, 2, random() < 0.7 ? number % 20 : between(random, 0, 19));
    const clientPort = 32768 + ((round * 7 + number) % PORTS_OF_A_USER);
    if (random() < 0.25) at = yield* lookup({ version, protocol: 17, client, server, clientPort, serverPort: 53 }, at);
    const flow: Flow = { version, protocol: 6, client, server, clientPort, serverPort: random() < 0.8 ? 443 : 80 };
    at = yield* exchange(new Conversation(flow, random, at), random);
    at += waiting(random, 2 * SECOND);
  }
}

function* exchange(conversation: Conversation, random: Random): Generator<Packet, number> {
  yield* conversation.handshake();
  const requests = random() < 0.6 ? 1 : between(random, 2, 5);
  for (let i = 0; i < requests; i++) {
    yield* conversation.send(true, between(random, 80, 900));
    conversation.at += waiting(random, 20_000);
    yield* conversation.send(false, Math.round(300 + waiting(random, 7_000)), 0.01);
    conversation.at += waiting(random, 200_000);
  }
  if (random() < 0.02) yield* conversation.reset(random() < 0.7);
  else yield* conversation.close(random() < 0.6);
  return conversation.at;
}

function* lookup(flow: Flow, at: number): Generator<Packet, number> {
  const query = { at, flow, fromClient: true, length: 45, flags: 0, sequence: at, acknowledgment: 0, window: 0 };
  yield query;
  yield { ...query, at: at + 900, fromClient: false, length: 130 };
  return at + 20_000;
}

/** Moves a lot of data over one long connection, with loss. */
export function* bulk(number: number, random: Random): User {
  const version = number % 2 === 0 ? 4 : 6;
  const flow: Flow = {
    version,
    protocol: 6,
    client: address(version, 3, number),
    server: address(version, 2, number % 20),
    clientPort: 50_000,
    serverPort: 8443,
  };
  for (let at = waiting(random, 5 * SECOND); ; at += SECOND) {
    const conversation = new Conversation(flow, random, at);
    yield* conversation.handshake();
    for (let i = 0; i < 400; i++) {
      yield* conversation.send(number % 4 === 0, between(random, 20_000, 200_000), 0.003);
      conversation.at += waiting(random, 0.6 * SECOND);
    }
    yield* conversation.close(true);
    at = conversation.at;
  }
}

/** Holds a connection open and asks now and then whether the peer is still there. */
export function* idler(number: number, random: Random): User {
  const flow: Flow = {
    version: 4,
    protocol: 6,
    client: address(4, 4, number),
    server: address(4, 2, number % 20),
    clientPort: 40_000,
    serverPort: 5432,
  };
  const conversation = new Conversation(flow, random, waiting(random, 10 * SECOND));
  yield* conversation.handshake();
  for (;;) {
    conversation.at += 15 * SECOND;
    if (random() < 0.1) {
      yield* conversation.send(true, 200);
      yield* conversation.send(false, 1200);
    } else yield* conversation.keepAlive();
  }
}

/** Tries one port after another: most SYNs stay unanswered, some are refused. */
export function* scanner(number: number, random: Random): User {
  let at = waiting(random, 10 * SECOND);
  for (let target = 0; ; target++) {
    const flow: Flow = {
      version: 4,
      protocol: 6,
      client: address(4, 5, number),
      server: address(4, 6, target >> 6),
      clientPort: 60_000 - (target % 4000),
      serverPort: 1 + ((target * 131) % 1024),
    };
    yield* new Conversation(flow, random, at).refused(random() < 0.4);
    at += waiting(random, 0.1 * SECOND);
  }
}

/** An address of a group (browsers, servers …) by its number. */
function address(version: 4 | 6, group: number, number: number): Uint8Array {
  if (version === 4) return Uint8Array.of(10, group, (number >> 8) & 255, number & 255);
  const bytes = new Uint8Array(16);
  bytes.set([0x20, 0x01, 0x0d, 0xb8, 0, group]);
  bytes.set([(number >> 8) & 255, number & 255], 14);
  return bytes;
}

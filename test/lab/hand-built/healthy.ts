import { bytes, type CapturedPacket, hex, pcap, u16, zeros } from '../../support/packets.ts';
import { type DialogueFields, dialogue, type Line, time } from './dialogue.ts';
import type { HandBuilt } from './fixture.ts';

/** A line, and how many seconds it comes after the one before. */
type Timed = [number, ...Line];

const ROUND_TRIP = 0.02;
const OPENING: Timed[] = [
  [0, 'client', 'S', 0, 0],
  [ROUND_TRIP, 'server', 'SA', 0, 1],
  [0.0001, 'client', 'A', 1, 1],
];

const NANOSECONDS = 1e9;

function packetsOf(lines: Timed[], fields: DialogueFields): CapturedPacket[] {
  const packets = dialogue(
    lines.map(([, ...line]): Line => line),
    fields,
  );
  let passed = 0;
  return packets.map((packet, i) => {
    passed += lines[i][0];
    return { ...packet, time: time(0, BigInt(Math.round(passed * NANOSECONDS))) };
  });
}

function healthy(name: string, says: string, lines: Timed[], fields: DialogueFields = {}): HandBuilt {
  const packets = packetsOf([...OPENING, ...lines], fields);
  return { theme: 'healthy', file: `${name}.pcap`, says, bytes: pcap(packets) };
}

/** Both sides of a conversation after its handshake, as what they say; sequence numbers follow from that. */
class Talk {
  readonly lines: Timed[] = [];
  readonly #next = { client: 1, server: 1 };

  /** A segment with data, and the ACK of it half a round trip later where nothing else brings it. */
  says(wait: number, from: 'client' | 'server', payload: string | Uint8Array, flags = 'PA'): this {
    this.#send(wait, from, flags, payload);
    return this;
  }

  acknowledges(wait: number, from: 'client' | 'server'): this {
    this.#send(wait, from, 'A');
    return this;
  }

  closes(wait: number, from: 'client' | 'server'): this {
    this.#send(wait, from, 'FA');
    return this;
  }

  resets(wait: number, from: 'client' | 'server'): this {
    const other = from === 'client' ? 'server' : 'client';
    this.lines.push([wait, from, 'RA', this.#next[from], this.#next[other]]);
    return this;
  }

  /** A question that is answered 50 ms later, and the ACK of the answer. */
  exchange(wait: number, question: string | Uint8Array, answer: string | Uint8Array): this {
    return this.says(wait, 'client', question).says(0.05, 'server', answer).acknowledges(0.0001, 'client');
  }

  /** A close by one side that the other follows at once. */
  ends(wait: number, first: 'client' | 'server'): this {
    const second = first === 'client' ? 'server' : 'client';
    return this.closes(wait, first).closes(ROUND_TRIP, second).acknowledges(0.0001, first);
  }

  #send(wait: number, from: 'client' | 'server', flags: string, payload: string | Uint8Array = ''): void {
    const other = from === 'client' ? 'server' : 'client';
    this.lines.push([wait, from, flags, this.#next[from], this.#next[other], payload]);
    this.#next[from] += payload.length + (flags.includes('F') ? 1 : 0);
  }
}

const GET = 'GET / HTTP/1.1\r\nHost: server.example\r\n\r\n';
const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfine\n';
const minutes = (count: number, each: (talk: Talk) => void, talk: Talk): Talk => {
  for (let turn = 0; turn < count; turn++) each(talk);
  return talk;
};

/** A probe repeats the last byte that was acknowledged (RFC 1122 4.2.3.6), as Windows does it. */
function probesOfOneByte(): Timed[] {
  const talk = new Talk().exchange(0.001, GET, FINE);
  const [next, other] = [1 + GET.length, 1 + FINE.length];
  const probes = Array.from({ length: 5 }, (): Timed[] => [
    [30, 'client', 'A', next - 1, other, zeros(1)],
    [ROUND_TRIP, 'server', 'A', other, next],
  ]);
  const end: Timed[] = [
    [10, 'client', 'FA', next, other],
    [ROUND_TRIP, 'server', 'FA', other, next + 1],
    [0.0001, 'client', 'A', next + 1, other + 1],
  ];
  return [...talk.lines, ...probes.flat(), ...end];
}

/** Each packet is there again 25 ms later, so that copies of a request come after its answer. */
function copiesLate(): HandBuilt {
  const talk = new Talk().exchange(0.001, GET, FINE).exchange(0.1, GET, FINE).ends(2, 'server');
  const packets = packetsOf([...OPENING, ...talk.lines], {});
  const late = 0.025 * NANOSECONDS;
  const copies = packets.map((packet) => ({ ...packet, time: addTo(packet.time, BigInt(late)) }));
  const all = [...packets, ...copies].sort((a, b) => (String(a.time) < String(b.time) ? -1 : 1));
  return {
    theme: 'healthy',
    file: 'copies-late.pcap',
    says: 'Two answered requests and a close of the server; a mirror gives each packet again 25 ms later, the copy of a request after the answer to it.',
    bytes: pcap(all),
  };
}

function addTo(text: CapturedPacket['time'], nanoseconds: bigint): string {
  const sum = (BigInt(String(text).replace('.', '')) + nanoseconds).toString();
  return `${sum.slice(0, -9)}.${sum.slice(-9)}`;
}

/** A TLS record of a type and as many bytes as it says. */
const record = (type: number, length: number) => bytes(type, 3, 3, u16(length), zeros(length));
const CLIENT_HELLO = record(0x16, 512);
const SERVER_FLIGHT = bytes(record(0x16, 122), record(0x17, 1100));
const tls = () => new Talk().exchange(0.001, CLIENT_HELLO, SERVER_FLIGHT);

export const HEALTHY_CAPTURES: HandBuilt[] = [
  healthy(
    'long-poll-minutes',
    'Long poll: three requests that are answered after 65 s of silence each, and a close of the client.',
    minutes(
      3,
      (talk) => talk.says(0.1, 'client', GET).acknowledges(ROUND_TRIP, 'server').says(65, 'server', FINE),
      new Talk(),
    )
      .acknowledges(0.0001, 'client')
      .ends(1, 'client').lines,
  ),
  healthy(
    'web-socket-minutes',
    'WebSocket: ten minutes with nothing but a ping of the server every 30 s and the pong of the client, then Close frames of both.',
    minutes(
      20,
      (talk) =>
        talk
          .says(30, 'server', hex('8900'))
          .says(0.001, 'client', hex('8a80 01020304'))
          .acknowledges(ROUND_TRIP, 'server'),
      new Talk().exchange(
        0.001,
        `${GET.slice(0, -2)}Upgrade: websocket\r\n\r\n`,
        'HTTP/1.1 101 Switching Protocols\r\n\r\n',
      ),
    )
      .says(12, 'client', hex('8882 01020304 02eb'))
      .says(ROUND_TRIP, 'server', hex('8802 03e8'))
      .ends(0.0005, 'server').lines,
  ),
  healthy(
    'keep-alive-one-byte',
    'An idle connection for 160 s with keep-alive probes that bear one old byte, as those of Windows, each answered; then the client closes.',
    probesOfOneByte(),
  ),
  healthy(
    'pool-reset-after-minute',
    'A connection pool throws a connection away with two RSTs, as Windows sends them, 65 s after the answer to its last request.',
    new Talk().exchange(0.001, GET, FINE).exchange(1, GET, FINE).resets(65, 'client').resets(0.00002, 'client').lines,
  ),
  healthy(
    'balancer-resets-idle',
    'A load balancer in the place of the server resets a connection that was idle for 350 s, its only request answered and the answer acknowledged.',
    new Talk().exchange(0.001, GET, FINE).resets(350, 'server').lines,
  ),
  healthy(
    'reset-behind-close',
    'Both sides have closed; in the place of the last ACK, and once more behind it, the client sends RST, as Windows does for want of TIME-WAIT.',
    new Talk()
      .exchange(0.001, GET, FINE)
      .closes(1, 'client')
      .closes(ROUND_TRIP, 'server')
      .resets(0.0001, 'client')
      .resets(0.3, 'client').lines,
  ),
  healthy(
    'closes-cross-after-minute',
    'After 60 s of rest both sides close in the same moment; captured between them, the FINs cross.',
    [
      ...new Talk().exchange(0.001, GET, FINE).lines,
      [60, 'client', 'FA', 1 + GET.length, 1 + FINE.length],
      [0.002, 'server', 'FA', 1 + FINE.length, 1 + GET.length],
      [ROUND_TRIP, 'client', 'A', 2 + GET.length, 2 + FINE.length],
      [0.002, 'server', 'A', 2 + FINE.length, 2 + GET.length],
    ],
  ),
  healthy(
    'answer-behind-fin',
    'The server answers and closes; the capture has the two segments in the wrong order. The number of the FIN shows that the answer went before it.',
    [
      [0.001, 'client', 'PA', 1, 1, GET],
      [ROUND_TRIP, 'server', 'A', 1, 1 + GET.length],
      [0.03, 'server', 'FA', 1 + FINE.length, 1 + GET.length],
      [0.00002, 'server', 'PA', 1, 1 + GET.length, FINE],
      [0.0001, 'client', 'A', 1 + GET.length, 2 + FINE.length],
      [0.001, 'client', 'FA', 1 + GET.length, 2 + FINE.length],
      [ROUND_TRIP, 'server', 'A', 2 + FINE.length, 2 + GET.length],
    ],
  ),
  healthy(
    'request-sent-again',
    'The ACK of a request is slow, so the request is sent again, and crosses its answer. The copy is no second request; the server closes after 5 s of rest.',
    [
      [0.001, 'client', 'PA', 1, 1, GET],
      [0.2, 'server', 'PA', 1, 1 + GET.length, FINE],
      [0.00001, 'client', 'PA', 1, 1, GET],
      [0.0001, 'client', 'A', 1 + GET.length, 1 + FINE.length],
      [ROUND_TRIP, 'server', 'A', 1 + FINE.length, 1 + GET.length],
      [5, 'server', 'FA', 1 + FINE.length, 1 + GET.length],
      [0.0001, 'client', 'FA', 1 + GET.length, 2 + FINE.length],
      [ROUND_TRIP, 'server', 'A', 2 + FINE.length, 2 + GET.length],
    ],
  ),
  copiesLate(),
  healthy(
    'log-line-then-rest',
    'Syslog over TCP: one line, and the server ends the connection after 60 s of rest. Syslog has no answers.',
    new Talk()
      .says(0.001, 'client', '<34>1 2026-11-28T12:00:00Z host app - - - it happened\n')
      .acknowledges(ROUND_TRIP, 'server')
      .ends(60, 'server').lines,
    { serverPort: 514 },
  ),
  healthy(
    'postgres-cancel',
    'PostgreSQL: a CancelRequest of 16 bytes is all that is said; the server closes without a byte, as its protocol has it.',
    new Talk()
      .says(0.001, 'client', hex('00000010 04d2162e 00000d05 7a3f21c4'))
      .acknowledges(ROUND_TRIP, 'server')
      .ends(0.001, 'server').lines,
    { serverPort: 5432 },
  ),
  healthy(
    'memcached-noreply',
    'memcached: commands that ask for no answer (noreply), seconds apart, one get with its answer among them; the last has none, and the server closes after a minute of rest.',
    new Talk()
      .says(0.001, 'client', 'set a 0 0 5 noreply\r\nvalue\r\n')
      .acknowledges(ROUND_TRIP, 'server')
      .says(2, 'client', 'set b 0 0 5 noreply\r\nvalue\r\n')
      .acknowledges(ROUND_TRIP, 'server')
      .exchange(2, 'get a\r\n', 'VALUE a 0 5\r\nvalue\r\nEND\r\n')
      .says(2, 'client', 'set c 0 0 5 noreply\r\nvalue\r\n')
      .acknowledges(ROUND_TRIP, 'server')
      .ends(60, 'server').lines,
    { serverPort: 11211 },
  ),
  healthy(
    'http-408-in-advance',
    'A connection made in advance on which nothing is asked; after 10 s the server sends 408 and closes.',
    new Talk()
      .says(10, 'server', 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n')
      .acknowledges(0.0001, 'client')
      .ends(0.0001, 'server').lines,
  ),
  healthy(
    'nats-pong-last',
    'NATS: the server says INFO, the client CONNECT and publishes; the server asks PING every 20 s, the client answers PONG, which is the last that is said before the server, which is stopped in order, closes.',
    minutes(
      3,
      (talk) =>
        talk.says(20, 'server', 'PING\r\n').says(0.001, 'client', 'PONG\r\n').acknowledges(ROUND_TRIP, 'server'),
      new Talk()
        .says(0.001, 'server', 'INFO {}\r\n')
        .says(0.001, 'client', 'CONNECT {"verbose":false}\r\nPUB news 4\r\nitem\r\n'),
    ).ends(5, 'server').lines,
    { serverPort: 4222 },
  ),
  healthy(
    'dns-over-tcp',
    'DNS over TCP: two questions at once, two answers in the other order, and the server closes after 10 s of rest (RFC 7766 6.2.3).',
    new Talk()
      .says(0.001, 'client', bytes(u16(30), zeros(30), u16(30), zeros(30)))
      .says(0.03, 'server', bytes(u16(60), zeros(60)))
      .says(0.01, 'server', bytes(u16(60), zeros(60)))
      .acknowledges(0.0001, 'client')
      .ends(10, 'server').lines,
    { serverPort: 53 },
  ),
  healthy(
    'tls13-in-advance-plain',
    'TLS 1.3 without change_cipher_spec and without tickets: the Finished of the client (58 bytes) is the last data; nothing is asked, after a minute the server closes.',
    tls().says(0.001, 'client', record(0x17, 53)).acknowledges(ROUND_TRIP, 'server').ends(60, 'server').lines,
    { serverPort: 443 },
  ),
  healthy(
    'h2-settings-last',
    'HTTP/2 over TLS: a request and its answer, a SETTINGS ACK and a WINDOW_UPDATE of the client (31 and 35 bytes) as the last data; after a minute of rest the server closes.',
    tls()
      .says(0.001, 'client', bytes(record(0x14, 1), record(0x17, 53)))
      .says(0.001, 'client', bytes(record(0x17, 24 + 27 + 17), record(0x17, 60)))
      .says(ROUND_TRIP, 'server', bytes(record(0x17, 40), record(0x17, 300)))
      .says(0.0005, 'client', bytes(record(0x17, 26), record(0x17, 30)))
      .acknowledges(ROUND_TRIP, 'server')
      .ends(60, 'server').lines,
    { serverPort: 443 },
  ),
];

import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, handshake, type Step, s } from '../support/conversation.ts';

/** Cause of the last RST, and the reason in words. */
async function lastReset(...steps: Step[]): Promise<[string, string]> {
  const reset = (await connectionOf(...steps)).resets.at(-1);
  if (reset === undefined) throw new Error('no RST');
  return [reset.cause, reset.because];
}

const opened = [...handshake, c.data(100), s.data(100), c.ack()];
const probes = [c.data(1, { seq: 100, at: 10 }), c.data(1, { seq: 100, at: 11 })];

describe('why an RST was sent', () => {
  test.each<[string, Step[], string, RegExp]>([
    ['for a SYN', [c.syn(), s.rstAck({ seq: 0 })], 'port-closed', /SYN of frame 1/],
    ['for a SYN-ACK that the client does not want', [c.syn(), s.synAck(), c.rst()], 'client-abort', /frame 2/],
    [
      'for an ACK that is of another connection',
      [c.syn(), s.ack({ seq: 900, ack: 700 }), c.rst({ seq: 700 })],
      'half-open-peer',
      /older connection/,
    ],
    ['for the ACK of the handshake', [...handshake, s.rst({ seq: 1 })], 'backlog-overflow', /accept queue/],
    [
      'for data, where the ACK was ignored before',
      [...handshake, s.synAck({ after: 1 }), c.ack(), c.data(9, { after: 9 }), s.rst({ seq: 1 })],
      'backlog-overflow',
      /2 SYN-ACKs/,
    ],
    [
      'for data after an ACK that was taken',
      [...handshake, c.data(9, { after: 9 }), s.rst({ seq: 1 })],
      'half-open-peer',
      /./,
    ],
    ['instead of a FIN', [...opened, s.rstAck()], 'abortive-close', /SO_LINGER 0, or unread data/],
    [
      'instead of a FIN, and of an answer',
      [...opened, c.data(50), s.rstAck()],
      'abortive-close',
      /data of frame 7: unread/,
    ],
    ['at sequence numbers that were never seen', [c.data(9, { seq: 5 }), s.rstAck({ seq: 0 })], 'abortive-close', /./],
    ['after keep-alive probes', [...opened, ...probes, c.rstAck({ at: 12 })], 'abortive-close', /2 keep-alive probes/],
    [
      'for data after the FIN',
      [...opened, s.fin(), c.ack(), c.data(10), s.rst({ seq: 102 })],
      'data-after-close',
      /FIN in frame 7.*data of frame 9/,
    ],
    [
      'for data that crossed the FIN',
      [...opened, s.fin(), c.data(10, { ack: 101 }), s.rst({ seq: 101 })],
      'data-after-close',
      /FIN in frame 7/,
    ],
    [
      'for what was on its way when the first RST was sent',
      [...opened, s.rstAck(), c.data(10), s.rst({ seq: 101 })],
      'data-after-close',
      /reset by frame 7/,
    ],
    [
      'for a FIN after FIN-WAIT-2 has expired',
      [...opened, c.fin(), s.ack(), s.fin({ at: 100 }), c.rst({ seq: 102 })],
      'data-after-close',
      /FIN in frame 7.*FIN of frame 9/,
    ],
    ['for data, as one who knows nothing of it', [...opened, c.data(10), s.rst({ seq: 101 })], 'half-open-peer', /./],
    [
      'for data after an hour',
      [...opened, c.data(10, { at: 3600 }), s.rst({ seq: 101 })],
      'half-open-peer',
      /idle for 3600\.0 s/,
    ],
    [
      'for a FIN, by a side that had sent its data again and then given up',
      [
        ...opened,
        ...[1, 1.2, 1.6, 2.4].map((at) => c.data(9, { seq: 101, at })),
        s.fin({ at: 9, ack: 101 }),
        c.rst({ seq: 101 }),
      ],
      'half-open-peer',
      /had given up .* 3 retransmissions/,
    ],
    ['with another TTL', [...opened, s.rstAck({ ttl: 200 })], 'injected-suspected', /TTL 200, and 64/],
    ['and then sends on', [...opened, s.rstAck(), s.data(10, { after: 0.1 })], 'injected-suspected', /frame 8/],
    ['at a number out of nowhere', [...opened, s.rst({ seq: 5000 })], 'unknown', /numbers fit none/],
    ['which is all that was captured', [s.rst({ seq: 5000 })], 'unknown', /no packet of the client is in the capture/],
  ])('%s', async (_, steps, cause, because) => {
    expect(await lastReset(...steps)).toEqual([cause, expect.stringMatching(because)]);
  });

  test('data that is only captured after the RST was sent before it', async () => {
    expect((await lastReset(...opened, s.rstAck({ seq: 111 }), s.data(10, { after: 0.001 })))[0]).not.toBe(
      'injected-suspected',
    );
  });

  describe('by its IP identification', () => {
    const ids = (first: number, ...later: number[]) => [
      ...handshake,
      ...[first, ...later].map((id) => s.data(10, { id })),
    ];

    test.each<[string, Step[], string]>([
      ['far from a count', [...ids(700, 701, 702), s.rstAck({ id: 40_000 })], 'injected-suspected'],
      ['next in the count', [...ids(700, 701, 702), s.rstAck({ id: 703 })], 'abortive-close'],
      ['a little further in the count', [...ids(700, 701, 702), s.rstAck({ id: 3000 })], 'abortive-close'],
      ['a little before', [...ids(700, 701, 702), s.rstAck({ id: 699 })], 'abortive-close'],
      ['beyond the turn of the count', [...ids(65_533, 65_534, 65_535), s.rstAck({ id: 3 })], 'abortive-close'],
      ['0, as Linux answers', [...ids(700, 701, 702), s.rstAck({ id: 0 })], 'abortive-close'],
      ['of a side that does not count', [...ids(700, 30_000), s.rstAck({ id: 60_000 })], 'abortive-close'],
      ['where one small step may be chance', [...ids(700, 701), s.rstAck({ id: 40_000 })], 'abortive-close'],
      [
        'where the count may have gone on meanwhile',
        [...ids(7, 8, 9), s.rstAck({ id: 40_000, after: 5 })],
        'abortive-close',
      ],
    ])('%s', async (_, steps, cause) => {
      expect((await lastReset(...steps))[0]).toBe(cause);
    });
  });

  test('TTLs that vary anyway tell nothing', async () => {
    const varied = [...handshake, c.data(100), s.data(100, { ttl: 50 }), c.ack()];
    expect((await lastReset(...varied, s.rstAck({ ttl: 55 })))[0]).toBe('abortive-close');
  });

  describe('by its TTL', () => {
    const own = { ttl: 255 };
    const session = [c.syn(own), s.synAck(own), c.ack(own), c.data(9, own), s.data(9, own), c.ack(own)];
    const scan = [c.syn({ ttl: 41 }), s.synAck()];

    test.each<[string, Step[], string]>([
      ['of the kernel, where a program made the SYN', [...scan, c.rst()], 'client-abort'],
      [
        'also where the program goes on',
        [...scan, c.rst(), c.ack({ ttl: 41 }), c.data(9, { ttl: 41 })],
        'client-abort',
      ],
      ['where only a SYN-ACK is known of the server', [...handshake, s.rst({ ttl: 250 })], 'backlog-overflow'],
      [
        'for the SYN, after an ACK of an older connection',
        [c.syn(), s.ack({ seq: 9, ack: 7 }), c.rst({ seq: 7, ttl: 9 })],
        'half-open-peer',
      ],
      [
        'of the host, where the socket had its own',
        [...session, c.data(9, own), s.rst({ seq: 10, ttl: 64 })],
        'half-open-peer',
      ],
      ['of a host nearer by', [...session, c.data(9, own), s.rst({ seq: 10, ttl: 60 })], 'injected-suspected'],
      ['of an abort, which has that of its socket', [...session, s.rstAck({ ttl: 64 })], 'injected-suspected'],
      [
        'where the sender has only acknowledged',
        [...handshake, s.data(9), c.ack(), c.rstAck({ ttl: 9 })],
        'injected-suspected',
      ],
    ])('%s', async (_, steps, cause) => {
      expect((await lastReset(...steps))[0]).toBe(cause);
    });
  });

  test('refused, refused and accepted: each RST answers its SYN', async () => {
    const refusal = s.rstAck({ seq: 0 });
    const again = [c.syn({ at: 0.5 }), refusal, c.syn({ at: 1 }), s.synAck(), c.ack(), s.data(9), c.ack()];
    const { resets } = await connectionOf(c.syn(), refusal, ...again);
    expect(resets.map(({ cause, because }) => [cause, because.split(':')[0]])).toEqual([
      ['port-closed', 'answers the SYN of frame 1'],
      ['port-closed', 'answers the SYN after frame 2'],
    ]);
  });

  test('a SYN that is refused and accepted without being tried again met two servers', async () => {
    const steps = [c.syn(), s.rstAck({ seq: 0 }), s.synAck(), c.ack(), s.data(9), c.ack()];
    expect((await lastReset(...steps))[0]).toBe('injected-suspected');
  });
});

import { describe, expect, test } from '@jest/globals';
import { c, connectionOf, copy, handshake, pair, type Step, s } from '../support/conversation.ts';

const { client: c6, server: s6 } = pair({ client: { address: '2001:db8::1' }, server: { address: '2001:db8::2' } });
const handshake6 = [c6.syn(), s6.synAck(), c6.ack()];

const copiesOf = async (...steps: Step[]) => (await connectionOf(...steps)).fromClient.duplicates;

describe('a copy of a packet has the same IP identification', () => {
  test.each<[string, Step[], number]>([
    ['data', [c.data(100, { id: 7 }), copy({ after: 0.1 })], 1],
    ['a pure ACK', [c.ack({ id: 7 }), copy({ after: 0.1 })], 1],
    ['a FIN', [c.fin({ id: 7 }), copy()], 1],
    ['an RST', [c.rst({ id: 7 }), copy()], 1],
    ['twice', [c.data(100, { id: 7 }), copy(), copy()], 2],
    ['not: later than 100 ms', [c.data(100, { id: 7 }), copy({ after: 0.101 })], 0],
    ['not: a retransmission has another', [c.data(100, { id: 7 }), c.data(100, { id: 8, seq: 1 })], 0],
    ['not: a duplicate ACK has another', [c.ack({ id: 7 }), c.ack({ id: 8 })], 0],
    ['not: the same one on other data', [c.data(100, { id: 7 }), c.data(100, { id: 7 })], 0],
    ['not: the same one on another window', [c.ack({ id: 7 }), c.ack({ id: 7, window: 5 })], 0],
  ])('%s', async (_, steps, copies) => {
    expect(await copiesOf(...handshake, ...steps)).toBe(copies);
  });

  test('of the last four packets', async () => {
    const run = (between: number) => [
      ...[...handshake, c.data(10, { id: 100 })],
      ...Array.from({ length: between }, (_, i) => c.data(10, { id: 101 + i, after: 0.001 })),
      c.data(10, { id: 100, seq: 1, after: 0.001 }),
    ];
    expect([await copiesOf(...run(3)), await copiesOf(...run(4))]).toEqual([1, 0]);
  });
});

describe('without an identification copies are told by time', () => {
  test.each<[string, Step[], number]>([
    ['data within a millisecond', [c.data(100), copy({ after: 0.001 })], 1],
    ['not: later, where it may be a retransmission', [c.data(100), copy({ after: 0.0011 })], 0],
    ['not: pure ACKs, which repeat on purpose', [c.ack(), copy({ after: 0 })], 0],
    ['not: other data as soon', [c.data(100), c.data(100, { after: 0.0001 })], 0],
    ['an RST, up to 5 ms later: it is never sent again', [c.rst(), copy({ after: 0.005 })], 1],
    ['not: an RST after that', [c.rst(), copy({ after: 0.0051 })], 0],
    ['an RST that only one segment can have drawn', [s.data(1), c.rst(), copy({ after: 0.0001 })], 1],
    ['not: an RST, where two segments each draw one', [s.data(1), s.data(1), c.rst(), copy({ after: 0.0001 })], 0],
    ['not: an RST for what came after the first', [c.rst(), s.data(1, { after: 0.001 }), copy({ after: 0.001 })], 0],
    ['an RST where other packets came twice', [c.data(1, { id: 7 }), copy(), c.rst(), copy({ after: 0.0001 })], 2],
    ['an RST where those of the peer did', [s.data(1, { id: 7 }), copy(), c.rst(), copy({ after: 0.0001 })], 1],
  ])('%s', async (_, steps, copies) => {
    expect(await copiesOf(...handshake, ...steps)).toBe(copies);
  });

  test('two RSTs for two segments are two where every packet comes twice', async () => {
    const soon = { after: 0.00005 };
    const twice = (step: Step) => [step, copy(soon)];
    const close = { seq: 1, after: 0.0002 };
    const answered = [s.data(1), s.data(1), c.rst(close), c.rst(close)];
    const steps = [...handshake, ...answered].flatMap(twice);
    const found = await connectionOf(...steps);
    expect([found.resets.length, found.fromClient.resets]).toEqual([2, 4]);
  });

  test('a copy that comes after a packet of the other side is one, where others came twice', async () => {
    const [rst, late] = [c.rst({ seq: 1 }), s.data(1, { after: 0.00002 })];
    const steps = [c.syn({ id: 7 }), copy(), s.synAck(), c.ack(), s.data(1), rst, late, { ...rst, after: 0.00003 }];
    expect((await connectionOf(...steps)).resets).toHaveLength(1);
  });

  test.each([
    ['with identifications that count', 100],
    ['without', 0],
  ])('a burst whose copies come after all of it, %s', async (_, id) => {
    const sent = Array.from({ length: 7 }, (_, i) => s.data(10, { id: id === 0 ? 0 : id + i, after: 0.000001 }));
    const again = sent.map((step, i) => ({ ...step, seq: 1 + 10 * i, after: 0.000002 }));
    const found = await connectionOf(...handshake, ...sent, ...again);
    expect(found.fromServer).toMatchObject({ duplicates: 7, uniqueBytes: 70 });
  });

  test('not: what is sent again for duplicate ACKs, however soon', async () => {
    const soon = { after: 0.00005 };
    const lost = [s.data(10, soon), s.data(10, soon), c.ack({ ack: 1, ...soon }), c.ack({ ack: 1, ...soon })];
    const found = await connectionOf(...handshake, c.ack({ ack: 1 }), ...lost, s.data(10, { ...soon, seq: 1, id: 9 }));
    expect(found.fromServer.duplicates).toBe(0);
  });

  test('not: RSTs that may each answer a segment, though none is timed since one was sent again', async () => {
    const soon = { after: 0.0001 };
    const sent = [s.data(9), s.data(9), s.data(9), s.data(9, { seq: 1, after: 0.3 })];
    const found = await connectionOf(...handshake, c.ack(), ...sent, c.rst({ seq: 1 }), c.rst({ seq: 1, ...soon }));
    expect(found.resets).toHaveLength(2);
  });

  test('a copy of the SYN after the RST that refused it is no new try', async () => {
    const steps = [c.syn(), s.rstAck({ seq: 0, after: 0.00002 }), c.syn({ after: 0.00003 })];
    const found = await connectionOf(...steps, s.rstAck({ seq: 0, after: 0.00002 }));
    expect(found.handshake?.outcome).toBe('refused');
    expect(found.fromClient.duplicates).toBe(1);
  });

  test('not: the SYN that Linux sends again two ticks after an ACK of an older connection', async () => {
    const steps = [
      c.syn({ id: 7 }),
      s.ack({ ack: 9999 }),
      c.rst({ seq: 9999 }),
      c.syn({ id: 8, seq: 0, after: 0.004 }),
    ];
    expect(await copiesOf(...steps)).toBe(0);
  });

  test('nothing is sent again in the first millisecond of a connection, whatever came between', async () => {
    const soon = { after: 0.00001 };
    const sent = [1, 2, 3, 4, 5, 6].flatMap(() => [c.data(10, soon), s.data(10, soon)]);
    const again = [c.data(10, { seq: 1, ack: 1, after: 0.0005 }), s.synAck({ seq: 0, ack: 1, ...soon })];
    const found = await connectionOf(c.syn(), s.synAck(soon), c.ack(soon), ...sent, ...again);
    expect([found.fromClient.duplicates, found.fromServer.duplicates]).toEqual([1, 1]);
    expect(found.handshake?.synAckRetransmissions).toBe(0);
  });

  test('a pure ACK, every second time, where other packets came twice', async () => {
    const soon = { after: 0.00005 };
    const twice = [c.syn({ id: 7 }), copy(soon), s.synAck(), copy(soon), c.ack(), copy(soon), c.ack(), copy(soon)];
    expect(await copiesOf(...twice)).toBe(3);
  });

  test('a FIN that a later ACK has overtaken is no copy', async () => {
    const steps = [c.data(9, { id: 5 }), copy(), c.ack({ id: 7, seq: 11 }), c.fin({ id: 6, seq: 10, after: 0.0004 })];
    expect((await connectionOf(...handshake, ...steps)).fromClient).toMatchObject({ duplicates: 1, fins: 1 });
    expect((await connectionOf(...handshake, ...steps)).close?.firstCloser).toBe('client');
  });

  test('IPv6 has none', async () => {
    expect(await copiesOf(...handshake6, c6.data(100), copy({ after: 0.001 }))).toBe(1);
    expect(await copiesOf(...handshake6, c6.data(100), copy({ after: 0.0011 }))).toBe(0);
  });

  test('segments whose checksum the network card was to fill in are told apart by their numbers', async () => {
    // Over the pseudo header alone: the same for every segment of this length.
    const checksum = 0x1234;
    const soon = { checksum, after: 0.0002 };
    const segments = [c6.data(100, soon), c6.data(100, { ...soon, seq: 201 }), c6.data(100, { ...soon, seq: 101 })];
    const found = await connectionOf(...handshake6, ...segments);
    expect(found.fromClient).toMatchObject({ duplicates: 0, uniqueBytes: 300 });
  });
});

describe('where a capture has both ends of the way, a copy has a smaller TTL and comes later', () => {
  const near = { ttl: 64 };
  const far = { ttl: 59 };
  const opening = [
    c.syn({ id: 7, ...near }),
    c.syn({ id: 7, seq: 0, ...far, after: 0.2 }),
    s.synAck({ ...near }),
    s.synAck({ seq: 0, ...far, after: 0.2 }),
    c.ack({ id: 8, ...near }),
    c.ack({ id: 8, ...far, after: 0.2 }),
  ];
  const copies = async (...steps: Step[]) => {
    const { fromClient, fromServer } = await connectionOf(...opening, ...steps);
    return [fromClient.duplicates, fromServer.duplicates];
  };

  test('the handshake', async () => {
    const { handshake, findings } = await connectionOf(...opening);
    expect(handshake).toMatchObject({ outcome: 'completed', synRetransmissions: 0, synAckRetransmissions: 0 });
    expect(findings.map(({ code }) => code)).toEqual(['duplicate-packets']);
  });

  test('data, a FIN and an RST, whatever came between', async () => {
    const six = [10, 11, 12, 13, 14, 15];
    const sent = six.map((id) => c.data(10, { id, ...near, after: 0.001 }));
    const later = six.map((id, i) => c.data(10, { id, seq: 1 + 10 * i, ...far, after: 0.001 }));
    expect(await copies(...sent, ...later)).toEqual([8, 1]);
    const fin = [c.fin({ id: 9, ...near }), s.ack(near), c.fin({ id: 9, seq: 1, ...far, after: 0.2 })];
    expect(await copies(...fin)).toEqual([3, 1]);
    const rst = [c.rst({ seq: 1, ...near }), s.data(9, near), c.rst({ seq: 1, ...far, after: 0.2 })];
    expect((await connectionOf(...opening, ...rst)).resets).toHaveLength(1);
  });

  test('not: what is sent again has the greater one, and bytes that had not come are new', async () => {
    const again = [c.data(10, { id: 9, ...near }), c.data(10, { id: 10, seq: 1, ...near, after: 0.3 })];
    expect(await copies(...again)).toEqual([2, 1]);
    expect(await copies(c.data(10, { id: 9, ...near }), c.data(10, { id: 11, seq: 11, ...far }))).toEqual([2, 1]);
  });

  test('not: an RST with a smaller TTL that nobody sent before', async () => {
    expect(await copies(s.rst({ seq: 1, ttl: 50 }))).toEqual([2, 1]);
  });

  test('not: where the TTL of a sender changes without a copy', async () => {
    const steps = [c.data(10, { id: 9, ...near }), c.data(10, { id: 10, seq: 1, ...far, after: 0.3 })];
    expect((await connectionOf(...handshake, ...steps)).fromClient.duplicates).toBe(0);
  });
});

describe('a copy tells nothing about the endpoints', () => {
  test('it is no second SYN, and takes no RTT sample', async () => {
    const found = await connectionOf(c.syn({ id: 7 }), copy(), s.synAck({ id: 9 }), copy(), c.ack());
    expect(found.handshake).toMatchObject({ synRetransmissions: 0, synAckRetransmissions: 0, connectTime: 0.02 });
    expect(found.fromClient).toMatchObject({ duplicates: 1, syns: 2, packets: 3, rtt: { samples: 1 } });
  });

  test('it is no second RST', async () => {
    const found = await connectionOf(...handshake, c.rst({ id: 7 }), copy());
    expect(found.resets).toHaveLength(1);
    expect(found.fromClient).toMatchObject({ resets: 2, duplicates: 1 });
  });

  test('Karn has nothing against it', async () => {
    const found = await connectionOf(...handshake, c.data(10, { id: 7 }), copy({ after: 0 }), s.ack({ after: 0.5 }));
    expect(found.fromClient.rtt).toMatchObject({ samples: 2, max: 0.5 });
  });

  test('it counts as packet and bytes, and as retransmission, as in Wireshark', async () => {
    const found = await connectionOf(...handshake, c.data(10, { id: 7 }), copy());
    expect(found.fromClient).toMatchObject({ packets: 4, bytes: 20, uniqueBytes: 10, retransmissions: 1 });
  });
});

describe('datagrams', () => {
  const dns = pair({ server: { port: 53 } }).client;
  test.each<[string, Step[], number]>([
    ['with the same identification', [dns.datagram(40, { id: 7 }), copy({ after: 0.1 })], 1],
    ['not: after more than 100 ms', [dns.datagram(40, { id: 7 }), copy({ after: 0.101 })], 0],
    ['not: with another', [dns.datagram(40, { id: 7 }), dns.datagram(40, { id: 8 })], 0],
    ['not: without one, they may be meant', [dns.datagram(40), copy({ after: 0 })], 0],
    ['not: of another length', [dns.datagram(40, { id: 7 }), dns.datagram(50, { id: 7 })], 0],
  ])('%s', async (_, steps, copies) => {
    expect(await copiesOf(...steps)).toBe(copies);
  });
});

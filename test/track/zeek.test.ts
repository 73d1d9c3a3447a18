import { describe, expect, test } from '@jest/globals';
import { TCP_FIN, TCP_RST, TCP_SYN } from '../../parsers/packet-view.ts';
import { c, connectionOf, handshake, pair, type Step, s, unseen } from '../support/conversation.ts';

const dns = pair({ server: { port: 53 } });
const refusal = s.rstAck({ seq: 0 });

describe('conn_state', () => {
  test.each<[string, string, Step[]]>([
    ['S0', 'a SYN without an answer', [c.syn()]],
    ['S0', 'a SYN, again and again', [c.syn(), c.syn({ at: 1 })]],
    ['S1', 'established, not closed', [...handshake, c.data(10), s.ack()]],
    ['S1', 'a SYN-ACK without its ACK', [c.syn(), s.synAck()]],
    ['SF', 'both closed', [...handshake, c.fin(), s.fin(), c.ack()]],
    ['SF', 'both closed, then the old SYN comes once more', [...handshake, c.fin(), s.fin(), c.ack(), c.syn()]],
    ['REJ', 'refused', [c.syn(), refusal]],
    ['S2', 'the originator closed, the responder did not', [...handshake, c.fin(), s.ack()]],
    ['S3', 'the responder closed, the originator did not', [...handshake, s.fin(), c.ack()]],
    ['RSTO', 'the originator reset', [...handshake, c.rst()]],
    ['RSTO', 'the originator reset after both closed', [...handshake, c.fin(), s.fin(), c.rst()]],
    ['RSTR', 'the responder reset', [...handshake, c.data(10), s.rst()]],
    ['RSTOS0', 'a SYN, then an RST of the originator', [c.syn(), c.rst()]],
    ['RSTRH', 'a SYN-ACK, then an RST of the responder', [unseen(c.syn()), s.synAck(), s.rst()]],
    ['SH', 'a SYN, then a FIN of the originator', [c.syn(), c.fin()]],
    ['SHR', 'a SYN-ACK, then a FIN of the responder', [unseen(c.syn()), s.synAck(), s.fin()]],
    ['OTH', 'midstream', [c.data(10, { seq: 1 }), s.data(10)]],
    ['S0', 'UDP: a question', [dns.client.datagram(40)]],
    ['SF', 'UDP: a question and its answer', [dns.client.datagram(40), dns.server.datagram(80)]],
    ['SHR', 'UDP: an answer alone', [dns.server.datagram(80)]],
  ])('%s: %s', async (connState, _, steps) => {
    expect((await connectionOf(...steps)).zeek.connState).toBe(connState);
  });
});

describe('history', () => {
  const open = [...handshake, c.data(100), s.ack()];

  test.each<[string, string, Step[]]>([
    ['ShADadFf', 'a whole connection', [...open, s.data(50), c.fin(), s.fin(), c.ack()]],
    ['Sr', 'refused', [c.syn(), refusal]],
    ['ShR', 'the originator resets', [c.syn(), s.synAck(), c.rst()]],
    ['S', 'a SYN that comes again with the same number', [c.syn(), c.syn({ at: 1 })]],
    ['Dd', 'midstream', [c.data(10, { seq: 1 }), s.data(10)]],
    ['^hA', 'the first packet came from the responder', [unseen(c.syn()), s.synAck(), c.ack()]],
    ['ShADaT', 'the originator sends again', [...open, c.data(100, { seq: 1, after: 1 })]],
    ['ShADaw', 'the responder closes its window', [...open, s.ack({ window: 0 })]],
    ['ShAga', 'the responder misses a segment', [...handshake, unseen(s.data(10)), c.ack(), s.ack()]],
    ['ShAQ', 'SYN and FIN at once', [...handshake, c.ack({ flags: TCP_SYN | TCP_FIN, seq: 0 })]],
    ['ShAI', 'FIN and RST at once', [...handshake, c.ack({ flags: TCP_FIN | TCP_RST })]],
    ['Dd', 'UDP', [dns.client.datagram(40), dns.server.datagram(80), dns.client.datagram(40)]],
  ])('%s: %s', async (history, _, steps) => {
    expect((await connectionOf(...steps)).zeek.history).toBe(history);
  });

  test('letters that count come at the 1st, 10th, 100th time', async () => {
    const again = (count: number) => Array.from({ length: count }, (_, i) => c.data(100, { seq: 1, at: i + 1 }));
    const lettersOf = async (count: number) => (await connectionOf(...open, ...again(count))).zeek.history;
    expect([await lettersOf(9), await lettersOf(10), await lettersOf(100)]).toEqual(['ShADaT', 'ShADaTT', 'ShADaTTT']);
  });

  test('a history without end is cut', async () => {
    const resets = Array.from({ length: 60 }, (_, i) => s.rst({ seq: 10 + i, id: i + 1 }));
    const { history } = (await connectionOf(...handshake, ...resets)).zeek;
    expect(history).toBe(`ShA${'r'.repeat(33)}`);
  });
});

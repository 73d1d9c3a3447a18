import { describe, expect, test } from '@jest/globals';
import { c, handshake, icmpError, pair, s } from '../support/conversation.ts';
import { LiveScript } from './support.ts';

const other = (port: number) => pair({ client: { port } });

describe('events of a connection', () => {
  test('it is established with the third step, and has ended with the last ACK', async () => {
    const script = await new LiveScript().play([...handshake, c.data(10), s.fin(), c.fin(), s.ack({ at: 1 })]);
    expect(script.kinds).toEqual(['established 0', 'ended 0']);
    const [established, ended] = script.told;
    expect(established.at).toBeCloseTo(0.02, 6);
    expect(established.connection.handshake?.outcome).toBe('completed');
    expect(established.connection.close?.style).toBe('open');
    expect(ended.at).toBe(1);
    expect(ended.connection.close).toMatchObject({ style: 'graceful', timeWait: 'server' });
    expect(script.records).toEqual([ended.connection]);
  });

  test('its last ACK is waited for two seconds, no longer', async () => {
    const { kinds, told } = await new LiveScript().play([...handshake, c.fin(), s.fin()], { silence: 5 });
    expect(kinds).toEqual(['established 0', 'ended 0']);
    expect(told[1].at).toBeGreaterThan(2);
    expect(told[1].at).toBeLessThan(3.5);
  });

  test('what comes after the end changes the record, and is no event', async () => {
    const script = await new LiveScript().play([...handshake, c.fin(), s.fin(), c.ack(), s.fin({ seq: 1, at: 2 })]);
    expect(script.kinds).toEqual(['established 0', 'ended 0']);
    expect(script.told[1].connection.fromServer.fins).toBe(1);
    expect(script.records[0].fromServer.fins).toBe(2);
  });

  test.each([
    ['refused', [c.syn(), s.rstAck()], 'refused', 'ECONNREFUSED'],
    ['unreachable', [c.syn(), icmpError(c.syn(), 3, 1)], 'unreachable', 'EHOSTUNREACH'],
    ['given up by the client', [c.syn(), s.synAck(), c.rst({ seq: 1 })], 'aborted', null],
  ])('a handshake that is %s fails at once', async (_, steps, outcome, error) => {
    const { told } = await new LiveScript().play(steps);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ kind: 'failed', connection: { handshake: { outcome } } });
    expect(told[0].at).toBeLessThan(0.1);
    if (error !== null) expect(told[0].connection.sockets.client.error).toBe(error);
  });

  test('a connection that is reset has ended', async () => {
    const { kinds, told } = await new LiveScript().play([...handshake, c.data(10), s.rstAck()]);
    expect(kinds).toEqual(['established 0', 'ended 0']);
    expect(told[1].connection.close?.style).toBe('reset');
  });

  test('one that began before the capture is not established now', async () => {
    const { kinds } = await new LiveScript().play([c.data(10, { seq: 500, ack: 900 }), s.ack({ ack: 510, seq: 900 })]);
    expect(kinds).toEqual(['open 0']);
  });

  test('UDP has no handshake: silence ends it, and it may go on later', async () => {
    const steps = [c.datagram(10), s.datagram(20), c.datagram(5, { at: 100 })];
    const { told } = await new LiveScript().play(steps, { silence: 61 });
    expect(told.map(({ kind, at }) => [kind, Math.round(at)])).toEqual([
      ['ended', 60],
      ['ended', 160],
    ]);
    expect(told.map(({ connection }) => connection.fromClient.packets)).toEqual([1, 2]);
  });

  test('a UDP port that is not there fails it, once', async () => {
    const answer = icmpError(c.datagram(10), 3, 3);
    const { kinds } = await new LiveScript().play([c.datagram(10), answer, c.datagram(10), answer], { silence: 90 });
    expect(kinds).toEqual(['failed 0']);
  });
});

describe('a SYN into silence', () => {
  test('has failed when its next retry would have come', async () => {
    const { kinds, told } = await new LiveScript().play([c.syn()], { silence: 10 });
    expect(kinds).toEqual(['failed 0']);
    expect(told[0].connection.handshake?.outcome).toBe('unanswered');
    expect(told[0].at).toBeGreaterThan(3);
    expect(told[0].at).toBeLessThan(5);
  });

  test('that is sent again after 1, 2, 4 … s is waited for as long as the retries go on', async () => {
    const times = [0, 1, 3, 7, 15, 31, 63];
    const { kinds, told } = await new LiveScript().play(
      times.map((at) => c.syn({ at })),
      { silence: 200 },
    );
    expect(kinds).toEqual(['failed 0']);
    expect(told[0].at).toBeGreaterThan(127);
    expect(told[0].at).toBeLessThan(137);
    expect(told[0].connection.sockets.client.error).toBe('ETIMEDOUT');
  });

  test('is still open when the capture ends before', async () => {
    const { kinds } = await new LiveScript().play([c.syn()], { silence: 1 });
    expect(kinds).toEqual(['open 0']);
  });

  test('that is answered later after all is established, too', async () => {
    const steps = [c.syn(), c.syn({ at: 20 }), s.synAck(), c.ack()];
    const { kinds } = await new LiveScript().play(steps, { silence: 1 });
    expect(kinds).toEqual(['failed 0', 'established 0', 'open 0']);
  });

  test('that is refused three times, as Windows tries, fails once', async () => {
    const again = [c.syn({ at: 0.5 }), s.rstAck(), c.syn({ at: 1 }), s.rstAck()];
    const { kinds } = await new LiveScript().play([c.syn(), s.rstAck(), ...again], { silence: 10 });
    expect(kinds).toEqual(['failed 0']);
  });
});

describe('many connections', () => {
  test('every one is told of, each event once, whatever use of ports', async () => {
    const steps = Array.from({ length: 300 }, (_, i) => {
      const { client, server } = other(40_000 + (i % 7));
      const isn = 1000 + i * 100_000;
      const open = [client.syn({ isn }), server.synAck({ isn: isn + 7 })];
      if (i % 3 === 0) return [client.syn({ isn }), server.rstAck({ isn: isn + 7, seq: 0 })];
      if (i % 3 === 1) return [...open, client.ack(), client.rst({ seq: 1 })];
      return [...open, client.ack(), client.fin(), server.fin(), client.ack()];
    });
    const script = await new LiveScript().play(steps.flat(), { silence: 10 });
    expect(new Set(script.kinds).size).toBe(script.kinds.length);
    const count = (kind: string) => script.told.filter((each) => each.kind === kind).length;
    expect([count('established'), count('failed'), count('ended'), count('open')]).toEqual([200, 100, 200, 0]);
    expect(script.session.watch.open).toEqual({ tcp: 0, udp: 0, sctp: 0 });
    expect(script.records).toHaveLength(300);
  });

  test('those given up to bound memory have ended', async () => {
    const steps = Array.from({ length: 600 }, (_, i) => {
      const { client, server } = other(20_000 + i);
      return [client.syn(), server.synAck(), client.ack()];
    });
    const script = await new LiveScript().play(steps.flat(), { mostConnections: 100 });
    const ended = script.told.filter(({ kind }) => kind === 'ended');
    expect(ended.length).toBeGreaterThan(300);
    expect(ended.every(({ connection }) => connection.close?.style === 'open')).toBe(true);
    expect(ended.length + script.told.filter(({ kind }) => kind === 'open').length).toBe(600);
    expect(script.analysis.tracker.evicted).toBe(ended.length);
  });

  test('only those that match are told of', async () => {
    const { client, server } = other(40_001);
    const steps = [...handshake, client.syn(), server.rstAck()];
    const where = ({ handshake }: { handshake: { outcome: string } | null }) => handshake?.outcome === 'refused';
    const { kinds } = await new LiveScript({ where }).play(steps);
    expect(kinds).toEqual(['failed 1']);
  });
});

describe('open connections', () => {
  test('are counted by the state of each side, and no more when they are over', async () => {
    const seen: string[] = [];
    const script = new LiveScript();
    const look = () => {
      if (!script.session.isBegun) return;
      const { clientStates, serverStates, open } = script.session.watch;
      seen.push(`${open.tcp} ${[...clientStates].indexOf(1)} ${[...serverStates].indexOf(1)}`);
    };
    await script.play([...handshake, c.fin(), s.ack(), s.fin(), c.ack()], { look });
    const states = ['CLOSED', 'LISTEN', 'SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];
    const at = (name: string) => states.indexOf(name);
    expect(seen).toEqual([
      '0 -1 -1',
      `1 ${at('SYN-SENT')} ${at('CLOSED')}`,
      `1 ${at('ESTABLISHED')} ${at('SYN-RECEIVED')}`,
      `1 ${at('ESTABLISHED')} ${at('ESTABLISHED')}`,
      `1 ${at('FIN-WAIT-1')} ${at('ESTABLISHED')}`,
      `1 ${at('FIN-WAIT-2')} 7`,
      '1 6 9',
      '0 -1 -1',
    ]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { type Change, type Diff, diffProfiles } from '../../src/check/diff.ts';
import { type Aspect, parseFailOn } from '../../src/check/diff-aspects.ts';
import { isFailing } from '../../src/check/diff-captures.ts';
import { CaptureProfile, ServerProfile } from '../../src/check/diff-profile.ts';
import { changeText } from '../../src/check/diff-report.ts';
import type { Connection } from '../../src/record.ts';
import { aConnection, aFinding, type Changes } from '../support/records.ts';

function profile(connections: Connection[]): CaptureProfile {
  const made = new CaptureProfile();
  for (const connection of connections) made.add(connection);
  return made;
}

function diff(before: Connection[], after: Connection[]): Diff {
  return diffProfiles(profile(before), profile(after));
}

/** 'worse failures tcp 10.0.0.2:80 reset: none of 3 → 1 of 3, new' */
function said({ all }: Diff, ...aspects: Aspect[]): string[] {
  return all.changes
    .filter(({ aspect }) => aspects.length === 0 || aspects.includes(aspect))
    .map((change) => `${change.direction} ${change.aspect} ${change.server} ${changeText(change)}`);
}

/** So many connections; `changes` of the nth. */
function many(count: number, changes: (n: number) => Changes<Connection> = () => ({})): Connection[] {
  return Array.from({ length: count }, (_, n) => aConnection({ stream: n, firstFrame: 10 * n + 1, ...changes(n) }));
}

const reset: Changes<Connection> = {
  close: { style: 'reset', firstCloser: 'server' },
  sockets: { client: { error: 'ECONNRESET' } },
  findings: [aFinding({ code: 'reset', severity: 'error' })],
};
const at = (address: string, port: number): Changes<Connection> => ({ server: { address, port } });
const connect = (connectTime: number | null): Changes<Connection> => ({ handshake: { connectTime } });
/** About 10 ms, never the same. */
const usual = (n: number) => 0.01 + (((n * 7919) % 1000) / 1000) * 0.002;

describe('what is the same is no change', () => {
  test('but for times within noise', () => {
    const changes = diff(
      many(300, (n) => connect(usual(n))),
      many(300, (n) => connect(usual(n + 17))),
    );
    expect(said(changes)).toEqual([]);
    expect(changes.all.handshake.p50.verdict).toBe('noise');
    expect(changes.all.handshake.p99.verdict).toBe('noise');
  });
});

describe('failures, errors and closes', () => {
  test('that are new', () => {
    expect(
      said(
        diff(
          many(20),
          many(20, (n) => (n === 7 ? reset : {})),
        ),
      ),
    ).toEqual([
      'worse failures tcp 10.0.0.2:80 reset: none of 20 → 1 of 20, new',
      'worse errors tcp 10.0.0.2:80 client ECONNRESET: none of 20 → 1 of 20, new',
      'changed close tcp 10.0.0.2:80 reset, server first: none of 20 → 1 of 20, new',
    ]);
  });

  test('that are gone', () => {
    const changes = diff(
      many(20, (n) => (n === 7 ? reset : {})),
      many(20),
    );
    expect(said(changes, 'failures')).toEqual(['better failures tcp 10.0.0.2:80 reset: 1 of 20 → none of 20, gone']);
    expect(changes.all.changes[0].example).toEqual({ capture: 'before', stream: 7 });
  });

  test('of which there are more than chance explains', () => {
    const some = (every: number) => many(1000, (n) => (n % every === 0 ? reset : {}));
    expect(said(diff(some(100), some(90)), 'failures')).toEqual([]);
    expect(said(diff(some(100), some(20)), 'failures')).toEqual([
      'worse failures tcp 10.0.0.2:80 reset: 10 of 1,000 → 50 of 1,000, p < 0.001',
    ]);
    expect(said(diff(some(20), some(100)), 'failures')[0]).toMatch(/^better /);
  });

  test('of severity warning are warnings', () => {
    const halfOpen = { findings: [aFinding()] };
    expect(
      said(
        diff(
          many(3),
          many(3, () => halfOpen),
        ),
      ),
    ).toEqual(['worse warnings tcp 10.0.0.2:80 half-open: none of 3 → 3 of 3, new']);
  });

  test('the example is the first in the capture', () => {
    const { all } = diff(many(20), many(20, (n) => (n >= 7 ? reset : {})).reverse());
    expect(all.changes[0].example).toEqual({ capture: 'after', stream: 7 });
  });
});

describe('handshakes', () => {
  test('all slower', () => {
    const changes = diff(
      many(100, (n) => connect(usual(n))),
      many(100, (n) => connect(usual(n) * 2)),
    );
    expect(changes.all.handshake).toMatchObject({ p50: { verdict: 'slower' }, p95: { verdict: 'slower' } });
    expect(said(changes, 'handshake')[0]).toMatch(/^worse .* connect p50: 11 ms → 2\d(\.\d)? ms, \+\d+ %, p < 0\.001$/);
  });

  test('a slow tail under the same middle', () => {
    const changes = diff(
      many(500, (n) => connect(usual(n))),
      many(500, (n) => connect(n % 10 === 0 ? 1 : usual(n))),
    );
    expect(said(changes, 'handshake').slice(-2)).toEqual([
      expect.stringMatching(/^worse .* connect p95: 11\.9 ms → 990 ms, .* p < 0\.001$/),
      expect.stringMatching(/^worse .* connect p99: 11\.9 ms → 990 ms, .* p < 0\.001$/),
    ]);
  });

  test('faster is better', () => {
    const changes = diff(
      many(100, (n) => connect(usual(n) * 2)),
      many(100, (n) => connect(usual(n))),
    );
    expect(said(changes, 'handshake')[0]).toMatch(/^better .* connect p50/);
  });

  test('too few to tell', () => {
    const changes = diff(
      many(7, (n) => connect(usual(n))),
      many(7, (n) => connect(usual(n) * 50)),
    );
    expect(changes.all.handshake).toMatchObject({ p50: { verdict: 'too few' }, p99: { verdict: 'too few' } });
    expect(said(changes, 'handshake')).toEqual([]);
  });
});

describe('retransmissions, bytes and numbers of connections', () => {
  test('a greater share that was sent again', () => {
    const lossy = { fromServer: { packets: 100, retransmissions: 3 } };
    const whole = { fromServer: { packets: 100, retransmissions: 0 } };
    expect(
      said(
        diff(
          many(30, () => whole),
          many(30, () => lossy),
        ),
      ),
    ).toEqual([
      'worse retransmissions tcp 10.0.0.2:80 retransmitted from server: 0.00 % → 3.00 % of the packets, p < 0.001',
    ]);
    expect(
      said(
        diff(
          many(30, () => whole),
          many(30, (n) => (n === 3 ? { fromServer: { packets: 100, retransmissions: 1 } } : whole)),
        ),
      ),
    ).toEqual([]);
  });

  test('bytes of a connection', () => {
    expect(
      said(
        diff(
          many(3),
          many(3, () => ({ fromServer: { bytes: 7500 } })),
        ),
      ),
    ).toEqual(['changed bytes tcp 10.0.0.2:80 from server: 15.0 kB → 7.5 kB a connection, -50 %']);
  });

  test('connections, servers that are new or gone', () => {
    expect(said(diff(many(3), many(4)))).toEqual(['changed connections tcp 10.0.0.2:80 connections: 3 → 4, +33 %']);
    const two = [...many(3), ...many(2, () => at('10.0.0.9', 443))];
    expect(said(diff(many(3), two))).toEqual(['changed connections tcp 10.0.0.9:443 new server: 0 → 2']);
    expect(said(diff(two, many(3)))).toEqual(['changed connections tcp 10.0.0.9:443 server gone: 2 → 0']);
  });

  test('failures of a new server are new', () => {
    const broken = many(2, () => ({ ...reset, ...at('10.0.0.9', 443) }));
    expect(said(diff(many(3), [...many(3), ...broken]), 'failures')).toEqual([
      'worse failures tcp 10.0.0.9:443 reset: 2 of 2 at a new server',
    ]);
  });
});

describe('pairs', () => {
  test('a server on another host, by its port', () => {
    const { servers } = diff(
      many(3),
      many(3, () => at('10.0.0.3', 80)),
    );
    expect(servers.map(({ server }) => server)).toEqual([{ before: 'tcp 10.0.0.2:80', after: 'tcp 10.0.0.3:80' }]);
  });

  test('a server at another port, by what its connections do', () => {
    const { servers, all } = diff(
      many(3),
      many(3, () => at('10.0.0.2', 8080)),
    );
    expect(servers.map(({ server }) => server)).toEqual([{ before: 'tcp 10.0.0.2:80', after: 'tcp 10.0.0.2:8080' }]);
    expect(all.changes).toEqual([]);
  });

  test('a server at an ephemeral port', () => {
    expect(
      said(
        diff(
          many(3, () => at('127.0.0.1', 40001)),
          many(3, () => at('127.0.0.1', 50001)),
        ),
      ),
    ).toEqual([]);
  });

  test('not a server at an ephemeral port with one on another host', () => {
    const { servers } = diff(
      many(3, () => at('127.0.0.1', 40001)),
      many(3, () => at('127.0.0.2', 50001)),
    );
    expect(servers.map(({ server }) => server)).toEqual([
      { before: 'tcp 127.0.0.1:*', after: null },
      { before: null, after: 'tcp 127.0.0.2:*' },
    ]);
  });

  test('connections by what they do, what is left over in its order', () => {
    const refused: Changes<Connection> = {
      handshake: { outcome: 'refused' },
      close: { style: 'reset', firstCloser: 'server' },
    };
    const { servers } = diff(
      many(5),
      many(5, (n) => (n === 1 ? reset : n === 4 ? refused : {})),
    );
    expect(servers[0].pairs).toEqual([
      {
        was: 'completed; graceful, client first',
        is: 'completed; reset, server first; client ECONNRESET; reset',
        connections: 1,
        before: 0,
        after: 1,
      },
      {
        was: 'completed; graceful, client first',
        is: 'refused; reset, server first',
        connections: 1,
        before: 0,
        after: 4,
      },
    ]);
  });
});

describe('--fail-on', () => {
  const change = (aspect: Aspect, fields: Partial<Change>): Change => ({
    aspect,
    server: 'tcp 10.0.0.2:80',
    what: 'p50',
    direction: 'worse',
    before: 1,
    after: 2,
    of: null,
    relative: 0.15,
    p: null,
    example: null,
    ...fields,
  });

  test.each<[string, Change, boolean]>([
    ['failures', change('failures', { relative: null }), true],
    ['failures', change('warnings', { relative: null }), false],
    ['failures,warnings', change('warnings', {}), true],
    ['all', change('close', { direction: 'changed' }), true],
    ['handshake', change('handshake', {}), true],
    ['handshake=20%', change('handshake', {}), false],
    ['handshake=20%', change('handshake', { relative: 0.21 }), true],
    ['handshake', change('handshake', { direction: 'better', relative: -0.5 }), false],
    ['bytes', change('bytes', { direction: 'changed', relative: -0.5 }), true],
    ['bytes', change('bytes', { direction: 'changed', relative: 0.05 }), false],
    ['connections=60%', change('connections', { direction: 'changed', relative: -0.5 }), false],
  ])('%s: %j fails: %s', (failOn, each, fails) => {
    expect(isFailing(each, parseFailOn(failOn))).toBe(fails);
  });

  test.each([
    ['speed', /--fail-on speed: one or more of all, failures, /],
    ['failures,', /--fail-on : one or more of/],
    ['failures=10%', /failures takes no percentage/],
    ['handshake=10', /--fail-on handshake=10: one or more of/],
  ])('%s is not understood', (text, message) => {
    expect(() => parseFailOn(text)).toThrow(message);
  });
});

describe('memory is bounded', () => {
  test('kinds at a server', () => {
    const { servers } = profile(many(1000, (n) => ({ findings: [aFinding({ code: `kind-${n}` })] })));
    const [server] = servers.values();
    expect(server.problems.kinds.size).toBeLessThanOrEqual(65);
    expect([...server.problems.kinds.values()].reduce((sum, { connections }) => sum + connections, 0)).toBe(1000);
  });

  test('profiles of parts add up to that of the whole', () => {
    const connections = many(100, (n) => ({ ...(n % 7 === 0 ? reset : {}), ...connect(usual(n)) }));
    const [whole] = profile(connections).servers.values();
    const parts = new ServerProfile(whole.name, whole.protocol, whole.server);
    for (const half of [connections.slice(50), connections.slice(0, 50)]) {
      for (const server of profile(half).servers.values()) parts.merge(server);
    }
    expect(JSON.stringify({ ...parts, connectTime: null })).toBe(JSON.stringify({ ...whole, connectTime: null }));
    expect(parts.connectTime.getValueAtQuantile(0.5)).toBe(whole.connectTime.getValueAtQuantile(0.5));
    expect(parts.problems.kinds).toEqual(whole.problems.kinds);
  });
});

import { describe, expect, test } from '@jest/globals';
import { compileWhere } from '../../src/report/where.ts';
import { aConnection, aDatagramExchange, aFinding } from '../support/records.ts';

const records = {
  web: aConnection(),
  reset: aConnection({
    server: { address: '10.0.0.2', port: 443 },
    close: { style: 'reset' },
    duration: 2,
    handshake: { connectTime: 0.25, synRetransmissions: 1 },
    fromClient: { bytes: 2000, rtt: { mean: 2 } },
  }),
  refused: aConnection({
    handshake: { outcome: 'refused', synAck: null, connectTime: null, server: null },
    findings: [aFinding({ code: 'refused', severity: 'error' })],
  }),
  dns: aDatagramExchange(),
};

describe('an expression selects', () => {
  test.each<[expression: string, names: string]>([
    ['server.port == 443', 'reset'],
    ['443 == server.port', 'reset'],
    ['server.port in [53, 443]', 'reset dns'],
    ['server.port >= 80 && server.port < 1024', 'web reset refused'],
    ['fromClient.bytes > 1000', 'reset'],
    ['fromClient.bytes + fromServer.bytes > 15000', 'web reset refused'],
    ['fromClient.bytes / 2 == 1000', 'reset'],
    ['2 * fromClient.bytes > 3999', 'reset'],
    ['duration > 1', 'reset'],
    ['duration > 0.5', 'reset'],
    ['duration != 2', 'web refused dns'],
    ['handshake.synRetransmissions > 0', 'reset'],
    ['fromClient.rtt.mean > 1', 'reset'],
    ['findings.exists(f, f.code == "refused")', 'refused'],
    ['findings.exists(f, f.severity == "error" && f.frames.size() == 2)', 'refused'],
    ['size(findings) > 0', 'refused'],
    ['client.address.startsWith("2001:db8:")', 'dns'],
    ['protocol == "udp"', 'dns'],
    ['zeek.history.contains("D")', 'web reset refused dns'],
    ['true', 'web reset refused dns'],
  ])('%s', (expression, names) => {
    expect(matches(expression)).toBe(names);
  });
});

describe('what a record does not have is unknown, and does not match', () => {
  test.each<[expression: string, names: string]>([
    ['close.style == "reset" && server.port == 443', 'reset'],
    ['close.style == "reset" || server.port == 53', 'reset dns'],
    ['close.style != "reset"', 'web refused'],
    ['handshake.connectTime > 0.1', 'reset'],
    ['handshake.connectTime < 0.1', 'web'],
    ['handshake.connectTime == null', 'refused'],
    ['handshake == null', 'dns'],
    ['handshake != null && handshake.server == null', 'refused'],
    ['handshake.server.mss > 1000', 'web reset'],
    ['close.closeWait.client == null', 'web reset refused'],
    ['has(close.style)', 'web reset refused'],
    ['completeness == null', 'dns'],
    ['fromClient.rtt == null', 'dns'],
  ])('%s', (expression, names) => {
    expect(matches(expression)).toBe(names);
  });
});

describe('a wrong expression is one line with what and where', () => {
  test.each([
    ['closed.style == "reset"', /Unknown variable: closed at character 1/],
    ['close.stile == "reset"', /No such field: stile at character 7/],
    ['findings.exists(f, f.kode == "x")', /No such field: kode at character 22/],
    ['port == 443', /Unknown variable: port at character 1 \(did you mean "server\.port" or "client\.port"\?\)/],
    ['closes.style == "reset"', /Unknown variable: closes at character 1 \(did you mean "close\.style"\?\)/],
    ['server.prt == 443', /No such field: prt at character 8 \(did you mean "server\.port"\?\)/],
    ['handshakes.connect > 1', /Unknown variable: handshakes .*\(did you mean "handshake\.connectTime"\?\)/],
    ['server.connectTime > 1', /No such field: connectTime .*\(did you mean "handshake\.connectTime"\?\)/],
    ['code == "refused"', /Unknown variable: code .*or "findings\.exists\(f, f\.code …\)"\?\)/],
    ['findings.exists(f, f.kode == "x")', /\(did you mean "f\.code"\?\)/],
    ['resets[0].casue == "x"', /\(did you mean "cause"\?\)/],
    ['Duration > 1', /\(did you mean "duration"\?\)/],
    ['bytes > 1', /\(did you mean "fromServer\.bytes" or "fromClient\.bytes"\?\)/],
    ['server.port = 443', /Unexpected character: = at character 13 \(equal is ==\)/],
    ['server.port ==', /Unexpected token: EOF at character 15/],
    ['server.port == "443"', /no such overload: double == string at character 1/],
    ['server.port', /is a double where true or false is needed/],
    ['', /Unexpected token: EOF/],
  ])('%s', (expression, message) => {
    expect(() => compileWhere(expression)).toThrow(message);
    expect(() => compileWhere(expression)).toThrow(/^[^\n]*example: [^\n]*$/);
  });
});

function matches(expression: string): string {
  const where = compileWhere(expression);
  return Object.entries(records)
    .filter(([, record]) => where(record))
    .map(([name]) => name)
    .join(' ');
}

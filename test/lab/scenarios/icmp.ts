import type { Scenario } from '../scenario.ts';
import { FEW_SYNS, ICMP, ICMPV6, onInput, rejections } from './preparations.ts';

const theme = 'sockets';

const attempts = (codes: string[], address: string) => `
  for port in range(8001, ${8001 + codes.length}):
      attempt(connect, port, ${address})
`;

export const ICMP_ERRORS: Scenario[] = [
  {
    theme,
    name: 'icmp-codes',
    says: 'SYNs answered with each ICMP unreachable code that nftables has, 30 ms away: connect() fails at once.',
    prepareServer: rejections('icmp', 'tcp', ICMP),
    client: attempts(ICMP, 'SERVER'),
    delay: 0.03,
    expect: { 'icmp.type==3': 7, 'tcp.flags.syn==1 && !icmp': 7 },
  },
  {
    theme,
    name: 'icmp-codes-direct',
    says: 'The same with no delay: the error comes within the call; connect() fails on that of the second SYN.',
    prepareClient: FEW_SYNS,
    prepareServer: rejections('icmp', 'tcp', ICMP),
    client: attempts(ICMP, 'SERVER'),
    direct: true,
    expect: { 'icmp.type==3': [7, 14], 'tcp.flags.syn==1 && !icmp': [7, 14] },
  },
  {
    theme,
    name: 'icmpv6-codes',
    says: 'SYNs answered with each ICMPv6 unreachable code that nftables has, 30 ms away: connect() fails at once.',
    prepareServer: rejections('icmpv6', 'tcp', ICMPV6),
    client: attempts(ICMPV6, 'SERVER6'),
    delay: 0.03,
    expect: { 'icmpv6.type==1': 6, 'tcp.flags.syn==1 && !icmpv6': 6 },
  },
  {
    theme,
    name: 'icmpv6-codes-direct',
    says: 'The same with no delay: the error comes within the call; connect() fails on that of the second SYN.',
    prepareClient: FEW_SYNS,
    prepareServer: rejections('icmpv6', 'tcp', ICMPV6),
    client: attempts(ICMPV6, 'SERVER6'),
    direct: true,
    expect: { 'icmpv6.type==1': [6, 12], 'tcp.flags.syn==1 && !icmpv6': [6, 12] },
  },
  {
    theme,
    name: 'icmp-once',
    says: 'With no delay, only the first SYN is answered with ICMP: connect() goes on and succeeds with the second.',
    prepareServer: [onInput('tcp dport 80 tcp flags syn numgen inc mod 2 == 0 reject with icmp type host-unreachable')],
    server: `
      connection = accept()
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    direct: true,
    expect: { 'icmp.type==3': 1, 'tcp.flags==0x02 && !icmp': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'icmp-established',
    says: 'A segment of an open connection is answered with ICMP host unreachable; the next goes through, all ends well.',
    prepareServer: [onInput('meta length > 500 numgen inc mod 2 == 0 reject with icmp type host-unreachable')],
    server: `
      connection = accept()
      read_to_end(connection)
      connection.send(b"thanks")
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(1000))
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    capture: { snapLength: 200 },
    expect: { 'icmp.type==3 && icmp.code==1': 1, 'tcp.flags.fin==1 && !icmp': [2, 3], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'icmp-then-timeout',
    says: 'Every segment is answered with ICMP host unreachable until the client gives up: EHOSTUNREACH, not ETIMEDOUT.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_retries2=3'],
    prepareServer: [onInput('meta length > 500 reject with icmp type host-unreachable')],
    server: `
      connection = accept()
      time.sleep(8)
    `,
    client: `
      connection = connect(options=[(SOL_TCP, TCP_USER_TIMEOUT, 1500)])
      connection.send(bytes(1000))
      expect_error(connection.recv, 100)
      later(4.5)
      tell("stop capture")
    `,
    capture: { snapLength: 200 },
    expect: { 'icmp.type==3 && icmp.code==1': [2, 12], 'tcp.flags.syn==1': 2 },
  },
];

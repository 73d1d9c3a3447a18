import type { Scenario } from '../scenario.ts';
import { FEW_SYNS, onInput } from './preparations.ts';

const theme = 'handshake';
export const HANDSHAKE: Scenario[] = [
  {
    theme,
    name: 'refused',
    says: 'Nobody listens on the port: the SYN is answered with RST.',
    client: 'expect_error(connect, 81)',
    expect: { 'tcp.flags.syn==1': 1, 'tcp.flags.reset==1 && tcp.seq_raw==0': 1 },
  },
  {
    theme,
    name: 'refused-ipv6',
    says: 'The same over IPv6.',
    client: 'expect_error(connect, 81, SERVER6)',
    expect: { 'ipv6 && tcp.flags.syn==1': 1, 'ipv6 && tcp.flags.reset==1': 1 },
  },
  {
    theme,
    name: 'unanswered',
    says: 'A firewall drops the SYNs: the client tries twice and gives up.',
    prepareClient: FEW_SYNS,
    prepareServer: [onInput('tcp dport 80 drop')],
    client: `
      expect_error(connect)
      later(0.5)
    `,
    expect: { 'tcp.flags.syn==1': 2, tcp: 2, 'tcp && icmp': 0 },
  },
  {
    theme,
    name: 'host-unreachable',
    says: 'Each SYN is answered with ICMP host unreachable.',
    prepareClient: FEW_SYNS,
    prepareServer: [onInput('tcp dport 80 reject with icmp type host-unreachable')],
    client: 'expect_error(connect)',
    expect: { 'icmp.type==3 && icmp.code==1': [1, 2], 'tcp.flags.syn==1 && !icmp': [1, 2] },
  },
  {
    theme,
    name: 'port-unreachable',
    says: 'Each SYN is answered with ICMP port unreachable.',
    prepareClient: FEW_SYNS,
    prepareServer: [onInput('tcp dport 80 reject with icmp type port-unreachable')],
    client: 'expect_error(connect)',
    expect: { 'icmp.type==3 && icmp.code==3': [1, 2] },
  },
  {
    theme,
    name: 'prohibited-ipv6',
    says: 'Each SYN is answered with ICMPv6 administratively prohibited.',
    prepareClient: FEW_SYNS,
    prepareServer: [onInput('tcp dport 80 reject with icmpv6 type admin-prohibited')],
    client: 'expect_error(connect, 80, SERVER6)',
    expect: { 'icmpv6.type==1 && icmpv6.code==1': [1, 2] },
  },
  {
    theme,
    name: 'half-open',
    says: 'SYN-ACKs are dropped after the capture point at the server: the handshake stays half-open.',
    prepareClient: [...FEW_SYNS, onInput('tcp sport 80 drop')],
    prepareServer: ['sysctl -qw net.ipv4.tcp_synack_retries=1'],
    server: `
      listener = listen()
      time.sleep(3.2)
    `,
    client: `
      expect_error(connect)
      later(0.5)
    `,
    capture: { at: 'server' },
    expect: { 'tcp.flags==0x12': [2, 4], 'tcp.flags==0x02': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'lost-syn',
    says: 'The first SYN is lost on its way; the second is answered.',
    prepareServer: [onInput('tcp dport 80 tcp flags syn numgen inc mod 2 == 0 drop')],
    server: `
      connection = accept()
      read_to_end(connection)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      connection.close()
    `,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags==0x12': 1, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'backlog-full',
    says: 'The accept queue of listen(0) is full: a later client gets no SYN-ACK, or it is repeated though the ACK came.',
    prepareClient: FEW_SYNS,
    server: `
      listener = listen(backlog=0)
      time.sleep(4.5)
    `,
    client: `
      connections = [connect()]
      for attempt in range(2):
          connections.append(socket())
          connections[-1].setblocking(False)
          connections[-1].connect_ex((SERVER, 80))
      time.sleep(4)
    `,
    expect: { 'tcp.flags==0x02': [4, 7], 'tcp.flags==0x12': [1, 6] },
  },
  {
    theme,
    name: 'simultaneous-open',
    says: 'Both sides connect to each other at the same moment; their SYNs cross on the wire.',
    delay: 0.2,
    server: `
      side = socket()
      side.bind((SERVER, 5000))
      tell("ready")
      meet()
      side.connect((CLIENT, 5000))
      side.send(b"from the server")
      side.shutdown(SHUT_WR)
      read_to_end(side)
    `,
    client: `
      side = socket()
      side.bind((CLIENT, 5000))
      meet()
      side.connect((SERVER, 5000))
      side.send(b"from the client")
      read_to_end(side)
      side.close()
      time.sleep(0.5)
    `,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags==0x12': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'fast-open',
    says: 'TCP Fast Open: the first connection fetches the cookie, the second carries data in its SYN.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_fastopen=1'],
    prepareServer: ['sysctl -qw net.ipv4.tcp_fastopen=2'],
    server: `
      listener = listen(options=[(SOL_TCP, TCP_FASTOPEN, 5)])
      for turn in range(2):
          connection = listener.accept()[0]
          connection.send(connection.recv(100))
          read_to_end(connection)
          connection.close()
    `,
    client: `
      for turn in range(2):
          connection = socket()
          connection.sendto(b"GET / fast", MSG_FASTOPEN, (SERVER, 80))
          connection.recv(100)
          connection.shutdown(SHUT_WR)
          read_to_end(connection)
          connection.close()
    `,
    expect: { 'tcp.flags==0x02 && tcp.len==10': 1, 'tcp.options.tfo || tcp.option_kind==34': [2, 4] },
  },
  {
    theme,
    name: 'aborted',
    says: 'The client gives up between SYN and SYN-ACK: its RST answers the SYN-ACK.',
    delay: 0.1,
    server: `
      listener = listen()
      time.sleep(0.6)
    `,
    client: `
      connection = socket()
      connection.setblocking(False)
      connection.connect_ex((SERVER, 80))
      time.sleep(0.05)
      connection.close()
      time.sleep(0.3)
    `,
    expect: { 'tcp.flags==0x02': 1, 'tcp.flags==0x12': 1, 'tcp.flags.reset==1': 1 },
  },
];

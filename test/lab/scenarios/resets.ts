import type { Scenario } from '../scenario.ts';
import { onInput } from './preparations.ts';

const theme = 'sockets';

/** How a connection ends with a RST, and what each side's calls make of it. */
export const RESETS: Scenario[] = [
  {
    theme,
    name: 'firewall-reset',
    says: 'A firewall answers the SYN with RST: connect() fails as if the port were closed.',
    prepareServer: [onInput('tcp dport 80 reject with tcp reset')],
    client: 'expect_error(connect)',
    resetCause: 'port-closed',
    expect: { 'tcp.flags.reset==1': 1, tcp: 2 },
  },
  {
    theme,
    name: 'firewall-reset-ipv6',
    says: 'The same over IPv6.',
    prepareServer: [onInput('tcp dport 80 reject with tcp reset')],
    client: 'expect_error(connect, 80, SERVER6)',
    resetCause: 'port-closed',
    expect: { 'ipv6 && tcp.flags.reset==1': 1, tcp: 2 },
  },
  {
    theme,
    name: 'write-after-close-ipv6',
    says: 'The server has closed fully; the first write after that succeeds and draws RST, the next gives EPIPE.',
    server: `
      connection = accept(address=SERVER6)
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect(address=SERVER6)
      connection.send(b"hello")
      read_to_end(connection)
      connection.send(b"too late")
      time.sleep(0.1)
      expect_error(connection.send, b"broken pipe")
    `,
    resetCause: 'data-after-close',
    expect: { 'tcp.flags.fin==1': 1, 'tcp.flags.reset==1 && tcp.srcport==80': 1 },
  },
  {
    theme,
    name: 'reset-in-close-wait',
    says: 'The server shuts down, then resets: in CLOSE-WAIT the client reads 0 for ever, and its write gives EPIPE.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.shutdown(SHUT_WR)
      time.sleep(0.1)
      close_with_reset(connection)
      time.sleep(0.3)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      read_to_end(connection)
      time.sleep(0.2)
      connection.recv(100)
      expect_error(connection.send, b"broken pipe")
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.fin==1': 1, 'tcp.flags.reset==1': 1 },
  },
  {
    theme,
    name: 'reset-behind-data',
    says: 'The server sends and resets at once: the client reads the data first, then the error, then 0.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.send(b"the last words")
      close_with_reset(connection)
      time.sleep(0.3)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.2)
      connection.recv(100)
      expect_error(connection.recv, 100)
      connection.recv(100)
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.len>0': 2, 'tcp.flags.reset==1': [1, 2], 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'reset-of-writer',
    says: 'The server resets while the write of the client waits for its window: a short count, the error after it.',
    server: `
      connection = accept(options=[(SOL_SOCKET, SO_RCVBUF, 4096)])
      time.sleep(0.3)
      close_with_reset(connection)
      time.sleep(0.2)
    `,
    client: `
      connection = connect(options=[(SOL_SOCKET, SO_SNDBUF, 4096)])
      connection.send(bytes(100000))
      expect_error(connection.send, b"more")
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1 && tcp.srcport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'reset-before-accept',
    says: 'The client connects, sends and resets before the server accepts: it still accepts and reads, then ECONNRESET.',
    server: `
      listener = listen()
      time.sleep(0.5)
      connection = listener.accept()[0]
      connection.recv(100)
      expect_error(connection.recv, 100)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.1)
      close_with_reset(connection)
      time.sleep(0.4)
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1 && tcp.dstport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'client-unread-data',
    says: 'The client closes with an answer unread: its close() sends RST, and the next read of the server fails.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.send(b"nobody reads this")
      expect_error(connection.recv, 100)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.1)
      connection.close()
      time.sleep(0.1)
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1 && tcp.dstport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'killed-idle',
    says: 'The process of the server is killed while nothing is unread: FIN, as if it had closed.',
    server: `
      connection = accept()
      connection.recv(100)
      time.sleep(0.2)
      die()
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      read_to_end(connection)
      connection.close()
    `,
    killed: 'server',
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'killed-with-unread-data',
    says: 'The process of the server is killed while data is unread: RST.',
    server: `
      connection = accept()
      time.sleep(0.2)
      die()
    `,
    client: `
      connection = connect()
      connection.send(b"nobody reads this")
      expect_error(connection.recv, 100)
    `,
    killed: 'server',
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.fin==1': 0, 'tcp.flags.reset==1 && tcp.srcport==80': 1 },
  },
  {
    theme,
    name: 'client-killed',
    says: 'The process of the client is killed in the middle of a request; the answer to its FIN draws RST.',
    server: `
      connection = accept()
      connection.recv(100)
      time.sleep(0.2)
      connection.send(b"who is there?")
      time.sleep(0.2)
      expect_error(connection.send, b"hello?")
    `,
    client: `
      connection = connect()
      connection.send(b"half a request")
      time.sleep(0.1)
      die()
    `,
    killed: 'client',
    resetCause: 'data-after-close',
    expect: { 'tcp.flags.fin==1': 1, 'tcp.flags.reset==1 && tcp.dstport==80': 1 },
  },
  {
    theme,
    name: 'keep-alive-race',
    says: 'The server closes an idle connection while the next request of the client is on its way: no answer, RST.',
    delay: 0.05,
    server: `
      connection = accept()
      for request in range(2):
          connection.recv(1000)
          connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok")
      meet()
      connection.close()
    `,
    client: `
      connection = connect()
      for request in range(2):
          connection.send(b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
          connection.recv(1000)
      meet()
      connection.send(b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
      connection.recv(1000)
      time.sleep(0.2)
      expect_error(connection.send, b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
    `,
    resetCause: 'data-after-close',
    capture: { snapLength: 200 },
    expect: { 'tcp.flags.fin==1': 1, 'tcp.flags.reset==1 && tcp.srcport==80': [1, 2], 'http.request': 3 },
  },
  {
    theme,
    name: 'fin-wait-2-expired',
    says: 'The client closes and its FIN-WAIT-2 expires; the FIN of the server then draws RST, which no call reports.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_fin_timeout=1'],
    server: `
      connection = accept()
      read_to_end(connection)
      time.sleep(2.5)
      connection.close()
      time.sleep(0.2)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      connection.close()
      time.sleep(3)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1 && tcp.dstport==80': 1 },
  },
  {
    theme,
    name: 'half-open-peer',
    says: 'The server forgets the connection (its host started anew): what the client then sends draws RST.',
    prepareServer: ['nft add table inet lab', "nft 'add chain inet lab out { type filter hook output priority 0; }'"],
    server: `
      connection = accept()
      connection.recv(100)
      os.system("nft add rule inet lab out tcp flags rst drop")
      close_with_reset(connection)
      os.system("nft flush ruleset")
      time.sleep(0.5)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.3)
      connection.send(b"are you there?")
      expect_error(connection.recv, 100)
    `,
    resetCause: 'half-open-peer',
    expect: { 'tcp.flags.reset==1 && tcp.flags.ack==0 && tcp.srcport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'injected-reset',
    says: 'Somebody on the way sends RST in the name of the server, with another TTL; the answer of the server draws another.',
    server: `
      connection = accept()
      connection.send(b"response to " + connection.recv(100))
      connection.send(b"response to " + connection.recv(100))
      attempt(connection.recv, 100)
    `,
    client: `
      connection = connect()
      connection.send(b"first")
      connection.recv(100)
      connection.send(b"second")
      connection.recv(100)
      expect_error(connection.recv, 100)
      time.sleep(0.1)
    `,
    toClient: { forge: 2 },
    resetCause: 'injected-suspected',
    expect: { 'tcp.flags.reset==1 && ip.ttl==113': 1, 'tcp.flags.fin==1': [0, 1] },
  },
];

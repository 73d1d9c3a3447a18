import type { Scenario } from '../scenario.ts';
import { onInput } from './preparations.ts';

const theme = 'sockets';

/** Asks and is answered, then is idle, then asks again. */
const ASK_AGAIN = `
  connection = connect(options=[(SOL_TCP, TCP_USER_TIMEOUT, 1500)])
  connection.send(b"first")
  connection.recv(100)
  time.sleep(1)
  connection.send(b"second")
  expect_error(connection.recv, 100)
`;
const ANSWER_AND_WAIT = `
  connection = accept()
  connection.send(b"response to " + connection.recv(100))
  time.sleep(3.5)
`;

/** The server closes too, but the way for its FIN is gone. */
const UNHEARD_CLOSE = { firstCloser: null };

/** The server takes the connection and a first message, and then is not heard of again. */
const FALL_SILENT = `
  connection = accept()
  connection.recv(100)
  os.system("ip link set eth0 down")
  time.sleep(4)
`;

/** Four clients: one, another, and two at the same moment, which both get a SYN-ACK before one of them is queued. */
const TWO_THEN_TWO = `
  import threading
  def ask():
      connection = connect()
      connection.send(b"request")
      return connection
  def ask_and_read():
      attempt(read_to_end, ask())
  waiting = [ask(), ask()]
  clients = [threading.Thread(target=ask_and_read) for client in range(2)]
  for client in clients:
      client.start()
  for client in clients:
      client.join()
  for connection in waiting:
      read_to_end(connection)
`;

/** Peers that do not answer, queues that nobody empties, and what idles too long. */
export const SILENCE: Scenario[] = [
  {
    theme,
    name: 'user-timeout',
    says: 'The peer is silent: after TCP_USER_TIMEOUT the client gets ETIMEDOUT and sends nothing.',
    server: FALL_SILENT,
    client: `
      connection = connect(options=[(SOL_TCP, TCP_USER_TIMEOUT, 1500)])
      connection.send(b"hello")
      time.sleep(0.3)
      connection.send(b"still there?")
      expect_error(connection.recv, 100)
      later(4.5)
    `,
    truth: UNHEARD_CLOSE,
    expect: { 'tcp.analysis.retransmission': [2, 4], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'retransmission-timeout',
    says: 'The peer is silent: after three retransmissions the client gives up.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_retries2=3'],
    server: FALL_SILENT,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.3)
      connection.send(b"still there?")
      expect_error(connection.recv, 100)
      later(4.5)
    `,
    truth: UNHEARD_CLOSE,
    expect: { 'tcp.analysis.retransmission': [2, 5], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'unanswered-ipv6',
    says: 'A firewall drops the SYNs over IPv6: the client tries twice and gives up.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_syn_retries=1 net.ipv4.tcp_syn_linear_timeouts=0'],
    prepareServer: [onInput('tcp dport 80 drop')],
    client: `
      expect_error(connect, 80, SERVER6)
      later(0.5)
    `,
    expect: { 'tcp.flags.syn==1': 2, tcp: 2 },
  },
  {
    theme,
    name: 'linear-syns',
    says: 'TCP_SYNCNT 2 with tcp_syn_linear_timeouts 4: six SYNs a second apart, ETIMEDOUT after 7 s.',
    prepareServer: [onInput('tcp dport 80 drop')],
    client: `
      expect_error(connect, 80, SERVER, 0, [(SOL_TCP, TCP_SYNCNT, 2)])
      later(5)
    `,
    expect: { 'tcp.flags.syn==1': [3, 7], 'tcp.flags.syn==0': 0 },
  },
  {
    theme,
    name: 'middlebox-drops',
    says: 'A firewall on the way has forgotten the idle connection and drops what follows: ETIMEDOUT.',
    server: ANSWER_AND_WAIT,
    client: `${ASK_AGAIN}  later(4.5)`,
    middlebox: { forgets: 0.6, answers: 'nothing' },
    truth: UNHEARD_CLOSE,
    expect: { 'tcp.len>0 && tcp.srcport==80': 1, 'tcp.analysis.retransmission': [2, 4], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'middlebox-resets',
    says: 'A firewall on the way has forgotten the idle connection and answers RST in the name of the server.',
    server: ANSWER_AND_WAIT,
    client: ASK_AGAIN,
    middlebox: { forgets: 0.6, answers: 'reset' },
    expect: { 'tcp.flags.reset==1 && ip.ttl==113': 1 },
  },
  {
    theme,
    name: 'black-hole',
    says: 'The way drops frames of more than 1000 bytes and sends no ICMP: the small request passes, the upload never.',
    server: `
      connection = accept()
      connection.send(b"go on after " + connection.recv(100))
      time.sleep(10)
    `,
    client: `
      connection = connect(options=[(SOL_TCP, TCP_USER_TIMEOUT, 2000)])
      connection.send(b"hello")
      connection.recv(100)
      connection.send(bytes(5000))
      expect_error(connection.recv, 100)
      later(5.5)
      tell("stop capture")
    `,
    toServer: { longest: 1000 },
    expect: { 'tcp.len>1000': [4, 16], 'tcp.analysis.retransmission': [2, 8] },
  },
  {
    theme,
    name: 'close-wait-leak',
    says: 'The server never closes three connections whose clients have: they stay in CLOSE-WAIT.',
    server: `
      listener = listen()
      connections = [listener.accept()[0] for client in range(3)]
      for connection in connections:
          connection.send(b"response to " + connection.recv(100))
          read_to_end(connection)
      time.sleep(4)
      tell("stop capture")
    `,
    client: `
      connections = [connect() for client in range(3)]
      for connection in connections:
          connection.send(b"request")
          connection.recv(100)
          connection.close()
      time.sleep(4.6)
    `,
    expect: { 'tcp.flags.fin==1': 3, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'slow-accept',
    says: 'The server accepts half a second after the handshake; the request waits in the kernel.',
    server: `
      listener = listen()
      time.sleep(0.6)
      connection = listener.accept()[0]
      connection.send(b"response to " + connection.recv(100))
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.syn==1': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'queue-overflow',
    says: 'The accept queue fills between SYN-ACK and ACK: the fourth client is connected, but its SYN-ACK is repeated.',
    prepareServer: ['sysctl -qw net.ipv4.tcp_syncookies=0'],
    server: `
      listener = listen(backlog=2)
      time.sleep(3)
      for client in range(4):
          connection = listener.accept()[0]
          connection.send(b"response to " + connection.recv(100))
    `,
    client: TWO_THEN_TWO,
    delay: 0.05,
    expect: { 'tcp.flags==0x02': 4, 'tcp.flags==0x12': [5, 6], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'queue-overflow-abort',
    says: 'The same with tcp_abort_on_overflow: the fourth client gets RST after its connect() succeeded.',
    prepareServer: ['sysctl -qw net.ipv4.tcp_syncookies=0 net.ipv4.tcp_abort_on_overflow=1'],
    server: `
      listener = listen(backlog=2)
      time.sleep(1.5)
      for client in range(3):
          connection = listener.accept()[0]
          connection.send(b"response to " + connection.recv(100))
    `,
    client: TWO_THEN_TWO,
    delay: 0.05,
    resetCause: 'backlog-overflow',
    expect: { 'tcp.flags==0x02': 4, 'tcp.flags==0x12': 4, 'tcp.flags.reset==1 && tcp.srcport==80': [1, 2] },
  },
  {
    theme,
    name: 'syn-cookies',
    says: 'SYN cookies with a full accept queue: the client is connected, the server has nothing.',
    prepareServer: ['sysctl -qw net.ipv4.tcp_syncookies=2'],
    server: `
      listener = listen(backlog=0)
      time.sleep(3)
    `,
    client: `
      import threading
      def ask():
          connection = connect(options=[(SOL_TCP, TCP_USER_TIMEOUT, 1500)])
          attempt(connection.send, b"anybody?")
          time.sleep(2.5)
          connection.close()
      clients = [threading.Thread(target=ask) for client in range(2)]
      for client in clients:
          client.start()
      for client in clients:
          client.join()
      later(4)
    `,
    delay: 0.05,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags==0x12': 2 },
  },
  {
    theme,
    name: 'random-loss',
    says: 'An upload and its answer over a way that loses every 25th frame by lot, in both directions.',
    server: `
      connection = accept()
      read_to_end(connection)
      connection.send(bytes(20000))
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(40000))
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
      time.sleep(0.5)
    `,
    toServer: { share: 0.04 },
    toClient: { share: 0.04 },
    expect: { 'tcp.analysis.retransmission': [1, 20], 'tcp.flags.reset==1': 0 },
  },
];

import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

/** Takes one request and answers it; leaves the connection open. */
const ANSWER = `
      connection = accept()
      connection.recv(1000)
      connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nfine\\n")`;
const ASK = `
      connection = connect()
      connection.send(b"GET /health HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
      connection.recv(1000)`;

export const CLOSES: Scenario[] = [
  {
    theme,
    name: 'check-connect-close',
    says: 'Three health checks that connect and close: nothing was asked, nothing is missing.',
    server: `
      listener = listen(port=5432)
      for turn in range(3):
          connection = listener.accept()[0]
          read_to_end(connection)
          connection.close()
    `,
    client: `
      for turn in range(3):
          connect(port=5432).close()
          time.sleep(0.2)
    `,
    expect: { 'tcp.flags.fin==1': 6, 'tcp.len>0': 0, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'check-connect-reset',
    says: 'Three health checks that connect and close with RST (SO_LINGER 0), so that no TIME-WAIT is left: nothing was sent, nothing is lost.',
    server: `
      listener = listen(port=3306)
      for turn in range(3):
          connection = listener.accept()[0]
          attempt(connection.recv, 10)
          connection.close()
    `,
    client: `
      for turn in range(3):
          close_with_reset(connect(port=3306))
          time.sleep(0.2)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.flags.ack==1': 3, 'tcp.len>0': 0 },
  },
  {
    theme,
    name: 'check-without-ack',
    says: 'Three health checks as HAProxy makes them: the ACK of the handshake is held back (TCP_QUICKACK 0) and RST goes instead. The client has seen that somebody listens; no accept() ever sees it.',
    server: `
      listener = listen(port=3306)
      time.sleep(1.5)
    `,
    client: `
      for turn in range(3):
          close_with_reset(connect(port=3306, options=[(SOL_TCP, TCP_QUICKACK, 0)]))
          time.sleep(0.2)
    `,
    expect: { 'tcp.flags==0x14': 3, 'tcp.flags==0x10': 0 },
  },
  {
    theme,
    name: 'check-banner',
    says: 'A health check of a server that speaks first: the client reads the banner and closes. It owes no answer.',
    server: `
      connection = accept(port=25)
      connection.send(b"220 mail.example ESMTP\\r\\n")
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect(port=25)
      connection.recv(100)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 1 },
  },
  {
    theme,
    name: 'check-banner-reset',
    says: 'The same, closed with RST after the banner was read.',
    server: `
      connection = accept(port=22)
      connection.send(b"SSH-2.0-OpenSSH_9.2\\r\\n")
      attempt(read_to_end, connection)
      connection.close()
    `,
    client: `
      connection = connect(port=22)
      connection.recv(100)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1': 1, 'tcp.len>0': 1 },
  },
  {
    theme,
    name: 'reset-after-answer',
    says: 'Request, whole answer, acknowledged, then the client leaves with RST (SO_LINGER 0), as load generators and health checks do: nothing that anybody waits for is lost.',
    server: `${ANSWER}
      attempt(read_to_end, connection)
      connection.close()
    `,
    client: `${ASK}
      time.sleep(0.1)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1': 1, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'pool-reset-after-idle',
    says: 'A connection pool throws three connections away with RST, each after two answered requests and 3 s of rest.',
    server: `
      listener = listen(backlog=16)
      pool = [listener.accept()[0] for turn in range(3)]
      for connection in pool + pool:
          connection.recv(1000)
          connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nfine\\n")
      for connection in pool:
          attempt(read_to_end, connection)
          connection.close()
    `,
    client: `
      pool = [connect() for turn in range(3)]
      for connection in pool + pool:
          connection.send(b"GET / HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
          connection.recv(1000)
      time.sleep(3)
      for connection in pool:
          close_with_reset(connection)
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1': 3, 'tcp.len>0': 12 },
  },
  {
    theme,
    name: 'server-resets-idle',
    says: 'The server throws an idle connection away with RST, as IIS and some load balancers do: the only request was answered long ago and the answer acknowledged.',
    server: `${ANSWER}
      time.sleep(3)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    client: `${ASK}
      attempt(connection.recv, 1000)
      connection.close()
    `,
    expect: { 'tcp.flags.reset==1 && tcp.srcport==80': 1, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'reset-in-answer-to-fin',
    says: "The server has answered everything and closes with RST when the client's FIN comes, as IIS does: the client had closed already and no call of it fails.",
    server: `${ANSWER}
      read_to_end(connection)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    client: `${ASK}
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.srcport==80': 1, 'tcp.flags.fin==1': 1 },
  },
  {
    theme,
    name: 'reset-for-fin-after-answer',
    says: 'The server closes after its answer; the client reads to the end and leaves with RST instead of FIN, as browsers on Windows do. The server has closed and gets no error.',
    server: `${ANSWER}
      connection.close()
      time.sleep(0.3)
    `,
    client: `${ASK}
      read_to_end(connection)
      time.sleep(0.05)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.dstport==80': 1, 'tcp.flags.fin==1': 1 },
  },
  {
    theme,
    name: 'half-close-streamed',
    says: 'Half-close in use: the client ends its request with FIN, the server sends for 15 s and closes.',
    server: `
      connection = accept(port=9000)
      read_to_end(connection)
      for second in range(15):
          connection.send(b"row %d\\n" % second)
          time.sleep(1)
      connection.close()
    `,
    client: `
      connection = connect(port=9000)
      connection.send(b"select everything")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==9000 && tcp.len>0': 15 },
  },
  {
    theme,
    name: 'half-close-computed',
    says: 'Half-close in use: the client ends its request with FIN, the server computes for 12 s, answers and closes.',
    server: `
      connection = accept(port=9000)
      read_to_end(connection)
      time.sleep(12)
      connection.send(b"42\\n")
      connection.close()
    `,
    client: `
      connection = connect(port=9000)
      connection.send(b"the question")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'half-close-upload',
    says: 'Half-close of the server: it greets and has no more to say; the client sends for 12 s after that and closes.',
    server: `
      connection = accept(port=9000)
      connection.send(b"go on\\n")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect(port=9000)
      read_to_end(connection)
      for second in range(12):
          connection.send(b"measured %d\\n" % second)
          time.sleep(1)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.dstport==9000 && tcp.len>0': 12 },
  },
  {
    theme,
    name: 'half-close-stopped',
    says: 'Half-close in use for 13 s when the capture stops; the server still sends.',
    server: `
      connection = accept(port=9000)
      read_to_end(connection)
      for second in range(15):
          connection.send(b"row %d\\n" % second)
          time.sleep(1)
          if second == 12:
              tell("stop capture")
      connection.close()
    `,
    client: `
      connection = connect(port=9000)
      connection.send(b"select everything")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 1, 'tcp.srcport==9000 && tcp.len>0': 13 },
  },
  {
    theme,
    name: 'keep-alive-answered',
    says: 'An idle connection with keep-alive probes of both sides every second, each answered, for 8 s; then one more request and a close.',
    server: `
      connection = accept()
      for option, value in ((TCP_KEEPIDLE, 1), (TCP_KEEPINTVL, 1), (TCP_KEEPCNT, 3)):
          connection.setsockopt(SOL_TCP, option, value)
      connection.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
      for turn in range(2):
          connection.send(b"answer to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      for option, value in ((TCP_KEEPIDLE, 2), (TCP_KEEPINTVL, 1), (TCP_KEEPCNT, 3)):
          connection.setsockopt(SOL_TCP, option, value)
      connection.setsockopt(SOL_SOCKET, SO_KEEPALIVE, 1)
      for turn in range(2):
          connection.send(b"request")
          connection.recv(100)
          time.sleep(8 - 8 * turn)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.analysis.keep_alive': [4, 20], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'simultaneous-close',
    says: 'After an answered request both sides reach their idle limit in the same moment; the FINs cross.',
    delay: 0.1,
    server: `${ANSWER}
      meet()
      connection.close()
      time.sleep(1)
    `,
    client: `${ASK}
      meet()
      connection.close()
      time.sleep(1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'goodbye-crosses-close',
    says: 'Both sides reach their idle limit in the same moment: the FIN of the server crosses a QUIT and FIN of the client. The RST for the QUIT reaches a client that had closed: no request was lost.',
    delay: 0.1,
    server: `
      connection = accept(port=3306)
      connection.send(b"greeting")
      connection.recv(100)
      connection.send(b"result")
      meet()
      connection.close()
      time.sleep(1)
    `,
    client: `
      connection = connect(port=3306)
      connection.recv(100)
      connection.send(b"\\x09\\0\\0\\0\\x03select 1")
      connection.recv(100)
      meet()
      connection.send(b"\\x01\\0\\0\\0\\x01")
      connection.close()
      time.sleep(1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': [1, 3] },
  },
  {
    theme,
    name: 'port-reused-in-order',
    says: 'The same client port three times, each connection closed in order and the next begun while the last is in TIME-WAIT at the client.',
    server: `
      listener = listen(port=8080)
      for turn in range(3):
          connection = listener.accept()[0]
          connection.send(b"answer to " + connection.recv(100))
          read_to_end(connection)
          connection.close()
    `,
    client: `
      for turn in range(3):
          connection = connect(port=8080, source_port=50000)
          connection.send(b"request")
          connection.recv(100)
          connection.close()
          tell("look")
          time.sleep(1.2)
    `,
    expect: { 'tcp.flags==0x02': 3, 'tcp.flags.fin==1': 6, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'fast-open',
    says: 'TCP Fast Open: the first connection gets a cookie, the second sends its request in the SYN and has the answer a round trip earlier.',
    prepareClient: ['sysctl -qw net.ipv4.tcp_fastopen=3'],
    prepareServer: ['sysctl -qw net.ipv4.tcp_fastopen=3'],
    server: `
      listener = listen(options=[(SOL_TCP, TCP_FASTOPEN, 16)])
      for turn in range(2):
          connection = listener.accept()[0]
          connection.send(b"answer to " + connection.recv(100))
          connection.close()
    `,
    client: `
      for turn in range(2):
          connection = socket(AF_INET, SOCK_STREAM)
          connection.sendto(b"request", MSG_FASTOPEN, (SERVER, 80))
          read_to_end(connection)
          connection.close()
          time.sleep(0.1)
    `,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags.syn==1 && tcp.len>0': 1, 'tcp.flags.fin==1': 4 },
  },
];

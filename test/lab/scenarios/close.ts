import type { Scenario } from '../scenario.ts';

const theme = 'close';

export const CLOSE: Scenario[] = [
  {
    theme,
    name: 'client-first',
    says: 'Request and response, then the client closes, then the server.',
    server: `
      connection = accept()
      connection.send(b"response to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      connection.recv(100)
      connection.close()
    `,
    capture: { microseconds: true },
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'server-first-ipv6',
    says: 'Over IPv6, the server closes after its response, and the client 0.2 s later.',
    server: `
      connection = accept(address=SERVER6)
      connection.recv(100)
      connection.send(b"response")
      connection.close()
    `,
    client: `
      connection = connect(address=SERVER6)
      connection.send(b"request")
      read_to_end(connection)
      time.sleep(0.2)
      connection.close()
    `,
    expect: { 'ipv6 && tcp.flags.fin==1': 2, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'simultaneous',
    says: 'Both sides close at the same moment; their FINs cross on the wire.',
    delay: 0.2,
    server: `
      connection = accept()
      connection.recv(100)
      meet()
      connection.close()
      time.sleep(1)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      meet()
      connection.close()
      time.sleep(1)
    `,
    expect: { 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'half-close',
    says: 'The client shuts its side down; the server sends 20 kB after that and closes.',
    server: `
      connection = accept()
      read_to_end(connection)
      for piece in range(4):
          connection.send(bytes(5000))
          time.sleep(0.02)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"send me everything")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==80 && tcp.len>0': [14, 30] },
  },
  {
    theme,
    name: 'half-closed',
    says: 'The client closes; the server holds its side open until the capture ends.',
    server: `
      connection = accept()
      read_to_end(connection)
      time.sleep(0.5)
      tell("stop capture")
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      connection.close()
      time.sleep(1)
    `,
    expect: { 'tcp.flags.fin==1': 1 },
  },
  {
    theme,
    name: 'abort-by-client',
    says: 'SO_LINGER 0: the close() of the client sends RST.',
    server: `
      connection = accept()
      connection.recv(100)
      expect_error(connection.recv, 100)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      time.sleep(0.1)
      close_with_reset(connection)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.dstport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'abort-by-server',
    says: 'SO_LINGER 0: the close() of the server sends RST.',
    server: `
      connection = accept()
      connection.recv(100)
      close_with_reset(connection)
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      expect_error(connection.recv, 100)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.srcport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'unread-data',
    says: 'The server closes with unread data in its buffer: RST instead of FIN.',
    server: `
      connection = accept()
      time.sleep(0.1)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"nobody reads this")
      time.sleep(0.3)
      connection.close()
    `,
    expect: { 'tcp.flags.reset==1 && tcp.srcport==80': 1, 'tcp.flags.fin==1 && tcp.srcport==80': 0 },
  },
  {
    theme,
    name: 'data-after-close',
    says: 'The server has closed fully; what the client still sends draws RST.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"hello")
      read_to_end(connection)
      connection.send(b"too late")
      time.sleep(0.1)
      expect_error(connection.send, b"broken pipe")
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 1, 'tcp.flags.reset==1 && tcp.srcport==80': 1 },
  },
  {
    theme,
    name: 'port-reuse',
    says: 'The same client port three times: after a close by the server, after an abort by the client, and once more.',
    server: `
      listener = listen()
      for turn in range(3):
          connection = listener.accept()[0]
          connection.recv(100)
          if turn == 0:
              connection.close()
          else:
              try:
                  read_to_end(connection)
              except OSError:
                  pass
              connection.close()
    `,
    client: `
      for turn in range(3):
          connection = connect(source_port=50000)
          connection.send(b"hello")
          if turn == 0:
              read_to_end(connection)
              connection.close()
              tell("look")
              time.sleep(1.1)
          elif turn == 1:
              time.sleep(0.1)
              close_with_reset(connection)
              time.sleep(0.1)
          else:
              connection.close()
              time.sleep(0.1)
    `,
    expect: { 'tcp.flags==0x02 && tcp.srcport==50000': 3, 'tcp.flags==0x12': 3, 'tcp.stream==2': [7, 12] },
  },
  {
    theme,
    name: 'lost-fin',
    says: 'The FIN of the client, sent with its last data, is lost and sent again.',
    server: `
      connection = accept()
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.setsockopt(SOL_TCP, TCP_CORK, 1)
      connection.send(b"last words")
      connection.close()
      time.sleep(0.5)
    `,
    toServer: { lose: [1] },
    expect: { 'tcp.flags.fin==1 && tcp.dstport==80': [2, 3], 'tcp.analysis.retransmission': [1, 2] },
  },
];

import type { Scenario } from '../scenario.ts';
import { onInput } from './preparations.ts';

const theme = 'verdicts';

/** Faults, and what only looks like them, between real sockets; test/fixtures/verdicts says what is right of each. */
export const VERDICTS: Scenario[] = [
  {
    theme,
    name: 'real-no-answer-fin',
    says: 'The server reads the request and closes without an answer.',
    server: `
      connection = accept()
      connection.recv(1000)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(180))
      connection.recv(1000)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'real-no-answer-later',
    says: 'The server answers one request, reads a second and closes without an answer (IPv6).',
    server: `
      connection = accept(address=SERVER6)
      connection.recv(1000)
      connection.send(bytes(350))
      connection.recv(1000)
      time.sleep(0.4)
      connection.close()
    `,
    client: `
      connection = connect(address=SERVER6)
      connection.send(bytes(180))
      connection.recv(1000)
      time.sleep(0.2)
      connection.send(bytes(190))
      connection.recv(1000)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 3, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'real-no-answer-reset',
    says: 'The server closes without having read the request: RST, and no answer.',
    server: `
      connection = accept()
      time.sleep(0.3)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(180))
      expect_error(connection.recv, 1000)
      connection.close()
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1': 1, 'tcp.len>0': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'real-early-answer',
    says: 'The server reads the head of an upload, answers and closes with the rest unread: RST behind the answer.',
    server: `
      connection = accept()
      connection.recv(500)
      time.sleep(0.1)
      connection.send(b"HTTP/1.1 413 Content Too Large")
      connection.close()
      time.sleep(0.2)
    `,
    client: `
      connection = connect()
      connection.send(bytes(9000))
      time.sleep(0.4)
      connection.recv(1000)
      expect_error(connection.recv, 1000)
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1': [1, 2], 'tcp.len>0 && tcp.srcport==80': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'real-leaves-with-reset',
    says: 'The client reads its whole answer and leaves with RST (SO_LINGER 0).',
    server: `
      connection = accept()
      connection.recv(1000)
      connection.send(bytes(5000))
      expect_error(connection.recv, 1000)
    `,
    client: `
      connection = connect()
      connection.send(bytes(75))
      count = 0
      while count < 5000:
          count += len(connection.recv(65536))
      time.sleep(0.1)
      close_with_reset(connection)
    `,
    resetCause: 'abortive-close',
    expect: { 'tcp.flags.reset==1': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'real-one-way',
    says: 'The client sends three lines and closes; the server reads them and never has anything to say.',
    server: `
      connection = accept()
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      for line in range(3):
          connection.send(bytes(120))
          time.sleep(0.1)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 3, 'tcp.len>0 && tcp.srcport==80': 0 },
  },
  {
    theme,
    name: 'real-half-close-used',
    says: 'The client ends its request with shutdown(); the server answers each second for 12 s and closes.',
    server: `
      connection = accept()
      read_to_end(connection)
      for second in range(12):
          time.sleep(1)
          connection.send(bytes(400))
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(60))
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0 && tcp.srcport==80': 12, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'real-late-datagram',
    says: 'The answer of a UDP server comes when the client has closed its socket: ICMP from the client.',
    server: `
      echo = socket(AF_INET, SOCK_DGRAM)
      echo.bind((SERVER, 5300))
      tell("ready")
      message, sender = echo.recvfrom(2000)
      time.sleep(0.5)
      echo.sendto(b"too late", sender)
      time.sleep(0.1)
    `,
    client: `
      asker = socket(AF_INET, SOCK_DGRAM)
      asker.connect((SERVER, 5300))
      asker.send(b"question")
      time.sleep(0.2)
      asker.close()
      time.sleep(0.5)
    `,
    expect: { 'icmp.type==3 && icmp.code==3 && ip.src==10.9.0.1': 1, 'udp && !icmp': 2 },
  },
  {
    theme,
    name: 'real-handshake-ack-lost',
    says: 'The first ACK of the client is lost; the server, which speaks first, sends its SYN-ACK again after 1 s.',
    prepareServer: [onInput('tcp dport 80 tcp flags == ack numgen inc mod 1000 == 0 drop')],
    server: `
      connection = accept()
      connection.send(b"220 here I am")
      connection.recv(1000)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.recv(1000)
      connection.send(b"QUIT")
      connection.recv(1000)
      connection.close()
    `,
    expect: { 'tcp.flags==0x12': 2, 'tcp.flags.reset==1': 0, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'real-satellite',
    says: 'Packets need 0.7 s from one side to the other: SYN and SYN-ACK are sent again before anything can come back.',
    server: `
      connection = accept()
      connection.send(b"answer to " + connection.recv(1000))
      connection.recv(1000)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"a request")
      connection.recv(1000)
      connection.close()
      time.sleep(2)
    `,
    delay: 0.7,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags==0x12': [2, 3], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'real-connect-given-up',
    says: 'A firewall drops the SYN; the program gives up after 0.4 s, before its kernel tries again.',
    prepareServer: [onInput('tcp dport 80 drop')],
    client: `
      connection = socket()
      connection.setblocking(False)
      connection.connect_ex((SERVER, 80))
      time.sleep(0.4)
      connection.close()
      later(3)
    `,
    expect: { 'tcp.flags.syn==1': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'real-port-scan',
    says: 'The client tries 34 ports on which nobody listens.',
    client: `
      for port in range(8201, 8235):
          expect_error(connect, port)
    `,
    expect: { 'tcp.flags.syn==1': 34, 'tcp.flags.reset==1': 34 },
  },
];

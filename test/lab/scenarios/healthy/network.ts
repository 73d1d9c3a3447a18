import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

const GIVE = (bytes: number) => `
      connection = accept()
      connection.recv(100)
      connection.send(bytes(${bytes}))
      connection.close()
    `;
const TAKE = `
      connection = connect()
      connection.send(b"GET /file HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
      read_to_end(connection)
      connection.close()
      time.sleep(0.2)
    `;
const GREET = `
      connection = accept()
      for turn in range(2):
          connection.recv(100)
          time.sleep(0.1)
          connection.send(b"answer")
      read_to_end(connection)
      connection.close()
    `;

export const NETWORK: Scenario[] = [
  {
    theme,
    name: 'little-loss',
    says: 'A download with one packet in 200 lost: TCP mends it, as it is made to.',
    server: GIVE(290_000),
    client: TAKE,
    toClient: { lose: [120] },
    capture: { snapLength: 96 },
    expect: { 'tcp.analysis.retransmission': [1, 2], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'reordered',
    says: 'A download in which one packet is overtaken by others; nothing is lost.',
    server: GIVE(200_000),
    client: TAKE,
    toClient: { late: [90] },
    capture: { snapLength: 96 },
    expect: { 'tcp.analysis.duplicate_ack': [1, 80], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'window-full',
    says: 'A client that takes what comes a little later than it comes: the window is full now and then, never closed for long.',
    server: GIVE(40_000),
    client: `
      connection = connect(options=[(SOL_SOCKET, SO_RCVBUF, 6000)])
      connection.send(b"GET /file HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
      while connection.recv(4096):
          time.sleep(0.03)
      connection.close()
      time.sleep(0.2)
    `,
    capture: { snapLength: 96 },
    expect: { 'tcp.analysis.window_full': [1, 60], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'delayed-acks',
    says: 'A request in two writes: the second waits for the delayed ACK of the first (Nagle). Slow by 40 ms, and right.',
    server: `
      connection = accept()
      for turn in range(3):
          taken = 0
          while taken < 38:
              taken += len(connection.recv(100))
          connection.send(b"answer")
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      for turn in range(3):
          connection.send(b"POST / HTTP/1.1\\r\\n\\r\\n")
          connection.send(b"the body of 19 byte")
          connection.recv(100)
      connection.close()
      time.sleep(0.2)
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 6, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'long-path',
    says: 'A path with a round trip of 400 ms: half around the earth and back. Two requests, answers, closes.',
    delay: 0.2,
    server: GREET,
    client: `
      connection = connect()
      for turn in range(2):
          connection.send(b"request")
          connection.recv(100)
      connection.close()
      time.sleep(1)
    `,
    expect: { 'tcp.flags.fin==1': [2, 4], 'tcp.dstport==80 && tcp.len>0': [2, 4], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'satellite',
    says: 'A path over a satellite, round trip 700 ms. Its slow connect() is named (slow-handshake), nothing else: what is late on it has its reason.',
    delay: 0.35,
    server: GREET,
    client: `
      connection = connect()
      for turn in range(2):
          connection.send(b"request")
          connection.recv(100)
      connection.close()
      time.sleep(1.5)
    `,
    expect: { 'tcp.flags==0x02': 1, 'tcp.flags.fin==1': [2, 5], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'begun-before',
    says: 'The capture begins between a request and its answer, which comes 1 s later; one more exchange, and a close of the server.',
    server: `
      connection = accept()
      connection.recv(100)
      tell("start capture")
      time.sleep(1)
      connection.send(b"answer")
      connection.recv(100)
      connection.send(b"answer")
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      connection.recv(100)
      connection.send(b"request")
      read_to_end(connection)
      connection.close()
      time.sleep(0.2)
    `,
    capture: { late: true },
    expect: { 'tcp.flags.syn==1': 0, 'tcp.len>0': 3, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'begun-at-goodbye',
    says: 'Of the connection only its end is captured: QUIT, its answer, and the closes.',
    server: `
      connection = accept(port=25)
      connection.recv(100)
      connection.send(b"250 ok\\r\\n")
      connection.recv(100)
      connection.send(b"221 bye\\r\\n")
      connection.close()
    `,
    client: `
      connection = connect(port=25)
      connection.send(b"NOOP\\r\\n")
      connection.recv(100)
      time.sleep(0.2)
      tell("start capture")
      connection.send(b"QUIT\\r\\n")
      read_to_end(connection)
      connection.close()
      time.sleep(0.2)
    `,
    capture: { late: true },
    expect: { 'tcp.flags.syn==1': 0, 'tcp.len>0': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'begun-at-close',
    says: 'The capture begins when the client closes a connection that had been used before.',
    server: GREET,
    client: `
      connection = connect()
      for turn in range(2):
          connection.send(b"request")
          connection.recv(100)
      time.sleep(0.2)
      tell("start capture")
      connection.close()
      time.sleep(0.2)
    `,
    capture: { late: true },
    expect: { 'tcp.len>0': 0, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'stopped-at-request',
    says: 'The capture stops right after a request of a kept connection; the answer, which takes 1 s, is not in it.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.send(b"answer")
      connection.recv(100)
      tell("stop capture")
      time.sleep(1)
      connection.send(b"answer")
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      for turn in range(2):
          connection.send(b"request")
          connection.recv(100)
      connection.close()
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 2, 'tcp.srcport==80 && tcp.len>0': 1, 'tcp.flags.fin==1': 0 },
  },
  {
    theme,
    name: 'stopped-at-close',
    says: 'The capture stops after the FIN of the server, before the client, which is about to, has closed.',
    server: `
      connection = accept()
      connection.recv(100)
      connection.send(b"answer")
      connection.close()
      time.sleep(1)
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      read_to_end(connection)
      tell("stop capture")
      connection.close()
    `,
    expect: { 'tcp.len>0': 2, 'tcp.flags.fin==1': 1 },
  },
  {
    theme,
    name: 'seen-twice',
    says: 'A host that forwards, captured on the any device: every packet of three kept requests and an orderly close is there twice.',
    server: `
      connection = accept()
      for turn in range(3):
          connection.send(b"answer to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = plain_connect(80)
      for turn in range(3):
          connection.send(b"request")
          connection.recv(100)
          time.sleep(0.1)
      connection.close()
      time.sleep(0.1)
    `,
    capture: { at: 'wire', device: 'any' },
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags.fin==1': 4, 'tcp.flags.reset==1': 0 },
  },
];

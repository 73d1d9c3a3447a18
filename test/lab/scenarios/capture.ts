import type { Scenario } from '../scenario.ts';

const theme = 'capture';

const EXCHANGE = `
  connection = connect()
  connection.send(b"request")
  connection.recv(100)
  connection.close()
  time.sleep(0.1)
`;
const ANSWER = `
  connection = accept()
  connection.send(b"response to " + connection.recv(100))
  read_to_end(connection)
  connection.close()
`;

/** A VXLAN device over the wire, with an address of its own for the connection. */
const vxlan = (own: number, other: number) => [
  `ip link add vx type vxlan id 42 local 10.9.0.${own} remote 10.9.0.${other} dstport 4789 dev eth0`,
  `ip link set vx address 02:00:00:00:01:0${own} && ip addr add 10.8.0.${own}/24 dev vx && ip link set vx up`,
  `ip neigh replace 10.8.0.${other} lladdr 02:00:00:00:01:0${other} dev vx nud permanent`,
  'sysctl -qw net.ipv6.conf.vx.disable_ipv6=1',
];

export const CAPTURE: Scenario[] = [
  {
    theme,
    name: 'midstream',
    says: 'The connection was open before the capture began.',
    server: `
      connection = accept()
      connection.send(b"response to " + connection.recv(100))
      connection.send(b"response to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"first request")
      connection.recv(100)
      tell("start capture")
      connection.send(b"second request")
      connection.recv(100)
      connection.close()
      time.sleep(0.1)
    `,
    capture: { late: true },
    expect: { 'tcp.flags.syn==1': 0, 'tcp.len>0': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'stopped-early',
    says: 'The capture stops while the connection is open.',
    server: `
      connection = accept()
      connection.send(b"response to " + connection.recv(100))
      read_to_end(connection)
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      connection.recv(100)
      tell("stop capture")
      connection.close()
    `,
    expect: { 'tcp.flags.syn==1': 2, 'tcp.flags.fin==1': 0, 'tcp.len>0': 2 },
  },
  {
    theme,
    name: 'midstream-reset',
    says: 'The connection was open before the capture began; the server resets it.',
    server: `
      connection = accept()
      for request in range(2):
          connection.send(b"response to " + connection.recv(100))
      time.sleep(0.1)
      close_with_reset(connection)
      time.sleep(0.1)
    `,
    client: `
      connection = connect()
      connection.send(b"first request")
      connection.recv(100)
      tell("start capture")
      connection.send(b"second request")
      connection.recv(100)
      expect_error(connection.recv, 100)
    `,
    capture: { late: true },
    expect: { 'tcp.flags.syn==1': 0, 'tcp.len>0': 2, 'tcp.flags.reset==1': 1 },
  },
  {
    theme,
    name: 'at-server',
    says: 'Captured at the server: one connection closed by the client, one reset by the server, one refused.',
    server: `
      listener = listen()
      connection = listener.accept()[0]
      connection.send(b"response to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
      connection = listener.accept()[0]
      connection.recv(100)
      close_with_reset(connection)
      time.sleep(0.2)
    `,
    client: `
      connection = connect()
      connection.send(b"request")
      connection.recv(100)
      connection.close()
      connection = connect()
      connection.send(b"request")
      expect_error(connection.recv, 100)
      expect_error(connect, 81)
    `,
    capture: { at: 'server' },
    expect: { 'tcp.flags==0x02': 3, 'tcp.flags.reset==1': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'loopback',
    says: 'Connections over the loopback device: one closed, one reset, one refused.',
    oneHost: true,
    server: `
      listener = listen(address=CLIENT)
      connection = listener.accept()[0]
      connection.send(b"response to " + connection.recv(100))
      read_to_end(connection)
      connection.close()
      connection = listener.accept()[0]
      connection.recv(100)
      close_with_reset(connection)
    `,
    client: `
      connection = connect(address=CLIENT)
      connection.send(b"request")
      connection.recv(100)
      connection.close()
      connection = connect(address=CLIENT)
      connection.send(b"request")
      expect_error(connection.recv, 100)
      expect_error(connect, 81, CLIENT)
    `,
    capture: { device: 'lo' },
    expect: { 'tcp.flags==0x02': 3, 'tcp.flags.reset==1': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'any-loopback',
    says: 'A connection over loopback captured on the `any` device (link type SLL2).',
    oneHost: true,
    server: ANSWER.replace('accept()', 'accept(address=CLIENT)'),
    client: EXCHANGE.replace('connect()', 'connect(address=CLIENT)'),
    capture: { device: 'any' },
    expect: { 'sll && tcp.flags==0x02': 1, 'tcp.flags==0x12': 1 },
  },
  {
    theme,
    name: 'any-forwarded',
    says: 'Captured on the `any` device of a host that forwards: every packet is there twice, in and out.',
    delay: 0.0005,
    server: ANSWER,
    client: EXCHANGE,
    capture: { at: 'wire', device: 'any' },
    expect: { 'sll && tcp.flags==0x02': 2, 'tcp.flags==0x12': 2, 'tcp.flags.fin==1': 4 },
  },
  {
    theme,
    name: 'any-ipv6',
    says: 'An IPv6 connection captured on the `any` device (link type SLL2).',
    server: ANSWER.replace('accept()', 'accept(address=SERVER6)'),
    client: EXCHANGE.replace('connect()', 'connect(address=SERVER6)'),
    capture: { device: 'any' },
    expect: { 'sll && ipv6 && tcp.flags.syn==1': 2, 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'vxlan',
    says: 'A connection through a VXLAN tunnel, captured outside the tunnel.',
    prepareClient: vxlan(1, 2),
    prepareServer: vxlan(2, 1),
    server: ANSWER.replace('accept()', 'accept(address="10.8.0.2")'),
    client: EXCHANGE.replace('connect()', 'connect(address="10.8.0.2")'),
    expect: { 'vxlan && tcp.flags.syn==1': 2, 'vxlan && tcp.flags.fin==1': 2 },
  },
];

import type { Scenario } from '../scenario.ts';

const theme = 'transfer';

/** The server takes everything; the client sends so many bytes and closes. */
function upload(bytes: number): Pick<Scenario, 'server' | 'client'> {
  return {
    server: `
      connection = accept()
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(${bytes}))
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
  };
}

export const TRANSFER: Scenario[] = [
  {
    theme,
    name: 'loss',
    says: 'Data segments 7, 20, 21 and 50 of an upload are lost after the capture point.',
    ...upload(120_000),
    toServer: { lose: [7, 20, 21, 50] },
    expect: { 'tcp.analysis.retransmission': [3, 12], 'tcp.analysis.duplicate_ack': [3, 60] },
  },
  {
    theme,
    name: 'loss-before-capture',
    says: 'The same upload seen at the server: the lost segments are not in the capture until they are sent again.',
    ...upload(120_000),
    toServer: { lose: [7, 20, 21, 50] },
    capture: { at: 'server' },
    expect: { 'tcp.analysis.lost_segment': [1, 6], 'tcp.analysis.duplicate_ack': [3, 60] },
  },
  {
    theme,
    name: 'reordering',
    says: 'Data segments 5, 12 and 30 of an upload arrive at the server late, after others sent later.',
    ...upload(80_000),
    toServer: { late: [5, 12, 30] },
    capture: { at: 'server' },
    expect: { 'tcp.analysis.out_of_order || tcp.analysis.retransmission': [1, 10] },
  },
  {
    theme,
    name: 'duplicated',
    says: 'The network delivers data segments 3 and 4 twice; the server answers with D-SACK.',
    ...upload(20_000),
    toServer: { twice: [3, 4] },
    capture: { at: 'server' },
    expect: { 'tcp.options.sack.count==1': [1, 4] },
  },
  {
    theme,
    name: 'zero-window',
    says: 'The server does not read for 1.5 s: its window closes, is probed, and opens again.',
    server: `
      connection = accept(options=[(SOL_SOCKET, SO_RCVBUF, 8192)])
      time.sleep(1.5)
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(bytes(60000))
      connection.close()
      time.sleep(0.2)
    `,
    expect: { 'tcp.analysis.zero_window': [1, 40], 'tcp.analysis.window_update': [1, 40] },
  },
  {
    theme,
    name: 'keep-alive',
    says: 'An idle connection with SO_KEEPALIVE: three probes, each answered.',
    server: `
      connection = accept()
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect(options=[(SOL_SOCKET, SO_KEEPALIVE, 1), (SOL_TCP, TCP_KEEPIDLE, 1), (SOL_TCP, TCP_KEEPINTVL, 1)])
      connection.send(b"hello")
      time.sleep(3.5)
      connection.close()
    `,
    expect: { 'tcp.analysis.keep_alive': [3, 4], 'tcp.analysis.keep_alive_ack': [3, 4] },
  },
  {
    theme,
    name: 'keep-alive-expired',
    says: 'The peer vanishes: two probes stay unanswered, then the prober sends RST.',
    prepareServer: ['sysctl -qw net.ipv4.tcp_retries2=3'],
    server: `
      connection = accept()
      connection.recv(100)
      os.system("ip link set eth0 down")
      time.sleep(4)
    `,
    client: `
      probes = [(SOL_SOCKET, SO_KEEPALIVE, 1), (SOL_TCP, TCP_KEEPIDLE, 1), (SOL_TCP, TCP_KEEPINTVL, 1), (SOL_TCP, TCP_KEEPCNT, 2)]
      connection = connect(options=probes)
      connection.send(b"hello")
      expect_error(connection.recv, 100)
    `,
    expect: { 'tcp.analysis.keep_alive': 2, 'tcp.flags.reset==1 && tcp.dstport==80': 1 },
  },
  {
    theme,
    name: 'http',
    says: 'A Node HTTP client asks a Node HTTP server twice over one connection.',
    server: `
      os.execlp("node", "node", "-e", """
        const server = require('node:http').createServer((request, response) => response.end('x'.repeat(3000)));
        server.listen(80, '10.9.0.2', () => console.log('ready'));
        setTimeout(() => process.exit(0), 4000);
      """)
    `,
    client: `
      os.execlp("node", "node", "-e", """
        const http = require('node:http');
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const get = (done) => http.get({ host: '10.9.0.2', agent }, (response) => response.resume().on('end', done));
        get(() => setTimeout(() => get(() => agent.destroy()), 20));
      """)
    `,
    capture: { snapLength: 400, microseconds: true },
    expect: { 'http.request': 2, 'tcp.flags==0x02': 1, 'tcp.flags.fin==1': 2 },
  },
];

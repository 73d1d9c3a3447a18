import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

const TAKE_ALL = (port: number) => `
      connection = accept(port=${port})
      read_to_end(connection)
      connection.close()
    `;

export const STREAMS: Scenario[] = [
  {
    theme,
    name: 'syslog-client-closes',
    says: 'Syslog over TCP (RFC 6587): lines of the client, none of which is answered, and its close.',
    server: TAKE_ALL(514),
    client: `
      connection = connect(port=514)
      for line in range(4):
          connection.send(b"<34>1 2026-11-28T12:00:0%dZ host app - - - it happened\\n" % line)
          time.sleep(0.5)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==514 && tcp.len>0': 0 },
  },
  {
    theme,
    name: 'syslog-one-line',
    says: 'Syslog over TCP, one line and the close of the client right behind it.',
    server: TAKE_ALL(514),
    client: `
      connection = connect(port=514)
      connection.send(b"<34>1 2026-11-28T12:00:00Z host app - - - it happened\\n")
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 1 },
  },
  {
    theme,
    name: 'log-server-ends',
    says: 'A one-way stream on a port that says nothing: six lines of the client in 3 s, no answer to any; the server ends the connection because of its age, the client closes.',
    server: `
      connection = accept(port=5170)
      for line in range(6):
          connection.recv(1000)
      time.sleep(0.2)
      connection.close()
    `,
    client: `
      connection = connect(port=5170)
      for line in range(6):
          connection.send(b'{"level":"info","message":"line %d"}\\n' % line)
          time.sleep(0.5)
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==5170 && tcp.len>0': 0, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'statsd',
    says: 'StatsD over TCP: counters in one direction; the client closes.',
    server: TAKE_ALL(8125),
    client: `
      connection = connect(port=8125)
      for turn in range(3):
          connection.send(b"requests:1|c\\n")
          time.sleep(0.3)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==8125 && tcp.len>0': 0 },
  },
  {
    theme,
    name: 'netcat-upload',
    says: 'nc sends a file and closes its direction (-N); the nc that listens closes in answer.',
    server: `
      start_server(9999, "nc", "-l", "-N", "10.9.0.2", "9999").wait()
    `,
    client: `
      run("nc", "-N", "10.9.0.2", "9999", text="some text\\n" * 300)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==9999 && tcp.len>0': 0, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'netcat-download',
    says: 'nc connects, says nothing, and gets a file.',
    server: `
      import subprocess
      with open("/etc/services", "rb") as file:
          child = subprocess.Popen(["nc", "-l", "-N", "10.9.0.2", "9999"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
      time.sleep(0.5)
      tell("ready")
      child.communicate(b"some text\\n" * 300)
    `,
    client: `
      run("nc", "-d", "10.9.0.2", "9999")
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.dstport==9999 && tcp.len>0': 0, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'ftp-data-passive',
    says: 'FTP data connections to a passive server, RETR and STOR: the sender of the file closes, the other side only listens.',
    server: `
      listener = listen(port=50001)
      for turn in range(2):
          connection = listener.accept()[0]
          if turn == 0:
              connection.send(b"file\\n" * 600)
          else:
              read_to_end(connection)
          connection.close()
    `,
    client: `
      for turn in range(2):
          connection = connect(port=50001)
          if turn == 0:
              read_to_end(connection)
          else:
              connection.send(b"file\\n" * 600)
          connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags==0x02': 2, 'tcp.flags.fin==1': 4, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'ftp-data-active',
    says: 'The same with an active server, which connects from its port 20.',
    server: `
      tell("ready")
      time.sleep(1.5)
      for turn in range(2):
          connection = _KernelSocket(AF_INET, SOCK_STREAM)
          connection.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
          connection.bind((SERVER, 20))
          connection.connect((CLIENT, 50002 + turn))
          if turn == 0:
              connection.sendall(b"file\\n" * 600)
          else:
              while connection.recv(5000):
                  pass
          connection.close()
          time.sleep(0.2)
    `,
    client: `
      listeners = [_KernelSocket(AF_INET, SOCK_STREAM) for turn in range(2)]
      for turn, listener in enumerate(listeners):
          listener.bind((CLIENT, 50002 + turn))
          listener.listen(4)
      for turn, listener in enumerate(listeners):
          connection = listener.accept()[0]
          if turn == 0:
              while connection.recv(5000):
                  pass
          else:
              connection.sendall(b"file\\n" * 600)
          connection.close()
      time.sleep(0.1)
    `,
    expect: { 'ip.src==10.9.0.2 && tcp.flags==0x02': 2, 'tcp.flags.fin==1': 4, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'printer',
    says: 'A print job to port 9100: 20 kB, then the client ends its direction and waits for the printer to close.',
    server: TAKE_ALL(9100),
    client: `
      connection = connect(port=9100)
      connection.send(b"%!PS" + bytes(20000))
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==9100 && tcp.len>0': 0, 'tcp.flags.reset==1': 0 },
  },
];

import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

/** A server of Node.js that ends when its last connection is closed. */
const nodeServer = (handler: string, options = '') => `
      run_node("""
        const server = require("node:http").createServer({ ${options} }, ${handler});
        let open = 0;
        server.on("connection", (socket) => {
          open += 1;
          socket.on("close", () => (open -= 1) === 0 && server.close());
        });
        server.listen(80, "10.9.0.2", () => console.log("ready"));
      """)
    `;

const ANSWERS = '(request, response) => response.end("answer to " + request.url)';

export const HTTP: Scenario[] = [
  {
    theme,
    name: 'http-kept-client-closes',
    says: 'HTTP/1.1: three requests, each answered, 1 s of rest, and the client closes the idle connection.',
    server: nodeServer(ANSWERS),
    client: `
      run_node("""
        const http = require("node:http");
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        const ask = (path) => new Promise((resolve) => {
          http.get({ host: "10.9.0.2", path, agent }, (response) => response.resume().on("end", resolve));
        });
        (async () => {
          for (const path of ["/1", "/2", "/3"]) await ask(path);
          setTimeout(() => agent.destroy(), 1000);
        })();
      """)
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 3, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-kept-server-closes',
    says: 'HTTP/1.1: two requests, each answered; after 1.5 s of rest the server closes the idle connection, no request is on its way.',
    server: nodeServer(ANSWERS, 'keepAliveTimeout: 500, keepAliveTimeoutBuffer: 1000'),
    client: `
      connection = plain_connect(80)
      for path in (b"/1", b"/2"):
          connection.send(b"GET " + path + b" HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
          connection.recv(1000)
      while connection.recv(1000):
          pass
      connection.close()
      time.sleep(0.2)
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 2, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-1.0',
    says: 'HTTP/1.0: the end of the answer is the close of the server; small answers come with the FIN in one segment.',
    server: `
      listener = listen()
      for turn in range(3):
          connection = listener.accept()[0]
          connection.recv(1000)
          connection.setsockopt(SOL_TCP, TCP_CORK, 1)
          connection.send(b"HTTP/1.0 200 OK\\r\\n\\r\\nthe answer\\n")
          connection.close()
    `,
    client: `
      for turn in range(3):
          run("curl", "-sS", "-0", "http://10.9.0.2/")
    `,
    expect: { 'tcp.len>0': 6, 'tcp.srcport==80 && tcp.len>0 && tcp.flags.fin==1': 3, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-long-poll',
    says: 'Long poll: two requests that are answered after 6 s of silence each, and a close of the client.',
    server: nodeServer('(request, response) => setTimeout(() => response.end("news"), 6000)'),
    client: `
      run("curl", "-sS", "http://10.9.0.2/poll", "http://10.9.0.2/poll")
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.dstport==80 && tcp.len>0': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-long-poll-cancelled',
    says: 'Long poll that the client gives up after 2 s, as a browser does when a tab is closed; the server closes in answer. The client did not want the answer any more.',
    server: nodeServer('() => {}'),
    client: `
      run("curl", "-sS", "-m", "2", "http://10.9.0.2/poll", good=(28,))
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 1 },
  },
  {
    theme,
    name: 'http-server-sent-events',
    says: 'Server-sent events for 6 s after one request; the server ends the stream.',
    server: nodeServer(`(request, response) => {
          response.writeHead(200, { "content-type": "text/event-stream", connection: "close" });
          let sent = 0;
          const timer = setInterval(() => {
            response.write("data: " + (sent += 1) + "\\\\n\\\\n");
            if (sent === 6) { clearInterval(timer); response.end(); }
          }, 1000);
        }`),
    client: `
      run("curl", "-sSN", "http://10.9.0.2/events")
    `,
    expect: { 'tcp.srcport==80 && tcp.len>0': [6, 8], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-events-client-leaves',
    says: 'Server-sent events every second; the client closes between two of them, and the server, which notices, closes too.',
    server: nodeServer(`(request, response) => {
          response.writeHead(200, { "content-type": "text/event-stream" });
          const timer = setInterval(() => response.write("data: x\\\\n\\\\n"), 1000);
          request.on("close", () => clearInterval(timer));
          response.on("close", () => clearInterval(timer));
        }`),
    client: `
      run("curl", "-sSN", "-m", "3.5", "http://10.9.0.2/events", good=(28,))
    `,
    expect: { 'tcp.srcport==80 && tcp.len>0': [3, 4], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-early-answer-drained',
    says: 'An upload is refused (413) before it is complete; the server takes the rest (lingering close) and closes, the client reads the answer. What comes after the answer is no new request.',
    server: `
      connection = accept()
      connection.recv(1000)
      connection.send(b"HTTP/1.1 413 Content Too Large\\r\\nConnection: close\\r\\nContent-Length: 0\\r\\n\\r\\n")
      connection.shutdown(SHUT_WR)
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect()
      connection.send(b"POST /upload HTTP/1.1\\r\\nHost: server.example\\r\\nContent-Length: 20000\\r\\n\\r\\n")
      for part in range(10):
          connection.send(bytes(2000))
          time.sleep(0.01)
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==80 && tcp.len>0': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-continue',
    says: 'Expect: 100-continue: the interim answer, the body, the final answer; the client closes.',
    server: nodeServer('(request, response) => request.resume().on("end", () => response.end("taken"))'),
    client: `
      run("curl", "-sS", "-H", "Expect: 100-continue", "-d", "x" * 3000, "http://10.9.0.2/")
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.srcport==80 && tcp.len>0': [2, 3], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-pipelined',
    says: 'Three requests in one segment, three answers; the server closes after the last (Connection: close).',
    server: nodeServer(ANSWERS),
    client: `
      connection = plain_connect(80)
      request = b"GET / HTTP/1.1\\r\\nHost: server.example\\r\\n"
      connection.send((request + b"\\r\\n") * 2 + request + b"Connection: close\\r\\n\\r\\n")
      while connection.recv(1000):
          pass
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 1, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'http-nginx',
    says: 'nginx: two requests on one connection that the client leaves; then one connection that nginx closes after 1 s of rest.',
    server: `
      import tempfile
      folder = tempfile.mkdtemp(prefix="sockscope-lab-")
      with open(folder + "/nginx.conf", "w") as file:
          file.write("daemon off; master_process off; pid %s/pid; error_log /dev/null; events {} http { access_log off;"
              " server { listen 10.9.0.2:80; keepalive_timeout 1s; return 200 fine; } }" % folder)
      start_server(80, "nginx", "-c", folder + "/nginx.conf", "-p", folder)
      time.sleep(5)
    `,
    client: `
      run("curl", "-sS", "http://10.9.0.2/1", "http://10.9.0.2/2")
      connection = plain_connect(80)
      connection.send(b"GET / HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n")
      while connection.recv(1000):
          pass
      connection.close()
      time.sleep(0.2)
    `,
    expect: { 'tcp.dstport==80 && tcp.len>0': 3, 'tcp.flags.fin==1': 4, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'web-socket-idle',
    says: 'WebSocket: upgrade, 4 s of rest with a ping and a pong each second, Close frames of both, and the server closes first, as RFC 6455 7.1.1 asks.',
    server: `
      connection = accept(port=8080)
      connection.recv(1000)
      connection.send(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      for second in range(4):
          time.sleep(1)
          connection.send(b"\\x89\\x04ping")
          connection.recv(100)
      connection.send(connection.recv(100)[:1] + b"\\x02\\x03\\xe8")
      connection.close()
    `,
    client: `
      connection = connect(port=8080)
      connection.send(b"GET /chat HTTP/1.1\\r\\nHost: server.example\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      connection.recv(1000)
      for second in range(4):
          connection.recv(100)
          connection.send(b"\\x8a\\x84mask" + bytes(4))
      connection.send(b"\\x88\\x82mask" + bytes(2))
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.dstport==8080 && tcp.len>0': 6, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'web-socket-pushed',
    says: 'WebSocket that is used one way only: the server pushes, the client sends nothing after the upgrade until its Close frame; the server answers with FIN alone.',
    server: `
      connection = accept(port=8080)
      connection.recv(1000)
      connection.send(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      for second in range(4):
          time.sleep(0.5)
          connection.send(b"\\x81\\x04news")
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect(port=8080)
      connection.send(b"GET /feed HTTP/1.1\\r\\nHost: server.example\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      connection.recv(1000)
      for second in range(4):
          connection.recv(100)
      connection.send(b"\\x88\\x82mask" + bytes(2))
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.dstport==8080 && tcp.len>0': 2, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'web-socket-restart',
    says: 'WebSocket: messages of the client that nobody answers, as it is with telemetry; right after the last the server, which restarts, sends a Close frame (1012) and closes when the client has answered it.',
    server: `
      connection = accept(port=8080)
      connection.recv(1000)
      connection.send(b"HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      for second in range(3):
          connection.recv(100)
      connection.send(b"\\x88\\x02\\x03\\xf4")
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect(port=8080)
      connection.send(b"GET /telemetry HTTP/1.1\\r\\nHost: server.example\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n")
      connection.recv(1000)
      for second in range(3):
          time.sleep(0.5)
          connection.send(b"\\x81\\x88maskmeasured")
      connection.recv(100)
      connection.send(b"\\x88\\x82mask" + bytes(2))
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.dstport==8080 && tcp.len>0': 5, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
];

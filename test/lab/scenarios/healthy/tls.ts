import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

const HTTPS_SERVER = (options = '', answer = 'response.end("fine")') => `
      run_node("""
        const key = require("node:fs").readFileSync(process.argv[1]);
        const options = { key, cert: key, ${options} };
        const server = require("node:https").createServer(options, (request, response) => ${answer});
        let open = 0;
        server.on("connection", (socket) => {
          open += 1;
          socket.on("close", () => (open -= 1) === 0 && server.close());
        });
        server.listen(443, "10.9.0.2", () => console.log("ready"));
      """, arguments=[certificate()])
    `;

const REQUEST = 'b"GET / HTTP/1.1\\r\\nHost: server.example\\r\\n\\r\\n"';
const ONE_ANSWER = `
          connection.recv(1000)
          connection.send(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nfine\\n")`;
const ONE_QUESTION = `
      connection.send(${REQUEST})
      connection.recv(1000)`;

export const TLS: Scenario[] = [
  {
    theme,
    name: 'tls13-client-closes',
    says: 'TLS 1.3, request and answer; close_notify and FIN of the client come together, Node.js closes in answer.',
    server: HTTPS_SERVER(),
    client: `
      run_node("""
        const https = require("node:https");
        const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
        https.get({ host: "10.9.0.2", agent }, (response) =>
          response.resume().on("end", () => setTimeout(() => agent.destroy(), 300)));
      """)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': [0, 2] },
  },
  {
    theme,
    name: 'tls12-client-closes',
    says: 'The same with TLS 1.2.',
    server: HTTPS_SERVER('maxVersion: "TLSv1.2"'),
    client: `
      run_node("""
        const https = require("node:https");
        const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false });
        https.get({ host: "10.9.0.2", agent }, (response) =>
          response.resume().on("end", () => setTimeout(() => agent.destroy(), 300)));
      """)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tls.record.content_type==21': [1, 3], 'tcp.flags.reset==1': [0, 2] },
  },
  {
    theme,
    name: 'tls13-curl-nginx',
    says: 'curl asks nginx over TLS 1.3, once with HTTP/1.1 and once with HTTP/2. It sends close_notify, then FIN.',
    server: `
      import tempfile
      folder = tempfile.mkdtemp(prefix="sockscope-lab-")
      with open(folder + "/nginx.conf", "w") as file:
          file.write("daemon off; master_process off; pid %s/pid; error_log /dev/null; events {} http { access_log off;"
              " server { listen 10.9.0.2:443 ssl http2; ssl_certificate %s; ssl_certificate_key %s; return 200 fine; } }"
              % (folder, *[certificate()] * 2))
      start_server(443, "nginx", "-c", folder + "/nginx.conf", "-p", folder)
      time.sleep(3)
    `,
    client: `
      run("curl", "-sSk", "--http1.1", "https://10.9.0.2/")
      run("curl", "-sSk", "--http2", "https://10.9.0.2/")
    `,
    expect: { 'tcp.flags.fin==1': 4 },
  },
  {
    theme,
    name: 'tls13-full-close',
    says: 'The client sends close_notify and closes its socket fully; the close_notify and FIN of the server, sent together, draw RST from a kernel that has no socket any more. Both programs were done and no call failed.',
    delay: 0.02,
    server: `
      for connection in tls_accept(version="TLSv1_3"):${ONE_ANSWER}
          connection.recv(1000)
          connection.setsockopt(SOL_TCP, TCP_CORK, 1)
          connection.unwrap().close()
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      connection.setblocking(False)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.3)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': [1, 2] },
  },
  {
    theme,
    name: 'tls12-full-close',
    says: 'The same with TLS 1.2.',
    delay: 0.02,
    server: `
      for connection in tls_accept(version="TLSv1_2"):${ONE_ANSWER}
          connection.recv(1000)
          connection.setsockopt(SOL_TCP, TCP_CORK, 1)
          connection.unwrap().close()
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      connection.setblocking(False)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.3)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': [1, 2] },
  },
  {
    theme,
    name: 'tls13-server-answers-goodbye',
    says: 'The client sends close_notify and waits for that of the server, which closes first: its FIN comes before the FIN of the client.',
    server: `
      for connection in tls_accept(version="TLSv1_3"):${ONE_ANSWER}
          connection.recv(1000)
          connection.unwrap().close()
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      time.sleep(0.2)
      connection.unwrap().close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'tls13-goodbye-not-answered',
    says: 'The client sends close_notify, and the server closes with FIN alone, before the client does. Nothing but the goodbye had no answer, and none was owed (RFC 8446 6.1).',
    server: `
      for connection in tls_accept(version="TLSv1_3"):${ONE_ANSWER}
          connection.recv(1000)
          connection.close()
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      time.sleep(0.2)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'tls12-goodbye-not-answered',
    says: 'The same with TLS 1.2, where the alert can be seen.',
    server: `
      for connection in tls_accept(version="TLSv1_2"):${ONE_ANSWER}
          connection.recv(1000)
          connection.close()
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      time.sleep(0.2)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'tls13-goodbye-unread',
    says: "The server closes while the client's close_notify lies unread: RST instead of FIN. The client had sent its FIN, and got the whole answer.",
    server: `
      for connection in tls_accept(version="TLSv1_3"):${ONE_ANSWER}
          time.sleep(0.5)
          connection.close()
      time.sleep(0.1)
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      connection.setblocking(False)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.8)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.srcport==443': 1, 'tcp.flags.fin==1 && tcp.dstport==443': [1, 2] },
  },
  {
    theme,
    name: 'tls13-answer-and-close',
    says: 'The server closes after its answer (Connection: close); the client reads all, says close_notify into the closed connection and closes in the same moment. The RST for that reaches nobody who waits.',
    server: `
      for connection in tls_accept(version="TLSv1_3"):${ONE_ANSWER}
          connection.close()
      time.sleep(0.3)
    `,
    client: `
      connection = tls_connect()${ONE_QUESTION}
      connection.recv(1000)
      try:
          connection.unwrap()
      except OSError:
          pass
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': [1, 2], 'tcp.flags.reset==1': [1, 3] },
  },
  {
    theme,
    name: 'tls13-tickets-unread',
    says: 'The client closes while session tickets of the server lie unread: RST instead of FIN. It had asked for nothing.',
    server: `
      for connection in tls_accept(version="TLSv1_3"):
          try:
              connection.recv(1000)
          except OSError:
              pass
          connection.close()
    `,
    client: `
      connection = tls_connect()
      time.sleep(0.2)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.reset==1 && tcp.dstport==443': 1 },
  },
  {
    theme,
    name: 'tls13-preconnect',
    says: 'A connection made in advance, as browsers do: TLS 1.3 handshake with tickets, no request, and after 2 s the server closes.',
    server: `
      for connection in tls_accept(version="TLSv1_3"):
          time.sleep(2)
          connection.close()
      time.sleep(0.1)
    `,
    client: `
      connection = tls_connect()
      wait_for_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'tls13-preconnect-no-tickets',
    says: "The same without tickets: the client's Finished is the last data of all. A handshake is no request.",
    server: `
      for connection in tls_accept(version="TLSv1_3", tickets=0):
          time.sleep(2)
          connection.close()
      time.sleep(0.1)
    `,
    client: `
      connection = tls_connect()
      wait_for_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'tls12-preconnect-resumed',
    says: 'TLS 1.2: a request and its answer; then a connection in advance that resumes the session, where the Finished of the client is the last data; after 2 s the server closes.',
    server: `
      for turn, connection in enumerate(tls_accept(version="TLSv1_2", times=2)):
          if turn == 0:${ONE_ANSWER.replaceAll('          ', '              ')}
              connection.settimeout(5)
              wait_for_end(connection)
          else:
              time.sleep(2)
          connection.close()
      time.sleep(0.1)
    `,
    client: `
      context = tls_context()
      connection = tls_connect(context=context)${ONE_QUESTION}
      session = connection.session
      connection.shutdown(SHUT_WR)
      wait_for_end(connection)
      connection.close()
      connection = tls_connect(context=context, session=session)
      assert connection.session_reused
      wait_for_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.stream==1 && tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'https-kept-server-closes',
    says: 'HTTPS: an answered request, 1.5 s of rest, and Node.js closes the idle connection.',
    server: HTTPS_SERVER('keepAliveTimeout: 500, keepAliveTimeoutBuffer: 1000'),
    client: `
      connection = tls_connect()${ONE_QUESTION}
      wait_for_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
];

import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

const SERVER = (code: string) => `
      run_node("""
        const http2 = require("node:http2");
        const server = http2.createServer();
        server.on("session", (session) => session.on("close", () => setTimeout(() => server.close(), 100)));
        ${code}
        server.listen(80, "10.9.0.2", () => console.log("ready"));
      """)
    `;
const CLIENT = (code: string) => `
      run_node("""
        const http2 = require("node:http2");
        const session = http2.connect("http://10.9.0.2");
        ${code}
      """)
    `;
const ANSWERS =
  'server.on("stream", (stream) => { stream.respond({ ":status": 200 }); stream.resume().on("end", () => stream.end("fine")); });';

export const HTTP2: Scenario[] = [
  {
    theme,
    name: 'h2c-client-closes',
    says: 'HTTP/2 without TLS: two requests with answers, then GOAWAY and FIN of the client. The last data is that of the client.',
    server: SERVER(ANSWERS),
    client: CLIENT(`
        let open = 2;
        for (const path of ["/1", "/2"])
          session.request({ ":path": path }).resume().on("close", () => (open -= 1) === 0 && setTimeout(() => session.close(), 300));`),
    expect: { 'tcp.flags.fin==1': 2, 'http2.type==7': [1, 4], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'h2c-server-leaves',
    says: 'HTTP/2: an answered request, 1 s of rest, GOAWAY of the server and its FIN.',
    server: SERVER(`${ANSWERS}
        server.on("session", (session) => setTimeout(() => session.close(), 1000));`),
    client: CLIENT('session.request({ ":path": "/" }).resume();'),
    expect: { 'tcp.flags.fin==1': 2, 'http2.type==7': [1, 4], 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'h2c-ping-answered-last',
    says: 'HTTP/2: an answered request; the server pings every second, the client acknowledges each; the FIN of the server (without GOAWAY) follows a PING ACK of the client. Every request was answered long before.',
    server: SERVER(`${ANSWERS}
        const sockets = [];
        server.on("connection", (socket) => sockets.push(socket));
        server.on("session", (session) => {
          const timer = setInterval(() => session.ping(() => {}), 1000);
          setTimeout(() => { clearInterval(timer); sockets[0].end(); }, 3500);
        });`),
    client: CLIENT(
      'session.request({ ":path": "/" }).resume(); session.on("error", () => {}).on("close", () => process.exit());',
    ),
    expect: { 'http2.type==6': [6, 8], 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'h2c-idle-from-the-start',
    says: 'HTTP/2: a connection in advance; after the exchange of SETTINGS, the last being the SETTINGS ACK of the client, nothing is asked, and after 2 s the server closes with FIN alone.',
    server: SERVER(`
        const sockets = [];
        server.on("connection", (socket) => sockets.push(socket));
        server.on("session", () => setTimeout(() => sockets[0].end(), 2000));`),
    client: CLIENT('session.on("error", () => {}).on("close", () => process.exit());'),
    expect: { 'http2.type==4': [4, 4], 'tcp.flags.fin==1': 2 },
  },
  {
    theme,
    name: 'grpc-streams',
    says: 'As gRPC does: a stream in both directions with trailers at its end, a call that the client cancels (RST_STREAM, which nobody answers), rest, and GOAWAY of the server.',
    server: SERVER(`
        server.on("stream", (stream, headers) => {
          stream.on("error", () => {});
          stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
          stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
          if (headers[":path"] === "/echo") stream.on("data", (data) => stream.write(data)).on("end", () => stream.end());
          else stream.write("first");
        });
        server.on("session", (session) => setTimeout(() => session.close(), 3000));`),
    client: CLIENT(`
        const echo = session.request({ ":method": "POST", ":path": "/echo", te: "trailers" });
        let sent = 0;
        const timer = setInterval(() => { echo.write("message"); if ((sent += 1) === 3) { clearInterval(timer); echo.end(); } }, 200);
        echo.resume().on("close", () => {
          const watch = session.request({ ":method": "POST", ":path": "/watch" });
          watch.on("error", () => {}).on("data", () => setTimeout(() => watch.close(http2.constants.NGHTTP2_CANCEL), 300));
        });`),
    expect: { 'http2.type==3': [1, 2], 'http2.type==7': [1, 4], 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'h2-nginx-idle',
    says: 'HTTP/2 over TLS: Node.js asks nginx once and keeps the connection; after 1 s of rest nginx sends GOAWAY, close_notify and FIN.',
    server: `
      import tempfile
      folder = tempfile.mkdtemp(prefix="sockscope-lab-")
      with open(folder + "/nginx.conf", "w") as file:
          file.write("daemon off; master_process off; pid %s/pid; error_log /dev/null; events {} http { access_log off;"
              " keepalive_timeout 1s; http2_idle_timeout 1s; server { listen 10.9.0.2:443 ssl http2;"
              " ssl_certificate %s; ssl_certificate_key %s; return 200 fine; } }" % (folder, *[certificate()] * 2))
      start_server(443, "nginx", "-c", folder + "/nginx.conf", "-p", folder)
      time.sleep(4)
    `,
    client: `
      run_node("""
        const session = require("node:http2").connect("https://10.9.0.2", { rejectUnauthorized: false });
        session.request({ ":path": "/" }).resume();
      """)
    `,
    expect: { 'tcp.flags.fin==1': 2 },
  },
];

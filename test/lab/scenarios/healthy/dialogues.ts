import type { Scenario } from '../../scenario.ts';

const theme = 'healthy';

/** A server that sends the first line and answers each piece with the next; null: it closes instead. */
const speaks = (port: number, lines: (string | null)[]) => `
      connection = accept(port=${port})
      for line in (${lines.map((line) => (line === null ? 'None' : `b"${line}"`)).join(', ')},):
          if line is not None:
              connection.send(line)
              connection.recv(1000)
      connection.close()
      time.sleep(0.2)
    `;

export const DIALOGUES: Scenario[] = [
  {
    theme,
    name: 'smtp-quit',
    says: 'SMTP: greeting, EHLO, QUIT; 221 and the close of the server.',
    server: `
      connection = accept(port=25)
      connection.send(b"220 mail.example ESMTP\\r\\n")
      for answer in (b"250 hello\\r\\n", b"221 bye\\r\\n"):
          connection.recv(1000)
          connection.send(answer)
      connection.close()
    `,
    client: `
      connection = connect(port=25)
      for command in (b"EHLO client.example\\r\\n", b"QUIT\\r\\n"):
          connection.recv(1000)
          connection.send(command)
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 5, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'smtp-quit-and-close',
    says: 'SMTP: the client says QUIT and closes at once, as bulk senders do; 221 and FIN of the server, which go together, draw RST. All mail was accepted; no call of the server fails.',
    delay: 0.02,
    server: `
      connection = accept(port=25)
      connection.send(b"220 mail.example ESMTP\\r\\n")
      connection.recv(1000)
      connection.send(b"250 accepted\\r\\n")
      connection.recv(1000)
      connection.send(b"221 bye\\r\\n")
      connection.close()
      time.sleep(0.2)
    `,
    client: `
      connection = connect(port=25)
      connection.recv(1000)
      connection.send(b"MAIL and so on\\r\\n")
      connection.recv(1000)
      connection.send(b"QUIT\\r\\n")
      connection.close()
      time.sleep(0.2)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 5, 'tcp.flags.reset==1': [1, 3] },
  },
  {
    theme,
    name: 'ftp-quit-not-answered',
    says: 'FTP control: QUIT, and the server closes without 221, which it may. A goodbye wants no answer.',
    server: speaks(21, ['220 ready\\r\\n', '230 logged in\\r\\n', null]),
    client: `
      connection = connect(port=21)
      for command in (b"USER anonymous\\r\\n", b"QUIT\\r\\n"):
          connection.recv(1000)
          connection.send(command)
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 4, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'mysql-quit-and-close',
    says: 'MySQL: COM_QUIT (5 bytes) and FIN of the client come together; the server closes in answer.',
    server: `
      connection = accept(port=3306)
      connection.send(b"\\x4a\\0\\0\\0\\x0a8.0.36\\0" + bytes(66))
      for answer in (b"\\x07\\0\\0\\x02\\0\\0\\0\\x02\\0\\0\\0", b"\\x07\\0\\0\\x01\\0\\0\\0\\x02\\0\\0\\0"):
          connection.recv(1000)
          connection.send(answer)
      read_to_end(connection)
      connection.close()
    `,
    client: `
      connection = connect(port=3306)
      connection.recv(1000)
      connection.send(b"\\x20\\0\\0\\x01" + bytes(32))
      connection.recv(1000)
      connection.send(b"\\x05\\0\\0\\0\\x03do 1")
      connection.recv(1000)
      connection.send(b"\\x01\\0\\0\\0\\x01")
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': [2, 3], 'tcp.dstport==3306 && tcp.len==5': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'mysql-quit-and-wait',
    says: 'MySQL: COM_QUIT of a client that waits for the close of the server, as its protocol says. The FIN of the server is the whole answer.',
    server: `
      connection = accept(port=3306)
      connection.send(b"\\x4a\\0\\0\\0\\x0a8.0.36\\0" + bytes(66))
      for answer in (b"\\x07\\0\\0\\x02\\0\\0\\0\\x02\\0\\0\\0", b"\\x07\\0\\0\\x01\\0\\0\\0\\x02\\0\\0\\0"):
          connection.recv(1000)
          connection.send(answer)
      connection.recv(1000)
      connection.close()
    `,
    client: `
      connection = connect(port=3306)
      connection.recv(1000)
      connection.send(b"\\x20\\0\\0\\x01" + bytes(32))
      connection.recv(1000)
      connection.send(b"\\x05\\0\\0\\0\\x03do 1")
      connection.recv(1000)
      connection.send(b"\\x01\\0\\0\\0\\x01")
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': [2, 3], 'tcp.dstport==3306 && tcp.len==5': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'postgres-terminate',
    says: 'psql asks PostgreSQL twice and ends with Terminate and FIN.',
    prepareServer: ['rm -rf /tmp/sockscope-lab-postgres'],
    server: `
      import shutil, subprocess
      folder = "/tmp/sockscope-lab-postgres"
      atexit.register(lambda: shutil.rmtree(folder, ignore_errors=True))
      binaries = os.popen("pg_config --bindir").read().strip()
      os.makedirs(folder)
      shutil.chown(folder, "postgres")
      become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
      subprocess.run([*become, binaries + "/initdb", "-A", "trust", "-D", folder], check=True, capture_output=True)
      with open(folder + "/pg_hba.conf", "a") as file:
          file.write("host all all 10.9.0.0/24 trust\\n")
      child = start_server(5432, *become, binaries + "/postgres", "-D", folder, "-h", SERVER, "-k", folder)
      time.sleep(4)
      child.terminate()
      child.wait()
    `,
    client: `
      run("psql", "-h", "10.9.0.2", "-U", "postgres", "-c", "select 1", "-c", "select 2")
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'redis-pipeline',
    says: 'A client of Redis sends 20 commands at once and gets 20 answers, is idle for 1 s, pings, and closes.',
    server: `
      child = start_server(6379, "redis-server", "--bind", "10.9.0.2", "--protected-mode", "no", "--save", "", "--dir", "/tmp")
      time.sleep(3)
    `,
    client: `
      connection = plain_connect(6379)
      connection.sendall(b"".join(b"INCR counter%d\\r\\n" % turn for turn in range(20)))
      time.sleep(0.2)
      connection.recv(1000)
      time.sleep(1)
      connection.sendall(b"PING\\r\\n")
      connection.recv(1000)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'redis-subscribe',
    says: 'Redis: a subscriber that is silent for 2 s while messages come, and leaves; Redis closes.',
    server: `
      child = start_server(6379, "redis-server", "--bind", "10.9.0.2", "--protected-mode", "no", "--save", "", "--dir", "/tmp")
      publisher = plain_connect(6379)
      for turn in range(4):
          time.sleep(0.5)
          publisher.sendall(b"PUBLISH news item\\r\\n")
      time.sleep(2)
    `,
    client: `
      connection = plain_connect(6379)
      connection.sendall(b"SUBSCRIBE news\\r\\n")
      time.sleep(2.2)
      connection.recv(4000)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'mqtt-disconnect',
    says: 'MQTT with Mosquitto: publish with QoS 0, which nobody answers, and with QoS 1; DISCONNECT, and both close.',
    server: `
      import tempfile
      folder = tempfile.mkdtemp(prefix="sockscope-lab-")
      with open(folder + "/mosquitto.conf", "w") as file:
          file.write("listener 1883 10.9.0.2\\nallow_anonymous true\\nuser root\\n")
      start_server(1883, "mosquitto", "-c", folder + "/mosquitto.conf")
      time.sleep(4)
    `,
    client: `
      for quality in "01":
          run("mosquitto_pub", "-h", "10.9.0.2", "-t", "news", "-q", quality, "-m", "item")
    `,
    expect: { 'mqtt.msgtype==14': 2, 'tcp.flags.fin==1': 4 },
  },
  {
    theme,
    name: 'mqtt-acknowledged-last',
    says: 'MQTT: the last data is a PUBACK of the subscriber for a message that was pushed to it; 1 s later the broker, which restarts, closes. Version 3.1.1 has no goodbye of the broker.',
    server: `
      connection = accept(port=1883)
      connection.recv(1000)
      connection.send(b"\\x20\\x02\\0\\0")
      connection.recv(1000)
      connection.send(b"\\x90\\x03\\0\\x01\\x01")
      time.sleep(1)
      connection.send(b"\\x32\\x0c\\0\\x04news\\0\\x07item")
      connection.recv(1000)
      time.sleep(1)
      connection.close()
    `,
    client: `
      connection = connect(port=1883)
      connection.send(b"\\x10\\x0e\\0\\x04MQTT\\x04\\x02\\0\\x3c\\0\\x02me")
      connection.recv(1000)
      connection.send(b"\\x82\\x09\\0\\x01\\0\\x04news\\x01")
      connection.recv(1000)
      connection.recv(1000)
      connection.send(b"\\x40\\x02\\0\\x07")
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'mqtt.msgtype==4': 1, 'tcp.flags.fin==1': 2, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'ssh-session',
    says: 'OpenSSH: a session with one command; the client sends its disconnect message and closes, the server closes.',
    server: `
      import subprocess, tempfile
      folder = tempfile.mkdtemp(prefix="sockscope-lab-")
      os.makedirs("/run/sshd", exist_ok=True)
      for name in ("host", "/tmp/sockscope-lab-ssh-key"):
          path = os.path.join(folder, name)
          subprocess.run(["rm", "-f", path, path + ".pub"])
          subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
      with open(folder + "/config", "w") as file:
          file.write("ListenAddress 10.9.0.2:22\\nHostKey %s/host\\nAuthorizedKeysFile /tmp/sockscope-lab-ssh-key.pub\\n"
              "StrictModes no\\nUsePAM no\\nPermitRootLogin yes\\nPidFile none\\n" % folder)
      start_server(22, "/usr/sbin/sshd", "-D", "-e", "-f", folder + "/config")
      time.sleep(4)
    `,
    client: `
      os.chmod("/tmp/sockscope-lab-ssh-key", 0o600)
      options = ["-i", "/tmp/sockscope-lab-ssh-key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
      run("ssh", "-F", "none", *options, "root@10.9.0.2", "true")
    `,
    expect: { 'tcp.flags.fin==1': [1, 2] },
  },
  {
    theme,
    name: 'memcached-quit',
    says: 'memcached: quit has no answer but the close of the server.',
    server: `
      connection = accept(port=11211)
      connection.recv(100)
      connection.send(b"END\\r\\n")
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect(port=11211)
      connection.send(b"get nothing\\r\\n")
      connection.recv(100)
      connection.send(b"quit\\r\\n")
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.dstport==11211 && tcp.len==6': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'ldap-unbind',
    says: 'LDAP: bind and its answer, then unbind, which has none (RFC 4511 4.3); the server closes first.',
    server: `
      connection = accept(port=389)
      connection.recv(100)
      connection.send(b"\\x30\\x0c\\x02\\x01\\x01\\x61\\x07\\x0a\\x01\\0\\x04\\0\\x04\\0")
      connection.recv(100)
      connection.close()
    `,
    client: `
      connection = connect(port=389)
      connection.send(b"\\x30\\x0c\\x02\\x01\\x01\\x60\\x07\\x02\\x01\\x03\\x04\\0\\x80\\0")
      connection.recv(100)
      connection.send(b"\\x30\\x05\\x02\\x01\\x02\\x42\\0")
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.dstport==389 && tcp.len==7': 1, 'tcp.flags.reset==1': 0 },
  },
  {
    theme,
    name: 'sip-server-asks',
    says: 'SIP over TCP: REGISTER and 200; later the server asks with OPTIONS and the client answers 200, which is the last data; after 2 s of rest the server closes the idle connection.',
    server: `
      connection = accept(port=5060)
      connection.recv(1000)
      connection.send(b"SIP/2.0 200 OK\\r\\nCSeq: 1 REGISTER\\r\\nContent-Length: 0\\r\\n\\r\\n")
      time.sleep(1)
      connection.send(b"OPTIONS sip:me@client.example SIP/2.0\\r\\nCSeq: 2 OPTIONS\\r\\nContent-Length: 0\\r\\n\\r\\n")
      connection.recv(1000)
      time.sleep(2)
      connection.close()
    `,
    client: `
      connection = connect(port=5060)
      connection.send(b"REGISTER sip:server.example SIP/2.0\\r\\nCSeq: 1 REGISTER\\r\\nContent-Length: 0\\r\\n\\r\\n")
      connection.recv(1000)
      connection.recv(1000)
      connection.send(b"SIP/2.0 200 OK\\r\\nCSeq: 2 OPTIONS\\r\\nContent-Length: 0\\r\\n\\r\\n")
      read_to_end(connection)
      connection.close()
      time.sleep(0.1)
    `,
    expect: { 'tcp.flags.fin==1': 2, 'tcp.len>0': 4, 'tcp.flags.reset==1': 0 },
  },
];

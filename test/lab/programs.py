"""Programs that are not of these sockets: TLS, Node.js, and servers of others. They keep no notes, so that their
scenarios have no truth beside the capture."""


def plain_listen(port):
    listener = _KernelSocket(AF_INET, SOCK_STREAM)
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    listener.bind((SERVER, port))
    listener.listen(16)
    return listener


def plain_connect(port):
    connection = _KernelSocket(AF_INET, SOCK_STREAM)
    connection.connect((SERVER, port))
    return connection


def certificate():
    """A file with a new key and its certificate."""
    import subprocess, tempfile

    folder = tempfile.mkdtemp(prefix="sockscope-lab-")
    path = os.path.join(folder, "key-and-certificate.pem")
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path]
    subprocess.run(
        ["openssl", "req", "-x509", *key, "-subj", "/CN=server.example", "-days", "1", "-out", path + ".crt"],
        check=True,
        capture_output=True,
    )
    with open(path, "a") as both, open(path + ".crt") as crt:
        both.write(crt.read())
    atexit.register(lambda: subprocess.run(["rm", "-r", folder]))
    return path


def tls_accept(port=443, version=None, tickets=2, times=1):
    """Connections with TLS, one after the other; a version is "TLSv1_2" or "TLSv1_3"."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate())
    context.num_tickets = tickets
    if version:
        context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    listener = plain_listen(port)
    tell("ready")
    for turn in range(times):
        yield context.wrap_socket(listener.accept()[0], server_side=True, suppress_ragged_eofs=True)


def tls_context():
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def tls_connect(port=443, context=None, session=None):
    return (context or tls_context()).wrap_socket(plain_connect(port), session=session)


def run_node(code, seconds=None, arguments=()):
    """Becomes Node.js; it is ended after so many seconds where they are given."""
    limit = ["timeout", "--preserve-status", str(seconds)] if seconds else []
    command = [*limit, "node", "--no-warnings", "-e", code, *arguments]
    os.execvp(command[0], command)


def start_server(port, *command):
    """Starts a server in the background, and says when it listens."""
    import subprocess

    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    atexit.register(child.kill)
    until = time.time() + 20
    while str(port) not in [line.split()[3].rsplit(":")[-1] for line in os.popen("ss -Htln")]:
        if child.poll() is not None or time.time() > until:
            raise RuntimeError(f"{command[0]} does not listen")
        time.sleep(0.05)
    tell("ready")
    return child


def run(*command, text="", good=(0,)):
    """Runs a client to its end."""
    import subprocess

    done = subprocess.run(command, input=text, capture_output=True, text=True)
    if done.returncode not in good:
        raise RuntimeError(f"{command} ended with {done.returncode}: {done.stderr}")


def wait_for_end(connection):
    """Waits until the other side has closed, as one does who watches the connections of a pool: what OpenSSL has to
    read is read, the end is only noticed."""
    import ssl

    connection.setblocking(False)
    while True:
        select.select([connection], [], [])
        if not _KernelSocket.recv(connection, 1, MSG_PEEK):
            return
        try:
            if not connection.recv(1000):
                return
        except ssl.SSLWantReadError:
            pass



"""What the clients and servers of the scenarios have at hand. One Python call here is one system call there, and
each is written down with its times: see calls.py, which goes before this."""


def tell(word):
    """Says a word to the lab; for what the lab has to do ('start capture', 'stop capture', 'look') it waits."""
    print(word, flush=True)
    if word != "ready":
        sys.stdin.readline()


def listen(port=80, backlog=16, address=SERVER, options=()):
    """A listening socket; the client is started when it is there."""
    listener = socket(family_of(address), SOCK_STREAM)
    listener.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    for level, option, value in options:
        listener.setsockopt(level, option, value)
    listener.bind((address, port))
    listener.listen(backlog)
    tell("ready")
    return listener


def accept(**where):
    return listen(**where).accept()[0]


def connect(port=80, address=SERVER, source_port=0, options=()):
    connection = socket(family_of(address), SOCK_STREAM)
    connection.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    for level, option, value in options:
        connection.setsockopt(level, option, value)
    if source_port:
        connection.bind((source_address(address), source_port))
    connection.connect((address, port))
    return connection


def read_to_end(connection):
    count = 0
    while True:
        piece = connection.recv(65536)
        if not piece:
            return count
        count += len(piece)


def close_with_reset(connection):
    connection.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def meet():
    """Waits for a moment that both sides know without a word: the next even second, at least 0.3 s away."""
    time.sleep(2 - (time.time() + 0.3) % 2 + 0.3)


def later(seconds):
    """Something else happens after so long; only that shows in the capture how long the silence before it was."""
    time.sleep(seconds)
    other = socket(AF_INET, SOCK_DGRAM)
    other.connect((SERVER, 9))
    other.send(b"time passes")
    time.sleep(0.1)


def attempt(call, *arguments):
    """Makes a call that may fail; what it gave is in the truth."""
    try:
        return call(*arguments)
    except OSError:
        return None


def expect_error(call, *arguments):
    """The call must fail; the scenario is not what it says where it does not."""
    try:
        call(*arguments)
    except OSError:
        return
    raise AssertionError(f"{call.__name__} did not fail")



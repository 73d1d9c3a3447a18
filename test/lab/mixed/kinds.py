"""Kinds of connections for the mixed run. Each is a function for the server and one for the client, on a port of its
own; how long they pause and how much they send is drawn by lot. `rules` are what the firewall of the server does to
the port, in the words of nftables. `ends` is how the kind is made to end: one of the words below."""

import random
import threading

KINDS = []
KEEP_ALIVE = [(SOL_SOCKET, SO_KEEPALIVE, 1), (SOL_TCP, TCP_KEEPIDLE, 1), (SOL_TCP, TCP_KEEPINTVL, 1), (SOL_TCP, TCP_KEEPCNT, 2)]
PATIENCE = [(SOL_TCP, TCP_USER_TIMEOUT, 1500)]

# The server closes and has not answered the last request by a byte.
UNANSWERED = "closed-without-answer"
# The same, where the request and the close cross.
RACE = "keep-alive-race"
# The same, where it is open which of the two it is to be called.
EITHER = "either"
# The server owes nothing when it closes, or it is not waited for.
NOTHING_OWED = "nothing"

ICMP = (
    "net-unreachable host-unreachable prot-unreachable port-unreachable net-prohibited host-prohibited admin-prohibited"
)
ICMPV6 = "no-route admin-prohibited addr-unreachable port-unreachable policy-fail reject-route"
# The wire loses frames of these ports.
LOSSY_PORT, LOSSY_PORT_2 = 8998, 8997
# Whoever connects to this ends the run.
END_PORT = 8999


class Kind:
    """A kind of connection. Where `serve` is None nobody listens; `slow` is how long the server waits with accept()."""

    def __init__(self, client, serve, weight=3, where=SERVER, port=0, options=(), backlog=128, slow=0, rules=(), own=False, ends=None):
        self.client, self.serve, self.weight, self.where, self.ends = client, serve, weight, where, ends
        self.port = port or 9000 + len(KINDS)
        self.options, self.backlog, self.slow, self.rules = options, backlog, slow, rules
        # A process of its own for the server, and one for each connection.
        self.own_process = own
        self.name = client.__name__


def kind(serve=None, **named):
    """The decorated function is the client of a kind; it gets a function that connects."""

    def add(client):
        KINDS.append(Kind(client, serve, **named))
        return client

    return add


def pause(most=0.1):
    time.sleep(random.uniform(0, most))


def some_bytes(most=6000):
    return bytes(random.randint(1, most))


def sleep_until(moment):
    time.sleep(max(0, moment - time.time()))


def request():
    """Longer than a farewell that wants no answer."""
    return bytes(random.randint(40, 900))


def farewell():
    """From a QUIT to the last record of TLS."""
    return bytes(random.randint(2, 31))


def ask(connection):
    connection.send(request())
    pause()


# --- what servers do ---


def answer_some(connection):
    """Answers a few requests of a kept connection."""
    for turn in range(random.randint(1, 3)):
        connection.recv(65536)
        connection.send(some_bytes(500))


def answer_and_wait(connection):
    """Answers until the client has gone."""
    while connection.recv(65536):
        connection.send(some_bytes())
    pause()


def answer_and_close(connection):
    connection.recv(65536)
    pause()
    connection.send(some_bytes())
    pause(0.02)


def read_all_then_answer(connection):
    read_to_end(connection)
    connection.send(some_bytes(40000))


def close_at_once(connection):
    pause(0.05)


def close_unread(connection):
    time.sleep(0.15)


def answer_and_reset(connection):
    connection.recv(65536)
    connection.send(some_bytes())
    pause()
    close_with_reset(connection)


def reset_unanswered(connection):
    connection.recv(65536)
    pause()
    close_with_reset(connection)


def hang_up(connection):
    connection.recv(65536)
    pause()


def read_long_and_hang_up(connection):
    message = connection.recv(65536)
    while len(message) < struct.unpack_from("!I", message)[0]:
        message += connection.recv(65536)
    pause()


def leave_part_unread(connection):
    time.sleep(0.15)
    connection.recv(1000)
    pause()


def answer_and_hang_up(connection):
    answer_some(connection)
    hang_up(connection)


def answer_and_abort(connection):
    answer_some(connection)
    reset_unanswered(connection)


def answer_and_leave_unread(connection):
    answer_some(connection)
    time.sleep(0.2)


def answer_and_be_killed(connection):
    answer_some(connection)
    be_killed(connection)


def answer_then_tell_when(connection):
    """The last answer has the moment at which the server has been idle for too long; the others have 0."""
    idle = random.choice([0.3, 0.5, 1, 2])
    for turns_left in reversed(range(random.randint(1, 3))):
        connection.recv(65536)
        moment = 0 if turns_left else time.time() + idle
        connection.send(struct.pack("!d", moment))
    sleep_until(moment)


def close_at_a_moment(connection):
    answer_then_tell_when(connection)


def reset_at_a_moment(connection):
    answer_then_tell_when(connection)
    close_with_reset(connection)


def die_at_a_moment(connection):
    answer_then_tell_when(connection)
    die()


def answer_early(connection):
    """As with a request that is too large: answered and closed before it is read."""
    connection.recv(4000)
    connection.send(some_bytes(500))
    pause(0.02)


def greet_and_close(connection):
    connection.send(some_bytes(100))
    pause(0.02)


def shut_down_and_reset(connection):
    connection.recv(65536)
    connection.shutdown(SHUT_WR)
    time.sleep(random.uniform(0.05, 0.15))
    close_with_reset(connection)


def be_killed(connection):
    if random.random() < 0.5:
        connection.recv(65536)
    time.sleep(random.uniform(0.1, 0.3))
    die()


def read_slowly(connection):
    time.sleep(0.3)
    while connection.recv(8000):
        time.sleep(0.01)


def never_read_and_reset(connection):
    time.sleep(random.uniform(0.1, 0.3))
    close_with_reset(connection)


def say_nothing(connection):
    connection.recv(65536)
    time.sleep(5)


def close_when_idle(connection):
    while True:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(100):
            return
        if not connection.recv(65536):
            return
        connection.send(some_bytes(500))


def close_much_later(connection):
    read_to_end(connection)
    time.sleep(2.5)


def stream_for_ever(connection):
    while True:
        connection.send(bytes(3000))
        time.sleep(0.01)


# --- what clients do; each gets `connect`, and what it does not close is closed for it ---


@kind(answer_and_wait, weight=8, ends=NOTHING_OWED)
def client_closes(connect):
    connection = connect()
    for turn in range(random.randint(1, 4)):
        ask(connection)
        connection.recv(65536)


@kind(answer_and_wait, weight=4, where=SERVER6)
def client_closes_ipv6(connect):
    client_closes(connect)


@kind(answer_and_close, weight=8, ends=NOTHING_OWED)
def server_closes(connect):
    connection = connect()
    ask(connection)
    read_to_end(connection)
    pause()


@kind(read_all_then_answer, ends=NOTHING_OWED)
def half_close(connect):
    connection = connect()
    connection.send(some_bytes(20000))
    connection.shutdown(SHUT_WR)
    read_to_end(connection)


@kind(close_at_once, ends=NOTHING_OWED)
def both_close(connect):
    connection = connect()
    pause(0.06)


@kind(close_at_once, ends=NOTHING_OWED)
def write_after_close(connect):
    connection = connect()
    read_to_end(connection)
    time.sleep(0.02)
    connection.send(b"too late")
    time.sleep(0.1)
    connection.send(b"broken pipe")


@kind()
def refused(connect):
    connect()


@kind(where=SERVER6)
def refused_ipv6(connect):
    connect()


@kind(rules=["in tcp dport PORT reject with tcp reset"])
def rejected_with_reset(connect):
    connect()


@kind(weight=2, rules=["in tcp dport PORT drop"])
def dropped(connect):
    connect()


@kind(answer_and_wait, ends=NOTHING_OWED)
def client_resets(connect):
    connection = connect()
    ask(connection)
    if random.random() < 0.5:
        connection.recv(65536)
    pause()
    close_with_reset(connection)


@kind(answer_and_reset, ends=NOTHING_OWED)
def server_resets(connect):
    connection = connect()
    ask(connection)
    while connection.recv(65536):
        pass


@kind(reset_unanswered)
def server_resets_sleeper(connect):
    connection = connect()
    ask(connection)
    time.sleep(0.3)
    attempt(connection.send, b"more")
    time.sleep(0.05)


@kind(close_unread, ends=UNANSWERED)
def server_leaves_unread(connect):
    connection = connect()
    ask(connection)
    connection.recv(65536)


@kind(answer_and_wait, ends=NOTHING_OWED)
def client_leaves_unread(connect):
    connection = connect()
    ask(connection)
    time.sleep(0.1)


@kind(shut_down_and_reset, ends=UNANSWERED)
def reset_in_close_wait(connect):
    connection = connect()
    ask(connection)
    read_to_end(connection)
    time.sleep(0.3)
    connection.send(b"broken pipe")


@kind(be_killed, own=True, ends=UNANSWERED)
def server_is_killed(connect):
    connection = connect()
    ask(connection)
    connection.recv(65536)
    pause()


@kind(read_slowly, options=[(SOL_SOCKET, SO_RCVBUF, 4096)], ends=NOTHING_OWED)
def zero_window(connect):
    connection = connect()
    connection.send(bytes(random.randint(20000, 60000)))


@kind(never_read_and_reset, options=[(SOL_SOCKET, SO_RCVBUF, 4096)])
def reset_of_writer(connect):
    connection = connect(options=[(SOL_SOCKET, SO_SNDBUF, 4096)])
    connection.send(bytes(100000))
    connection.send(b"more")


@kind(say_nothing, weight=2, rules=["in tcp dport PORT meta length > 1050 drop"])
def unanswered_data(connect):
    connection = connect(options=PATIENCE)
    ask(connection)
    connection.send(bytes(1000))
    connection.recv(100)


@kind(say_nothing, weight=2, rules=["in tcp dport PORT meta length > 1050 reject with icmp type host-unreachable"])
def unreachable_data(connect):
    connection = connect(options=PATIENCE)
    ask(connection)
    connection.send(bytes(1000))
    connection.recv(100)


@kind(answer_and_wait, rules=["in tcp dport PORT meta length > 1050 numgen random mod 2 == 0 reject with icmp type host-unreachable"])
def sometimes_unreachable(connect):
    connection = connect()
    connection.send(bytes(1000))
    connection.recv(65536)


# Dropped is what has no payload: the probes, and the ACK of the handshake, for which the first data stands in.
@kind(say_nothing, weight=2, rules=["in tcp dport PORT tcp flags & (syn | ack) == ack meta length < 53 drop"])
def keep_alive_expires(connect):
    connection = connect(options=KEEP_ALIVE)
    connection.send(b"hello")
    connection.recv(100)


# Dropped is the RST of the abort, which has an ACK; that which answers a later segment has none.
@kind(reset_unanswered, rules=["out tcp sport PORT tcp flags & (rst | ack) == (rst | ack) drop"])
def peer_forgot(connect):
    connection = connect()
    ask(connection)
    time.sleep(0.2)
    connection.send(b"are you there?")
    connection.recv(100)


@kind(close_when_idle, weight=6)
def keep_alive_race(connect):
    connection = connect()
    for turn in range(3):
        connection.send(b"GET / HTTP/1.1\r\n\r\n")
        if not connection.recv(65536):
            break
        time.sleep(random.uniform(0.08, 0.12))
    time.sleep(0.05)


@kind(hang_up, ends=UNANSWERED)
def empty_reply(connect):
    connection = connect()
    ask(connection)
    connection.recv(65536)


@kind(hang_up, where=SERVER6, weight=2, ends=UNANSWERED)
def empty_reply_ipv6(connect):
    empty_reply(connect)


@kind(read_long_and_hang_up, ends=UNANSWERED)
def empty_reply_to_long_request(connect):
    connection = connect()
    length = random.randint(2000, 40000)
    connection.send(struct.pack("!I", length) + bytes(length - 4))
    connection.recv(65536)


@kind(leave_part_unread, weight=2, ends=UNANSWERED)
def part_of_request_unread(connect):
    connection = connect()
    connection.send(bytes(random.randint(2000, 20000)))
    connection.recv(65536)


@kind(reset_unanswered, ends=UNANSWERED)
def aborted_unanswered(connect):
    empty_reply(connect)


@kind(answer_and_hang_up, weight=5, ends=UNANSWERED)
def later_request_unanswered(connect):
    connection = connect()
    ask(connection)
    while connection.recv(65536):
        ask(connection)


@kind(answer_and_hang_up, where=SERVER6, weight=1, ends=UNANSWERED)
def later_request_unanswered_ipv6(connect):
    later_request_unanswered(connect)


@kind(answer_and_hang_up, weight=4, port=LOSSY_PORT_2, ends=UNANSWERED)
def lossy_later_request_unanswered(connect):
    later_request_unanswered(connect)


@kind(answer_and_abort, weight=2, ends=UNANSWERED)
def later_request_aborted(connect):
    later_request_unanswered(connect)


@kind(answer_and_leave_unread, weight=2, ends=UNANSWERED)
def later_request_unread(connect):
    connection = connect()
    connection.send(request())
    while connection.recv(65536):
        connection.send(request())


@kind(answer_and_be_killed, own=True, weight=2, ends=UNANSWERED)
def killed_at_later_request(connect):
    later_request_unanswered(connect)


def learn_when(connection):
    """Asks until an answer tells when the server closes."""
    moment = 0
    while moment == 0:
        ask(connection)
        (moment,) = struct.unpack("!d", connection.recv(65536))
    return moment


@kind(close_at_a_moment, weight=10, ends=RACE)
def request_meets_close(connect):
    connection = connect()
    sleep_until(learn_when(connection) + random.uniform(-0.003, 0.002))
    connection.send(request())
    attempt(connection.recv, 65536)
    if random.random() < 0.5:
        time.sleep(0.05)
        connection.send(b"broken pipe")


@kind(reset_at_a_moment, weight=3, ends=EITHER)
def request_meets_reset(connect):
    request_meets_close(connect)


@kind(die_at_a_moment, own=True, weight=3, ends=EITHER)
def request_meets_death(connect):
    request_meets_close(connect)


@kind(close_at_a_moment, weight=4, ends=NOTHING_OWED)
def goodbye_meets_close(connect):
    connection = connect()
    sleep_until(learn_when(connection) + random.uniform(-0.003, 0.002))
    connection.send(farewell())


@kind(hang_up, weight=3, ends=NOTHING_OWED)
def one_message_and_goodbye(connect):
    connection = connect()
    connection.send(some_bytes(900))
    pause(0.004)


@kind(read_slowly, ends=NOTHING_OWED)
def one_way(connect):
    connection = connect()
    for turn in range(random.randint(1, 5)):
        ask(connection)


# As TLS does: its last record comes after the whole answer, and perhaps after the FIN.
@kind(answer_and_close, weight=4, ends=NOTHING_OWED)
def goodbye_after_answer(connect):
    connection = connect()
    ask(connection)
    if random.random() < 0.5:
        read_to_end(connection)
    else:
        connection.recv(65536)
        time.sleep(0.1)
    connection.send(farewell())


@kind(close_at_a_moment, weight=4, ends=NOTHING_OWED)
def kept_connection_closed_idle(connect):
    connection = connect()
    moment = learn_when(connection)
    if random.random() < 0.7:
        read_to_end(connection)
    else:
        sleep_until(moment + 0.1)


@kind(answer_early, ends=NOTHING_OWED)
def early_answer(connect):
    connection = connect()
    connection.send(bytes(random.randint(20000, 60000)))
    while connection.recv(65536):
        pass


@kind(greet_and_close, weight=2, ends=NOTHING_OWED)
def greeted_and_closed(connect):
    connection = connect()
    read_to_end(connection)


@kind(answer_and_wait, slow=0.3)
def reset_before_accept(connect):
    connection = connect()
    connection.send(b"hello")
    pause()
    close_with_reset(connection)


@kind(answer_and_close, slow=0.2, ends=NOTHING_OWED)
def slow_accept(connect):
    connection = connect()
    ask(connection)
    read_to_end(connection)


@kind(answer_and_close, slow=0.2, backlog=1, weight=1)
def crowded(connect):
    connection = connect(options=PATIENCE)
    ask(connection)
    read_to_end(connection)


@kind(answer_and_wait)
def client_gives_up(connect):
    connect(aborts=True)


@kind(close_much_later, weight=2, ends=NOTHING_OWED)
def fin_wait_2_expires(connect):
    connection = connect()
    ask(connection)


@kind(stream_for_ever)
def client_has_enough(connect):
    connection = connect()
    time.sleep(random.uniform(0, 0.2))
    if random.random() < 0.5:
        connection.recv(65536)


@kind(answer_and_wait, weight=5, port=LOSSY_PORT, ends=NOTHING_OWED)
def lossy(connect):
    connection = connect()
    for turn in range(5):
        connection.send(some_bytes(20000))
        connection.recv(65536)


@kind(weight=2)
def datagram_to_nobody(connect):
    asker = connect(type=SOCK_DGRAM)
    asker.send(b"anybody?")
    asker.recv(100)


def rejection(protocol, code, where):
    rule = f"in tcp dport PORT reject with {protocol} type {code}"

    def rejected(connect):
        connect()

    rejected.__name__ = f"rejected_{protocol}_{code}".replace("-", "_")
    kind(weight=1, where=where, rules=[rule])(rejected)


for code in ICMP.split():
    rejection("icmp", code, SERVER)
for code in ICMPV6.split():
    rejection("icmpv6", code, SERVER6)


# --- the two programs, and the list of kinds ---


def list_kinds():
    """A line of JSON for each kind."""
    for each in KINDS:
        print(json.dumps({"name": each.name, "port": each.port, "ends": each.ends}))


def serve():
    threading.stack_size(1 << 18)
    lay_rules()
    processes = []
    for each in KINDS:
        if each.serve is None:
            continue
        listener = socket(family_of(each.where), SOCK_STREAM)
        for level, option, value in [(SOL_SOCKET, SO_REUSEADDR, 1), *each.options]:
            listener.setsockopt(level, option, value)
        listener.bind((each.where, each.port))
        listener.listen(each.backlog)
        if each.own_process:
            processes.append(in_own_process(accept_all, listener, each))
            _KernelSocket.close(_open.pop(listener.number))
    for each, listener in zip([each for each in KINDS if each.serve and not each.own_process], list(_open.values())):
        threading.Thread(target=accept_all, args=(listener, each), daemon=True).start()
    end = _KernelSocket(AF_INET, SOCK_STREAM)
    end.bind((SERVER, END_PORT))
    end.listen()
    tell("ready")
    end.accept()
    for process in processes:
        os.kill(process, signal.SIGKILL)


def lay_rules():
    os.system("sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.tcp_syncookies=0")
    os.system("nft add table inet lab")
    for chain, hook in [("in", "input"), ("out", "output")]:
        os.system(f"nft 'add chain inet lab {chain} {{ type filter hook {hook} priority 0; }}'")
    for each in KINDS:
        for rule in each.rules:
            os.system(f"nft 'add rule inet lab {rule.replace('PORT', str(each.port))}'")


def in_own_process(behave, *arguments):
    """Numbers of calls and sockets must not be those of another process."""
    global _numbers
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        random.seed()
        _numbers = itertools.count(os.getpid() * 1_000_000)
        behave(*arguments)
        os._exit(0)
    return process


def accept_all(listener, each):
    while True:
        if each.slow:
            poll = select.poll()
            poll.register(listener.fileno(), select.POLLIN)
            poll.poll()
            time.sleep(each.slow)
        connection = listener.accept()[0]
        if each.own_process:
            # die() notes the end of every open socket; the listener is its parent's.
            _open.pop(listener.number, None)
            in_own_process(serve_one, connection, each.serve)
            _KernelSocket.close(_open.pop(connection.number))
        else:
            threading.Thread(target=serve_one, args=(connection, each.serve), daemon=True).start()


def serve_one(connection, behave):
    attempt(behave, connection)
    attempt(connection.close)


def run_clients(count, threads, seed):
    """Makes so many connections of kinds drawn by weight, each from a source port of its own."""
    threading.stack_size(1 << 18)
    random.seed(seed)
    drawn = random.choices(KINDS, weights=[each.weight for each in KINDS], k=count)
    numbered = iter(enumerate(drawn))
    lock = threading.Lock()

    def work():
        while True:
            with lock:
                number, each = next(numbered, (0, None))
            if each is None:
                return
            make_one(10000 + number, each)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
        time.sleep(0.01)
    for worker in workers:
        worker.join()
    later(8)
    _KernelSocket(AF_INET, SOCK_STREAM).connect((SERVER, END_PORT))


def make_one(source_port, each):
    made = []

    def connect(options=(), aborts=False, type=SOCK_STREAM):
        connection = socket(family_of(each.where), type)
        made.append(connection)
        # A read that nobody answers must not hold up the run.
        connection.setsockopt(SOL_SOCKET, SO_RCVTIMEO, struct.pack("ll", 20, 0))
        for level, option, value in [(SOL_SOCKET, SO_REUSEADDR, 1), *options]:
            connection.setsockopt(level, option, value)
        connection.bind((source_address(each.where), source_port))
        if aborts:
            connection.setblocking(False)
            connection.connect_ex((each.where, each.port))
            time.sleep(random.uniform(0, 0.008))
        else:
            connection.connect((each.where, each.port))
        return connection

    attempt(each.client, connect)
    for connection in made:
        connection.close()

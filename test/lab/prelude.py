"""What the clients and servers of the scenarios have at hand. One Python call here is one system call there."""

import os
import struct
import sys
import time
from socket import *

CLIENT, SERVER = "10.9.0.1", "10.9.0.2"
CLIENT6, SERVER6 = "fd00::1", "fd00::2"


def tell(word):
    """Says a word to the lab; for 'start capture' and 'stop capture' the lab answers when it is done."""
    print(word, flush=True)
    if word.endswith("capture"):
        sys.stdin.readline()


def family_of(address):
    return AF_INET6 if ":" in address else AF_INET


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
        connection.bind(("", source_port))
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


def expect_error(call, *arguments):
    """The call must fail; the scenario is not what it says where it does not."""
    try:
        call(*arguments)
    except OSError:
        return
    raise AssertionError(f"{call.__name__} did not fail")



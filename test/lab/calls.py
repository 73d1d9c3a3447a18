"""A socket that writes down every call: when it began and ended on the clock of the capture, and what it returned.

Each call is two lines of JSON in the file that LAB_CALLS names, one when it begins and one when it ends, so that a
call that blocks when its process is killed is there too. Before a socket is closed, and when its process ends, it is
asked whether an error is left on it: poll(), and where that says POLLERR the SO_ERROR. poll() and not SO_ERROR alone,
because that also gives the soft error of an ICMP message that no read() or write() would report.
"""

import atexit
import itertools
import json
import os
import select
import signal
import struct
import sys
import time
from errno import errorcode
from socket import *

CLIENT, SERVER = "10.9.0.1", "10.9.0.2"
CLIENT6, SERVER6 = "fd00::1", "fd00::2"

_calls = os.open(os.environ.get("LAB_CALLS", os.devnull), os.O_WRONLY | os.O_CREAT | os.O_APPEND)
_numbers = itertools.count()
_open = {}
_KernelSocket = socket


def family_of(address):
    return AF_INET6 if ":" in address else AF_INET


def source_address(address):
    """The local address that a connection to the address will have; nothing is sent."""
    with _KernelSocket(family_of(address), SOCK_DGRAM) as probe:
        probe.connect((address, 9))
        return probe.getsockname()[0]


def _note(entry):
    os.write(_calls, (json.dumps(entry) + "\n").encode())


def _name(address):
    return f"[{address[0]}]:{address[1]}" if ":" in address[0] else f"{address[0]}:{address[1]}"


class socket(_KernelSocket):
    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.number = next(_numbers)
        _open[self.number] = self

    def _log(self, call, action, *, result=lambda value: value or 0, peer=None, after=lambda value: {}):
        """Makes the call and writes it down; `peer` is the other end where the call names one."""
        entry = {"id": next(_numbers), "socket": self.number, "call": call, "start": time.time_ns()}
        if call != "accept":
            entry |= self._ends(peer)
        _note(entry)
        try:
            value = action()
        except OSError as error:
            _note({"id": entry["id"], "end": time.time_ns(), "result": -1, "errno": errorcode.get(error.errno)})
            raise
        _note({"id": entry["id"], "end": time.time_ns(), "result": result(value), **after(value)})
        return value

    def _ends(self, peer=None):
        ends = {"protocol": "tcp" if self.type & SOCK_STREAM else "udp"}
        try:
            ends["local"] = _name(self.getsockname())
            ends["remote"] = _name(peer or self.getpeername())
        except OSError:
            pass
        return ends

    def bind_for(self, address):
        """Chooses the local address now: after a connect() that failed nobody could tell it any more."""
        if self.getsockname()[1] == 0:
            self.bind((source_address(address[0]), 0))

    def listen(self, *backlog):
        self._log("listen", lambda: super(socket, self).listen(*backlog))

    def accept(self):
        def take():
            descriptor, peer = self._accept()
            taken.append((socket(self.family, self.type, self.proto, fileno=descriptor), peer))

        taken = []
        self._log("accept", take, after=lambda _: {"accepted": taken[0][0].number, **taken[0][0]._ends(taken[0][1])})
        return taken[0]

    def connect(self, address):
        self.bind_for(address)
        self._log("connect", lambda: super(socket, self).connect(address), peer=address)

    def connect_ex(self, address):
        try:
            self.connect(address)
        except OSError as error:
            return error.errno
        return 0

    def recv(self, *arguments):
        return self._log("read", lambda: super(socket, self).recv(*arguments), result=len)

    def recvfrom(self, *arguments):
        def sender(got):
            return {"remote": _name(got[1])} if got[1] else {}

        return self._log(
            "read", lambda: super(socket, self).recvfrom(*arguments), result=lambda got: len(got[0]), after=sender
        )

    def send(self, *arguments):
        return self._log("write", lambda: super(socket, self).send(*arguments))

    def sendto(self, data, *arguments):
        self.bind_for(arguments[-1])
        return self._log("write", lambda: super(socket, self).sendto(data, *arguments), peer=arguments[-1])

    def sendall(self, data):
        raise NotImplementedError("many system calls; send() on a blocking socket takes everything in one")

    def shutdown(self, how):
        what = {SHUT_RD: "reading", SHUT_WR: "writing", SHUT_RDWR: "both"}[how]
        self._log("shutdown", lambda: super(socket, self).shutdown(how), after=lambda _: {"how": what})

    def ask(self):
        """Takes the error that is left on the socket, if there is one."""
        poll = select.poll()
        poll.register(self.fileno(), 0)
        events = poll.poll(0)
        left = events[0][1] if events else 0

        def error():
            number = _KernelSocket.getsockopt(self, SOL_SOCKET, SO_ERROR) if left & select.POLLERR else 0
            if number:
                raise OSError(number, os.strerror(number))

        try:
            self._log("SO_ERROR", error)
        except OSError:
            pass

    def close(self):
        if _open.pop(self.number, None) is None:
            return
        self.ask()
        self._log("close", super().close)


@atexit.register
def _end():
    for each in list(_open.values()):
        each.ask()
        _note({"id": next(_numbers), "socket": each.number, "call": "exit", "start": time.time_ns()})


def die():
    """The process is killed, as for want of memory: it closes nothing itself."""
    for each in list(_open.values()):
        _note({"id": next(_numbers), "socket": each.number, "call": "killed", "start": time.time_ns()})
    os.kill(os.getpid(), signal.SIGKILL)



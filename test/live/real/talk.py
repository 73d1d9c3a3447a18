"""
What the two hosts say to each other in tests of live capture.

  talk.py server                 listens until it is killed
  talk.py client COUNT [SECONDS] connections one after the other, at random over so many seconds if they are given

Every connection sends its number as so many bytes; the server answers with twice as many, the client closes. Every
tenth port is closed, so that a connection to it is refused. The client says at last what it did, as JSON.
"""
import json
import os
import random
import selectors
import socket
import sys
import time

SERVER = '10.8.0.2'
PORTS = range(8000, 8008)
CLOSED_PORT = 7999
LONGEST = 400


def serve():
    selector = selectors.DefaultSelector()
    for port in PORTS:
        listener = socket.create_server(('', port), backlog=1024)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ, None)
    print('ready', flush=True)
    while True:
        for key, _ in selector.select():
            if key.data is None:
                accept(selector, key.fileobj)
            else:
                answer(selector, key.fileobj)


def accept(selector, listener):
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        selector.register(connection, selectors.EVENT_READ, 'connection')


def answer(selector, connection):
    try:
        data = connection.recv(LONGEST)
        if data:
            connection.sendall(data + data)
            return
    except ConnectionError:
        pass
    selector.unregister(connection)
    connection.close()


def connect(number):
    length = 1 + number % LONGEST
    with socket.create_connection((SERVER, PORTS[number % len(PORTS)])) as connection:
        connection.sendall(bytes(length))
        missing = 2 * length
        while missing:
            missing -= len(connection.recv(missing))
    return length


def refused():
    try:
        socket.create_connection((SERVER, CLOSED_PORT)).close()
    except ConnectionRefusedError:
        return 1
    return 0


def talk(count, seconds):
    sent = 0
    refusals = 0
    for number in range(count):
        sent += connect(number)
        if number % 10 == 9:
            refusals += refused()
        if seconds:
            time.sleep(random.random() * 2 * seconds / count)
    print(json.dumps({'connections': count, 'refused': refusals, 'bytes': sent}), flush=True)


# On one processor all packets have one order, the same for everybody who captures them.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
if sys.argv[1] == 'server':
    serve()
else:
    talk(int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0)

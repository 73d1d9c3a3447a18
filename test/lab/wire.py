"""The wire between the two namespaces: passes Ethernet frames from one interface to the other and back.

A kernel's own delay and loss (tc netem) is not everywhere to be had, and draws lots; this wire does to each frame
what the scenario says. Its one argument is JSON: {"delay": seconds, "toServer": rules, "toClient": rules}, where
rules are lists of frame numbers: "lose", "late" (three more delays), "twice"; frames with TCP payload are counted
from 1 in each direction.
"""

import heapq
import json
import select
import sys
import time
from socket import AF_PACKET, PACKET_OUTGOING, SOCK_RAW, htons, socket

ETH_P_ALL = 0x0003


def has_tcp_payload(frame):
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        start, end = 14 + (frame[14] & 15) * 4, 14 + int.from_bytes(frame[16:18], "big")
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 6:
        start, end = 54, 54 + int.from_bytes(frame[18:20], "big")
    else:
        return False
    return start + (frame[start + 12] >> 4) * 4 < end


class Direction:
    def __init__(self, source, target, rules):
        self.source, self.target = source, target
        self.rules = {name: set(numbers) for name, numbers in rules.items()}
        self.counted = 0

    def delays(self, frame, delay):
        """The delays after which copies of the frame go on."""
        number = 0
        if has_tcp_payload(frame):
            self.counted += 1
            number = self.counted
        if number in self.rules.get("lose", ()):
            return []
        if number in self.rules.get("late", ()):
            return [4 * delay]
        if number in self.rules.get("twice", ()):
            return [delay, delay + 0.0001]
        return [delay]


def interface(name):
    end = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))
    end.bind((name, ETH_P_ALL))
    return end


def run(plan):
    client, server = interface("toclient"), interface("toserver")
    directions = {
        client: Direction(client, server, plan["toServer"]),
        server: Direction(server, client, plan["toClient"]),
    }
    waiting, order = [], 0
    print("ready", flush=True)
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select([client, server], [], [], pause)[0]:
            frame, sender = end.recvfrom(65535)
            if sender[2] == PACKET_OUTGOING:
                continue
            direction = directions[end]
            for delay in direction.delays(frame, plan["delay"]):
                order += 1
                heapq.heappush(waiting, (time.monotonic() + delay, order, direction.target, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, target, frame = heapq.heappop(waiting)
            target.send(frame)


run(json.loads(sys.argv[1]))

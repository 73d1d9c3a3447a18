"""The wire between the two namespaces: passes Ethernet frames from one interface to the other and back.

A kernel's own delay and loss (tc netem) is not everywhere to be had, and draws lots; this wire does to each frame
what the scenario says. Its one argument is JSON: {"delay": seconds, "toServer": rules, "toClient": rules,
"middlebox": null or {"forgets": seconds, "answers": "nothing" or "reset"}}, with rules as scenario.ts has them.
Frames with TCP payload are counted from 1 in each direction.
"""

import heapq
import json
import random
import select
import struct
import sys
import time
from socket import AF_PACKET, PACKET_OUTGOING, SOCK_RAW, htons, socket

ETH_P_ALL = 0x0003
# Of a kernel: 64. Whoever forges a segment elsewhere on the way has another.
FORGED_TTL = 113
RST = 0x04


class Segment:
    """The TCP segment in a frame; `payload` is its length."""

    def __init__(self, frame, start, end):
        self.frame, self.start = frame, start
        self.sequence, self.acknowledgment = struct.unpack_from("!II", frame, start + 4)
        self.flags = frame[start + 13]
        self.payload = end - start - (frame[start + 12] >> 4) * 4

    def ends(self):
        """Addresses and ports, the same for both directions."""
        addresses = self.frame[26:34] if self.frame[12:14] == b"\x08\x00" else self.frame[22:54]
        half = len(addresses) // 2
        source, target = self.frame[self.start : self.start + 2], self.frame[self.start + 2 : self.start + 4]
        return frozenset({addresses[:half] + source, addresses[half:] + target})


def segment_in(frame):
    if frame[12:14] == b"\x08\x00" and frame[23] == 6:
        start, end = 14 + (frame[14] & 15) * 4, 14 + int.from_bytes(frame[16:18], "big")
    elif frame[12:14] == b"\x86\xdd" and frame[20] == 6:
        start, end = 54, 54 + int.from_bytes(frame[18:20], "big")
    else:
        return None
    return Segment(frame, start, end)


def has_port(segment, ports):
    """True too where no port is asked for."""
    if ports is None:
        return True
    return segment is not None and any(
        port in ports for port in struct.unpack_from("!HH", segment.frame, segment.start)
    )


def checksum(data):
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def forged_reset(segment, back):
    """A RST over IPv4 in the name of the sender of the segment, or `back` to it in the name of the receiver."""
    frame = segment.frame
    hardware, source, target = frame[:12], frame[26:30], frame[30:34]
    ports = frame[segment.start : segment.start + 4]
    sequence = segment.sequence + segment.payload & 0xFFFFFFFF
    if back:
        hardware, source, target = hardware[6:] + hardware[:6], target, source
        ports, sequence = ports[2:] + ports[:2], segment.acknowledgment
    tcp = ports + struct.pack("!IIBBHHH", sequence, 0, 0x50, RST, 0, 0, 0)
    pseudo = source + target + struct.pack("!HH", 6, len(tcp))
    tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, FORGED_TTL, 6, 0) + source + target
    ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return hardware + b"\x08\x00" + ip + tcp


class Middlebox:
    """A firewall that forgets connections which were idle for too long."""

    def __init__(self, plan):
        self.plan, self.seen, self.forgotten = plan, {}, set()

    def forgets(self, segment):
        if self.plan is None:
            return False
        key, now = segment.ends(), time.monotonic()
        if now - self.seen.get(key, now) > self.plan["forgets"]:
            self.forgotten.add(key)
        self.seen[key] = now
        return key in self.forgotten


class Direction:
    def __init__(self, source, target, rules, middlebox):
        self.source, self.target, self.rules, self.middlebox = source, target, rules, middlebox
        self.counted = 0
        self.lots = random.Random(1)

    def frames(self, frame, delay):
        """What goes on instead of the frame: (delay, interface, frame) of each."""
        rules, number = self.rules, 0
        segment = segment_in(frame)
        if segment is not None and segment.payload > 0:
            self.counted += 1
            number = self.counted
        if segment is not None and self.middlebox.forgets(segment):
            if self.middlebox.plan["answers"] == "reset" and not segment.flags & RST:
                yield delay, self.source, forged_reset(segment, back=True)
            return
        if number in rules.get("lose", ()) or len(frame) > rules.get("longest", 65535):
            return
        if self.lots.random() < rules.get("share", 0) and has_port(segment, rules.get("sharePorts")):
            return
        yield (4 if number in rules.get("late", ()) else 1) * delay, self.target, frame
        if number in rules.get("twice", ()):
            yield delay + 0.0001, self.target, frame
        if number > 0 and number == rules.get("forge"):
            yield delay + 0.0001, self.target, forged_reset(segment, back=False)


def interface(name):
    end = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL))
    end.bind((name, ETH_P_ALL))
    return end


def run(plan):
    client, server = interface("toclient"), interface("toserver")
    middlebox = Middlebox(plan["middlebox"])
    directions = {
        client: Direction(client, server, plan["toServer"], middlebox),
        server: Direction(server, client, plan["toClient"], middlebox),
    }
    waiting, order = [], 0
    print("ready", flush=True)
    while True:
        pause = max(0, waiting[0][0] - time.monotonic()) if waiting else None
        for end in select.select([client, server], [], [], pause)[0]:
            frame, sender = end.recvfrom(65535)
            if sender[2] == PACKET_OUTGOING:
                continue
            for delay, target, each in directions[end].frames(frame, plan["delay"]):
                order += 1
                heapq.heappush(waiting, (time.monotonic() + delay, order, target, each))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, target, frame = heapq.heappop(waiting)
            target.send(frame)


run(json.loads(sys.argv[1]))

# SPDX-License-Identifier: GPL-3.0-or-later
"""The link in Python, written from firmware/link/LINK.md and from nothing else.

System tests listen to boards with it, so that a mistake in firmware/link/ cannot hide by being
made on both ends of the line.
"""

import struct

HELLO, DESC, DATA, PING, PONG, SET, ACK, ERR, STAT, IDENTIFY = range(1, 11)
NO_STREAM = 0xFF
ON, PRESENT, SELF_PACED = 1, 2, 4
MISSING = {2: -0x8000, 4: -0x80000000}


def crc16(data):
    """CRC-16/X-25, bit by bit."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0x8408 if register & 1 else 0)
    return register ^ 0xFFFF


def cobs(body):
    """Each run of non-zero bytes, headed by its length plus one (a body has at most 254)."""
    return b"".join(bytes([len(run) + 1]) + run for run in body.split(b"\0"))


def uncobs(wire):
    body, at = b"", 0
    while at < len(wire):
        code = wire[at]
        group = wire[at + 1:at + code]
        if code == 0 or len(group) != code - 1:
            return None
        at += code
        body += group
        if code != 0xFF and at < len(wire):
            body += b"\0"
    return body


def body(kind, seq, stream=NO_STREAM, t_us=0, payload=b""):
    head = struct.pack("<BBBI", kind, seq, stream, t_us) + payload
    return head + struct.pack("<H", crc16(head))


def frame(*args, **named):
    return cobs(body(*args, **named)) + b"\0"


class Frame:
    def __init__(self, content):
        self.kind, self.seq, self.stream, self.t_us = struct.unpack_from("<BBBI", content)
        self.payload = content[7:-2]


class Receiver:
    """Feed bytes, get frames; `bad` counts what was refused."""

    def __init__(self):
        self.pending, self.bad = b"", 0

    def feed(self, data):
        *pieces, self.pending = (self.pending + data).split(b"\0")
        frames = []
        for piece in filter(None, pieces):
            content = uncobs(piece)
            if content is None or len(content) < 9 or \
                    crc16(content[:-2]) != struct.unpack("<H", content[-2:])[0]:
                self.bad += 1
                continue
            frames.append(Frame(content))
        return frames


def texts(data, count):
    found, at = [], 0
    for _ in range(count):
        size = data[at]
        found.append(data[at + 1:at + 1 + size].decode())
        at += 1 + size
    return found


class Hello:
    def __init__(self, payload):
        self.protocol = payload[0]
        self.firmware = tuple(payload[1:4])
        self.max_body, self.streams = payload[4:6]
        self.uid = payload[6:14]
        self.model, = texts(payload[14:], 1)


class Channel:
    def __init__(self, payload):
        (self.part, self.width, self.mantissa, self.exp10, self.offset, self.min, self.max,
         self.step) = struct.unpack_from("<BBibiiiH", payload)
        self.name, self.quantity, self.unit = texts(payload[21:], 3)

    def value(self, raw):
        return (raw * self.mantissa + self.offset) * 10.0 ** self.exp10


class Stream:
    """A stream's description: head, then `channels` as they come."""

    def __init__(self, payload):
        (_, self.count, self.flags, self.period_us, self.period_min_us,
         self.period_max_us) = struct.unpack_from("<BBBIII", payload)
        self.name, = texts(payload[15:], 1)
        self.channels = []

    def samples(self, data):
        """[(index, t_us, [raw, ...]), ...] of one DATA frame."""
        index, = struct.unpack_from("<I", data.payload)
        layout = "<" + "".join({2: "h", 4: "i"}[channel.width] for channel in self.channels)
        rows = list(struct.iter_unpack(layout, data.payload[4:]))
        return [(index + k, (data.t_us + k * self.period_us) & 0xFFFFFFFF, row)
                for k, row in enumerate(rows)]

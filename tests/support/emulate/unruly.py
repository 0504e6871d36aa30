# SPDX-License-Identifier: GPL-3.0-or-later
"""A kit on a pty that misbehaves:

    unruly.py HOW LINK

flood: garbage without end, 1 MB/s or what the reader takes of it (LINK.taken says how much that was); drip: a good frame of nine bytes, one byte a second; lie: answers
of a Modbus slave that say one length and have another."""

import os
import random
import struct
import sys
import time

import modbus_slave
import nine_bytes
from line_port import Beat, LinePort


def flood(port):
    beat, told = Beat(0.001), Beat(0.5)
    while True:
        time.sleep(max(0.0, beat.left()))
        if beat.is_due():
            port.write(os.urandom(1000))
        if told.is_due():
            with open(port.link + ".taken", "w") as file:
                file.write(str(port.sent))


def drip(port):
    number, beat = 0, Beat(1.0)
    while True:
        for byte in nine_bytes.frame(number, 2000, 300):
            time.sleep(max(0.0, beat.left()))
            beat.is_due()
            port.write(bytes([byte]))
        number += 1


def lie(port):
    """Each length is a lie of another kind, and every checksum is right."""
    draw = random.Random(1)
    while True:
        if not port.read(1.0):
            continue
        said, sent = draw.choice([(16, 4), (16, 40), (0, 16), (255, 16), (17, 17), (4, 4)])
        body = struct.pack("BBB", 1, 4, said) + bytes(sent)
        port.write(body + modbus_slave.crc16(body))


if __name__ == "__main__":
    {"flood": flood, "drip": drip, "lie": lie}[sys.argv[1]](LinePort(sys.argv[2]))

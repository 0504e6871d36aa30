# SPDX-License-Identifier: GPL-3.0-or-later
"""An Uno that runs StandardFirmata 2.5, on a pty: announces itself, then does as it is told.

    firmata.py LINK [quiet]

quiet: it announces nothing, as a board that opening the port does not reset. Analog pin N reads 100 N
and counts up by one a scan; digital pin 2 is high.
"""

import sys
import time

from line_port import LinePort

NAME = "StandardFirmata.ino"
PINS = 20


def sysex(number, data):
    return bytes([0xF0, number, *data, 0xF7])


def announcement():
    name = [half for letter in NAME.encode() for half in (letter & 0x7F, letter >> 7)]
    return bytes([0xF9, 2, 5]) + sysex(0x79, [2, 5, *name])


def capabilities():
    data = []
    for pin in range(PINS):
        if pin >= 2:
            data += [0, 1, 1, 1, 11, 1]  # input, output, pull-up
        if pin >= 14:
            data += [2, 10]  # analog, 10 bits
        data.append(0x7F)
    return sysex(0x6C, data)


class Board:
    def __init__(self, port):
        self.port, self.analog, self.ports = port, set(), set()
        self.interval, self.scans = 0.019, 0

    def take(self, message):
        command = message[0]
        if command == 0xF0 and message[1] == 0x79:
            self.port.write(announcement()[3:])
        elif command == 0xF0 and message[1] == 0x69:
            self.port.write(sysex(0x6A, [0x7F] * 14 + list(range(PINS - 14))))
        elif command == 0xF0 and message[1] == 0x6B:
            self.port.write(capabilities())
        elif command == 0xF0 and message[1] == 0x7A:
            self.interval = (message[2] | message[3] << 7) / 1000
        elif command == 0xF9:
            self.port.write(bytes([0xF9, 2, 5]))
        elif command & 0xF0 == 0xC0:
            (self.analog.add if message[1] else self.analog.discard)(command & 15)
        elif command & 0xF0 == 0xD0 and message[1]:
            self.port.write(bytes([0x90 | command & 15, 4 if command & 15 == 0 else 0, 0]))

    def scan(self):
        for channel in sorted(self.analog):
            value = (100 * channel + self.scans) % 1024
            self.port.write(bytes([0xE0 | channel, value & 0x7F, value >> 7]))
        self.scans += 1


def split(heard):
    """The first whole message and the rest; (None, rest) when there is none yet."""
    while heard and heard[0] < 0x80:
        heard = heard[1:]
    if not heard:
        return None, heard
    if heard[0] == 0xF0:
        end = heard.find(0xF7)
        return (heard[:end], heard[end + 1:]) if end > 0 else (None, heard)
    size = {0xF4: 3, 0xF5: 3, 0xF9: 1, 0xFF: 1}.get(heard[0], 3 if heard[0] < 0xC0 else 2)
    return (heard[:size], heard[size:]) if len(heard) >= size else (None, heard)


def main(link, *options):
    port, heard = LinePort(link), b""
    board = Board(port)
    if "quiet" not in options:
        time.sleep(0.5)
        port.write(announcement())
    due = time.monotonic()
    while True:
        heard += port.read(due - time.monotonic())
        message, heard = split(heard)
        while message:
            board.take(message)
            message, heard = split(heard)
        if time.monotonic() >= due:
            board.scan()
            due = max(due + board.interval, time.monotonic())


main(*sys.argv[1:])

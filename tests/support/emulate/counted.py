# SPDX-License-Identifier: GPL-3.0-or-later
"""A kit on a pty whose every reading is the next number, so that whoever reads it can say which one is
missing:

    counted.py KIND LINK TALLY

KIND is one of the table at the end. TALLY gets a line for each reading that went out: its number, the
instant before it did (CLOCK_MONOTONIC, ns), and "good", or "bad" when it was damaged on the way. After
SIGUSR1 one in seven is, where the protocol lets a receiver see that; after SIGUSR2 none. What finds no
room on the line is no reading that went out: it takes no number.
"""

import signal
import sys
import time

import mhz19
import modbus_slave
import nine_bytes
import nmea
from line_port import Beat, LinePort

DAMAGED = 7  # one in so many


class Outlet:
    """Sends readings and keeps the tally."""

    def __init__(self, link, tally):
        self.port, self.tally = LinePort(link), open(tally, "a", buffering=1)
        self.number, self.is_damaging = 0, False
        signal.signal(signal.SIGUSR1, lambda *_: setattr(self, "is_damaging", True))
        signal.signal(signal.SIGUSR2, lambda *_: setattr(self, "is_damaging", False))

    def send(self, data, damaged=None):
        """`damaged`: the same bytes as a bad line would make them."""
        is_bad = damaged is not None and self.is_damaging and self.number % DAMAGED == 0
        before, at = self.port.sent, time.monotonic_ns()
        self.port.write(damaged if is_bad else data)
        if self.port.sent > before:
            self.tally.write(f"{self.number} {at} {'bad' if is_bad else 'good'}\n")
            self.number += 1


def flip(data, at):
    """One bit of a byte is wrong."""
    return data[:at] + bytes([data[at] ^ 0x04]) + data[at + 1:]


def pace(seconds):
    beat = Beat(seconds)
    while True:
        time.sleep(max(0.0, beat.left()))
        if beat.is_due():
            yield


def print_lines(outlet):
    for _ in pace(1 / 20):
        line = f"n:{outlet.number} half:{outlet.number / 2:.1f}\r\n".encode()
        outlet.send(line, line.replace(b"half:", b"ha\x00f"))


def send_frames(outlet):
    for _ in pace(1 / 50):
        frame = nine_bytes.frame(outlet.number, 2000, outlet.number & 0xFFFF)
        outlet.send(frame, flip(frame, 5))


def print_sentences(outlet):
    for _ in pace(1 / 5):
        hour = f"12{outlet.number // 300 % 60:02d}{outlet.number % 300 / 5:05.2f}"
        place = "4807.38000,N,01131.00000,E"
        first = nmea.sentence(f"GPRMC,{hour},A,{place},1.944,084.4,230394,,,A")
        second = nmea.sentence(f"GPGGA,{hour},{place},1,08,0.9,{outlet.number}.0,M,46.9,M,,")
        outlet.send(first + second)


def beat_counts(outlet):
    """As gmc.py, with the heartbeat only: it has no checksum, so nothing is damaged."""
    beat, heard = Beat(1.0), b""
    while True:
        heard = (heard + outlet.port.read(beat.left()))[-64:]
        if beat.is_due():
            outlet.send((outlet.number & 0x3FFF).to_bytes(2, "big"))
        for question, answer in ((b"<GETVER>>", b"GMC-300Re 4.22"),
                                 (b"<GETSERIAL>>", bytes.fromhex("F488007EB00711"))):
            if question in heard:
                heard = b""
                outlet.port.write(answer)


def answer_ppm(outlet):
    heard = b""
    while True:
        heard = (heard + outlet.port.read(1.0))[-len(mhz19.QUESTION):]
        if heard == mhz19.QUESTION:
            heard = b""
            answer = mhz19.answer(300 + outlet.number % 4700, 25)
            outlet.send(answer, flip(answer, 3))


def answer_registers(outlet, name, write):
    """`write` puts a number into a slave's registers."""
    slave = modbus_slave.Slave(name)
    for frame in modbus_slave.questions(outlet.port):
        if frame[0] != slave.address:
            continue
        time.sleep(0.005)
        write(slave.registers, outlet.number)
        answer = slave.answer(frame)
        if frame[1] == 4:
            outlet.send(answer, flip(answer, 4))
        else:
            outlet.port.write(answer)  # about itself


def write_weather(registers, number):
    registers[4, 1], registers[4, 2] = number % 600, number // 600


def write_energy(registers, number):
    registers[4, 4], registers[4, 5] = number & 0xFFFF, number >> 16


KINDS = {
    "lines": print_lines,
    "frames": send_frames,
    "nmea": print_sentences,
    "geiger": beat_counts,
    "co2": answer_ppm,
    "weather": lambda outlet: answer_registers(outlet, "xy-md02", write_weather),
    "panel": lambda outlet: answer_registers(outlet, "pzem-017", write_energy),
}

if __name__ == "__main__":
    KINDS[sys.argv[1]](Outlet(*sys.argv[2:]))

# SPDX-License-Identifier: GPL-3.0-or-later
"""Modbus RTU probes on one RS-485 pair, on a pty:

    modbus_slave.py LINK KIT[@ADDRESS][:FAULT] ...

KIT is one of the table below. FAULT is echo (the adapter returns each question), noise (00 FF before
each answer), pieces (16 bytes at a time), damage (every third answer), refuse (exception 2 to
everything), silent (until SIGUSR1), slow (0.3 s)."""

import signal
import struct
import sys
import time

from line_port import LinePort


def crc16(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return struct.pack("<H", crc)


# address, function, first register, 16-bit registers: as the data sheets' examples
KITS = {
    "xy-md02": (1, 4, 1, [0x0131, 0x0222]),  # 30.5 C, 54.6 %
    "soil-probe": (1, 3, 0, [0x01EF, 0x0144, 0x0004]),  # 49.5 %, 32.4 C, 4 uS/cm
    "soil-probe-7in1": (1, 3, 0, [0x01E6, 0x0155, 0x05DC, 0x0041, 0x20, 0x25, 0x30]),
    "pzem-017": (1, 4, 0, [0x04D2, 0x00E6, 0x011B, 0, 0x002A, 0, 0, 0]),  # 12.34 V, 2.30 A, 28.3 W
    "pzem-004t": (0xF8, 4, 0, [0x0898, 0x03E8, 0, 0x0898, 0, 0x04D2, 0, 0x01F4, 0x0064, 0]),
    "senseair-s8": (0xFE, 4, 0, [0, 0, 0, 0x0388]),  # 904 ppm
}
OWN_SETTINGS = {"xy-md02": {(3, 0x0101): [1, 0x2580]}}  # address, bit rate


class Slave:
    def __init__(self, text):
        text, _, self.fault = text.partition(":")
        name, _, address = text.partition("@")
        self.address, function, first, registers = KITS[name]
        if address:
            self.address = int(address)
        self.registers = {(function, first + i): value for i, value in enumerate(registers)}
        for (function, first), values in OWN_SETTINGS.get(name, {}).items():
            self.registers |= {(function, first + i): v for i, v in enumerate(values)}
        self.answers = 0

    def answer(self, frame):
        function, first, count = struct.unpack(">xBHHxx", frame)
        head = bytes([self.address, function])
        values = [self.registers.get((function, first + i)) for i in range(count)]
        if self.fault == "refuse" or None in values or not values:
            body = bytes([self.address, function | 0x80, 2])
        else:
            body = head + bytes([2 * count]) + struct.pack(f">{count}H", *values)
        self.answers += 1
        data = body + crc16(body)
        if self.fault == "damage" and self.answers % 3 == 0:
            data = data[:-1] + bytes([data[-1] ^ 0x40])
        return b"\x00\xff" + data if self.fault == "noise" else data


def questions(port):
    """Whole ones with a good checksum, as they come: all of them read, so of eight bytes."""
    heard, newest = b"", 0.0
    while True:
        data = port.read(1.0)
        if time.monotonic() - newest > 0.1:
            heard = b""  # a question that broke off
        newest = time.monotonic()
        heard += data
        if len(heard) < 8:
            continue
        frame, heard = heard[:8], heard[8:]
        if crc16(frame[:6]) != frame[6:]:
            heard = b""
            continue
        yield frame


def main(link, slaves):
    def wake(*_):
        for slave in slaves:
            slave.fault = "" if slave.fault == "silent" else slave.fault

    signal.signal(signal.SIGUSR1, wake)
    port = LinePort(link)
    for frame in questions(port):
        for slave in slaves:
            if frame[0] != slave.address or slave.fault == "silent":
                continue
            if slave.fault == "echo":
                port.write(frame)
            time.sleep(0.3 if slave.fault == "slow" else 0.02)
            answer = slave.answer(frame)
            step = 16 if slave.fault == "pieces" else len(answer)
            for at in range(0, len(answer), step):
                port.write(answer[at:at + step])
                time.sleep(0.016 if slave.fault == "pieces" else 0)


if __name__ == "__main__":
    main(sys.argv[1], [Slave(text) for text in sys.argv[2:]])

# SPDX-License-Identifier: GPL-3.0-or-later
"""The tutorial's made-up sensor on a pty, twenty frames a second of nine bytes:

    AA 55 | number | temperature, s16, 0.01 C | light, u16, lx | status | sum of all before

    nine_bytes.py LINK [FRAMES A SECOND]
"""

import struct
import sys
import time

from line_port import Beat, LinePort


def frame(number, centidegrees, lux, status=0):
    body = struct.pack(">2sBhHB", b"\xaa\x55", number % 256, centidegrees, lux, status)
    return body + bytes([sum(body) % 256])


def main(link, rate="20"):
    port, number = LinePort(link), 0
    beat = Beat(1 / float(rate))
    while True:
        time.sleep(max(0.0, beat.left()))
        if beat.is_due():
            port.write(frame(number, 2150 + number % 100, 300 + number % 50))
            number += 1


if __name__ == "__main__":
    main(*sys.argv[1:])

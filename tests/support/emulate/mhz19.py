# SPDX-License-Identifier: GPL-3.0-or-later
"""A Winsen MH-Z19 carbon dioxide sensor on a pty: answers FF 01 86 .. with 800 ppm, 25 C.

    mhz19.py LINK
"""

import sys

from line_port import LinePort

QUESTION = bytes.fromhex("FF0186000000000079")


def answer(ppm, celsius):
    body = bytes([0xFF, 0x86, ppm >> 8, ppm & 0xFF, celsius + 40, 0, 0, 0])
    return body + bytes([-sum(body[1:]) % 256])


def main(link):
    port, heard = LinePort(link), b""
    while True:
        heard = (heard + port.read(1.0))[-len(QUESTION):]
        if heard == QUESTION:
            heard = b""
            port.write(answer(800, 25))


if __name__ == "__main__":
    main(*sys.argv[1:])

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tutorial's made-up sensor on a pseudo-terminal (CONTRIBUTING.md, "Add a kit in five steps").

Twenty times a second it sends nine bytes:

    AA 55   number   temp (s16, 0.01 degrees, high byte first)   light (u16, lx)   status   sum

where sum is the lowest byte of the sum of the eight before. It returns at once and goes on in the
background, until it has sent its frames; LINK, a symbolic link to the terminal, is there by then.
"""

import argparse
import math
import os
import pty
import time
import tty


def frame(number):
    temp = round(2000 + 500 * math.sin(number / 10))
    light = 300 + number % 100
    body = bytes((0xAA, 0x55, number & 0xFF)) + temp.to_bytes(2, "big", signed=True) + \
        light.to_bytes(2, "big") + b"\0"
    return body + bytes((sum(body) & 0xFF,))


def send(master, frames, garbage, cut):
    start = time.monotonic()
    for number in range(frames):
        time.sleep(max(0.0, start + number / 20 - time.monotonic()))
        bytes_ = frame(number)
        if garbage and number % 5 == 4:
            bytes_ = b"\xff\x00\xaa\x55" + bytes_[:4] + bytes_
        if cut and number == frames - 1:
            bytes_ = bytes_[:4]
        try:
            os.write(master, bytes_)
        except BlockingIOError:
            pass  # nobody reads
    time.sleep(0.2)  # what was sent last is read before the plug is pulled


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("link", metavar="LINK")
    parser.add_argument("--frames", type=int, default=20 * 600, help="then it is unplugged (10 minutes)")
    parser.add_argument("--garbage", action="store_true", help="noise before every fifth frame")
    parser.add_argument("--cut", action="store_true", help="it is unplugged in the middle of the last frame")
    wish = parser.parse_args()
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    if os.path.islink(wish.link):
        os.unlink(wish.link)
    terminal = os.ttyname(slave)
    os.symlink(terminal, wish.link)
    if os.fork():
        return
    for stream in (0, 1, 2):  # so that who waits for our output does not wait for us
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    send(master, wish.frames, wish.garbage, wish.cut)
    if os.path.islink(wish.link) and os.readlink(wish.link) == terminal:
        os.unlink(wish.link)


if __name__ == "__main__":
    main()

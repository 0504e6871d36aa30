# SPDX-License-Identifier: GPL-3.0-or-later
"""A board that prints lines, on a pty:

    printer.py LINK RATE TEXT

The last line of TEXT is printed RATE times a second, what stands above it in front of every tenth:
{n} counts, {ms} is the board's clock, {tenth} is 49.1, 49.2 and so on, in tenths.
"""

import os
import pty
import sys
import time
import tty


def main(link, rate, text):
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    os.symlink(os.ttyname(slave), link)
    *header, row = text.split("\n")
    start, n = time.monotonic(), 0
    while True:
        values = {"n": n % 7, "ms": n * 1000 // rate, "tenth": f"{49 + n % 10 / 10:.1f}"}
        lines = [*(header if n % 10 == 0 else []), row.format(**values)]
        try:
            os.write(master, "".join(line + "\r\n" for line in lines).encode())
        except BlockingIOError:
            pass  # nobody listens
        n += 1
        time.sleep(max(0.0, start + n / rate - time.monotonic()))


main(sys.argv[1], int(sys.argv[2]), sys.argv[3])

# SPDX-License-Identifier: GPL-3.0-or-later
"""A board with a light sensor and a bell push on a pty: "light:N" five times a second and, for each SIGUSR1,
"press:N light:N" at once.

    bell.py LINK
"""

import signal
import sys

from line_port import LinePort

BEAT_S = 0.2


def main(link):
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    port, presses, n = LinePort(link), 0, 0
    while True:
        line = f"light:{300 + n % 50}"
        if signal.sigtimedwait({signal.SIGUSR1}, BEAT_S):
            presses += 1
            line = f"press:{presses} " + line
        port.write(line.encode() + b"\r\n")
        n += 1


if __name__ == "__main__":
    main(*sys.argv[1:])

# SPDX-License-Identifier: GPL-3.0-or-later
"""The device's end of a serial line: a pty whose other end is linked to from a path. What an
emulated device here knows comes from its data sheet, never from the daemon's sources."""

import os
import pty
import select
import time
import tty


class LinePort:
    """Also counts: `sent` and `heard` are bytes."""

    def __init__(self, link):
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        self.slave = slave  # kept open: else reading fails while nobody is there
        self.link = link
        self.sent = self.heard = 0
        if os.path.islink(link):
            os.unlink(link)
        os.symlink(os.ttyname(slave), link)

    def write(self, data):
        try:
            self.sent += os.write(self.master, data)
        except BlockingIOError:
            pass  # nobody listens

    def read(self, seconds):
        """What comes within so long, b"" when nothing does."""
        if not select.select([self.master], [], [], max(0.0, seconds))[0]:
            return b""
        data = os.read(self.master, 4096)
        self.heard += len(data)
        return data

    def drop(self):
        """What was written and nobody read is gone, as from a line."""
        import termios
        termios.tcflush(self.slave, termios.TCIFLUSH)


class Beat:
    """Instants one period apart that do not drift."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.next = time.monotonic()

    def left(self):
        return self.next - time.monotonic()

    def is_due(self):
        if self.left() > 0:
            return False
        self.next += self.seconds
        return True

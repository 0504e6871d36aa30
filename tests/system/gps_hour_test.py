#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A satellite receiver at a serial port tells a board of no network the hour, once it has a fix."""

import os
import pathlib
import sys
import tempfile
import threading
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

AHEAD_S = 40 * 86400  # of this machine's clock, so that nobody else can have told it
SENTENCE_S = 0.5      # what a sentence is good to


def sentence(body):
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}\r\n".encode()


class Receiver(threading.Thread):
    """Prints what it has each second, 150 ms behind it, at the far end of a pty."""

    def __init__(self, link):
        super().__init__(daemon=True)
        self.near, far = os.openpty()
        tty.setraw(far)
        link.symlink_to(os.ttyname(far))
        self.has_fix, self.over = False, threading.Event()

    def run(self):
        while not self.over.is_set():
            second = int(time.time()) + 1
            time.sleep(max(0, second + 0.15 - time.time()))
            when = time.gmtime(second + AHEAD_S)
            state = "A,3957.0000,N,11620.0000,E,0.1,0.0," if self.has_fix else "V,,,,,,,"
            body = f"GNRMC,{time.strftime('%H%M%S', when)}.00,{state}{time.strftime('%d%m%y', when)},,,A"
            try:
                os.write(self.near, sentence(body))
            except OSError:
                return


class Gps(unittest.TestCase):
    def test_it_tells_the_hour_when_it_has_a_fix(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        receiver = Receiver(folder / "gps")
        self.addCleanup(receiver.join, 5)
        self.addCleanup(receiver.over.set)
        board = daemon.Daemon(folder, [folder / "gps"])
        board.config.write_text(board.config.read_text().replace("wall_clock: system\n", ""))
        board.start().wait_ready()
        self.addCleanup(board.end)
        if board.get("clock")["source"]:
            self.skipTest("this machine's clock is told the hour")
        receiver.start()
        daemon.wait_for("the receiver", board.devices)
        time.sleep(4)
        self.assertIsNone(board.get("clock")["source"], "without a fix")
        receiver.has_fix = True
        clock = daemon.wait_for("the hour", lambda: board.get("clock")["source"] and board.get("clock"))
        self.assertEqual(clock["source"], "gps")
        self.assertAlmostEqual(clock["uncertainty_us"], SENTENCE_S * 1e6, delta=20000)
        wall = board.get("clock")["wall_us"] / 1e6
        # A busy machine prints late; how exact it is when it does not, tests/unit/nmea_test.c says.
        self.assertAlmostEqual(wall, time.time() + AHEAD_S, delta=30)


if __name__ == "__main__":
    unittest.main()

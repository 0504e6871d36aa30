#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""kill -9 in the middle of shipping, again and again, with answers lost besides: what the server has in
the end is what the board keeps, line for line; what came twice is the same to the byte. 8 kills; 200
with KITLOG_LONG=1."""

import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import badserver  # noqa: E402
import daemon  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
KILLS = 200 if os.environ.get("KITLOG_LONG") else 8


class ShipKill(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = badserver.BadServer()
        self.server.start()
        self.addCleanup(self.server.stop)
        self.kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", "200",
                                     "--link", folder / "tty"])
        self.addCleanup(self.kit.wait)
        self.addCleanup(self.kit.kill)
        self.board = daemon.Daemon(
            folder, [folder / "tty"],
            "sinks:\n  - {name: school, kind: influxdb1, url: 'http://127.0.0.1:"
            f"{self.server.port}', database: kitlog}}\n")
        self.addCleanup(self.board.end)

    def kept(self):
        """What is on the card, as it is shipped."""
        stream = self.board.devices()[0]["streams"][0]["id"]
        return self.board.fetch(f"export?stream={stream}&format=lp").decode().splitlines()

    def test_the_server_has_what_the_board_keeps_and_nothing_else(self):
        seed = int(os.environ.get("KITLOG_SEED", random.randrange(1 << 32)))
        print(f"KITLOG_SEED={seed} kills {KILLS}")
        chance = random.Random(seed)
        for kill in range(KILLS):
            before = len(self.server.lines())
            if kill % 2:
                self.server.set_rules([{"do": "reset", "keep": True, "times": 1}])
            self.board.start()
            daemon.wait_for("lines at the server", lambda: len(self.server.lines()) > before)
            time.sleep(chance.uniform(0, 1.5))
            self.board.end(signal.SIGKILL)
        self.server.set_rules([])
        self.board.start().wait_ready().wait_device()
        self.kit.terminate()
        self.kit.wait()
        daemon.wait_for("all lines at the server",
                        lambda: set(self.kept()) == set(self.server.lines()))
        lines = self.server.lines()
        points = collections.defaultdict(set)
        for line in lines:
            series, _, stamp = line.split(" ")
            points[series, stamp].add(line)
        self.assertEqual([same for same in points.values() if len(same) > 1], [],
                         "a point came again, but not the same")
        self.assertEqual(len(points), len(self.kept()))
        print(f"{len(points)} points in {len(lines)} lines")
        self.assertGreater(len(lines), len(points), "no kill came in the middle: nothing was tried")


if __name__ == "__main__":
    for program, name in ((VIRTUAL, "kitlog-virtual"), (daemon.PROGRAM, "kitlogd")):
        if not program or not os.path.exists(program):
            print(f"skipped: {name} is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

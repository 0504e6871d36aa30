#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""One bad morning of a server, with the whole daemon at its usual pace: it refuses the key, asks to slow
down, finds requests too large, poisons one line, stops in the middle of an answer, and resets
connections. Nothing is lost, nothing is there twice, and `kitlog sink` says each time in one sentence
what is the matter. (flow/ship_*_test.c have each trouble by itself, and many more.)"""

import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import badserver  # noqa: E402
import daemon  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
KITLOG = os.environ.get("KITLOG", "")
HOLD = 60  # seconds from a refusal until kitlogd looks again
STALL = 30  # seconds without progress until it gives a request up


class BadMorning(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.server = badserver.BadServer()
        self.server.start()
        self.addCleanup(self.server.stop)
        self.kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", "100",
                                     "--link", self.folder / "tty"])
        self.addCleanup(self.kit.wait)
        self.addCleanup(self.kit.kill)
        (self.folder / "secret").write_text("wrong\n")
        self.board = daemon.Daemon(
            self.folder, [self.folder / "tty"],
            "sinks:\n  - {name: school, kind: influxdb1, url: 'http://127.0.0.1:"
            f"{self.server.port}', database: kitlog, user: board, "
            f"secret: {self.folder / 'secret'}}}\n")
        self.addCleanup(self.board.end)

    def said(self):
        """What `kitlog sink` prints."""
        return subprocess.run([KITLOG, "--board", f"127.0.0.1:{self.board.port}", "sink"],
                              env=os.environ | {"LC_ALL": "C", "LANGUAGE": ""}, text=True,
                              capture_output=True, check=True).stdout

    def wait_said(self, sentence, seconds=30):
        def is_said():
            words = self.board.get("sinks")["sinks"][0]["sentence"]
            return words and sentence in words["en"]
        daemon.wait_for(f"\"{sentence}\"", is_said, seconds)
        text = self.said()
        self.assertEqual(text.count("school:"), 1, text)
        self.assertIn(sentence, text)
        print(text.strip())

    def wait_taken(self, more, seconds):
        """Until the server has taken so many more lines."""
        wanted = len(self.server.lines()) + more
        daemon.wait_for("lines at the server", lambda: len(self.server.lines()) >= wanted, seconds)

    def test_nothing_is_lost_and_nothing_is_there_twice(self):
        server = self.server
        self.board.start().wait_ready().wait_device()
        self.wait_taken(100, 30)

        server.set_rules([{"do": "status", "code": 401,
                           "body": '{"error":"authorization failed"}'}])
        self.wait_said("the server refuses our key (401); put the right password into "
                       f"{self.folder / 'secret'}")
        server.set_rules([{"do": "status", "code": 429, "headers": {"Retry-After": "3"},
                           "times": 1}])
        self.wait_said("the server asks us to slow down (429)", HOLD + 15)
        server.set_rules([{"do": "too_large", "bytes": 5000}])
        self.wait_said("the server refuses large requests (413)", 30)
        self.wait_taken(500, 60)

        poisoned = self.poison()
        self.wait_said("the server refused some readings (400")
        server.set_rules([{"do": "hang", "times": 2}])  # the second one shows the first one's sentence
        self.wait_said("does not finish its answer", STALL + 30)
        self.wait_taken(500, STALL + 60)
        server.set_rules([{"do": "reset", "times": 2}, {"do": "status", "code": 503, "times": 2}])
        self.wait_taken(500, 60)
        server.stop()
        self.wait_said("cannot reach 127.0.0.1:")
        server.start()
        self.wait_taken(500, 90)
        self.kit.terminate()
        self.kit.wait()
        daemon.wait_for("everything at the server", self.is_delivered, 60)
        self.check(poisoned)

    def poison(self):
        """One row that is still to come offends the server; returns its number."""
        number = self.rows()[-1] + 400
        self.server.set_rules([{"do": "poison", "pattern": f"ramp={number}[ ,]"}])
        return number

    def rows(self):
        return [int(re.search(r"ramp=(\d+)[ ,]", line)[1]) for line in self.server.lines()]

    def is_delivered(self):
        stream = self.board.devices()[0]["streams"][0]["id"]
        kept = self.board.fetch(f"export?stream={stream}&format=lp").decode().count(",ramp=")
        return self.board.get("status")["store"]["pending_rows"] == 0 and \
            len(set(self.rows())) + 1 == kept

    def check(self, poisoned):
        rows = self.rows()
        last = max(rows)
        print(f"{len(rows)} rows, poisoned {poisoned}, answers {self.server.stats()['answers']}")
        times = collections.Counter(rows + [poisoned])
        self.assertEqual([n for n in range(min(rows), last + 1) if n not in times], [], "lost")
        self.assertEqual([n for n in times if times[n] > 1], [], "twice")
        self.assertGreater(last - min(rows), 10000)
        quarantine = self.board.get("sinks/school/quarantine")
        self.assertEqual([line["status"] for line in quarantine["lines"]], [400])
        self.assertIn(f"ramp={poisoned} ", quarantine["lines"][0]["line"])
        agents = self.server.stats()["agents"]
        self.assertEqual(len(agents), 1)
        self.assertRegex(agents[0], r"^kitlog/\d+\.\d+\.\d+$")
        said = self.board.said()
        self.assertNotIn("ramp=", said, "no reading in the log")
        self.assertLess(said.count("\n"), 60, "changes are logged, not repetitions")


if __name__ == "__main__":
    for program, name in ((VIRTUAL, "kitlog-virtual"), (KITLOG, "kitlog"),
                          (daemon.PROGRAM, "kitlogd")):
        if not program or not os.path.exists(program):
            print(f"skipped: {name} is not built")
            sys.exit(77)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: it reads what drain_test.py, which ran before it, has read from one.
"""While weeks of backlog drain, rows that are recorded meanwhile are soon at the browsers and at the server, and
with KITLOG_LONG=1 50 000 samples a second go out. Skipped where even `cat` was slow (latency_test.py): such a
machine tells nothing."""

import json
import sys
import unittest

import drain_test as drain

LIVE_MS = 250.0  # 99 of 100, at the browsers
BUSY_MS = 100.0  # of `cat`
SERVER_S = 5.0  # how old the newest row at the server may be, of a commit each second


class Clock(unittest.TestCase):
    def test_the_promises_of_the_clock(self):
        self.assertLess(figures["live_ms"], LIVE_MS)
        self.assertLess(figures["first_s"], SERVER_S)
        self.assertLess(figures["server_s"], SERVER_S)
        if figures["per_s"] is not None:
            self.assertGreater(figures["per_s"], drain.PROMISE_PER_S)


if __name__ == "__main__":
    if not drain.FIGURES.exists():
        print("skipped: drain_test.py has measured nothing here")
        sys.exit(77)
    figures = json.loads(drain.FIGURES.read_text())
    print(figures)
    if figures["cat_ms"] > BUSY_MS:
        print("skipped: this machine is too busy to judge by; run it when nothing else runs")
        sys.exit(77)
    unittest.main(verbosity=2)

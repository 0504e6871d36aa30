#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPIO in the test machine: each injected edge comes, in order, stamped when it happened."""

import time
import unittest

import machine
from edges import Edges, GpioSim

LATE_NS = 200_000


class Injection(unittest.TestCase):
    def check(self, edges, injected):
        """Each edge is there, and its stamp lies within the call that caused it, or just behind."""
        self.assertEqual([(e.line, e.level) for e in edges], [(i.line, i.level) for i in injected])
        self.assertEqual([e.seqno for e in edges], list(range(1, len(edges) + 1)))
        late = [max(0, e.stamp - i.after) for e, i in zip(edges, injected)]
        early = [i.before - e.stamp for e, i in zip(edges, injected) if e.stamp < i.before]
        self.assertEqual(early, [])
        self.assertLess(max(late), LATE_NS)

    def test_edges_of_two_gates_come_in_order_at_their_instants(self):
        chip = GpioSim(self, names=["gate-a", "gate-b"])
        reader = Edges(self, chip.path, [0, 1])
        wanted = [(ms * 1_000_000, place, level) for ms, place, level in
                  ((0, 0, 1), (12, 0, 0), (40, 1, 1), (52, 1, 0), (60, 0, 1), (61, 1, 1))]
        start = time.monotonic_ns() + 300_000_000
        process = chip.start_injection("--at", start, lines=[0, 1], edges=wanted)
        edges, injected = reader.take_until(len(wanted)), chip.injected(process, [0, 1])
        self.check(edges, injected)
        for (offset, _, _), made in zip(wanted, injected):  # never early
            self.assertGreaterEqual(made.before, start + offset)

    def test_a_kilohertz_burst_is_complete(self):
        chip = GpioSim(self)
        reader = Edges(self, chip.path, [0])
        process = chip.start_injection("--burst", 2000, 10000)
        edges, injected = reader.take_until(10000), chip.injected(process)
        self.assertEqual(len(injected), 10000)
        self.check(edges, injected)

    def test_a_chip_goes_and_comes_back(self):
        chip = GpioSim(self)
        for _ in range(3):
            chip.unplug()
            with self.assertRaises(OSError):
                Edges(self, chip.path, [0])
            chip.plug()
            reader = Edges(self, chip.path, [0])
            chip.set(0, 1)
            self.assertEqual([e.level for e in reader.take_until(1)], [1])
            reader.close()


if __name__ == "__main__":
    machine.main(__file__, 120)

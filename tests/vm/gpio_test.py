#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPIO kits in the daemon, against edges injected at known instants; the same with libgpiod 1.6 of
this system and libgpiod 2 of Debian 13. A program that never rests is the load.

When the kernel raised an edge is known to the call that moved the line, which begins and ends at known
instants: the truth is its middle, give or take half of it, which is told beside."""

import contextlib
import csv
import math
import os
import sqlite3
import subprocess
import unittest

import machine
from edges import GpioSim
from inside import HotPlugDaemon, debian13, kitlogd, wait_for
import gravity  # of tests/support, where `inside` looks

CROSSINGS = 1200 if os.environ.get("KITLOG_LONG") else 120
# Where it is unclear who passes, the kit waits for a pause longer than its timeout.
GROUP, PAUSE_MS = 10, 2100
CALM_NS = 1_000_000  # some times what these kits take for chatter
DROPS, DROP_PAUSE_S = 12, 1.5  # longer than the kit's timeout
PULSES_S = 60 if os.environ.get("KITLOG_LONG") else 5
PULSE_HZ = 1000


def crossings():
    """[(offset in ns, gate, level)]: a flag goes through gate 0, then 1, each time slower."""
    for number in range(CROSSINGS):
        start, flag, way = number * 120 + number // GROUP * PAUSE_MS, 4 + number % 9, 20 + number % 60
        for at, gate, level in ((0, 0, 1), (flag, 0, 0), (way, 1, 1), (way + flag, 1, 0)):
            yield (start + at) * 1_000_000, gate, level


def quantile(values, part):
    return sorted(values)[math.ceil(part * len(values)) - 1]


def give_way():
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def middle(injected):
    return (injected.before + injected.after) / 2


class Gpio:
    counts_all = True  # the library says how many edges are missing; else only that some are

    def command(self):
        raise NotImplementedError

    def start(self, kit, lines, is_loaded=True):
        """The daemon with that kit at pins 0, 1, ... of a simulated chip, at rest."""
        self.chip = GpioSim(self)
        pins = ", ".join(f"{{id: {line}, pin: {pin}}}" for pin, line in enumerate(lines))
        self.daemon = HotPlugDaemon(
            self, f"gpio:\n  - {{kit: {kit}, chip: sim0, lines: [{pins}]}}\n", self.command())
        self.daemon.start().wait_ready()
        (device,) = wait_for(kit, lambda: [d for d in self.daemon.devices() if d["kit"] == kit])
        for pin in range(len(lines)):
            self.chip.wait_held(pin)
            self.chip.set(pin, 0)
        # The clock counts instructions: without any it would follow the host's. What gives way to
        # everybody is no load, and lets it count.
        load = subprocess.Popen(["sh", "-c", "while :; do :; done"],
                                preexec_fn=None if is_loaded else give_way)
        self.addCleanup(load.wait)
        self.addCleanup(load.kill)
        return device

    def rows(self, device):
        """[(stamp in ns of CLOCK_MONOTONIC, {channel: value})] to the nanosecond, as they are exported
        when all is on the card."""
        (stream,) = device["streams"]
        text = self.daemon.fetch(f"export?stream={stream['id']}&from_us=0").decode("utf-8-sig")
        rows = list(csv.reader(text.splitlines()))[1:]
        with contextlib.closing(sqlite3.connect(self.daemon.data / "kitlog.db")) as store:
            ((base_ns,),) = store.execute("SELECT base_ns FROM boot").fetchall()
        names = [channel["id"] for channel in stream["channels"]]
        rows = [(self.read_ns(row[0]) - base_ns, row[2:]) for row in rows]
        self.assertEqual([cells for _, cells in rows if cells[len(names)]], [], "gaps")
        return [(stamp, {name: float(cell) for name, cell in zip(names, cells) if cell})
                for stamp, cells in rows]

    def undisturbed(self, injected, size, group=1):
        """Parts of so many edges, but those with edges that came too near to each other to be anything
        but chatter, and those behind such a one in its group of parts: a busy host lets the machine stand
        still, and then do at once what was due."""
        parts, good, is_calm = [injected[i:i + size] for i in range(0, len(injected), size)], [], True
        for place, part in enumerate(parts):
            is_calm = (is_calm or place % group == 0) and all(
                b.before - a.after > CALM_NS for a, b in zip(part, part[1:]))
            good += [part] if is_calm else []
        print(f"{len(good)} of {len(parts)} are not disturbed by the host", flush=True)
        if len(good) < len(parts) / 2:
            self.skipTest("this host is too busy to inject edges at their instants")
        return good

    @staticmethod
    def read_ns(text):
        """"12.000000345": no double has so many digits."""
        whole, _, fraction = text.partition(".")
        return int(whole) * 1_000_000_000 + int(fraction.ljust(9, "0"))

    def stated_ns(self, device):
        """How far off its stamps may be (95 %), as the daemon says."""
        (now,) = [d for d in self.daemon.devices() if d["id"] == device["id"]]
        return now["health"]["uncertainty_us"] * 1000

    def told(self, what, errors, brackets):
        """Prints, and returns, the 99th percentile."""
        p99 = quantile(errors, 0.99)
        print(f"{self.id().split('.')[1]}: {what}: p50 {quantile(errors, 0.5) / 1000:.1f} us, "
              f"p95 {quantile(errors, 0.95) / 1000:.1f} us, p99 {p99 / 1000:.1f} us, of {len(errors)}; "
              f"truth known to ± {quantile(brackets, 0.5) / 1000:.1f} us (p50), "
              f"± {quantile(brackets, 0.99) / 1000:.1f} us (p99)", flush=True)
        return p99

    def check_crossings(self, is_loaded):
        device = self.start("photogates-two", ["gate1", "gate2"], is_loaded)
        process = self.chip.start_injection(lines=[0, 1], edges=list(crossings()))
        injected = self.chip.injected(process, [0, 1])
        rows = self.rows(device)
        stamps, intervals, around, between, beyond = [], [], [], [], []
        for enter, _, far, leave in self.undisturbed(injected, 4, GROUP):
            near = [(abs(stamp - middle(leave)), stamp, row) for stamp, row in rows]
            _, stamp, row = min(near, key=lambda one: one[0])
            time_ns = row["time"] * 1e9
            stamps.append(abs(stamp - middle(leave)))
            around.append((leave.after - leave.before) / 2)
            intervals.append(abs(time_ns - (middle(far) - middle(enter))))
            between.append((far.after - far.before + enter.after - enter.before) / 2)
            beyond.append(max(stamp - leave.after, leave.before - stamp, 0))
        of = "under load" if is_loaded else "at rest"
        # What is stated (95 %) holds as often as it must, and here in 99 of 100 cases.
        stated = self.stated_ns(device)
        self.assertLess(self.told(f"stamps {of}", stamps, around), stated)
        self.assertLess(self.told(f"intervals {of}", intervals, between), stated)
        hits, n = sum(value <= stated for value in beyond), len(beyond)
        self.assertTrue(hits >= 0.95 * n or gravity.odds(hits, n, 0.95) > 1e-3, f"{hits} of {n}")

    def test_intervals_of_two_gates_at_rest(self):
        self.check_crossings(is_loaded=False)

    def test_intervals_of_two_gates_under_load(self):
        self.check_crossings(is_loaded=True)

    def inject(self, edges, size):
        """[(s, is blocked)] to gate 0, in groups of so many."""
        process = self.chip.start_injection(edges=[(round(at * 1e9), 0, int(is_blocked))
                                                   for at, is_blocked in edges])
        return self.undisturbed(self.chip.injected(process), size)

    @staticmethod
    def begins(group):
        """The instants of the beginnings, in s, and how far off that may be at most."""
        begins = [edge for edge in group if edge.level]
        return [middle(edge) / 1e9 for edge in begins], max(e.after - e.before for e in begins) / 2e9

    def test_g_of_falls_is_within_its_uncertainty(self):
        """Of the edges as they came, which is what a perfect clock would have made of them."""
        device = self.start("picket-fence", ["gate"])
        drops = self.inject([(1 + drop * DROP_PAUSE_S + at, is_blocked) for drop in range(DROPS)
                             for at, is_blocked in gravity.fence_edges(gravity.STANDARD, 0.3 + drop / 20)],
                            2 * gravity.BARS)
        rows = [(stamp / 1e9, row["position"]) for stamp, row in self.rows(device) if "position" in row]
        u, hits = self.stated_ns(device) / 1e9, 0
        for drop in drops:
            came, within = self.begins(drop)
            mine = [row for row in rows if -0.5 < row[0] - came[0] < came[-1] - came[0] + 0.5]
            stamps, ways = zip(*mine)
            self.assertEqual([round(way / gravity.BAR) for way in ways], list(range(gravity.BARS)))
            fit = gravity.fit_fence(stamps, ways, u)
            true = gravity.fit_fence(came, ways, within)
            hits += abs(fit.g - true.g) <= fit.u + true.u
            print(f"fall: g {fit.g:.4f} ± {fit.u:.4f} of stamps, {true.g:.4f} ± {true.u:.4f} of the edges",
                  flush=True)
        self.assertGreater(gravity.odds(hits, len(drops), 0.95), 1e-3)

    def test_g_of_a_pendulum_is_within_its_uncertainty(self):
        device = self.start("pendulum-gate", ["gate"])
        edges = [(1 + at, is_blocked) for at, is_blocked in gravity.pendulum_edges(gravity.STANDARD)]
        (swings,) = self.inject(edges, len(edges))
        came, within = self.begins(swings)
        rows = [(stamp / 1e9, row["count"]) for stamp, row in self.rows(device) if "count" in row]
        stamps, counts = zip(*rows)
        self.assertEqual(list(counts), list(range(1, gravity.PERIODS + 1)))
        fit = gravity.fit_pendulum(stamps, counts, self.stated_ns(device) / 1e9)
        true = gravity.fit_pendulum(came[2::2], counts, within)
        print(f"pendulum: g {fit.g:.6f} ± {fit.u:.6f} of stamps, {true.g:.6f} ± {true.u:.6f} of the edges",
              flush=True)
        self.assertLess(abs(fit.g - true.g), 2 * fit.u + true.u)

    def test_pulses_of_1_khz_are_counted_to_the_last_or_the_loss_is_told(self):
        device = self.start("pulse-counter", ["pulse"])
        number = PULSES_S * PULSE_HZ
        process = self.chip.start_injection("--burst", 2 * PULSE_HZ, 2 * number)
        self.assertEqual(len(self.chip.injected(process)), 2 * number)

        def counted():
            (now,) = [d for d in self.daemon.devices() if d["id"] == device["id"]]
            channels = {c["id"]: c["last"] for s in now["streams"] for c in s["channels"]}
            return channels["count"], now["health"]["lost_rows"], channels["rate"]
        # when a second without pulses is over, all are counted
        count, lost, _ = wait_for("the end", lambda: (now := counted())[2] == 0 and now)
        print(f"{number} pulses, {count:.0f} counted, {lost} told as lost", flush=True)
        if self.counts_all:
            self.assertEqual((count, lost), (number, 0))
        else:
            self.assertTrue(count == number or lost, "a loss must be told")


class WithThisSystem(Gpio, unittest.TestCase):
    def command(self):
        self.counts_all = not os.path.exists("/usr/lib/x86_64-linux-gnu/libgpiod.so.2")
        return kitlogd()


class WithDebian13(Gpio, unittest.TestCase):
    def command(self):
        return debian13(self)


if __name__ == "__main__":
    machine.main(__file__, 900, needs=machine.debian13, is_steady=True)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPIO kits in the daemon, against edges injected at known instants; the same with libgpiod 1.6 of
this system and libgpiod 2 of Debian 13. A program that never rests is the load."""

import os
import subprocess
import unittest

import machine
from edges import GpioSim
from inside import HotPlugDaemon, debian13, kitlogd, wait_for

STAMP_NS = 200_000
CROSSINGS = 100
PULSES_S = 60 if os.environ.get("KITLOG_LONG") else 5
PULSE_HZ = 1000


def crossings():
    """[(offset in ns, gate, level)]: a flag goes through gate 0, then 1, each time slower."""
    for number in range(CROSSINGS):
        start, flag, way = number * 150, 4 + number % 9, 20 + number % 60
        for at, gate, level in ((0, 0, 1), (flag, 0, 0), (way, 1, 1), (way + flag, 1, 0)):
            yield (start + at) * 1_000_000, gate, level


class Gpio:
    counts_all = True  # the library says how many edges are missing; else only that some are

    def command(self):
        raise NotImplementedError

    def start(self, kit, lines):
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
        load = subprocess.Popen(["sh", "-c", "while :; do :; done"])
        self.addCleanup(load.wait)
        self.addCleanup(load.kill)
        return device

    def rows(self, stream, number):
        """[(stamp in ns, {channel: value})], when so many have come to the card."""
        def fetch():
            return self.daemon.get(f"streams/{stream['id']}/columns?columns=4000")
        try:
            wait_for(f"{number} rows", lambda: len(fetch()["t_us"]) >= number)
        except AssertionError:
            pass  # how many there are says more
        answer = fetch()
        self.assertEqual(len(answer["t_us"]), number, answer["gaps"])
        self.assertTrue(answer["is_raw"])
        names = [channel["id"] for channel in stream["channels"]]
        columns = [channel["mean"] if "mean" in channel else channel["y"]
                   for channel in answer["channels"]]
        return [(t_us * 1000, dict(zip(names, values)))
                for t_us, *values in zip(answer["t_us"], *columns)]

    def test_crossings_come_complete_and_stamped_within_200_us(self):
        (stream,) = self.start("photogates-two", ["gate1", "gate2"])["streams"]
        wanted = list(crossings())
        process = self.chip.start_injection(lines=[0, 1], edges=wanted)
        injected = self.chip.injected(process, [0, 1])
        rows = self.rows(stream, CROSSINGS)
        first = injected[3]
        for number, (stamp, row) in enumerate(rows):
            enter, _, far, leave = injected[4 * number:4 * number + 4]
            time_ns = row["time"] * 1e9
            self.assertGreater(time_ns, far.before - enter.after - STAMP_NS)
            self.assertLess(time_ns, far.after - enter.before + STAMP_NS)
            since = stamp - rows[0][0]
            self.assertGreater(since, leave.before - first.after - STAMP_NS)
            self.assertLess(since, leave.after - first.before + STAMP_NS)

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
    machine.main(__file__, 600, needs=machine.debian13)

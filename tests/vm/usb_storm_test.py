#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""USB kits whose plugs are pulled again and again: one, some, all nine at once, in the middle of a report, of a
handshake, of being found, while the daemon stands still or its sense thread gets no time. Each is the same device with
the same sticker and streams each time, each unplugging of one that recorded is a gap with its reason, no row that was
told to be on the card is missing, none was never sent, stamps rise, and nothing leaks.

36 unpluggings; 1 000 with KITLOG_LONG=1. KITLOG_REPLUGS says another number, KITLOG_SECONDS when to begin no more, by
a clock outside. KITLOG_SEED repeats what is drawn, not when the kernel does what. An emulated processor is slow: udevd
has no more rules than a kit needs, and kitlogd is not asked but listened to. How long a kit takes to record again is
told here and judged, for one at a time, in usb_test.py."""

import bisect
import collections
import csv
import io
import json
import os
import pathlib
import random
import select
import shutil
import signal
import subprocess
import time
import unittest

import machine
from inside import Gadget, HotPlugDaemon
from usb_test import KITS

import events  # of tests/support, which inside.py has put into the path

UNPLUGS = int(os.environ.get("KITLOG_REPLUGS", 1000 if os.environ.get("KITLOG_LONG") else 36))
SECONDS = float(os.environ.get("KITLOG_SECONDS", "inf"))
LATE_S = 30.0
WARM = 3  # rounds, after which the daemon has what it will ever need
GROWTH_KB = 2048
IN_FLIGHT = 4  # transfers of the daemon's that a report may have landed in before it hears of the plug
STAMP_US = 2  # a row's stamp is told in whole microseconds, and kept finer


def outside_s():
    """The machine's own clock stands still when it does; that of its hardware goes on."""
    return int(pathlib.Path("/sys/class/rtc/rtc0/since_epoch").read_text())


def now_us():
    return time.monotonic_ns() // 1000


class Kit:
    """One plug, and what the board told of what hangs there."""

    def __init__(self, test, name, udc):
        self.name = name
        self.kit, gadget, words, self.values = KITS[name]
        self.gadget = Gadget(test, gadget, udc=udc, **words)
        self.plugged_us, self.rows, self.in_flight = 0, 0, 0
        self.pulled, self.recorded = 0, 0  # how often, and of these surely while it recorded
        self.took = []

    def plug(self, in_flight=0):
        """So many reports of before may be heard after this."""
        self.plugged_us, self.rows, self.in_flight = now_us(), 0, in_flight
        self.gadget.plug()

    def unplug(self):
        self.pulled += 1
        self.recorded += self.rows > self.in_flight
        self.gadget.unplug()

    def has_rows(self, stamps_us):
        """Which of these are of this plugging in?"""
        new = [stamp_us for stamp_us in stamps_us if stamp_us > self.plugged_us]
        if new and not self.rows:
            self.took.append((new[0] - self.plugged_us) / 1e6)
        self.rows += len(new)


def spare_udevd():
    """Leaves it the rules that give nodes their owners."""
    rules = pathlib.Path("/usr/lib/udev/rules.d")
    kept = (rules / "50-udev-default.rules").read_text()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", rules], check=True)
    (rules / "50-udev-default.rules").write_text(kept)
    shutil.copy(pathlib.Path(os.environ["KITLOG_SOURCE"], "tools", "udev", "70-kitlog.rules"), rules)
    subprocess.run(["udevadm", "control", "--reload"], check=True)


class UsbStorm(unittest.TestCase):
    def setUp(self):
        spare_udevd()
        self.seed = int(os.environ.get("KITLOG_SEED", random.randrange(1 << 32)))
        self.chance = random.Random(self.seed)
        self.board = HotPlugDaemon(self).start().wait_ready()
        self.reader = events.Events(self.board.port)
        self.addCleanup(self.reader.close)
        self.kits = [Kit(self, name, udc) for udc, name in enumerate(KITS)]
        self.devices, self.durable_us = [], 0  # as told last
        self.by_stream, self.told = {}, collections.defaultdict(list)

    def turn(self, seconds=0.2):
        """What the board tells meanwhile. It is not asked: asking all the time is work for the one processor."""
        if not select.select([self.reader], [], [], seconds)[0]:
            return
        for event in self.reader.take():
            if event.name == "devices":
                self.devices = event.data["devices"]
            elif event.name == "health":
                self.durable_us = event.data["store"]["durable_us"]
            for part in event.data if event.name == "rows" else ():
                if "y" in part:  # whole rows; what comes too fast is told as its least and most
                    self.told[part["s"]] += part["t"]
                if kit := self.by_stream.get(part["s"]):
                    kit.has_rows(part["t"])

    def until(self, what, test, seconds=LATE_S):
        deadline = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), deadline, f"{what()}\n{self.board.said()[-3000:]}")
            self.turn()

    def pause(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.turn(left)

    def until_all_record(self, kits):
        self.until(lambda: f"no row of {[kit.name for kit in kits if not kit.rows]} (seed {self.seed}), "
                   f"{[(d['kit'], d['state'], d['port'], d['health']) for d in self.board.devices()]}",
                   lambda: all(kit.rows for kit in kits))

    def identities(self):
        return {device["id"]: (device["sticker"], device["identity"], device["kit"],
                               tuple(stream["id"] for stream in device["streams"]))
                for device in self.devices}

    def learn(self):
        """Plugs one after the other in, for the first time: which device is whose."""
        for kit in self.kits:
            known = self.identities()
            kit.plug()
            self.until(lambda: f"no row of {kit.name}", lambda: any(
                device["id"] not in known and any(self.told[stream["id"]] for stream in device["streams"])
                for device in self.devices))
            (device,) = set(self.identities()) - set(known)
            _, _, name, streams = self.identities()[device]
            self.assertEqual(name, kit.kit)
            for stream in streams:
                self.by_stream[stream] = kit
            print(f"{kit.name}: {(now_us() - kit.plugged_us) / 1e6:.1f} s", flush=True)
        self.until_all_record(self.kits)

    def starve(self, is_starved):
        """Main goes on and the sense thread only when nobody else wants to: it hears late that a plug is out."""
        for task in pathlib.Path(f"/proc/{self.board.process.pid}/task").iterdir():
            if (task / "comm").read_text().strip() == "sense":
                os.sched_setscheduler(int(task.name), os.SCHED_IDLE if is_starved else os.SCHED_FIFO,
                                      os.sched_param(0 if is_starved else 20))

    def round(self, most):
        """Pulls some out at once, and plugs them in; of these some are pulled out again before they record."""
        way = self.chance.choice(["well", "starved", "stopped"])
        self.starve(way == "starved")
        kits = self.chance.sample(self.kits, min(most, self.chance.choice([1, 2, 4, 9, 9, 9])))
        again = self.chance.sample(kits, min(most - len(kits), self.chance.choice([0, 0, len(kits) // 2])))
        self.pause(self.chance.choice([0, 0, 0.05, 0.3]))
        if way == "stopped":
            self.board.process.send_signal(signal.SIGSTOP)
        for kit in kits:
            kit.unplug()
        self.pause(self.chance.choice([0, 0, 0.02, 0.5]))
        in_flight = 0 if way == "well" else IN_FLIGHT
        for kit in again:
            kit.plug(in_flight)
        self.pause(self.chance.uniform(0, 1.5))
        for kit in again:
            kit.unplug()
        for kit in kits:
            kit.plug(in_flight)
        self.board.process.send_signal(signal.SIGCONT)
        self.until_all_record(kits)
        return len(kits) + len(again)

    def test_whatever_is_pulled_out_comes_back_as_it_was(self):
        print(f"KITLOG_SEED={self.seed} unpluggings {UNPLUGS}", flush=True)
        self.learn()
        before, weights, done, begin = self.identities(), [], 0, time.monotonic()
        outside = outside_s()
        while done < UNPLUGS and outside_s() - outside < SECONDS:
            done += self.round(UNPLUGS - done)
            weights.append(self.board.weight())
            # Also of those whose identity another one had for a moment: no device more than there are kits.
            self.assertEqual(self.identities(), before, f"the same devices, stickers and streams (seed {self.seed})")
            if len(weights) % 5 == 0:
                print(f"{done} unplugged, {time.monotonic() - begin:.0f} s, {outside_s() - outside} s outside, "
                      f"{weights[-1]}", flush=True)
        seconds, end_us = time.monotonic() - begin, now_us()
        self.until(lambda: "not all on the card", lambda: self.durable_us > end_us)
        gaps, rows = zip(*map(self.check, self.kits))
        took = sorted(one for kit in self.kits for one in kit.took)
        warm = weights[min(WARM, len(weights) - 1):]
        print(json.dumps({
            "unplugged": done, "while_recording": sum(kit.recorded for kit in self.kits), "gaps": sum(gaps),
            "rounds": len(weights), "rows": sum(rows), "seconds": round(seconds),
            "again_s": {"p50": round(took[len(took) // 2], 1), "p95": round(took[len(took) * 95 // 100], 1)},
            "descriptors": [warm[0][0], warm[-1][0]], "rss_kb": [warm[0][1], warm[-1][1]]}), flush=True)
        self.assertLess(min(n for n, _ in warm[-3:]) - min(n for n, _ in warm[:3]), 3, "open descriptors")
        self.assertLess(warm[-1][1] - warm[0][1], GROWTH_KB, "kB of memory")

    def check(self, kit):
        """What is kept of a kit: how many gaps, how many rows."""
        gaps, rows = set(), 0
        for stream in (stream for stream, whose in self.by_stream.items() if whose is kit):
            rows += self.check_rows(kit, stream)
            told = self.board.get(f"streams/{stream}/columns?from_us=0&columns=1")["gaps"]
            gaps = max(gaps, {gap["from_us"] for gap in told if gap["reason"] == "unplugged"}, key=len)
        self.assertGreaterEqual(len(gaps), kit.recorded, f"{kit.name}: a gap for each unplugging")
        self.assertLessEqual(len(gaps), kit.pulled, f"{kit.name}: a gap for each unplugging")
        return len(gaps), rows

    def check_rows(self, kit, stream):
        text = self.board.fetch(f"export?stream={stream}&format=csv&stamps=live").decode("utf-8-sig")
        head, *lines = csv.reader(io.StringIO(text))
        n = head.index("gap")
        lines = [line for line in lines if any(line[2:n]) and not line[n]]
        stamps = [round(float(line[0]) * 1e6) for line in lines]
        self.assertTrue(all(a < b for a, b in zip(stamps, stamps[1:])), f"{kit.name}: stamps rise")
        # A gadget measures the same all the time.
        said = [{float(line[column]) for line in lines if line[column]} for column in range(2, n)]
        self.assertTrue(all(len(values) <= 1 for values in said), (kit.name, said))
        for sent in kit.values.values() if lines else ():
            self.assertTrue(any(abs(value - sent) < 0.01 for values in said for value in values), (kit.name, said))
        self.check_told(kit, self.told[stream], stamps)
        return len(stamps)

    def check_told(self, kit, told, stamps):
        """What was shown, and is on the card by what the board said, is there."""
        for stamp_us in told:
            at = bisect.bisect_left(stamps, stamp_us - told[0] - STAMP_US)
            self.assertTrue(at < len(stamps) and stamps[at] <= stamp_us - told[0] + STAMP_US,
                            f"{kit.name}: the row of {stamp_us} is missing")


if __name__ == "__main__":
    machine.main(__file__, 7200 if os.environ.get("KITLOG_LONG") else 1100, is_steady=True, shift=machine.BOARD_SHIFT)

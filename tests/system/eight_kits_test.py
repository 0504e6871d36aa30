#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise: of eight kits of different kinds at once nothing is unaccounted for: what each sent is in the
store once, or counted as bad or lost. Kits that flood, drip or lie beside them change nothing of that,
and neither memory nor descriptors grow when kits are unplugged and come back.

Every reading is a number that counts (tests/support/emulate/counted.py, which writes down what it sent).
30 s; with KITLOG_LONG=1 ten minutes. Prints how late the sense thread woke and each kit's account."""

import csv
import io
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
WATCH = 600.0 if os.environ.get("KITLOG_LONG") else 30.0  # seconds of counting; a third with the unruly
SETTLE = 5.0  # a beat of health, the slowest kit's pause, a row's way to the store
RAMP = 30000  # where the virtual kit's counter begins again

POLLED = ("weather", "panel", "co2")  # an answer that comes too late is no reading: it counts as bad
# kind: what the configuration says of its port; the number in a row, from its values by channel
KITS = {
    "link": ("", lambda row: row["ramp"]),
    "lines": ("", lambda row: row["n"]),
    "frames": ("kit: nine-bytes", lambda row: row["light"]),
    "nmea": ("", lambda row: row["altitude"]),
    "weather": ("kit: xy-md02", lambda row: 10 * row["temp"] + 6000 * row["humidity"]),
    "panel": ("kit: pzem-017", lambda row: row["energy"]),
    "geiger": ("kit: gmc-geiger", lambda row: row["counts"]),
    "co2": ("kit: mhz19", lambda row: row["co2"] - 300),
}
LATENCY_MS = {"frames": 2, "nmea": 100}  # of the sensor itself, by kit.yaml or its family: taken off
UNRULY = {"flood": "", "drip": "kit: nine-bytes", "lie": "kit: pzem-017"}
REPLUGGED = ("frames", "lines", "weather", "link")
REPLUGS, MOST_KIB = 20, 1024
MERGED = 75.0  # seconds after the start


class Bench:
    """The kits, their ports and kitlogd."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        ports = [f"{self.folder / kind}, {said}".rstrip(", ")
                 for kind, said in [(kind, kit[0]) for kind, kit in KITS.items()] + list(UNRULY.items())]
        self.board = daemon.Daemon(folder, ports, "store: {commit: 1 s}\n")
        self.processes = {}

    def command(self, kind):
        if kind == "link":
            return [VIRTUAL, "--quiet", "--link", self.folder / kind, "--model", "wave", "--rate", "200"]
        script = ["unruly.py"] if kind in UNRULY else ["counted.py"]
        tally = [] if kind in UNRULY else [self.folder / f"{kind}.tally"]
        return [sys.executable, "-B", SUPPORT / "emulate" / script[0], kind, self.folder / kind, *tally]

    def plug(self, kind):
        self.processes[kind] = subprocess.Popen(self.command(kind))
        daemon.wait_for(kind, (self.folder / kind).exists)

    def unplug(self, kind):
        process = self.processes.pop(kind)
        process.kill()
        process.wait()
        (self.folder / kind).unlink(missing_ok=True)

    def tell_counted(self, number):
        for kind, process in self.processes.items():
            if kind != "link" and kind not in UNRULY:
                process.send_signal(number)

    def end(self):
        for kind in list(self.processes):
            self.unplug(kind)
        self.board.end()

    def device(self, kind):
        for device in self.board.devices():
            if device["port"] == str(self.folder / kind):
                return device
        return None

    def wait_ready(self, kind):
        def ready():
            device = self.device(kind)
            return device if device and device["state"] == "ready" and device["health"] and \
                device["health"]["rows"] else None
        return daemon.wait_for(f"rows of {kind} (see {self.board.log})", ready)

    def board_offset_s(self):
        """Board time less CLOCK_MONOTONIC, from the quickest of some answers."""
        tries = []
        for _ in range(20):
            before = time.monotonic()
            now = self.board.get("status")["now_us"] / 1e6
            tries.append((time.monotonic() - before, now - (before + time.monotonic()) / 2))
        return min(tries)[1]

    def rows(self, kind, from_us):
        """[(seconds of board time, number)] as stored, straight from an export. What a sensor measured
        before it sent bears the earlier stamp, so what it sent from the instant on is asked for."""
        from_us -= 1000 * LATENCY_MS.get(kind, 0)
        device = self.device(kind)
        stream = device["streams"][0]
        names = [channel["id"] for channel in stream["channels"]]
        text = self.board.fetch(f"export?stream={stream['id']}&from_us={from_us}").decode("utf-8-sig")
        rows = []
        for cells in list(csv.reader(io.StringIO(text)))[1:]:
            values = cells[2:2 + len(names)]
            if not any(values):
                continue  # a gap alone
            row = {name: float(value) if value else float("nan") for name, value in zip(names, values)}
            rows.append((from_us / 1e6 + float(cells[0]), round(KITS[kind][1](row))))
        return rows

    def sent(self, kind):
        """[(number, seconds of CLOCK_MONOTONIC, is it good?)]"""
        lines = (self.folder / f"{kind}.tally").read_text().splitlines()
        return [(int(number), int(at) / 1e9, fate == "good")
                for number, at, fate in (line.split() for line in lines)]

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.board.process.pid}/fd"))

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.board.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


class Watch:
    """What was sent and what was told while the eight were watched."""

    def __init__(self, bench):
        self.bench = bench
        self.started_us = bench.board.get("status")["started_us"]
        self.offset_s = bench.board_offset_s()
        self.uncertainty_us = {"calm": {}, "unruly": {}}
        self.before = {kind: bench.device(kind)["health"] for kind in KITS}
        self.from_us = bench.board.get("status")["now_us"]
        bench.tell_counted(signal.SIGUSR1)
        self.look("calm", 2 * WATCH / 3)
        for kind in UNRULY:
            bench.plug(kind)
        self.look("unruly", WATCH / 3)
        self.punctual = bench.board.get("status")["sense"]
        bench.tell_counted(signal.SIGUSR2)
        self.to_us = bench.board.get("status")["now_us"]
        time.sleep(SETTLE)
        self.after = {kind: bench.device(kind)["health"] for kind in KITS}
        self.unruly = {kind: bench.device(kind) for kind in UNRULY}
        self.flooded = int((bench.folder / "flood.taken").read_text()) / (WATCH / 3 + SETTLE)
        self.states = {pathlib.Path(port["path"]).name: port["state"]
                       for port in bench.board.get("status")["ports"]}
        self.rows = {kind: bench.rows(kind, self.from_us) for kind in KITS}
        for kind in UNRULY:
            bench.unplug(kind)

    def look(self, when, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for kind in KITS:
                told = self.bench.device(kind)["health"]["uncertainty_us"]
                most = self.uncertainty_us[when]
                most[kind] = max(most.get(kind, 0), told)
            time.sleep(1.0)

    def counted(self, kind, what):
        return self.after[kind][what] - self.before[kind][what]

    def sent(self, kind):
        """Of the time that was watched."""
        from_s, to_s = self.from_us / 1e6 - self.offset_s, self.to_us / 1e6 - self.offset_s
        return [line for line in self.bench.sent(kind) if from_s <= line[1] <= to_s]


class EightKits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = Bench(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.addClassCleanup(cls.bench.end)
        for kind in KITS:
            cls.bench.plug(kind)
        cls.bench.board.start().wait_ready()
        for kind in KITS:
            cls.bench.wait_ready(kind)
        time.sleep(SETTLE)  # what came before a family understood is counted by now
        cls.watch = Watch(cls.bench)

    def test_nothing_sent_is_unaccounted_for(self):
        for kind in KITS:
            if kind == "link":
                continue
            with self.subTest(kind):
                watch, sent = self.watch, self.watch.sent(kind)
                stored = [number for _, number in watch.rows[kind]]
                good = {number for number, _, is_good in sent if is_good}
                bad = {number for number, _, is_good in sent if not is_good}
                counted = watch.counted(kind, "bad_frames")
                unanswered = watch.counted(kind, "unanswered")
                lost = watch.counted(kind, "lost_rows")
                print(f"{kind:8} sent {len(sent):6} stored {len(good & set(stored)):6} "
                      f"damaged {len(bad):5} counted bad {counted:5} "
                      f"unanswered {unanswered:3} lost {lost:3}")
                self.assertGreater(len(good), WATCH / 4)
                self.assertEqual(len(stored), len(set(stored)), "stored twice")
                self.assertEqual(bad & set(stored), set(), "damaged and stored")
                self.assertEqual(lost, 0)
                late = good - set(stored)
                self.assertEqual(counted, len(bad) + len(late), "received = stored + counted as bad")
                if kind in POLLED:  # where this machine kept an emulator from answering in time
                    self.assertLess(len(late), 1 + len(sent) / 20)
                else:
                    self.assertEqual(late, set(), "sent well and not stored")

    def test_each_hole_in_the_boards_own_count_is_counted(self):
        """A board that this machine kept waiting leaves samples out, and says so."""
        stored = [number for _, number in self.watch.rows["link"]]
        steps = [(after - before) % RAMP for before, after in zip(stored, stored[1:])]
        missing = sum(step - 1 for step in steps)
        print(f"{'link':8} stored {len(stored):6} missing {missing}")
        self.assertGreater(len(stored), 200 * WATCH * 0.9)
        self.assertEqual(missing, self.watch.counted("link", "lost_rows"))
        self.assertLess(missing, len(stored) / 100)

    def test_the_unruly_are_told_and_disturb_nobody(self):
        """That no reading of the eight is missing is the other tests'; here that stamps stay good."""
        for kind in KITS:
            calm = self.watch.uncertainty_us["calm"][kind]
            unruly = self.watch.uncertainty_us["unruly"][kind]
            print(f"{kind:8} uncertainty at most {calm:8.0f} us, beside the unruly {unruly:8.0f} us")
            self.assertLess(unruly, 4 * calm + 5000, kind)
        print(f"flooded with {self.watch.flooded / 1e6:.2f} MB/s; told: "
              f"{ {kind: self.watch.states[kind] for kind in UNRULY} }, "
              f"{ {kind: device and device['health'] for kind, device in self.watch.unruly.items()} }")
        self.assertGreater(self.watch.flooded, 1e5)
        self.assertIn(self.watch.states["flood"], ("garbled", "listening"))
        self.assertEqual(self.watch.unruly["lie"]["health"]["rows"], 0)
        self.assertGreater(self.watch.unruly["lie"]["health"]["bad_frames"], WATCH / 10)

    def test_a_stamp_is_the_instant_of_sending(self):
        for kind in KITS:
            if kind == "link":
                continue
            at = {number: seconds for number, seconds, _ in self.bench.sent(kind)}
            late = sorted(1e3 * (seconds - self.watch.offset_s - at[number])
                          for seconds, number in self.watch.rows[kind])
            print(f"{kind:8} stamped behind its sending by {statistics.median(late):8.2f} ms in the middle, "
                  f"{late[0]:8.2f} .. {late[-1]:8.2f}")
            middle = statistics.median(late) + LATENCY_MS.get(kind, 0)
            self.assertTrue(-1 < middle < 5, (kind, middle))
            self.assertGreater(late[0] + LATENCY_MS.get(kind, 0), -1, kind)

    def test_the_sense_thread_says_how_late_it_woke(self):
        late, turn = self.watch.punctual["late_us"], self.watch.punctual["turn_us"]
        for name, spread in (("woke late", late), ("a turn took", turn)):
            print(f"sense thread {name}, us: p50 {spread['p50']}, p99 {spread['p99']}, "
                  f"p99.9 {spread['p999']}, most {spread['most']} (of {spread['n']})")
        self.assertGreater(late["n"], 40 * WATCH)  # it ticks 50 times a second

    def test_what_is_replugged_leaves_nothing_behind(self):
        bench = self.bench

        def replug():
            for kind in REPLUGGED:
                bench.unplug(kind)
            for kind in REPLUGGED:
                daemon.wait_for(f"{kind} to go", lambda kind=kind: bench.device(kind)["state"] == "gone")
            for kind in REPLUGGED:
                bench.plug(kind)
            for kind in REPLUGGED:
                bench.wait_ready(kind)

        stickers = {kind: bench.device(kind)["sticker"] for kind in REPLUGGED}
        # Not before the first minute's rows became chunks: that takes a megabyte, once.
        while bench.board.get("status")["now_us"] < self.watch.started_us + MERGED * 1e6:
            replug()
        descriptors, resident = bench.descriptors(), bench.resident_kib()
        for _ in range(REPLUGS):
            replug()
        grown = bench.resident_kib() - resident
        # A reader of the store has one for a moment.
        daemon.wait_for("descriptors to be as many", lambda: bench.descriptors() <= descriptors)
        print(f"{REPLUGS} replugs of {len(REPLUGGED)} kits: descriptors {descriptors} -> "
              f"{bench.descriptors()}, memory {resident} KiB, grown {grown} KiB")
        self.assertLess(grown, MOST_KIB)
        self.assertEqual({kind: bench.device(kind)["sticker"] for kind in REPLUGGED}, stickers)


if __name__ == "__main__":
    if not VIRTUAL:
        print("skipped: KITLOG_VIRTUAL does not name the virtual kit")
        sys.exit(77)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""Two dozen boards whose plugs are pulled again and again, in the middle of a line, of a frame, of a handshake: no
row is recorded that was never sent, none twice, between two rows none is missing that no gap tells of, each unplugging
is a gap with its reason, stamps rise, a board is the same device with the same sticker each time, and nothing leaks.

Boards that print lines, our firmware at a wire that is cut at a byte drawn by lot, and our firmware that loses its
power. 48 unpluggings; 2 000 with KITLOG_LONG=1. KITLOG_SEED repeats what is drawn, not when the kernel does what.
(USB is in tests/vm.)"""

import collections
import concurrent.futures
import csv
import io
import json
import os
import pathlib
import pty
import random
import selectors
import struct
import subprocess
import sys
import tempfile
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import events  # noqa: E402
import link  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
TEXT, WIRE, POWER = 14, 5, 5  # boards of each sort
UNPLUGS = 2000 if os.environ.get("KITLOG_LONG") else 48
RATE = 50
WARM = 2  # cycles of each, after which the daemon has what it will ever need
GROWTH_KB = 8 * 1024
LATE_S = 60
MARGIN_US = 50_000  # by which a stamp may be wrong


def pieces(lines, n):
    """The rows of an export with live stamps, parted where gaps cover all from one row to the next; column `n`
    tells gaps. Of each [time, values]."""
    parts, told = [[]], 0.0
    for line in lines:
        time_s = float(line[0])
        if line[n]:
            until = float(line[n + 1] or "inf")
            told = max(told, until) if time_s < told + MARGIN_US / 1e6 else told
        elif any(line[2:n]):
            if parts[-1] and told > parts[-1][-1][0] and told > time_s - MARGIN_US / 1e6:
                parts.append([])
            parts[-1].append((time_s, line[2:n]))
            told = time_s
    return parts


class Port:
    """What can be plugged in and pulled out, at `path`. `cut` ends it, at the latest, where the lot fell."""

    def __init__(self, path, chance):
        self.path, self.chance = path, chance
        self.device, self.cycles, self.is_plugged, self.plugged_us = None, 0, False, 0
        self.due, self.has_row = 0.0, False
        self.times = []  # [plugged in, first row told, pulled out] in microseconds

    def plugged(self):
        self.is_plugged, self.has_row, self.plugged_us = True, False, time.monotonic_ns() // 1000
        self.times.append([self.plugged_us, None, None])

    def is_new(self, part):
        """Is it of this plugging in? What was said before may be read after it."""
        return part["t"][-1] > self.plugged_us + MARGIN_US

    def pulled(self):
        self.is_plugged = False
        self.times[-1][2] = time.monotonic_ns() // 1000

    def new_pty(self):
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        near = self.path.with_suffix(".new")
        near.symlink_to(os.ttyname(slave))
        near.rename(self.path)
        os.close(slave)  # the kernel hangs up when the daemon's is the last one and the master goes
        return master

    def tick(self, now):
        pass


class TextBoard(Port):
    """Prints numbers that only rise; knows which it printed whole."""

    def __init__(self, path, chance):
        super().__init__(path, chance)
        self.number, self.sent, self.next = 1000, set(), 0.0

    def is_new(self, part):
        return max((part.get("y") or part["max"])[0]) > self.first

    def plug(self):
        self.first, self.master = self.number, self.new_pty()
        self.keep = os.open(os.path.realpath(self.path), os.O_RDWR | os.O_NOCTTY)
        self.plugged()

    def line(self):
        self.number += self.chance.randint(1, 3)
        return b"n:%d,x:%d\r\n" % (self.number, self.number % 97)

    def tick(self, now):
        if now >= self.next:
            try:
                os.write(self.master, self.line())
                self.sent.add(self.number)
            except BlockingIOError:
                pass
            self.next = now + 1 / RATE

    def cut(self):
        line = self.line()
        at = self.chance.randrange(len(line))
        try:
            os.write(self.master, line[:at])
            if line[:at].endswith(b"\r"):
                self.sent.add(self.number)  # an end of line as well as \n
        except BlockingIOError:
            pass
        self.path.unlink()
        os.close(self.keep)
        os.close(self.master)
        self.pulled()

    def check(self, test, parts):
        rows = [row for part in parts for _, row in part]
        numbers = [int(float(row[0])) for row in rows]
        test.assertEqual([n for n in numbers if n not in self.sent], [], "never sent")
        test.assertTrue(all(a < b for a, b in zip(numbers, numbers[1:])), "twice, or out of order")
        test.assertEqual([row for row in rows if int(float(row[0])) % 97 != int(float(row[1]))], [], "of two lines one")
        kept, sent = set(numbers), sorted(self.sent)
        for part in parts:
            first, last = (int(float(part[at][1][0])) for at in (0, -1))
            test.assertEqual([n for n in sent if first < n < last and n not in kept], [], "missing, and no gap")
        return len(numbers)


class PowerCut(Port):
    """Our firmware as a program, killed."""

    def __init__(self, path, chance, uid):
        super().__init__(path, chance)
        self.command = [VIRTUAL, "--quiet", "--uid", uid, "--model", "wave", "--rate", str(RATE)]
        self.process = None

    def plug(self):
        self.process = subprocess.Popen([*self.command, "--link", self.path])
        self.plugged()

    def cut(self):
        daemon.wait_for(str(self.path), self.path.is_symlink)
        self.path.unlink()
        self.process.kill()
        self.process.wait()
        self.pulled()

    def check(self, test, parts):
        """The second channel counts samples."""
        rows = [row for part in parts for _, row in part]
        test.assertTrue(all(0 <= float(row[1]) < 30000 and abs(float(row[0])) <= 3 for row in rows))
        steps = [(a, b) for part in parts for (_, a), (_, b) in zip(part, part[1:])
                 if (float(b[1]) - float(a[1])) % 30000 != 1]
        test.assertEqual(steps, [], "missing and no gap, twice, or out of order")
        return len(rows)


class WireCut(PowerCut):
    """The same at a wire of ours, which is cut in the middle of whatever it carries; the board has power of its
    own and goes on. Knows which samples came through whole."""

    def __init__(self, path, chance, uid):
        super().__init__(path, chance, uid)
        self.far = None
        self.samples, self.bytes_left = collections.Counter(), None

    def plug(self):
        if self.process is None:
            self.process = subprocess.Popen([*self.command, "--link", self.path.with_suffix(".kit")])
            daemon.wait_for("the firmware", self.path.with_suffix(".kit").is_symlink)
            self.far = os.open(os.path.realpath(self.path.with_suffix(".kit")), os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            tty.setraw(self.far)
        self.receiver, self.bytes_left = link.Receiver(), None
        self.master = self.new_pty()
        self.keep = os.open(os.path.realpath(self.path), os.O_RDWR | os.O_NOCTTY)
        self.plugged()

    def read(self, fd):
        try:
            return os.read(fd, 4096)
        except (BlockingIOError, OSError):
            return b""

    def tick(self, now):
        data = self.read(self.far)
        if not self.is_plugged:
            return
        if self.bytes_left is not None:
            data = data[:self.bytes_left]
            self.bytes_left -= len(data)
        if data:
            try:
                os.write(self.master, data)
            except BlockingIOError:
                self.receiver = link.Receiver()
            self.take(data)
        back = self.read(self.master)
        if back:
            os.write(self.far, back)
        if self.bytes_left == 0:
            self.path.unlink()
            os.close(self.keep)
            os.close(self.master)
            self.pulled()

    def take(self, data):
        for frame in self.receiver.feed(data):
            if frame.kind == link.DATA:
                self.samples.update((sine, ramp) for sine, ramp in struct.iter_unpack("<hh", frame.payload[4:]))

    def cut(self):
        self.bytes_left = self.bytes_left or self.chance.randint(1, 40)

    def end(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def check(self, test, parts):
        rows = [row for part in parts for _, row in part]
        found = collections.Counter((round(float(row[0]) * 10000), round(float(row[1]))) for row in rows)
        test.assertEqual([row for row in found if row not in self.samples], [], "never sent")
        test.assertEqual([row for row, times in found.items() if times > self.samples[row]], [], "twice")
        return super().check(test, parts)


class UnplugStorm(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("KITLOG_SEED", random.randrange(1 << 32)))
        print(f"KITLOG_SEED={self.seed} unpluggings {UNPLUGS}")
        self.chance = random.Random(self.seed)
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.ports = [TextBoard(folder / f"text{n}", self.chance) for n in range(TEXT)]
        self.ports += [WireCut(folder / f"wire{n}", self.chance, f"00000000000000{n:02x}") for n in range(1, WIRE + 1)]
        self.ports += [PowerCut(folder / f"power{n}", self.chance, f"00000000000001{n:02x}")
                       for n in range(1, POWER + 1)]
        for port in self.ports:
            port.plug()
            if isinstance(port, PowerCut):
                self.addCleanup(lambda port=port: (port.process.kill(), port.process.wait()))
        self.board = daemon.Daemon(folder, [port.path for port in self.ports]).start().wait_ready()
        self.addCleanup(self.board.end)
        self.reader = events.Events(self.board.port)
        self.addCleanup(self.reader.close)
        self.by_stream = {}

    # --- time goes on ---

    def turn(self):
        now = time.monotonic()
        for port in self.ports:
            if port.is_plugged or isinstance(port, WireCut):
                port.tick(now)
        with selectors.DefaultSelector() as selector:
            selector.register(self.reader, selectors.EVENT_READ)
            if selector.select(0.002):
                for event in self.reader.take():
                    for part in event.data if event.name == "rows" else ():
                        port = self.by_stream.get(part["s"])
                        if port and port.is_plugged and port.is_new(part):
                            port.has_row = True
                            port.times[-1][1] = port.times[-1][1] or part["t"][-1]

    def until(self, what, test, seconds=LATE_S):
        deadline = time.monotonic() + seconds
        while not test():
            self.assertLess(time.monotonic(), deadline, f"{what}\n{self.board.said()[-2000:]}")
            self.turn()

    def identity(self):
        return {device["port"]: (device["id"], device["sticker"], device["kit"], tuple(
            stream["id"] for stream in device["streams"])) for device in self.board.devices()}

    def told(self, port):
        """What the board says of a port."""
        return [[one for one in self.board.get("status")["ports"] if one["path"] == str(port.path)],
                [one for one in self.board.devices() if one["port"] == str(port.path)],
                port.times[-3:], port.due, port.has_row, time.monotonic(),
                [line for line in self.board.said().splitlines() if f"/{port.path.name} " in line or f"/{port.path.name}:" in line][-12:]]

    def weight(self):
        process = pathlib.Path(f"/proc/{self.board.process.pid}")
        kinds = []
        for entry in (process / "fd").iterdir():
            try:
                kinds.append(os.readlink(entry).split(":")[0])
            except FileNotFoundError:
                pass
        return len(kinds) - kinds.count("socket"), int((process / "status").read_text().split("VmRSS:")[1].split()[0])

    def storm(self, number):
        """So many unpluggings, at every port as fast as it is understood again."""
        done, begin = 0, time.monotonic()
        for port in self.ports:
            port.due, port.since = 0.0, begin
        while done < number or not all(port.is_plugged and port.has_row for port in self.ports):
            now = time.monotonic()
            for port in self.ports:
                if now - port.since > LATE_S:
                    self.fail(f"{port.path.name}: no row since it was plugged in, {self.told(port)}")
                if not port.is_plugged and port.due is None:  # just pulled
                    port.due = now + self.chance.choice([0, 0, 0.02, 0.3])
                if not port.is_plugged and now >= port.due:
                    port.plug()
                    port.due, port.since = 0.0, now
                elif port.is_plugged and port.has_row:
                    port.since = now
                    if port.due == 0.0:
                        port.due = now + self.chance.choice([0, 0.01, 0.1, 0.2])
                    elif port.due and now >= port.due and done < number:
                        port.cut()
                        port.cycles, port.due, done = port.cycles + 1, None, done + 1
            self.turn()
        return time.monotonic() - begin

    def test_whatever_is_pulled_out(self):
        self.until("all boards", lambda: sum(d["state"] == "ready" for d in self.board.devices()) == len(self.ports))
        before = self.identity()
        for port in self.ports:
            port.device = before[str(port.path)]
            self.by_stream[port.device[3][0]] = port
        self.until("rows of each", lambda: all(port.has_row for port in self.ports))
        warm = min(WARM * len(self.ports), UNPLUGS // 2)
        took = self.storm(warm)
        light = self.weight()
        took += self.storm(UNPLUGS - warm)
        self.assertEqual(self.identity(), before, "the same device, sticker and streams")
        heavy = self.weight()
        self.assertLessEqual(heavy[0], light[0], "open descriptors")
        self.assertLess(heavy[1] - light[1], GROWTH_KB, "kB of memory")
        self.until("all on the card", lambda: self.board.get("status")["store"]["pending_rows"] < 2000)
        with concurrent.futures.ThreadPoolExecutor(len(self.ports)) as pool:  # each waits for the next commit
            rows = sum(pool.map(self.check, self.ports))
        print(json.dumps({"unplugs": UNPLUGS, "ports": len(self.ports), "rows": rows, "seconds": round(took, 1),
                          "descriptors": [light[0], heavy[0]], "rss_kb": [light[1], heavy[1]]}))

    def check(self, port):
        """What is kept of a port; how many rows."""
        stream = port.device[3][0]
        text = self.board.fetch(f"export?stream={stream}&format=csv&stamps=live").decode("utf-8-sig")
        head, *lines = csv.reader(io.StringIO(text))
        parts = pieces(lines, head.index("gap"))
        stamps = [time_s for part in parts for time_s, _ in part]
        self.assertTrue(all(a < b for a, b in zip(stamps, stamps[1:])), f"{port.path.name}: stamps rise")
        gaps = self.board.get(f"streams/{stream}/columns?from_us=0&columns=1")["gaps"]
        unplugged = sorted({gap["from_us"] for gap in gaps if gap["reason"] == "unplugged"})
        if len(unplugged) != port.cycles:
            print(port.times, gaps)
        self.assertEqual(len(unplugged), port.cycles, f"{port.path.name}: a gap for each unplugging")
        self.assertLessEqual(len(parts), port.cycles + 1)
        return port.check(self, parts)


if __name__ == "__main__":
    unittest.main(verbosity=2)

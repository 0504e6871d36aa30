#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise: kitlogd lives in 24 MiB, and its sense thread never waits for a page to be read from the card.

Eight kits at 100 Hz and twenty viewers. All code that the thread may come to is in memory and locked there,
whether it ran already or not, and nothing is read when kits of other families are plugged in and pulled. While
nothing but rows comes there are no faults of the kind that takes a microsecond either."""

import http.client
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.request

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
KITS, RATE, VIEWERS, MOST_MIB = 8, 100, 20, 24
MOVED = 2  # pages that the kernel may put elsewhere meanwhile, to make room for large ones
STRANGE = {"frames": "kit: nine-bytes", "weather": "kit: xy-md02"}
HELD = ("kitlogd", "libc.so", "libm.so", "libstdc++.so", "libserialport.so", "libusb-1.0.so", "libgpiod.so")


def code_of(pid):
    """{file: (KiB of code, KiB of it resident, is it locked?)}"""
    found, file = {}, None
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        if begin := re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+\s*(.*)", line):
            file = pathlib.Path(begin[2]).name if begin[1] == "r-xp" and begin[2].startswith("/") else None
        elif file and (fact := re.match(r"(Size|Rss|VmFlags):\s+(.*)", line)):
            found.setdefault(file, []).append(int(fact[2].split()[0]) if fact[1] != "VmFlags" else "lo" in fact[2].split())
    return {file: tuple(facts) for file, facts in found.items()}


class Board:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.links = [self.folder / f"kit{i}" for i in range(KITS)]
        self.daemon = daemon.Daemon(folder, [*self.links, *(
            f"{self.folder / kind}, {said}".rstrip(", ") for kind, said in STRANGE.items())])
        self.processes = {}
        for i, link in enumerate(self.links):
            self.run(link, VIRTUAL, "--quiet", "--link", link, "--model", "pendulum", "--rate", str(RATE),
                     "--seed", str(i + 9), "--uid", f"{0x6b74000000000000 + i:016x}")
        self.daemon.start().wait_ready()
        self.wait_rows(self.links)
        self.viewers = [urllib.request.urlopen(self.daemon.url("events")) for _ in range(VIEWERS)]
        for viewer in self.viewers:
            threading.Thread(target=self.drain, args=(viewer,), daemon=True).start()
        self.sense = next(task for task in pathlib.Path(f"/proc/{self.daemon.process.pid}/task").iterdir()
                          if (task / "comm").read_text().strip() == "sense")

    @staticmethod
    def drain(viewer):
        try:
            while viewer.read(4096):
                pass
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass  # closed

    def run(self, link, *command):
        self.processes[link] = subprocess.Popen(list(map(str, command)))
        daemon.wait_for(link, link.exists)

    def plug(self, kind):
        link = self.folder / kind
        self.run(link, sys.executable, "-B", SUPPORT / "emulate/counted.py", kind, link, f"{link}.tally")
        return link

    def unplug(self, link):
        process = self.processes.pop(link)
        process.kill()
        process.wait()
        link.unlink(missing_ok=True)

    def rows(self):
        """By port, of what is ready."""
        return {device["port"]: device["health"]["rows"] for device in self.daemon.devices()
                if device["state"] == "ready" and device["health"]}

    def wait_rows(self, links, more=0):
        """Until each has given so many more rows."""
        before = self.rows()
        daemon.wait_for(f"rows of {len(links)} kits (see {self.daemon.log})", lambda: (now := self.rows()) and all(
            now.get(str(link), 0) > before.get(str(link), 0) + more for link in links))

    def faults(self):
        """Of the sense thread: (those that found the page in memory, those that waited for the card)."""
        fields = (self.sense / "stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[7]), int(fields[9])  # proc(5): minflt, majflt

    def status_kib(self, what):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(re.search(rf"^{what}:\s+(\d+) kB", status, re.M)[1])

    def end(self):
        self.daemon.end()
        for link in list(self.processes):
            self.unplug(link)


class Memory(unittest.TestCase):
    def test_small_and_never_waited_for(self):
        board = Board(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(board.end)
        if b"__asan_init" in pathlib.Path(daemon.PROGRAM).read_bytes() or \
                b"__tsan_init" in pathlib.Path(daemon.PROGRAM).read_bytes():
            self.skipTest("a sanitizer has memory of its own")
        if board.status_kib("VmLck") < board.status_kib("VmRSS"):
            self.skipTest("memory may not be locked here (ulimit -l)")
        board.wait_rows(board.links, RATE)
        resident, files = board.status_kib("VmRSS") / 1024, board.status_kib("RssFile") / 1024
        print(f"resident {resident:.1f} MiB, {files:.1f} of it pages of the program and its libraries")
        self.assertLess(resident, MOST_MIB)
        status = pathlib.Path(f"/proc/{board.daemon.process.pid}/status").read_text()
        self.assertNotIn("THP_enabled:\t1", status)  # huge pages; what this kernel does with them is not asked here

        code = code_of(board.daemon.process.pid)
        for name in HELD:
            file = next(file for file in code if file.startswith(name))
            size, there, is_locked = code[file]
            self.assertTrue(there == size and is_locked, f"{file}: {there} of {size} KiB, locked: {is_locked}")

        waited = board.faults()[1]
        strange = [board.plug(kind) for kind in STRANGE]
        board.wait_rows(strange)
        board.unplug(strange.pop())
        board.wait_rows(board.links, RATE)
        self.assertEqual(board.faults()[1], waited, "the sense thread waited for the card")
        steady = board.faults()
        board.wait_rows(board.links, RATE)
        print(f"faults of the sense thread since its start: {steady[0]} found in memory, {steady[1]} read")
        found, waited = (now - before for now, before in zip(board.faults(), steady))
        self.assertEqual(waited, 0)
        self.assertLessEqual(found, MOVED, "faults while nothing but rows came")


if __name__ == "__main__":
    unittest.main(verbosity=2)

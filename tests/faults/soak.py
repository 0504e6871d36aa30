#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A long day at a school, in which something breaks each minute.

    tests/faults/soak.py [--hours 8 | --minutes 20] [--seed N] [--every SECONDS] [--folder DIR] [--step-clock]

kitlogd records three virtual kits and a board that prints lines, and ships to a server on loopback. Each minute one
fault is drawn: it is killed, stopped for a while, a plug is pulled, the server is away, answers 5xx, loses its
answers or stalls, the card is full, somebody floods the pages. (--step-clock sets this machine's clock an hour
forth and back; as root, on a machine of your own.) At the end, when all is well again: the store verifies, every row that
is kept is at the server, and only once; where numbers are missing a gap is told. What it weighs is told each
minute. Exit status 0: all that holds.

As root the data lies on a small tmpfs, which can be filled; otherwise that fault is left out. KITLOGD, KITLOG
and KITLOG_VIRTUAL name the programs; without them those of build/ci are taken."""

import argparse
import ctypes
import json
import os
import pathlib
import pty
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty

TOP = pathlib.Path(__file__).resolve().parents[2]
for name, path in (("KITLOGD", "daemon/kitlogd"), ("KITLOG", "tools/kitlog/kitlog"),
                   ("KITLOG_VIRTUAL", "firmware/boards/host/kitlog-virtual")):
    os.environ.setdefault(name, str(TOP / "build/ci" / path))
sys.path.insert(0, str(TOP / "tests/support"))
import daemon  # noqa: E402
import wild_store as wild  # noqa: E402

LIBC = ctypes.CDLL(None, use_errno=True)
CARD_MB = 512
KIT_RATE, LINE_RATE = 100, 50
MARGIN_US = 1e5  # by which a gap may end before the next row, or begin after the last
PATIENCE_S = 300  # until all is at the server, at the end


class Filed(wild.WildStore):
    """A server that writes down what it takes: a day of lines is too much for memory."""

    def __init__(self, path):
        super().__init__()
        self.file, self.taken = open(path, "w", encoding="utf-8"), 0

    def take(self, lines):
        with self.lock:
            self.file.writelines(line + "\n" for line in lines)
            self.file.flush()
            self.taken += len(lines)

    def acknowledge(self, connection, lines, answer=b"HTTP/1.1 204 No Content\r\n\r\n"):
        super().acknowledge(connection, lines, answer)
        self.acknowledged = []
        return True


class Printer(threading.Thread):
    """A board that prints numbers, whose plug can be pulled."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.lock, self.number, self.master = path, threading.Lock(), 0, None
        self.plug()

    def plug(self):
        with self.lock:
            self.master, slave = pty.openpty()
            tty.setraw(slave)
            os.set_blocking(self.master, False)
            self.slave = slave
            self.path.symlink_to(os.ttyname(slave))

    def unplug(self):
        with self.lock:
            self.path.unlink()
            os.write(self.master, b"n:12")  # in the middle of a line
            os.close(self.slave)
            os.close(self.master)
            self.master = None

    def run(self):
        begin, n = time.monotonic(), 0
        while True:
            n += 1
            with self.lock:
                self.number += 1
                try:
                    if self.master is not None:
                        os.write(self.master, b"n:%d,x:%d\r\n" % (self.number, self.number % 97))
                except BlockingIOError:
                    pass
            time.sleep(max(0.0, begin + n / LINE_RATE - time.monotonic()))


class Kit:
    def __init__(self, path, uid):
        self.path, self.uid, self.process = path, uid, None
        self.plug()

    def plug(self):
        self.process = subprocess.Popen([os.environ["KITLOG_VIRTUAL"], "--quiet", "--model", "wave", "--uid", self.uid,
                                         "--rate", str(KIT_RATE), "--link", self.path])

    def unplug(self):
        self.path.unlink()
        self.process.kill()
        self.process.wait()


class Soak:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.chance = random.Random(options.seed)
        self.is_mounted = False
        data = folder / "data"
        data.mkdir()
        if os.geteuid() == 0:
            self.is_mounted = LIBC.mount(b"kitlog", os.fsencode(data), b"tmpfs", 0, b"size=%dm,mode=0700" % CARD_MB) == 0
        self.data = data
        self.server = Filed(folder / "taken")
        self.server.start()
        self.printer = Printer(folder / "text")
        self.printer.start()
        self.kits = [Kit(folder / f"kit{n}", f"00000000000000{n:02x}") for n in range(1, 4)]
        for kit in self.kits:
            daemon.wait_for("the virtual kit", kit.path.is_symlink)
        self.board = daemon.Daemon(
            folder, [self.printer.path, *(kit.path for kit in self.kits)],
            f"sinks:\n  - {{name: school, kind: influxdb1, url: 'http://127.0.0.1:{self.server.port}', "
            "database: kitlog}\n", self.data)
        self.heaviest = {"rss_kb": 0, "descriptors": 0}
        self.cpu_s, self.starts, self.done = 0.0, 0, {}
        self.first = None

    # --- what it weighs ---

    def usage(self):
        process = pathlib.Path(f"/proc/{self.board.process.pid}")
        fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
        return {"rss_kb": int((process / "status").read_text().split("VmRSS:")[1].split()[0]),
                "descriptors": len(os.listdir(process / "fd")),
                "cpu_s": (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")}

    def start(self):
        self.starts += 1
        self.board.start().wait_ready()

    def end(self, number):
        self.cpu_s += self.usage()["cpu_s"]
        return self.board.end(number)

    # --- what breaks ---

    def kill(self):
        self.end(signal.SIGKILL)
        time.sleep(self.chance.uniform(0, 3))
        self.start()

    def restart(self):
        status = self.end(signal.SIGTERM)
        assert status == 0, f"it ended with {status}"
        self.start()

    def stop(self):
        self.board.process.send_signal(signal.SIGSTOP)
        time.sleep(self.chance.uniform(1, 15))
        self.board.process.send_signal(signal.SIGCONT)

    def unplug(self):
        some = self.chance.sample([self.printer, *self.kits], self.chance.randint(1, 4))
        for one in some:
            one.unplug()
        time.sleep(self.chance.uniform(0, 8))
        for one in some:
            one.plug()

    def server_is(self, way):
        self.server.turn(way)
        time.sleep(self.chance.uniform(5, 25))
        self.server.turn(None)

    def server_away(self):
        self.server_is(wild.refuse)

    def server_in_trouble(self):
        self.server_is(wild.status(self.chance.choice([500, 502, 503, 429]), b'{"error":"overloaded"}'))

    def answers_lost(self):
        self.server_is(self.chance.choice([wild.take_and_reset, wild.take_and_half_a_body]))

    def server_stalls(self):
        self.server_is(self.chance.choice([wild.hang, wild.half_then_hang, wild.drip]))

    def full_card(self):
        if not self.is_mounted:
            return "left out: no card to fill"
        with open(self.data / "ballast", "wb", buffering=0) as ballast:
            for size in (1 << 20, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError:
                    pass
        time.sleep(self.chance.uniform(3, 20))
        (self.data / "ballast").unlink()
        daemon.wait_for("a card that takes it", lambda: not self.board.get("status")["store"]["problem"], 60)
        return None

    def flood(self):
        sockets = []
        for n in range(600):
            one = socket.socket()
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", self.board.port))
            sockets.append(one)
        for _ in range(15):
            for one in sockets:
                try:
                    one.send(b"GET / HTTP/1.1\r\nX: " if _ == 0 else b"x")
                except OSError:
                    pass
            self.board.get("status")  # and yet
            time.sleep(1)
        for one in sockets:
            one.close()

    def step_clock(self):
        for seconds in (3600, -3600):
            time.clock_settime(time.CLOCK_REALTIME, time.time() + seconds)
            time.sleep(10)

    def run(self):
        faults = [self.kill, self.kill, self.restart, self.stop, self.unplug, self.unplug, self.server_away,
                  self.server_in_trouble, self.answers_lost, self.server_stalls, self.full_card, self.flood]
        faults += [self.step_clock] if self.options.step_clock else []
        begin = time.monotonic()
        self.start()
        self.board.wait_device(4)
        minute = 0
        while time.monotonic() < begin + self.options.seconds:
            minute += 1
            due = begin + minute * self.options.every
            fault = self.chance.choice(faults)
            time.sleep(self.chance.uniform(0, self.options.every / 3))
            said = fault()
            self.done[fault.__name__] = self.done.get(fault.__name__, 0) + (said is None)
            time.sleep(max(0.0, due - time.monotonic()))
            self.tell(minute, fault.__name__, said)
        return self.check(time.monotonic() - begin)

    def tell(self, minute, fault, said):
        now, status = self.usage(), self.board.get("status")
        sink = self.board.get("sinks")["sinks"][0]
        self.first = self.first or now
        for key in self.heaviest:
            self.heaviest[key] = max(self.heaviest[key], now[key])
        print(json.dumps({"minute": minute, "fault": fault, **({"note": said} if said else {}), **now,
                          "rows": status["store"]["rows"], "behind": sink["rows_behind"], "sink": sink["state"],
                          "devices": sum(d["state"] == "ready" for d in self.board.devices())}), flush=True)

    # --- what must hold in the end ---

    def check(self, seconds):
        devices = {device["port"]: device for device in self.board.wait_device(4)}
        assert len(devices) == len(self.board.devices()) == 4, "the same four devices"
        for kit in self.kits:
            kit.unplug()
        self.printer.unplug()
        daemon.wait_for("the ends of all kits", lambda: all(d["state"] == "gone" for d in self.board.devices()))
        daemon.wait_for("all rows on the card", lambda: self.board.get("status")["store"]["pending_rows"] == 0)
        streams = [device["streams"][0]["id"] for device in devices.values()]
        kept = self.folder / "kept"
        with open(kept, "wb") as file:
            for stream in streams:
                file.write(self.board.fetch(f"export?stream={stream}&format=lp"))
        daemon.wait_for("an empty queue", lambda: self.board.get("sinks")["sinks"][0]["rows_behind"] == 0, PATIENCE_S)

        def missing():
            return self.count("comm -23 kept.sorted taken.sorted")
        self.sort("kept")
        deadline = time.monotonic() + PATIENCE_S
        while self.sort("taken") or missing():
            if time.monotonic() > deadline:
                break
            time.sleep(5)
        figures = {"seconds": round(seconds), "faults": self.done, "starts": self.starts,
                   "kept_rows": self.count("cat kept"), "lines_taken": self.server.taken,
                   "missing_at_server": missing(),
                   "at_server_only": self.count("comm -13 kept.sorted taken.sorted"),
                   "points_told_in_two_ways": self.count("sed -E 's/ [^ ]+ / /' taken.sorted | uniq -d"),
                   "numbers_missing": 0, "holes_without_gap": 0}
        figures["numbers_missing"], figures["holes_without_gap"] = self.holes(devices[str(self.printer.path)], "n", 1 << 62)
        for kit in self.kits:  # which begin at 0 when they have power again
            figures["holes_without_gap"] += self.holes(devices[str(kit.path)], "ramp", 30000)[1]
        now = self.usage()
        figures |= {"heaviest": self.heaviest, "at_first": self.first, "at_last": now,
                    "cpu_percent": round((self.cpu_s + now["cpu_s"]) / seconds * 100, 1)}
        status = self.end(signal.SIGTERM)
        verify = subprocess.run([os.environ["KITLOG"], "store", "verify", self.data], capture_output=True, text=True)
        figures |= {"exit": status, "verify": verify.returncode}
        print(json.dumps(figures), flush=True)
        bad = [key for key in ("missing_at_server", "at_server_only", "points_told_in_two_ways", "holes_without_gap",
                               "exit", "verify") if figures[key]]
        if bad:
            print(f"broken promises: {', '.join(bad)}\n{verify.stdout}{verify.stderr}{self.board.said()[-3000:]}")
        return 1 if bad else 0

    def sort(self, name):
        subprocess.run(f"LC_ALL=C sort -u {name} > {name}.sorted", shell=True, cwd=self.folder, check=True)

    def count(self, command):
        done = subprocess.run(f"{command} | wc -l", shell=True, cwd=self.folder, check=True, capture_output=True,
                              env={**os.environ, "LC_ALL": "C"})
        return int(done.stdout)

    def holes(self, device, channel, wraps):
        """Of a board that counts in a channel, up to `wraps`: (numbers that are missing or out of order, holes that no
        gaps cover)."""
        stream = device["streams"][0]["id"]
        status = self.board.get("status")
        offset_us = status["wall_us"] - status["now_us"]
        gaps = sorted((gap["from_us"], gap["to_us"]) for gap in
                      self.board.get(f"streams/{stream}/columns?from_us=0&columns=1")["gaps"])
        lines = self.board.fetch(f"export?stream={stream}&format=lp").decode().splitlines()
        rows = [(int(line.split()[-1]) / 1e3 - offset_us, int(re.search(rf"[ ,]{channel}=(\d+)", line)[1]))
                for line in lines]
        assert len(rows) > 100 and all(a < b for (a, _), (b, _) in zip(rows, rows[1:])), "stamps rise"
        holes = [(a, b, (n - m - 1) % wraps) for (a, m), (b, n) in zip(rows, rows[1:]) if (n - m) % wraps != 1]
        untold = []
        for begin, end, _ in holes:
            told = begin
            for at, to in gaps:
                told = max(told, to) if at < told + MARGIN_US else told
            if told < end - MARGIN_US:
                untold.append((begin, end))
        if untold:
            print(f"untold: {untold[:5]}, gaps {[gap for gap in gaps if gap[1] > untold[0][0] - 1e7][:8]}")
        return sum(n for *_, n in holes), len(untold)

    def close(self):
        self.board.process and self.board.process.kill()
        for kit in self.kits:
            kit.process.kill()
            kit.process.wait()
        if self.board.process:
            self.board.process.wait()
        if self.is_mounted:
            LIBC.umount2(os.fsencode(self.data), 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--minutes", type=float)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--every", type=float, default=60, help="seconds from fault to fault")
    parser.add_argument("--folder", help="where all of it lies; a fresh one otherwise")
    parser.add_argument("--step-clock", action="store_true", help="also set the clock of this machine")
    options = parser.parse_args()
    options.seconds = options.minutes * 60 if options.minutes else options.hours * 3600
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="kitlog-soak-", dir=options.folder) as folder:
        soak = Soak(options, pathlib.Path(folder))
        try:
            return soak.run()
        finally:
            soak.close()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A van comes back: a board was away from its server for long, with 20 channels that went on recording, and
now sends all of it to a real InfluxDB. Promises: what is recorded meanwhile does not wait behind it, neither
at the browsers nor at the server; sending costs less than a third of the processor at 50 000 samples a
second, which is told by processor time, since a busy machine makes any clock slow; and every row is there
once.

Twelve hours in the short form, with KITLOG_LONG=1 three weeks. What the clock said of it is judged by
drain_clock_test.py, which can tell that a machine is too busy."""

import json
import math
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import threading
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import daemon  # noqa: E402
import events  # noqa: E402
import latency_test as latency  # noqa: E402
import stores  # noqa: E402

VIRTUAL, LONG_STORE = os.environ.get("KITLOG_VIRTUAL", ""), os.environ.get("LONG_STORE", "")
IS_LONG = bool(os.environ.get("KITLOG_LONG"))
KITS, CHANNELS = 10, 2
SECONDS = 21 * 86400 if IS_LONG else 12 * 3600  # of backlog, a row a second of each kit
VIEWERS = 20
PROMISE_PER_S = 50_000  # samples
FIGURES = pathlib.Path(os.environ["KITLOG_BUILD"]) / "tests/drain.json"  # of the last time
MOST_US = 1e6 / PROMISE_PER_S / 3  # of the ship thread's processor time for a sample
SOON_S = 2.5  # a row a second, a commit each second


def ship_ns(pid):
    """Processor time of the thread that sends."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == "ship":
            return int((task / "schedstat").read_text().split()[0])
    raise AssertionError("no thread `ship`")


class Live(threading.Thread):
    """A board that prints a line each hundredth of a second, and browsers that see it: how late each is."""

    def __init__(self, port, readers, stream):
        super().__init__(daemon=True)
        self.port, self.readers, self.stream = port, readers, stream
        self.late, self.is_over, self.echo = [], False, latency.Echo()

    def take(self, reader, written):
        for event in reader.take() or []:
            assert event.name != "reset", "a reader was cut off"
            if event.name == "rows":
                event.data = [part for part in event.data if part["s"] == self.stream]
                self.late += [(event.at - written[n]) * 1000 for n in latency.numbers(event)]

    def run(self):
        written, start = [], time.monotonic()
        while not self.is_over:
            if time.monotonic() >= start + len(written) / latency.RATE:
                written.append(time.monotonic())
                os.write(self.port, b"%d,%.2f\n" % (len(written) - 1, 20 + len(written) % 7))
                self.echo.say()
            for reader in select.select([*self.readers, self.echo], [], [], 0.002)[0]:
                if reader is self.echo:
                    reader.take()
                else:
                    self.take(reader, written)
        self.echo.close()

    def end(self):
        self.is_over = True
        self.join()


class Ages(threading.Thread):
    """How old the newest row is that the server has of a field of each device, each quarter of a second."""

    def __init__(self, influx, kit, field):
        super().__init__(daemon=True)
        self.influx, self.kit, self.field = influx, kit, field
        self.ages, self.is_over = [], False

    def newest(self):
        """Of the device that is furthest behind."""
        found = self.influx.query(f'SELECT LAST("{self.field}") FROM "{self.kit}" GROUP BY "device"')
        return min(series["values"][0][0] for series in found) / 1e9 if len(found) == KITS else 0

    def run(self):
        while not self.is_over:
            self.ages.append(time.time() - self.newest())
            time.sleep(0.25)

    def end(self):
        self.is_over = True
        self.join()


class Van(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.influx = self.enterContext(stores.Influx(self.folder / "influx"))
        self.links = [self.folder / f"kit{n}" for n in range(KITS)]
        self.kits = []
        for link in self.links:
            kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", link, "--model", "wave", "--rate", "1"])
            self.addCleanup(kit.wait)
            self.addCleanup(kit.terminate)
            self.kits.append(kit)
        for link in self.links:
            daemon.wait_for("the virtual kits", link.is_symlink)
        self.pty, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self.pty, False)
        self.links.append(os.ttyname(slave))

    def board(self, more):
        board = daemon.Daemon(self.folder, self.links, "store: {commit: 1 s}\n" + more, self.folder / "data")
        self.addCleanup(board.end)
        board.start().wait_ready()
        latency.play(self.pty, [], 1)
        board.wait_device(KITS + 1)
        return board

    def was_away(self):
        """The store of a board that was away; returns the rows of each stream."""
        board = self.board("")
        streams = [stream["id"] for device in board.devices() for stream in device["streams"]
                   if device["kit"] == "virtual-wave"]
        self.assertEqual(len(streams), KITS)
        self.assertEqual(board.end(), 0)
        began = time.time()
        subprocess.run([LONG_STORE, self.folder / "data", ",".join(map(str, streams)), str(CHANNELS), "1000000",
                        str(SECONDS), str(int(began) - SECONDS - 60)], check=True, stdout=subprocess.DEVNULL)
        print(f"{SECONDS * KITS * CHANNELS} samples of backlog, made in {time.time() - began:.1f} s", flush=True)

    def state(self, board):
        sink, = board.get("sinks")["sinks"]
        return sink["rows_sent"], sink["rows_behind"]

    def old_rows(self, before):
        """So many rows of before then are at the server."""
        found = self.influx.query('SELECT COUNT("ramp") FROM "virtual-wave" '
                                  f"WHERE time < {int((before - 60) * 1e9)}")
        return found[0]["values"][0][1] if found else 0

    def drain(self, board):
        """Until the backlog is over: samples a second, and microseconds of a sample."""
        total = daemon.wait_for("the backlog to be known", lambda: self.state(board)[1])
        began, cpu, sent = time.monotonic(), ship_ns(board.process.pid), self.state(board)[0]
        left = told = total
        while left > total / 50:
            time.sleep(0.1)
            now, left = self.state(board)
            if left < told - total / 10:
                told = left
                print(f"{time.monotonic() - began:6.1f} s: {now - sent} rows, {left} to go", flush=True)
        seconds, cpu = time.monotonic() - began, ship_ns(board.process.pid) - cpu
        samples = (now - sent) * CHANNELS
        return samples / seconds, cpu / 1000 / samples

    def check_all_is_there(self, board):
        """Each row once: as many as were recorded, with the same sum."""
        for kit in self.kits:
            kit.terminate()
            kit.wait()
        board.wait_delivered(60)
        for device in board.devices():
            if device["kit"] != "virtual-wave":
                continue
            stream, = device["streams"]
            lines = board.fetch(f"export?stream={stream['id']}&format=lp").decode().splitlines()
            values = [float(line.split("ramp=")[1].split(",")[0].split(" ")[0]) for line in lines if "ramp=" in line]
            (_, count, total), = self.influx.query(
                'SELECT COUNT("ramp"), SUM("ramp") FROM "virtual-wave" '
                f"WHERE device = '{device['sticker']}'")[0]["values"]
            self.assertEqual(count, len(values))
            self.assertGreater(count, SECONDS)
            self.assertAlmostEqual(total / math.fsum(values), 1, 9)
            if IS_LONG:
                break  # an export of millions of rows says the same ten times

    def test_what_was_recorded_on_the_way_does_not_delay_what_is_recorded_now(self):
        self.was_away()
        board = self.board(f"sinks:\n  - {{name: school, kind: influxdb1, url: '{self.influx.url}', "
                           "database: kitlog}\n")
        readers = [events.Events(board.port) for _ in range(VIEWERS)]
        for reader in readers:
            self.addCleanup(reader.close)
        text = next(device for device in board.devices() if device["kit"] != "virtual-wave")
        ages = Ages(self.influx, "virtual-wave", "ramp")  # of the streams that have a backlog
        live = Live(self.pty, readers, text["streams"][0]["id"])
        began = time.time()
        live.start()
        self.addCleanup(live.end)
        daemon.wait_for("a fresh row at the server", lambda: ages.newest() > began)
        first, old = time.time() - began, self.old_rows(began)
        self.assertTrue(old < KITS * SECONDS or first < SOON_S, f"fresh rows waited {first} s for the backlog")
        ages.start()
        self.addCleanup(ages.end)
        rate, cost = self.drain(board)
        ages.end()
        live.end()
        p99, cat, server = latency.part(live.late, .99), latency.part(live.echo.late, .99), latency.part(ages.ages, 1)
        print(json.dumps({"samples_per_s": round(rate), "ship_us_per_sample": round(cost, 3),
                          "live_p50_ms": latency.part(live.late, .5), "live_p99_ms": p99, "cat_p99_ms": cat,
                          "first_at_server_s": round(first, 1), "server_p50_s": latency.part(ages.ages, .5), "server_most_s": server}), flush=True)
        self.assertLess(cost, MOST_US)
        self.check_all_is_there(board)
        FIGURES.write_text(json.dumps({"cat_ms": cat, "live_ms": p99, "first_s": first, "server_s": server,
                                       "per_s": rate if IS_LONG else None}))


if __name__ == "__main__":
    FIGURES.unlink(missing_ok=True)
    for program, name in ((VIRTUAL, "kitlog-virtual"), (LONG_STORE, "long-store"), (daemon.PROGRAM, "kitlogd")):
        if not program or not os.path.exists(program):
            print(f"skipped: {name} is not built")
            sys.exit(77)
    if not stores.Influx.is_installed():
        print("skipped: no influxd (Debian: influxdb)")
        sys.exit(77)
    unittest.main(verbosity=2)

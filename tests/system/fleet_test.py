#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A school's boards and its server: real kitlogd processes, each with a virtual kit, ship to one InfluxDB and
one VictoriaMetrics. One board is killed, one is told a false hour and later the right one, two have the same
name, and both servers are stopped in the middle. Promise: in the end each server has, of each board, what the
board has on its card, each sample once. Five boards in the short form, fifty with KITLOG_LONG=1."""

import collections
import json
import math
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import stores  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
IS_LONG = bool(os.environ.get("KITLOG_LONG"))
BOARDS = 50 if IS_LONG else 5
RATE = 10  # rows a second of each kit
ROWS = 1200 if IS_LONG else 40  # of each board between the events of the day
PATIENCE = 240 if IS_LONG else 60  # seconds: they all share this machine
KILLED, FALSE, TWINS = 1, 2, (3, 4)  # of the boards
FALSE_DAYS = -200  # ahead; VictoriaMetrics drops in silence what is more than two days ahead of its own clock


class Board:
    """A board, with a kit that counts its samples."""

    def __init__(self, folder, number, sinks):
        self.folder, self.number = folder / f"board{number}", number
        self.folder.mkdir()
        self.link = self.folder / "kit"
        self.name = "twin" if number in TWINS else f"board-{number}"
        self.kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", self.link, "--model", "wave",
                                     "--rate", str(RATE), "--uid", f"{0xb0a4d000 + number:016x}"])
        self.daemon = daemon.Daemon(self.folder, [self.link], sinks)
        text = self.daemon.config.read_text().replace("board: test", f"board: {self.name}")
        if number == FALSE:
            text = text.replace("wall_clock: system\n", "")
        self.daemon.config.write_text(text)

    def start(self):
        daemon.wait_for("the virtual kit", self.link.is_symlink)
        self.daemon.start()

    def close(self):
        self.kit.kill()
        self.kit.wait()
        self.daemon.end(signal.SIGKILL)

    def end_kit(self):
        self.kit.terminate()
        self.kit.wait()

    def tell_hour(self, days):
        """As the teacher's browser does, whose clock is wrong by so many days."""
        self.daemon.sign_in()
        at = self.daemon.get("clock")["now_us"]
        try:
            self.daemon.post("clock", {"at_us": at, "wall_ms": int((time.time() + days * 86400) * 1000),
                                       "round_trip_us": 1000})
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise
            print("a time server tells this machine the hour; no board of it believes another")

    def is_ready(self):
        return [device["state"] for device in self.daemon.devices()] == ["ready"]

    def rows(self):
        """{count: of its rows on the card, sum: of the numbers that count them}."""
        stream, = self.daemon.devices()[0]["streams"]
        text = self.daemon.fetch(f"export?stream={stream['id']}&format=lp").decode()
        numbers = [float(line.split("ramp=")[1].split(" ")[0].split(",")[0])
                   for line in text.splitlines() if "ramp=" in line]
        return len(numbers), math.fsum(numbers)

    def sinks(self):
        return self.daemon.get("sinks")["sinks"]

    def is_delivered(self):
        return all(sink["state"] == "idle" and sink["rows_behind"] == 0 for sink in self.sinks())


class Fleet(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.influx = self.enterContext(stores.Influx(folder / "influx"))
        self.victoria = self.enterContext(
            stores.VictoriaMetrics(folder / "vm", "-dedup.minScrapeInterval=1ms"))
        sinks = (f"sinks:\n  - {{name: school, kind: influxdb1, url: '{self.influx.url}', database: kitlog}}\n"
                 f"  - {{name: district, kind: victoriametrics, url: '{self.victoria.url}'}}\n")
        self.boards = []
        for number in range(BOARDS):
            self.boards.append(Board(folder, number, sinks))
            self.addCleanup(self.boards[-1].close)
        for board in self.boards:
            board.start()
        self.wait_all("its kit ready", Board.is_ready)

    def wait_all(self, what, test):
        for board in self.boards:
            daemon.wait_for(f"{board.name}, {what} (see {board.daemon.log})", lambda board=board: test(board),
                            PATIENCE)

    def record(self, rows):
        """Until each board has so many rows more at InfluxDB."""
        goal = {board: board.sinks()[0]["rows_sent"] + rows for board in self.boards}
        self.wait_all("rows sent", lambda board: board.sinks()[0]["rows_sent"] >= goal[board])

    @staticmethod
    def by_name(found):
        return {name: sorted(figures) for name, figures in found.items()}

    @staticmethod
    def names(found):
        """{name: [(count, sum) of each board of that name]}."""
        names = collections.defaultdict(list)
        for (name, _), figures in found.items():
            names[name].append(figures)
        return names

    def at_influx(self):
        """Of each board, over all its series."""
        found = collections.defaultdict(lambda: (0, 0.0))
        for series in self.influx.query('SELECT COUNT("ramp"), SUM("ramp") FROM "virtual-wave" GROUP BY *'):
            _, count, total = series["values"][0]
            board = self.key(series["tags"])
            found[board] = found[board][0] + count, found[board][1] + total
        return self.names(found)

    def at_victoria(self):
        found = collections.defaultdict(lambda: (0, 0.0))
        for _, value, labels in self.victoria.points("virtual-wave", "ramp"):
            board = self.key(labels)
            found[board] = found[board][0] + 1, found[board][1] + value
        return self.names(found)

    @staticmethod
    def key(tags):
        return tags["board"], tags.get("board_id")

    def stop_servers(self):
        self.influx.stop()
        self.victoria.stop()
        for board in self.boards[:3]:
            daemon.wait_for("the sinks to wait", lambda board=board: all(
                sink["state"] == "waiting" for sink in board.sinks()), PATIENCE)
        self.influx.start()
        self.victoria.start()

    def test_a_server_of_many_boards_has_each_sample_once(self):
        began = time.monotonic()
        self.boards[FALSE].tell_hour(FALSE_DAYS)
        self.record(ROWS)
        self.boards[KILLED].daemon.end(signal.SIGKILL)
        self.boards[KILLED].daemon.start()
        self.stop_servers()
        self.boards[FALSE].tell_hour(0)
        self.wait_all("its kit ready", Board.is_ready)
        for board in self.boards:
            daemon.wait_for("the sinks to go on", lambda board=board: all(
                sink["state"] in ("idle", "sending") for sink in board.sinks()), PATIENCE)
        self.record(ROWS)
        for board in self.boards:
            board.end_kit()
        self.wait_all("its kit gone", lambda board: board.daemon.devices()[0]["state"] == "gone")
        kept = {board: board.rows() for board in self.boards}  # which brings all of them onto the card
        self.wait_all("all delivered", Board.is_delivered)
        self.check(kept, began)

    def check(self, kept, began):
        """What a sink says of itself may be some seconds old, so the servers are asked until they have as much."""
        wanted = collections.defaultdict(list)
        for board, figures in kept.items():
            wanted[board.name].append(figures)
            self.assertGreater(figures[0], 2 * ROWS)
        for ask in (self.at_influx, self.at_victoria):
            try:
                daemon.wait_for("all", lambda ask=ask: self.by_name(ask()) == self.by_name(wanted), PATIENCE)
            except daemon.Late:
                self.assertEqual(self.by_name(ask()), self.by_name(wanted), ask.__name__)
        rows = [count for count, _ in kept.values()]
        print(json.dumps({"boards": len(rows), "rows": sum(rows), "samples_at_each_server": 2 * sum(rows),
                          "seconds": round(time.monotonic() - began)}), flush=True)


if __name__ == "__main__":
    stores.skip_without(VIRTUAL, daemon.PROGRAM)
    unittest.main(verbosity=2)

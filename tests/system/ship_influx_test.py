#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""The main job on real parts: an Uno's unmodified firmware in a simulator, a known waveform at A0, kitlogd,
and Debian's InfluxDB and VictoriaMetrics. Every sample arrives once, with the converter's value, but for those that the
board tells as lost. KITLOG_LONG=1 takes a minute where the short form takes half of it and less."""

import csv
import io
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import stores  # noqa: E402

if not stores.Influx.is_installed() or not os.environ.get("UNO_SIM"):
    print("influxd or uno-sim is not installed here")
    sys.exit(77)

FIRMWARE = pathlib.Path(os.environ["KITLOG_BUILD"]) / "firmware" / "uno.elf"
LONG = bool(os.environ.get("KITLOG_LONG"))
UNO_S, VIRTUAL_S, OUTAGE_S = (60, 20, 60) if LONG else (30, 12, 20)
SETTLED = 15  # seconds until the clock map is steady
HEAD = 8  # values in a row that tell where in the sine they are
HOLE_NS = 1_500_000  # between rows each millisecond: some are missing, or the simulator's clock stood still
STARVED_MS = 20  # late in one turn: the simulator had no processor, and its cycles are no clock


class Ship(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *command):
        self.said = self.folder / "said"
        with self.said.open("w") as said:
            process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=said)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.terminate()
        process.wait(20)

    def board(self, link, kind, server):
        database = ", database: kitlog" if kind == "influxdb1" else ""
        board = daemon.Daemon(self.folder, [link], more="sinks:\n"
                              f"  - {{name: school, kind: {kind}, url: '{server.url}'{database}}}\n")
        self.addCleanup(board.end)
        return board.start().wait_ready()

    def told(self, board, stream):
        """How many rows of a stream the board has, and how many it says were lost."""
        text = board.fetch(f"export?stream={stream['id']}").decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
        gaps = [row["gap"].split() for row in rows if row["gap"]]
        return len(rows) - len(gaps), sum(int((gap + ["0", "0"])[1]) for gap in gaps)

    def count_missing(self, stamps, raws, true):
        """How many of the true values are missing between these, which are in their order otherwise.

        They go on where the longest row of them is found, of several the one where their stamps say."""
        def length(k, n):
            return next((i for i, (a, b) in enumerate(zip(true[k:], raws[n:])) if a != b), min(len(true) - k, len(raws) - n))
        at, n, missing = 0, 0, 0
        while n < len(raws):
            head = raws[n:n + HEAD]
            fits = [k for k in range(at, len(true) - len(head) + 1) if true[k] == head[0] and true[k:k + len(head)] == head]
            self.assertTrue(fits, f"points {n} and on are no values of the converter in a row, or are there twice")
            wanted = at + round((stamps[n] - stamps[n - 1]) / 1e6) - 1 if n else 0
            found = max(fits, key=lambda k, n=n, wanted=wanted: (length(k, n), -abs(k - wanted)))
            missing += found - at if n else 0
            at, n = found + length(found, n), n + length(found, n)
        return missing

    def test_every_conversion_of_an_uno_is_in_influxdb_once(self):
        influx = stores.Influx(self.folder / "influx").start()
        self.addCleanup(influx.stop)
        link, truth = self.folder / "tty", self.folder / "truth"
        (self.folder / "light").write_text("".join(f"{t} {1000 + 7 * t}\n" for t in range(0, 120)))
        uno = self.start(os.environ["UNO_SIM"], "--link", link, "--truth", truth, "--adc-sine",
                         "2.71828", "--light", self.folder / "light", FIRMWARE)
        daemon.wait_for("the simulator", link.is_symlink)
        board = self.board(link, "influxdb1", influx)
        device = board.wait_device()[0]
        time.sleep(UNO_S)
        self.end(uno)
        board.wait_delivered(60)
        stream = next(s for s in device["streams"] if s["name"] == "a0")
        step = stream["channels"][0]["resolution"]
        points = influx.points(device["kit"], stream["channels"][0]["id"])

        stamps = [ns for ns, _, _ in points]
        kept, lost = self.told(board, stream)
        self.assertEqual(len(points), kept, "all that the board has")
        self.assertGreater(len(points), 500 * UNO_S)  # the board's time stands still where it had no processor
        self.assertTrue(all(a < b for a, b in zip(stamps, stamps[1:])), "stamps rise strictly")
        raws = [round(value / step) for _, value, _ in points]
        for (_, value, _), raw in zip(points, raws):
            self.assertAlmostEqual(value, raw * step, places=9)
        true = [int(line.split()[2]) for line in truth.read_text().splitlines()]
        self.assertEqual(self.count_missing(stamps, raws, true), lost, "missing, and told as lost")
        late = [ns for ns in stamps if ns > stamps[0] + SETTLED * 10**9]
        spacings = [b - a for a, b in zip(late, late[1:]) if b - a <= HOLE_NS]
        mean = statistics.mean(spacings)
        print(f"{len(points)} points; spacing {mean:.1f} ns mean, {min(spacings)} .. {max(spacings)}; "
              f"{lost} lost; the simulator: {self.said.read_text().strip()}")
        if float(re.search(r"worst lag ([\d.]+) ms", self.said.read_text()).group(1)) < STARVED_MS:
            self.assertLess(abs(mean - 1e6), 50)  # 50 ppm of 1 ms

        light = next(s for s in device["streams"] if s["name"] == "light")["channels"][0]
        values = [value for _, value, _ in influx.points(device["kit"], light["id"])]
        self.assertGreater(len(values), UNO_S)
        self.assertEqual(values, sorted(values))  # the script only rises

    def virtual(self, rate):
        link = self.folder / "wave"
        kit = self.start(os.environ["KITLOG_VIRTUAL"], "--quiet", "--link", link, "--model", "wave",
                         "--rate", str(rate))
        daemon.wait_for("the virtual kit", link.is_symlink)
        return kit, link

    def check_ramp(self, points):
        """The wave's second channel counts its samples."""
        ramp = [int(value) for _, value, _ in points]
        self.assertGreater(len(ramp), 1000)
        self.assertEqual(ramp, list(range(ramp[0], ramp[0] + len(ramp))), "each once, in order")

    def check_uncertainty(self, server, kit):
        """Once a minute of board time with one of the rows, and of their stamps."""
        stamps = {ns for ns, _, _ in server.points(kit, "ramp")}
        told = server.points(kit, "stamp_u_us")
        print("stamp_u_us:", [value for _, value, _ in told])
        self.assertGreaterEqual(len(told), 2 if LONG else 1)
        self.assertLessEqual({ns for ns, _, _ in told}, stamps)
        for (first, _, _), (second, _, _) in zip(told[1:], told[2:]):
            self.assertAlmostEqual((second - first) / 1e9, 60, delta=0.1)
        self.assertTrue(all(0 < value < 1e6 for _, value, _ in told), "of a clock that is pinged")

    def test_a_hundred_a_second_are_in_victoriametrics_once(self):
        if not stores.VictoriaMetrics.is_installed():
            self.skipTest("victoria-metrics is not installed")
        server = stores.VictoriaMetrics(self.folder / "vm").start()
        self.addCleanup(server.stop)
        kit, link = self.virtual(100)
        board = self.board(link, "victoriametrics", server)
        device = board.wait_device()[0]
        time.sleep(VIRTUAL_S)
        self.end(kit)
        board.wait_delivered(60)
        self.check_ramp(server.points(device["kit"], "ramp"))

    def test_a_server_stopped_for_a_while_costs_nothing(self):
        influx = stores.Influx(self.folder / "influx").start()
        self.addCleanup(influx.stop)
        kit, link = self.virtual(200)
        board = self.board(link, "influxdb1", influx)
        device = board.wait_device()[0]
        daemon.wait_for("rows at the server", lambda: influx.count(device["kit"], "ramp") > 500)
        influx.stop()
        time.sleep(OUTAGE_S)
        told = subprocess.run([os.environ["KITLOG"], "--board", f"127.0.0.1:{board.port}", "sink"],
                              text=True, capture_output=True, env={**os.environ, "LC_ALL": "C"})
        print(told.stdout)
        self.assertRegex(told.stdout, "school: .*safe")
        influx.start()
        daemon.wait_for("the sink to go on", lambda: board.get("sinks")["sinks"][0]["state"] in
                        ("idle", "sending"), 90)
        time.sleep(5)
        self.end(kit)
        board.wait_delivered(120)
        self.check_ramp(influx.points(device["kit"], "ramp"))
        self.check_uncertainty(influx, device["kit"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

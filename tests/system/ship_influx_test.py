#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job on real parts: an Uno's unmodified firmware in a simulator, a known waveform at A0, kitlogd,
and Debian's InfluxDB and VictoriaMetrics. Every sample arrives once, with the converter's value."""

import os
import pathlib
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
SETTLED = 15  # seconds until the clock map is steady


class Ship(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *command):
        process = subprocess.Popen(list(map(str, command)), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
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

    def wait_delivered(self, board, seconds=60):
        def delivered():
            status, sink = board.get("status"), board.get("sinks")["sinks"][0]
            self.last = sink, status["store"]
            return sink["rows_behind"] == 0 and not status["store"]["pending_rows"] and \
                sink["state"] == "idle"
        try:
            daemon.wait_for("everything at the server", delivered, seconds)
            time.sleep(1.5)  # one more commit: what came in the last second
            daemon.wait_for("everything at the server", delivered, seconds)
        except daemon.Late:
            self.fail(f"not delivered: {self.last} {board.said()}")

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
        time.sleep(60)
        self.end(uno)
        self.wait_delivered(board)
        stream = next(s for s in device["streams"] if s["name"] == "a0")
        step = stream["channels"][0]["resolution"]
        points = influx.points(device["kit"], stream["channels"][0]["id"])

        stamps = [ns for ns, _, _ in points]
        self.assertGreater(len(points), 55000)
        self.assertTrue(all(a < b for a, b in zip(stamps, stamps[1:])), "stamps rise strictly")
        raws = [round(value / step) for _, value, _ in points]
        for (_, value, _), raw in zip(points, raws):
            self.assertAlmostEqual(value, raw * step, places=9)
        true = [int(line.split()[2]) for line in truth.read_text().splitlines()]
        fits = [k for k in range(len(true) - len(raws) + 1)
                if true[k:k + 50] == raws[:50] and true[k:k + len(raws)] == raws]
        self.assertTrue(fits, "the converter's values, none missing, none twice")
        late = [ns for ns in stamps if ns > stamps[0] + SETTLED * 10**9]
        spacings = [b - a for a, b in zip(late, late[1:])]
        mean = statistics.mean(spacings)
        print(f"{len(points)} points; spacing {mean:.1f} ns mean, {min(spacings)} .. {max(spacings)}")
        self.assertLess(abs(mean - 1e6), 50)  # 50 ppm of 1 ms

        light = next(s for s in device["streams"] if s["name"] == "light")["channels"][0]
        values = [value for _, value, _ in influx.points(device["kit"], light["id"])]
        self.assertGreater(len(values), 80)
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
        self.assertGreaterEqual(len(told), 2)
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
        time.sleep(20)
        self.end(kit)
        self.wait_delivered(board)
        self.check_ramp(server.points(device["kit"], "ramp"))

    def test_a_server_stopped_for_a_minute_costs_nothing(self):
        influx = stores.Influx(self.folder / "influx").start()
        self.addCleanup(influx.stop)
        kit, link = self.virtual(200)
        board = self.board(link, "influxdb1", influx)
        device = board.wait_device()[0]
        daemon.wait_for("rows at the server", lambda: influx.count(device["kit"], "ramp") > 500)
        influx.stop()
        time.sleep(60)
        told = subprocess.run([os.environ["KITLOG"], "--board", f"127.0.0.1:{board.port}", "sink"],
                              text=True, capture_output=True, env={**os.environ, "LC_ALL": "C"})
        print(told.stdout)
        self.assertRegex(told.stdout, "school: .*safe")
        influx.start()
        daemon.wait_for("the sink to go on", lambda: board.get("sinks")["sinks"][0]["state"] in
                        ("idle", "sending"), 90)
        time.sleep(5)
        self.end(kit)
        self.wait_delivered(board, 120)
        self.check_ramp(influx.points(device["kit"], "ramp"))
        self.check_uncertainty(influx, device["kit"])


if __name__ == "__main__":
    unittest.main(verbosity=2)

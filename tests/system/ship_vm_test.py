#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What a real VictoriaMetrics does to stamps and values: at 100 Hz each value is exact and each stamp the
right millisecond; a cluster's path is kept; a stream above 1 kHz is shipped whole, with a warning that it
loses its order there."""

import contextlib
import http.server
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import stores  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
SECONDS = 20


def sine(phase_us):
    """The virtual kit's sine of 1 Hz, in its own steps."""
    value = 30000 * math.sin(2 * math.pi * (phase_us % 1000000) * 1e-6)
    return math.floor(abs(value) + 0.5) * (1 if value > 0 else -1)


def phase_of(steps, period_us):
    """At which phase the series began; None when it is no such sine."""
    for phase in range(1000000):
        if sine(phase) == steps[0] and \
                all(sine(phase + n * period_us) == steps[n] for n in range(1, len(steps))):
            return phase
    return None


@contextlib.contextmanager
def cluster(store):
    """The way into a cluster, which Debian has no programs of: like vminsert it takes lines at one path of a
    tenant only. What it takes a single VictoriaMetrics stores."""
    class Vminsert(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path, _, asked = self.path.partition("?")
            status, answer = 400, f"unsupported path requested: {path}".encode()
            if path == "/insert/0/influx/write":
                headers = {"Content-Encoding": self.headers.get("Content-Encoding") or "identity",
                           "Content-Type": self.headers["Content-Type"]}
                status, answer = stores.get(f"{store.url}/write?{asked}", body, headers)
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if status != 204:
                self.wfile.write(answer)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vminsert) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/insert/0/influx"
        server.shutdown()


class VictoriaMetrics(unittest.TestCase):
    def ship(self, rate, seconds, front=None):
        """Runs a kit so long; returns the server, the number of rows kept, and the sink's state. `front` stands
        before the server and has its own address."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        store = self.enterContext(stores.VictoriaMetrics(folder / "vm"))
        url = self.enterContext(front(store)) if front else store.url
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", str(rate),
                                "--link", folder / "tty"])
        self.addCleanup(kit.wait)
        self.addCleanup(kit.kill)
        board = daemon.Daemon(folder, [folder / "tty"], "sinks:\n  - {name: school, "
                              f"kind: victoriametrics, url: '{url}'}}\n")
        self.addCleanup(board.end)
        board.start().wait_ready().wait_device()
        time.sleep(seconds)  # what is measured is so much of it
        kit.terminate()
        kit.wait()

        def all_sent():
            sink = board.get("sinks")["sinks"][0]
            rows = board.get("status")["store"]
            done = sink["state"] == "idle" and rows["pending_rows"] == 0 and sink["rows_behind"] == 0
            points = store.points("virtual-wave", "ramp")
            return done and len(points) == self.kept(board) and (points, sink)
        points, sink = daemon.wait_for("all rows at VictoriaMetrics", all_sent)
        return store, points, sink

    @staticmethod
    def kept(board):
        stream = board.devices()[0]["streams"][0]
        text = board.fetch(f"export?stream={stream['id']}&format=lp").decode()
        return sum(1 for line in text.splitlines() if line and not line.startswith("#"))

    def test_values_and_milliseconds_at_100_hz_are_exact(self):
        store, ramp, sink = self.ship(100, SECONDS)
        self.assertIsNone(sink["sentence"])
        self.assertGreaterEqual(len(ramp), SECONDS * 100 * 0.95)
        first = ramp[0][1]
        self.assertEqual([value for _, value, _ in ramp],
                         [first + n for n in range(len(ramp))], "each once, in order")
        ids = {labels.pop("board_id") for _, _, labels in ramp if "board_id" in labels}
        self.assertEqual([len(id) for id in ids], [8], "one board")
        self.assertEqual({tuple(sorted((k, v) for k, v in labels.items() if k != "db"))
                          for _, _, labels in ramp},
                         {(("board", "test"), ("device", "1"), ("stream", "signal"))})
        points = store.points("virtual-wave", "sine")
        self.assertEqual([at for at, _, _ in points], [at for at, _, _ in ramp])
        steps = [round(value * 1e4) for _, value, _ in points]
        for (_, value, _), step in zip(points, steps):
            self.assertEqual(value, round(step * 1e-4, 4))
        self.assertIsNotNone(phase_of(steps, 10000), "each value is the sine's")
        spacings = [b[0] - a[0] for a, b in zip(ramp, ramp[1:])]
        self.assertGreater(min(spacings), 0)
        self.assertAlmostEqual(statistics.mean(spacings), 10, delta=0.01)
        print(f"{len(ramp)} points, spacing {statistics.mean(spacings):.4f} ms")

    def test_a_cluster_is_written_to_at_its_tenant_s_path(self):
        _, ramp, sink = self.ship(20, 2, cluster)
        self.assertIsNone(sink["sentence"])
        self.assertEqual([value for _, value, _ in ramp], [ramp[0][1] + n for n in range(len(ramp))])

    def test_a_stream_above_1_khz_is_shipped_whole_with_a_warning(self):
        _, ramp, sink = self.ship(2000, 5)
        self.assertEqual(len({value for _, value, _ in ramp}), len(ramp), "none twice")
        self.assertIn("device 1, virtual-wave, gives more than 1000 readings a second",
                      sink["sentence"]["en"])


if __name__ == "__main__":
    for program, name in ((VIRTUAL, "kitlog-virtual"), (daemon.PROGRAM, "kitlogd")):
        if not program or not os.path.exists(program):
            print(f"skipped: {name} is not built")
            sys.exit(77)
    if not stores.VictoriaMetrics.is_installed():
        print("skipped: no victoria-metrics (Debian: victoria-metrics)")
        sys.exit(77)
    unittest.main(verbosity=2)

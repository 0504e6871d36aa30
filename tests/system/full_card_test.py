#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A card that is full keeps nobody from taking data away: every file of what is on it comes as before, what is not on
it yet is said in the file, what cannot be done is one sentence, and nothing is lost once there is room."""

import csv
import ctypes
import io
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import zipfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
LIBC = ctypes.CDLL(None, use_errno=True)


def rows_of(text):
    lines = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    n = lines[0].index("gap") - 2
    return [(line[0], line[2]) for line in lines[1:] if any(line[2:2 + n])]


class FullCard(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.data = self.folder / "data"
        self.data.mkdir()
        if LIBC.mount(b"kitlog", os.fsencode(self.data), b"tmpfs", 0, b"size=16m,mode=0700") < 0:
            print("skipped: a tmpfs to fill cannot be mounted here (needs root)", flush=True)
            os._exit(77)
        self.addCleanup(LIBC.umount2, os.fsencode(self.data), 2)
        port = self.folder / "port"
        printer = subprocess.Popen([sys.executable, "-B", SUPPORT / "printer.py", port, "50", "level:{n}"])
        self.addCleanup(printer.wait)
        self.addCleanup(printer.kill)
        daemon.wait_for("port", port.exists)
        self.board = daemon.Daemon(self.folder, [port], "store: {commit: 1 s}\n", self.data).start().wait_ready()
        self.addCleanup(self.board.end)
        self.device, = self.board.wait_device()
        self.board.sign_in()

    def fill(self):
        """Until the card has refused a second of rows."""
        with open(self.data / "ballast", "wb", buffering=0) as ballast:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        ballast.write(bytes(size))
                except OSError:
                    pass
        daemon.wait_for("a card that refuses", lambda: self.board.get("status")["store"]["problem"])

    def refused(self, path, body):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.board.post(path, body)
        said = json.load(refused.exception)["error"]
        self.assertRegex(said["zh"], "卡.*满")
        self.assertRegex(said["en"], "(?i)card is full")
        return refused.exception.code

    def send(self, package):
        request = daemon.urllib.request.Request(self.board.url("import"), package, {"Content-Type": "application/zip"})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.board.opener.open(request, timeout=daemon.PATIENCE)
        return json.load(refused.exception)["error"]["en"]

    def test_every_file_comes_from_a_full_card_and_nothing_is_lost(self):
        board, session = self.board, self.board.post("sessions", {"title": "七（3）班", "groups": 1})["id"]
        act, group = f"sessions/{session}/acts", f"sessions/{session}/groups/1"
        board.post(act, {"do": "assign", "group": 1, "devices": [self.device["id"]]})
        board.post(f"{group}/prediction", {"value": 3})
        board.post(act, {"do": "start"})
        run = board.get(f"sessions/{session}")["groups"][0]["run"]
        daemon.wait_for("rows", lambda: len(rows_of(board.fetch(f"export?run={run}"))) > 50)
        board.post(f"{group}/readings", {"typed": {"L": 0.1}})
        board.post(act, {"do": "stop"})
        daemon.wait_for("a whole receipt", lambda: board.get(f"runs/{run}/receipt")["is_complete"])
        files = [f"runs/{run}/package", f"sessions/{session}/package", f"runs/{run}/receipt", f"runs/{run}/report",
                 *(f"export?run={run}&{what}" for what in ("stamps=live", "format=xlsx", "format=lp", "of=readings"))]
        board.post(act, {"do": "start"})  # goes on while the card is full
        later = board.get(f"sessions/{session}")["groups"][0]["run"]
        before = {path: board.fetch(path) for path in files if "sessions" not in path}
        self.fill()
        for path in files:
            now = board.fetch(path)
            if path in before and "xlsx" not in path:
                self.assertEqual(now, before[path], path)
            if "package" in path:
                with zipfile.ZipFile(io.BytesIO(now)) as package:
                    self.assertIsNone(package.testzip())
        self.assertIn("not yet on the card", board.fetch(f"export?run={later}").decode())
        with zipfile.ZipFile(io.BytesIO(board.fetch(f"runs/{later}/package"))) as package:
            gaps = json.loads(package.read("run.json"))["gaps"]
        self.assertIn("store", [gap["reason"] for gap in gaps])
        self.assertEqual(self.refused(f"{group}/readings", {"typed": {"L": 0.2}}), 503)
        self.assertRegex(self.send(before[f"runs/{run}/package"]), "The card is full.*nothing was imported")
        there = self.data / "out.csv"
        done = subprocess.run([KITLOG, "--config", board.config, "export", "--output", there, str(run)],
                              capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("No space left on device", done.stderr)
        self.assertFalse(there.exists(), "half a file would look like a whole one")
        (self.data / "ballast").unlink()
        daemon.wait_for("a card that takes it", lambda: not board.get("status")["store"]["problem"])
        board.post(f"{group}/readings", {"typed": {"L": 0.2}})
        board.post(act, {"do": "stop"})
        values = [int(value) for _, value in rows_of(board.fetch(f"export?run={later}&stamps=live"))]
        self.assertGreater(len(values), 50)
        self.assertEqual([(b - a) % 7 for a, b in zip(values, values[1:])], [1] * (len(values) - 1))
        self.assertTrue(board.get(f"runs/{later}/receipt")["is_complete"])


if __name__ == "__main__":
    unittest.main()

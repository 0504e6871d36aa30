#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A run leaves the board as a package and comes back: read by other programs, each number the same."""

import csv
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import textwrap
import unittest
import zipfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402


def rows_of(csv_bytes):
    """The lines of a CSV export as (seconds as text, values as text), those of rows only."""
    lines = list(csv.reader(io.StringIO(csv_bytes.decode("utf-8-sig"))))
    n = lines[0].index("gap") - 2
    return [(line[0], line[2:2 + n]) for line in lines[1:] if any(line[2:2 + n])]


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        ports = [cls.folder / "a", cls.folder / "b"]
        for port, words in zip(ports, ("level:{n},far:{tenth}", "{tenth}")):
            printer = subprocess.Popen([sys.executable, "-B", SUPPORT / "printer.py", port, "50", words])
            cls.addClassCleanup(printer.wait)
            cls.addClassCleanup(printer.kill)
            daemon.wait_for("port", port.exists)
        cls.board = daemon.Daemon(cls.folder, ports).start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        cls.board.wait_device(2)
        cls.board.sign_in()
        cls.run_id = cls.board.post("runs", {"title": "=1+2 <b>七（3）班</b>"})["id"]
        first = cls.board.devices()[0]["streams"][0]["id"]
        daemon.wait_for("100 rows", lambda: len(rows_of(cls.export(f"run={cls.run_id}&stream={first}"))) > 100)
        cls.board.post(f"runs/{cls.run_id}/stop")
        cls.package = cls.board.fetch(f"runs/{cls.run_id}/package")
        (cls.folder / "run.zip").write_bytes(cls.package)

    @classmethod
    def export(cls, what):
        try:
            return cls.board.fetch(f"export?{what}")
        except OSError:
            return b"time_s,clock,gap\r\n"  # nothing in it yet

    def about(self):
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            self.assertIsNone(package.testzip())
            return json.loads(package.read("run.json"))

    def test_a_package_has_each_number_of_the_run(self):
        about = self.about()
        self.assertEqual((about["kitlog_package"], about["title"], about["origin"]),
                         (1, "=1+2 <b>七（3）班</b>", "board"))
        self.assertEqual(len(about["streams"]), 2)
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            self.assertEqual(package.namelist(),
                             ["README.txt", "run.json"] + [stream["file"] for stream in about["streams"]])
            for stream, device in zip(about["streams"], self.board.devices()):
                self.assertEqual(stream["device"]["sticker"], device["sticker"])
                rows = list(csv.reader(io.TextIOWrapper(package.open(stream["file"]), "utf-8")))
                self.assertEqual(rows[0], ["t_ns"] + [channel["id"] for channel in stream["channels"]])
                seen = rows_of(self.export(f"run={self.run_id}&stream={device['streams'][0]['id']}&stamps=live"))
                self.assertEqual([row[1:] for row in rows[1:]], [values for _, values in seen])
                self.assertEqual([int(row[0]) for row in rows[1:]],
                                 [round(float(seconds) * 1e9) for seconds, _ in seen])
        self.assertEqual(self.board.fetch(f"runs/{self.run_id}/package"), self.package)

    def test_the_program_in_its_readme_reads_it(self):
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            readme = package.read("README.txt").decode()
        program = textwrap.dedent("\n".join(re.findall(r"^(?:    .*)?$", readme, re.M)))
        said = subprocess.run([sys.executable, "-I", "-c", program, self.folder / "run.zip"], check=True,
                              capture_output=True, text=True).stdout.splitlines()
        about = self.about()
        self.assertEqual(len(said), 2)
        for line, stream in zip(said, about["streams"]):
            self.assertTrue(line.startswith(f"{stream['file']} ['t_ns', "), line)
            self.assertGreater(int(re.search(r"\] (\d+) \[", line)[1]), 50)

    def test_what_is_not_there_is_said(self):
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            self.board.fetch("runs/99/package")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()

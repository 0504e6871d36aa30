#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What a board has recorded is copied while it records, and is the same on another board: rows, runs, what was
imported. A backup that is not what was written brings nothing, and what a board has is never lost by it."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG, VIRTUAL = os.environ["KITLOG"], os.environ["KITLOG_VIRTUAL"]


class Backup(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="kitlog-backup-")))
        port = cls.folder / "wave"
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", "wave"])
        cls.addClassCleanup(kit.wait)
        cls.addClassCleanup(kit.kill)
        cls.board = cls.board_in("first", [port])
        cls.board.start().wait_ready().wait_device()
        cls.addClassCleanup(cls.board.end)
        cls.board.sign_in()
        cls.run_id = cls.board.post("runs", {"title": "before"})["id"]
        daemon.wait_for("rows", lambda: cls.board.get("status")["store"]["rows"] > 300)
        cls.board.post(f"runs/{cls.run_id}/stop")
        package = cls.folder / "run.zip"
        package.write_bytes(cls.board.fetch(f"runs/{cls.run_id}/package"))
        cls.kitlog(cls.board, "run", "import", package, check=True)
        cls.places = 0
        cls.made = cls.back_up()

    @classmethod
    def board_in(cls, name, ports=()):
        (cls.folder / name).mkdir()
        return daemon.Daemon(cls.folder / name, ports)

    @classmethod
    def kitlog(cls, board, *words, check=False):
        done = subprocess.run([KITLOG, "--config", board.config, *words], text=True, timeout=120,
                              env={**os.environ, "LC_ALL": "C"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    @classmethod
    def back_up(cls):
        """A new one, as the command tells it."""
        cls.places += 1
        place = cls.folder / f"stick{cls.places}"
        place.mkdir()
        return json.loads(cls.kitlog(cls.board, "--json", "backup", place, check=True).stdout)

    @staticmethod
    def runs_of(board):
        """Its own, and those that were imported."""
        told = board.get("runs")["runs"] + board.get("runs?imported=1")["runs"]
        return {run["id"]: run["title"] for run in told}

    def refused(self, board, words, *expected):
        done = self.kitlog(board, *words)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        for word in expected:
            self.assertIn(word, done.stderr)

    def test_of_a_board_at_work_is_the_same_on_another(self):
        self.assertTrue(self.made["is_sound"])
        self.assertGreater(self.made["rows"], 300)
        self.assertEqual([entry["store"] for entry in self.made["stores"]], ["", "imports/1"])
        other = self.board_in("second")
        told = self.kitlog(other, "restore", self.made["folder"], check=True)
        self.assertIn("sound", told.stdout)
        other.start().wait_ready()
        self.addCleanup(other.end)
        wanted = self.runs_of(self.board)
        self.assertEqual(self.runs_of(other), wanted)
        self.assertEqual(len(wanted), 2)
        for run in wanted:
            path = f"export?run={run}&format=csv&stamps=live"  # better ones are made of each anew
            self.assertEqual(other.fetch(path), self.board.fetch(path), f"run {run}")
        self.assertNotEqual((other.data / "pin").read_text(), (self.board.data / "pin").read_text())

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_that_root_brings_back_is_all_of_whose_folder_it_is(self):
        other, user = self.board_in("given"), 65534
        other.data.mkdir()
        os.chown(other.data, user, user)
        self.kitlog(other, "restore", self.made["folder"], check=True)
        names = list(other.data.rglob("*"))
        self.assertIn("kitlog.db.lock", [name.name for name in names])
        self.assertEqual({(name.stat().st_uid, name.stat().st_gid) for name in names}, {(user, user)})

    def test_goes_nowhere_where_kitlogd_runs(self):
        self.refused(self.board, ["restore", "--replace", self.made["folder"]], "kitlogd is using",
                     "systemctl stop kitlogd")

    def test_replaces_what_is_there_only_if_it_is_told_to_and_sets_it_aside(self):
        other = self.board_in("third")
        other.start().wait_ready()
        other.sign_in()
        mine = other.post("runs", {"title": "mine"})["id"]
        daemon.wait_for("kept", lambda: other.get(f"runs/{mine}")["title"] == "mine")
        other.end()
        self.refused(other, ["restore", self.made["folder"]], "--replace", "not deleted")
        told = self.kitlog(other, "restore", "--replace", self.made["folder"], check=True)
        aside = told.stderr.split()[-1]
        self.assertEqual(self.kitlog(other, "store", "verify", aside).returncode, 0)
        other.start().wait_ready()
        self.addCleanup(other.end)
        self.assertIn("before", [run["title"] for run in other.get("runs")["runs"]])
        self.assertNotIn("mine", [run["title"] for run in other.get("runs")["runs"]])

    def test_that_is_damaged_brings_nothing(self):
        made = self.back_up()
        other = self.board_in("fourth")
        for name in ("kitlog.db", "imports/1/kitlog.db"):
            path = pathlib.Path(made["folder"]) / name
            sound = path.read_bytes()
            path.write_bytes(sound[:5000] + bytes([sound[5000] ^ 1]) + sound[5001:])
            self.refused(other, ["restore", made["folder"]], name, "take another backup")
            path.write_bytes(sound)
        listed = pathlib.Path(made["folder"]) / "backup.json"
        words = listed.read_text()
        listed.write_text(words.replace('"imports/1"', '"../../first/data"'))
        self.refused(other, ["restore", made["folder"]], "take another backup")
        listed.write_text(words.replace('"format": 1', '"format": 2'))
        self.refused(other, ["restore", made["folder"]], "newer kitlog")
        listed.unlink()
        self.refused(other, ["restore", made["folder"]], "backup.json", "a folder that kitlog backup made")
        self.assertFalse(other.data.exists())

    def test_that_cannot_be_made_leaves_nothing(self):
        self.refused(self.board, ["backup", self.folder / "no-stick"], "no-stick", "USB stick")
        empty = self.board_in("fifth")
        place = self.folder / "fifth"
        self.refused(empty, ["backup", place], "there is no store in")
        self.assertEqual([entry.name for entry in place.iterdir()], ["kitlogd.yaml"])

    def test_words_that_do_not_fit_are_told(self):
        for words in (["restore"], ["restore", "a", "b"], ["restore", "--all", "a"], ["backup", "a", "b"]):
            self.assertEqual(self.kitlog(self.board, *words).returncode, 2, words)


if __name__ == "__main__":
    unittest.main()

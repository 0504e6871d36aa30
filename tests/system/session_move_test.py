#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A class of weeks goes on at another board, and at a third: groups, guesses, what was typed, marks, every row. Nothing
is twice, whatever is taken twice; and of a class that is partly here the rest comes."""

import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG, VIRTUAL = os.environ["KITLOG"], os.environ["KITLOG_VIRTUAL"]


class Move(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def board(self, name, kits=0):
        folder = self.folder / name
        folder.mkdir()
        for kit in range(kits):
            running = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", "20",
                                        "--link", folder / f"tty{kit}"])
            self.addCleanup(running.wait)
            self.addCleanup(running.kill)
        board = daemon.Daemon(folder, [folder / f"tty{kit}" for kit in range(kits)])
        board.config.write_text(board.config.read_text().replace("board: test", f"board: {name}"))
        self.addCleanup(lambda: self.assertEqual(board.end(), 0))
        board.start().wait_ready()
        if kits:
            board.wait_device(kits)
        board.sign_in()
        return board

    def kitlog(self, board, *words, status=0, patience=daemon.PATIENCE):
        done = subprocess.run([KITLOG, "--config", board.config, *map(str, words)], capture_output=True, text=True,
                              timeout=patience, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def act(self, board, session, **what):
        return board.post(f"sessions/{session}/acts", what)

    def record(self, board, session, group):
        """A run of a group with rows and a mark in it; its id."""
        self.act(board, session, do="start", groups=[group])
        run = max(run["id"] for run in board.get("runs")["runs"])
        begun = board.get(f"runs/{run}")["from_us"]
        daemon.wait_for("a second of rows", lambda: board.get("status")["now_us"] - begun > 1_000_000)
        self.act(board, session, do="mark", group=group, text="new water")
        self.act(board, session, do="stop", groups=[group])
        return run

    def rows_of(self, board, run):
        """The rows of a run's package, by file."""
        with zipfile.ZipFile(io.BytesIO(board.fetch(f"runs/{run}/package"))) as package:
            return {name: package.read(name) for name in package.namelist() if name.endswith(".csv")}, \
                json.loads(package.read("run.json"))

    def take(self, board, file, patience=daemon.PATIENCE):
        """The session, as `kitlog session take` has it."""
        self.kitlog(board, "session", "take", file, patience=patience)
        session, = board.get("sessions")["sessions"]
        return session

    def test_a_class_goes_on_at_a_second_board_and_a_third(self):
        old = self.board("old", kits=2)
        session = old.post("sessions", {"title": "酵素", "groups": 3, "is_project": True})["id"]
        old.post(f"sessions/{session}/groups/1/prediction", {"points": [[0, 1], [5, 2.5]]})
        old.post(f"sessions/{session}/groups/2/prediction", {"value": 7.5})
        runs = [self.record(old, session, group) for group in (1, 2)]
        for group in (1, 3):  # the third has nothing but eyes
            old.post(f"sessions/{session}/groups/{group}/readings", {"typed": {"h": 10.5 + group}})
        before = [self.rows_of(old, run) for run in runs]
        self.act(old, session, do="start", groups=[1])  # is going on when it is packed

        file = self.folder / "class.zip"
        self.kitlog(old, "session", "pack", "--to", "third floor", session, file)
        self.assertEqual(old.get("sessions")["sessions"], [])
        self.assertIn('Session ended, and goes on at "third floor"', self.kitlog(old, "session", "log", session))
        self.assertIn("is there already", self.kitlog(old, "session", "pack", session, file, status=1))
        again = self.folder / "again.zip"
        self.kitlog(old, "session", "pack", session, again)
        with zipfile.ZipFile(file) as one, zipfile.ZipFile(again) as two:
            self.assertEqual(one.namelist(), two.namelist())

        # Here it is still, and nothing of it a second time.
        said = self.kitlog(old, "session", "take", file, status=1)
        self.assertIn(f"was packed on this board and is here still (session {session})", said)
        self.assertEqual((old.get("sessions")["sessions"], old.get("runs?imported=1")["runs"]), ([], []))

        new = self.board("new", kits=2)
        moved = self.take(new, file)
        self.assertEqual((moved["title"], moved["is_project"], moved["state"], len(moved["groups"])),
                         ("酵素", True, "open", 3))
        self.assertEqual([len(group["devices"]) for group in moved["groups"]], [1, 1, 0], "kits are dealt anew")
        self.assertEqual([group["has_prediction"] for group in moved["groups"]], [True, True, False])
        self.assertEqual([came["group"] for came in moved["came"]], [3, 1, 2, 1])
        self.check_came(new, moved, before)

        # Once more, and after a kill: the same.
        self.assertEqual(self.take(new, again)["came"], moved["came"])
        new.end(signal.SIGKILL)
        new.start().wait_ready()
        new.sign_in()
        self.assertEqual(self.take(new, file)["came"], moved["came"])
        self.assertEqual(len(new.get("runs?imported=1")["runs"]), 4)

        # It records here, and goes on to a third with all of it.
        here = self.record(new, moved["id"], 1)
        before.append(self.rows_of(new, here))
        self.kitlog(new, "session", "pack", moved["id"], self.folder / "next.zip")
        self.assertIn("was packed on this board", self.kitlog(new, "session", "take", self.folder / "next.zip", status=1))
        self.assertEqual(len(new.get("runs?imported=1")["runs"]), 4)
        third = self.board("third")
        moved = self.take(third, self.folder / "next.zip")
        self.assertEqual(sorted(came["group"] for came in moved["came"]), [1, 1, 1, 2, 3])
        self.check_came(third, moved, before)
        # Back at the first, whose own session it was.
        self.assertEqual(len(self.take(old, self.folder / "next.zip")["came"]), 5)

    def check_came(self, board, session, before):
        """Every row of each of these is there, once, with what was typed and marked."""
        came = [self.rows_of(board, one["run"]) for one in session["came"]]
        for rows, run in before:
            same = [found for found, _ in came if found == rows]
            self.assertEqual(len(same), 1, run["title"])
            self.assertGreater(sum(text.count(b"\n") for text in rows.values()), 10)
        typed = sorted(reading["typed"]["h"] for _, run in came for reading in run.get("readings", []))
        self.assertEqual(typed, [11.5, 13.5])
        marks = [mark["text"] for _, run in came for mark in run["marks"]]
        self.assertEqual(marks, ["new water"] * len(before))

    def many(self, file, n, to):
        """The package FILE with N runs like its first one, as a term of a project has them."""
        with zipfile.ZipFile(file) as package:
            names = [name for name in package.namelist() if name.startswith("run-")]
            folder = names[0].split("/")[0] + "/"
            run = {name.removeprefix(folder): package.read(name) for name in names if name.startswith(folder)}
            session = package.read("session.json")
        run.pop("SHA256SUMS")  # as in packages of before
        about = json.loads(run.pop("run.json"))
        with zipfile.ZipFile(to, "w") as package:
            package.writestr("session.json", session)
            for i in range(n):
                for name, content in run.items():
                    package.writestr(f"run-{i}/{name}", content)
                package.writestr(f"run-{i}/run.json", json.dumps(about | {"title": f"run {i}"}))

    def test_a_term_of_runs_moves_and_moves_on(self):
        old, new, third = self.board("old", kits=1), self.board("new"), self.board("third")
        session = old.post("sessions", {"title": "酵素", "groups": 1, "is_project": True})["id"]
        self.record(old, session, 1)
        one, term, on = (self.folder / name for name in ("one.zip", "term.zip", "on.zip"))
        self.kitlog(old, "session", "pack", session, one)
        self.many(one, 66, term)
        moved = self.take(new, term)
        self.assertEqual(len(moved["came"]), 66)
        self.kitlog(new, "session", "pack", moved["id"], on)
        moved = self.take(third, on)
        self.assertEqual(len(moved["came"]), 66)
        self.assertEqual(self.take(third, on)["came"], moved["came"])

    @unittest.skipUnless(os.environ.get("KITLOG_LONG"), "500 runs; KITLOG_LONG=1")
    def test_what_no_board_takes_is_not_ended(self):
        board, other = self.board("old", kits=1), self.board("new")
        session = board.post("sessions", {"title": "t", "groups": 3})["id"]
        self.record(board, session, 1)
        self.kitlog(board, "session", "pack", session, self.folder / "one.zip")
        self.many(self.folder / "one.zip", 499, self.folder / "all.zip")
        moved = self.take(other, self.folder / "all.zip", patience=600)
        self.assertEqual(len(moved["came"]), 499)
        self.assertEqual(self.take(other, self.folder / "all.zip", patience=600)["came"], moved["came"], "those are no new ones")
        said = self.kitlog(other, "session", "pack", moved["id"], self.folder / "more.zip", status=1)
        self.assertIn("more than the 500 runs that a board takes", said)
        self.assertEqual(other.get(f"sessions/{moved['id']}")["state"], "open")
        self.assertFalse((self.folder / "more.zip").exists())
        self.act(other, moved["id"], do="end")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            other.get(f"sessions/{moved['id']}/package?move=1")
        self.assertEqual(refused.exception.code, 409)
        self.assertIn("more than the 500 runs", refused.exception.read().decode())

    def test_of_a_class_that_is_partly_here_the_rest_comes(self):
        old, new = self.board("old", kits=2), self.board("new")
        session = old.post("sessions", {"title": "摆", "groups": 2})["id"]
        runs = [self.record(old, session, group) for group in (1, 2)]
        first = self.folder / "first.zip"
        first.write_bytes(old.fetch(f"runs/{runs[0]}/package"))
        self.kitlog(new, "run", "import", first)
        self.assertIn("is among the imported runs already", self.kitlog(new, "run", "import", first, status=1))
        all_runs = self.folder / "all.zip"
        all_runs.write_bytes(old.fetch(f"sessions/{session}/package"))
        self.kitlog(new, "run", "import", all_runs)
        self.assertEqual([run["group"] for run in new.get("runs?imported=1")["runs"]], [1, 2])
        self.assertEqual(new.get("sessions")["sessions"], [], "it is for keeping")
        self.assertIn("is among the imported runs already", self.kitlog(new, "run", "import", all_runs, status=1))
        self.assertIn("is for keeping", self.kitlog(old, "session", "take", all_runs, status=1))

    def test_what_is_no_session_leaves_nothing(self):
        board = self.board("new")
        good = '{"goes_on": {"origin": "a"}, "title": "t", "lesson": "x", "groups": [{"number": 1}]}'
        for text, said in (("{}", "no package of kitlog"), ('{"goes_on": 1}', "session.json cannot be understood"),
                           (good.replace('"a"', '""'), "session.json cannot be understood"),
                           (good.replace('"x"', '"../x"'), "session.json cannot be understood"),
                           (good[:-1], "session.json cannot be understood")):
            file = self.folder / "odd.zip"
            with zipfile.ZipFile(file, "w") as package:
                package.writestr("session.json", text)
            self.assertIn(said, self.kitlog(board, "session", "take", file, status=1))
            self.assertEqual(board.get("sessions")["sessions"], [])
            self.assertEqual(board.get("runs?imported=1")["runs"], [])
        session = board.post("sessions", {"title": "open", "groups": 1})["id"]
        with self.assertRaises(urllib.error.HTTPError) as refused:
            board.get(f"sessions/{session}/package?move=1")
        self.assertEqual(refused.exception.code, 409)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(board.url(f"sessions/{session}/package?move=1"))
        self.assertEqual(refused.exception.code, 401)


if __name__ == "__main__":
    unittest.main(verbosity=2)

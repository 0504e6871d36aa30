#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A class on the real daemon: what was answered is there after kill -9, two teachers disturb nobody, sixty
join at once, and `kitlog session` does from a terminal what the pages do."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
SOURCE = pathlib.Path(__file__).resolve().parents[2]


class Board(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.board = daemon.Daemon(folder.name)
        self.addCleanup(self.board.end)
        self.board.start().wait_ready()

    def begin(self, **more):
        self.board.sign_in()
        return self.board.post("sessions", {"title": "七（3）班", "lesson": "pendulum", "groups": 6, **more})

    def act(self, session, **what):
        return self.board.post(f"sessions/{session['id']}/acts", what)


class Session(Board):
    def test_what_was_answered_outlasts_kill_9(self):
        session = self.begin()
        project = self.begin(title="酵素", is_project=True, groups=1)
        deeds = [dict(do="start"), dict(do="freeze", on=True), dict(do="range", low=0, high=2.5), dict(do="phase", index=1),
                 dict(do="stop", groups=[2]), dict(do="undo", act=4), dict(do="title", title="七（4）班")]
        for deed in deeds:
            answered = self.act(session, **deed)
            self.board.end(signal.SIGKILL)
            self.board.start().wait_ready()
            self.assertEqual({**self.board.get(f"sessions/{session['id']}"), "wall_made_us": 0},
                             {**answered, "wall_made_us": 0}, deed)  # the hour may not be known yet
            self.board.sign_in()
        self.assertEqual(len(self.board.get("sessions")["sessions"]), 2)
        runs = self.board.get("runs")["runs"]
        self.assertEqual([(run["group"], run["to_us"] is None) for run in runs],
                         [(group, group != 2) for group in range(1, 7)])
        self.act(session, do="end")
        self.board.end(signal.SIGKILL)
        self.board.start().wait_ready()
        self.assertEqual([one["id"] for one in self.board.get("sessions")["sessions"]], [project["id"]])
        self.assertTrue(all(run["to_us"] for run in self.board.get("runs")["runs"]))

    def test_two_teachers_at_once_lose_nothing(self):
        session = self.begin()
        other = daemon.Daemon.__new__(daemon.Daemon)  # a second browser of the same board
        other.__dict__.update(self.board.__dict__)
        other.opener = daemon.urllib.request.build_opener(daemon.urllib.request.HTTPCookieProcessor())
        other.sign_in()
        refused = []

        def press(teacher, on):
            for _ in range(4):
                try:
                    teacher.post(f"sessions/{session['id']}/acts", {"do": "freeze", "on": on})
                except urllib.error.HTTPError as error:
                    refused.append(error.code)
        hands = [threading.Thread(target=press, args=(self.board, True)),
                 threading.Thread(target=press, args=(other, False))]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        acts = self.board.get(f"sessions/{session['id']}/log")["acts"]
        self.assertEqual(refused, [])
        self.assertEqual([act["do"] for act in acts], ["make"] + ["freeze"] * 8)
        self.assertEqual([act["id"] for act in acts], sorted(act["id"] for act in acts))
        last = acts[-1]["words"]["en"] == "Screens frozen"
        self.assertEqual(self.board.get(f"sessions/{session['id']}")["is_frozen"], last)

    def test_sixty_join_at_once(self):
        session = self.begin(groups=12)
        answers = []

        def join(i):
            browser = daemon.urllib.request.Request(
                self.board.url("join"), json.dumps({"code": session["code"], "group": i % 12 + 1}).encode(),
                {"Content-Type": "application/json"})
            for _ in range(20):  # as a page does that is told to come again in a second
                try:
                    with daemon.urllib.request.urlopen(browser, timeout=daemon.PATIENCE) as answer:
                        answers.append(json.load(answer)["group"])
                    return
                except urllib.error.HTTPError as error:
                    if error.code != 503:
                        raise
        browsers = [threading.Thread(target=join, args=(i,)) for i in range(60)]
        for browser in browsers:
            browser.start()
        for browser in browsers:
            browser.join()
        self.assertEqual(len(answers), 60)
        groups = self.board.get(f"sessions/{session['id']}")["groups"]
        self.assertEqual([group["joined"] for group in groups], [5] * 12)


class Terminal(Board):
    def kitlog(self, *words, status=0, locale="C.UTF-8"):
        done = subprocess.run([KITLOG, "--config", str(self.board.config), *words], text=True,
                              capture_output=True, timeout=60, env={**os.environ, "LC_ALL": locale})
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def test_a_session_from_its_begin_to_its_end(self):
        self.assertIn("No session is open", self.kitlog("session"))
        self.assertIn("no session is open", self.kitlog("session", "start", status=1))
        begun = json.loads(self.kitlog("--json", "session", "begin", "--lesson", "pendulum", "--groups", "2", "七（3）班"))
        self.assertEqual((begun["lesson"], len(begun["groups"])), ("pendulum", 2))
        self.assertIn(begun["code"], self.kitlog("session", "list"))
        self.assertIn("running", self.kitlog("session", "start"))
        self.assertIn("That group is recording", self.kitlog("session", "start", "1", status=1))
        self.assertIn("open", self.kitlog("session", "stop", "1"))
        self.kitlog("mark", "add", "搅拌")
        daemon.wait_for("the mark on the card", lambda: "搅拌" in self.kitlog("mark"))
        self.assertIn("Groups 1 and 2 start", said := self.kitlog("session", "log"))
        self.assertIn("1、2 组停止记录", self.kitlog("session", "log", locale="zh_CN.UTF-8"))
        stop = next(line.split()[0] for line in said.splitlines() if "stopped" in line)
        self.assertIn("running", self.kitlog("session", "undo", stop))
        self.assertIn("undone", self.kitlog("session", "log"))
        self.kitlog("session", "begin", "--project", "jar")
        self.assertIn("2 sessions are open", self.kitlog("session", "stop", status=1))
        self.assertIn("ended", self.kitlog("session", "end", "1"))
        self.assertIn("not complete", self.kitlog("run", "receipt", "1"))
        self.assertRegex(self.kitlog("run", "receipt"), "sha256 [0-9a-f]{64}")
        self.assertIn("七（3）班", self.kitlog("session", "list", "--ended"))

    def plug(self, number):
        """A board that prints a temperature, on the pty that is configured for it."""
        printer = subprocess.Popen([sys.executable, "-B", SOURCE / "tests/support/printer.py",
                                    pathlib.Path(self.folder) / f"board{number}", "20", "temp:21.5Cel"])
        self.addCleanup(printer.wait)
        self.addCleanup(printer.kill)
        self.board.wait_device(number)

    def test_who_has_which_kit_is_said(self):
        self.board.end()
        self.board = daemon.Daemon(self.folder, [pathlib.Path(self.folder) / f"board{n}" for n in (1, 2, 3)]).start()
        self.addCleanup(self.board.end)
        self.board.wait_ready()
        self.plug(1)
        self.plug(2)
        said = self.kitlog("session", "begin", "--groups", "3", "七（3）班")
        self.assertRegex(said, r"Group 1 Rabbit: #1 \w.*\n +Group 2 Egret: #2 \w.*\n +Group 3 Turtle: no kit yet")
        self.plug(3)
        self.assertRegex(self.kitlog("session", "deal"), r"Group 1 Rabbit: #1 .*\n.*#2 .*\n +Group 3 Turtle: #3 ")
        self.assertIn("no kits to deal", self.kitlog("session", "deal", status=1))
        log = self.kitlog("session", "log")
        self.assertIn("Groups 1 and 2 got kits", log)
        self.kitlog("session", "undo", next(line.split()[0] for line in log.splitlines() if "Group 3 got kits" in line))
        self.assertIn("3 组 乌龟：3 号", self.kitlog("session", "deal", "1", locale="zh_CN.UTF-8"))

    def test_a_run_lasts_as_long_as_it_is_told_and_goes_on(self):
        self.kitlog("session", "begin", "--lesson", "speed-of-sound", "--groups", "2")
        begun = json.loads(self.kitlog("--json", "session", "start", "--for", "1s"))
        self.assertTrue(begun["groups"][0]["ends_us"])
        daemon.wait_for("the end by itself", lambda: "running" not in self.kitlog("session"))
        for run in self.board.get("runs")["runs"]:
            self.assertEqual(run["to_us"] - run["from_us"], 1_000_000)
        self.assertIn("board", self.kitlog("session", "log"))
        daemon.wait_for("the verdict", lambda: "t (0 samples): Five more claps" in self.kitlog("run", "receipt", "1"))
        self.assertIn("running", self.kitlog("session", "resume", "2"))
        self.assertEqual([run["to_us"] is None for run in self.board.get("runs")["runs"]], [False, True])
        self.kitlog("session", "stop")
        self.assertIn("no kit for", self.kitlog("session", "arm", "--for", "0", "1", status=1))    # none is plugged in
        self.kitlog("session", "end")
        self.kitlog("session", "begin", "--lesson", "pendulum")
        self.assertIn("no trigger", self.kitlog("session", "arm", status=1))

    def test_words_that_do_not_fit_are_told(self):
        for words, said in ((("session", "dance"), "expected: list, begin"), (("session", "stop", "x"), "a number from"),
                            (("session", "undo"), "missing"), (("session", "begin", "--groups", "13"), "1 ... 12"),
                            (("session", "begin", "a", "b"), "one word too many"), (("mark", "add"), "missing"),
                            (("session", "begin", "--colour"), "no option"),
                            (("session", "start", "--for", "soon"), "5 min"), (("session", "arm", "--at"), "no option"),
                            (("session", "resume"), "missing"), (("session", "resume", "x"), "a number from"), (("run", "receipt", "x"), "a number from")):
            self.assertIn(said, self.kitlog(*words, status=2))
        self.assertIn("no such session", self.kitlog("session", "end", "9", status=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Three boards in a room, each a real kitlogd that knows the others by its configuration: they find each other, a
PIN that is typed once makes one obey another, a lesson begins, starts and ends on all, at one instant of which
each board knows its own name as exactly as it says, and whoever falls silent is told so and comes back."""

import json
import os
import pathlib
import pty
import signal
import stat
import subprocess
import sys
import tempfile
import termios
import time
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
PRINTER = pathlib.Path(__file__).resolve().parents[1] / "support" / "printer.py"
NAMES = ["one", "two", "three"]


def make_boards(folder, names=NAMES):
    """That know no hour: nobody vouches for the kernel's."""
    boards = []
    for name in names:
        home = pathlib.Path(folder) / name
        home.mkdir()
        boards.append(daemon.Daemon(home, [home / "gate"]))
        boards[-1].name = name
    for board in boards:
        others = ", ".join(f'"127.0.0.1:{other.port}"' for other in boards if other is not board)
        board.config.write_text(board.config.read_text().replace("board: test", f"board: {board.name}").replace("wall_clock: system\n", "") +
                                f"boards: [{others}]\n")
    return boards


def board_minus_monotonic(board):
    """(least, most) of a board's time minus CLOCK_MONOTONIC, in us: the truth, for all boards here share that clock."""
    least, most = -float("inf"), float("inf")
    for _ in range(200):
        before = time.monotonic_ns() / 1000
        now = board.get("clock")["now_us"]
        after = time.monotonic_ns() / 1000
        least, most = max(least, now - after), min(most, now + 1 - before)
    return least, most


class Room(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.boards = make_boards(folder.name)
        for board in cls.boards:
            cls.addClassCleanup(board.end)
            board.start()
        for board in cls.boards:
            board.wait_ready()
        cls.one, cls.two, cls.three = cls.boards

    def setUp(self):
        self.one.sign_in()

    def others(self):
        return {board["name"]: board for board in self.one.get("boards")["boards"]}

    def wait_states(self, **states):
        def there():
            others = self.others()
            return others if {name: others[name]["state"] for name in states if name in others} == states else None
        return daemon.wait_for(f"boards in the states {states}", there)

    def join(self, *boards):
        for board in boards:
            seen = daemon.wait_for(f"{board.name} to answer", lambda b=board: self.others().get(b.name))
            if seen["state"] != "here":
                pin = (board.data / "pin").read_text().strip()
                self.assertEqual(self.one.post(f"boards/{seen['id']}/key", {"pin": pin})["state"], "here")

    def act(self, do, **more):
        return self.one.post("boards/acts", {"do": do, **more})["boards"]

    def refused(self, status, code, deed):
        with self.assertRaises(urllib.error.HTTPError) as raised:
            deed()
        self.assertEqual(raised.exception.code, status)
        self.assertEqual(json.load(raised.exception)["error"]["code"], code)

    @staticmethod
    def is_teacher(board, token):
        request = daemon.urllib.request.Request(board.url("room"), headers={"Cookie": f"kitlog={token}"})
        with daemon.urllib.request.urlopen(request) as answer:
            return json.load(answer)["is_teacher"]

    @staticmethod
    def put_card_into_another_machine(board):
        """As its file says that it was: each machine has its own word in the second line."""
        board.end()
        (board.data / "boards").write_text('{"boards": []}')
        path = board.data / "board-id"
        known = path.read_text().split()
        path.write_text(f"{known[0]}\n0123456789abcdef\n")
        board.start().wait_ready()
        assert path.read_text().split()[0] != known[0] and path.read_text().split()[1:] == known[1:]
        assert not (board.data / "boards").exists()

    def test_1_found_and_locked_until_the_pin(self):
        others = self.wait_states(two="locked", three="locked")
        self.assertEqual(sorted(others), ["three", "two"])  # and not itself
        self.assertIn("PIN", others["two"]["sentence"]["en"])
        self.assertEqual(self.act("stop")[0]["name"], "one")  # locked ones are asked nothing
        self.assertEqual(len(self.act("stop")), 1)
        key = f"boards/{others['two']['id']}/key"
        self.refused(403, "wrong_pin", lambda: self.one.post(key, {"pin": "nonsense"}))
        self.refused(404, "not_found", lambda: self.one.post("boards/0123/key", {"pin": "123456"}))
        self.join(self.two)
        kept = self.one.data / "boards"
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.assertNotIn((self.two.data / "pin").read_text().strip(), kept.read_text())
        # A restart of this board needs no PIN again.
        self.one.end()
        self.one.start().wait_ready()
        self.one.sign_in()
        self.wait_states(two="here", three="locked")
        self.put_card_into_another_machine(self.two)
        others = self.wait_states(two="locked", three="locked")
        self.assertIn("Another board answers", others["two"]["sentence"]["en"])
        self.join(self.two)
        self.assertEqual([kept_one["id"] for kept_one in json.loads(kept.read_text())["boards"]],
                         [self.others()["two"]["id"]])
        key = f"boards/{self.others()['two']['id']}/key"
        token = json.loads(kept.read_text())["boards"][0]["token"]
        self.assertTrue(self.is_teacher(self.two, token))
        request = daemon.urllib.request.Request(self.one.url(key), method="DELETE")
        self.assertEqual(self.one.opener.open(request).status, 204)
        self.wait_states(two="locked")
        self.assertEqual(json.loads(kept.read_text())["boards"], [])
        # What was forgotten opens nothing any more, though somebody has a copy.
        daemon.wait_for("the sign-out", lambda: not self.is_teacher(self.two, token))

    def test_2_one_lesson_at_one_instant(self):
        self.join(self.two, self.three)
        begun = self.act("begin", lesson="pendulum")
        self.assertEqual([(b["name"], b["ok"]) for b in begun[:1]] + sorted((b["name"], b["ok"]) for b in begun[1:]),
                         [("one", True), ("three", True), ("two", True)])
        for board in self.boards:
            self.assertEqual([s["lesson"] for s in board.get("sessions")["sessions"]], ["pendulum"])
        # Where the lesson has no kits, that is said, also once it is open.
        for told in (begun, self.act("begin", lesson="pendulum")):
            self.assertEqual([(b["ok"], b["groups_ready"]) for b in told], [(True, 0)] * 3)
            for b in told:
                self.assertIn("Period is missing: plug in", b["sentence"]["en"])
        self.wait_states(two="here", three="here")
        daemon.wait_for("the lesson of the others",
                        lambda: [b["lesson"] for b in self.others().values()] == ["pendulum"] * 2)
        started = {b["name"]: b for b in self.act("start")}
        self.assertEqual([b["ok"] for b in started.values()], [True] * 3, started)
        truth = {board.name: board_minus_monotonic(board) for board in self.boards}
        meant = started["one"]["from_us"]
        for board in self.boards:
            said = started[board.name]
            run = board.get("runs")["runs"][0]
            # A board that was told an instant a little ahead of its clock takes the present: that is nearer.
            self.assertLessEqual(run["from_us"], said["from_us"])
            self.assertLessEqual(said["from_us"] - run["from_us"], said["stated_us"])
            # Where its run begins and where ours does, on the clock that all share.
            low = run["from_us"] - truth[board.name][1] - (meant - truth["one"][0])
            high = run["from_us"] - truth[board.name][0] - (meant - truth["one"][1])
            self.assertLessEqual(low, said["stated_us"], (board.name, low, high))
            self.assertGreaterEqual(high, -said["stated_us"], (board.name, low, high))
            self.assertLess(said["stated_us"], 100_000)
            print(f"{board.name}: began {low:+.0f}..{high:+.0f} us off, stated ±{said['stated_us']} us")
        again = {b["name"]: b for b in self.act("start")}
        self.assertIn("recording", again["two"]["sentence"]["en"])
        self.assertFalse(again["two"]["ok"])
        self.hold_and_reveal()
        self.assertEqual([b["ok"] for b in self.act("stop")], [True] * 3)
        self.assertEqual([b["ok"] for b in self.act("stop")], [True] * 3)  # nothing to stop is no mistake
        self.assertEqual([b["ok"] for b in self.act("end")], [True] * 3)
        for board in self.boards:
            self.assertEqual(board.get("sessions")["sessions"], [])

    def hold_and_reveal(self):
        """What the class sees of a lesson is one on all boards."""
        for on in (True, False):
            for do, key in (("freeze", "is_frozen"), ("reveal", "is_revealed")):
                done = self.act(do, on=on)
                self.assertEqual([(b["ok"], b["session"] is None) for b in done], [(True, False)] * 3, done)
                for board in self.boards:
                    self.assertEqual(board.get("sessions")["sessions"][0][key], on, (board.name, do))

    def test_2b_a_board_with_another_lesson_is_left_as_it_is(self):
        self.join(self.two, self.three)
        self.three.sign_in()
        other = self.three.post("sessions", {"lesson": "free-fall", "groups": 1})["id"]
        daemon.wait_for("the lesson there", lambda: self.others()["three"]["lesson"] == "free-fall")
        self.act("begin", lesson="pendulum")
        daemon.wait_for("the lesson there", lambda: self.others()["two"]["lesson"] == "pendulum")
        done = {b["name"]: b for b in self.act("reveal", on=True)}
        self.assertEqual([b["ok"] for b in done.values()], [True] * 3)
        self.assertEqual([name for name, b in done.items() if b["session"] is None], ["three"])
        self.assertIn("left as it is", done["three"]["sentence"]["en"])
        self.assertEqual([board.get("sessions")["sessions"][0]["is_revealed"] for board in self.boards], [True, True, False])
        self.three.post(f"sessions/{other}/acts", {"do": "end"})
        self.act("end")

    def test_2c_all_boards_are_those_that_began_together(self):
        """A project of weeks, and a lesson that was begun on another board alone, are nobody else's."""
        self.join(self.two, self.three)
        self.two.sign_in()
        self.three.sign_in()
        project = self.two.post("sessions", {"lesson": "fermentation", "title": "three weeks", "is_project": True})["id"]
        alone = self.three.post("sessions", {"lesson": "free-fall", "groups": 1})["id"]
        begun = {b["name"]: b for b in self.act("begin", lesson="pendulum")}
        self.assertEqual({name: b["ok"] for name, b in begun.items()}, {"one": True, "two": True, "three": False})
        self.assertIn("free-fall", begun["three"]["sentence"]["en"])
        ours = begun["two"]["session"]
        self.assertNotEqual(ours, project)
        # Begun there later, and so the newest.
        later = self.two.post("sessions", {"lesson": "free-fall", "groups": 1})["id"]
        for board in (self.one, self.two):
            board.end()
            board.start().wait_ready()
            board.sign_in()
        self.wait_states(two="here", three="here")

        def left_alone(board, session):
            state = board.get(f"sessions/{session}")
            self.assertEqual((state["state"], state["groups"][0]["runs"]), ("open", []))

        for do in ("start", "stop", "end", "reopen", "end"):
            done = {b["name"]: b for b in self.act(do)}
            self.assertEqual([done[name]["ok"] for name in ("one", "two")], [True, True], done)
            self.assertEqual(done["two"]["session"], ours)
            self.assertIn("not in this lesson", done["three"]["sentence"]["en"])
            self.assertEqual((done["three"]["ok"], done["three"]["session"]), (do != "start", None))
            left_alone(self.two, project)
            left_alone(self.two, later)
            left_alone(self.three, alone)
            self.assertEqual(self.two.get(f"sessions/{ours}")["state"],
                             {"start": "running", "end": "ended"}.get(do, "open"))
        # What was ended there alone stays so.
        self.act("reopen")
        self.two.post(f"sessions/{ours}/acts", {"do": "end"})
        self.act("end")
        done = {b["name"]: b for b in self.act("reopen")}
        self.assertEqual([done[name]["ok"] for name in ("one", "two")], [True, False])
        self.assertIn("on its own", done["two"]["sentence"]["en"])
        self.act("end")
        for board, session in ((self.two, project), (self.two, later), (self.three, alone)):
            board.post(f"sessions/{session}/acts", {"do": "end"})

    def test_2e_the_hour_is_told_to_a_board_that_does_not_know_it(self):
        self.join(self.two)
        self.assertIsNone(self.two.get("clock")["wall_us"])
        self.assertIsNone(self.others()["two"]["hour_within_us"])
        ours = self.one.get("clock")
        self.one.post("clock", {"at_us": ours["now_us"], "wall_ms": time.time_ns() // 10**6, "round_trip_us": 4000})
        theirs = daemon.wait_for("the hour", lambda: (c := self.two.get("clock"))["wall_us"] is not None and c)
        truth = time.time_ns() / 1000
        self.assertEqual(theirs["source"], "browser")
        self.assertLess(abs(truth - theirs["wall_us"]), theirs["uncertainty_us"])
        # Not better than we know it, and hardly worse.
        self.assertGreaterEqual(theirs["uncertainty_us"], 2_002_000)
        self.assertLess(theirs["uncertainty_us"], 3_000_000)
        daemon.wait_for("that it knows", lambda: self.others()["two"]["hour_within_us"])

    def test_2d_none_starts_while_one_records(self):
        self.join(self.two, self.three)
        begun = {b["name"]: b["session"] for b in self.act("begin", lesson="pendulum")}
        self.two.sign_in()
        self.two.post(f"sessions/{begun['two']}/acts", {"do": "start"})
        daemon.wait_for("its run", lambda: self.others()["two"]["groups"][0]["phase"] == "running")
        done = self.act("start")
        self.assertEqual([b["ok"] for b in done], [False] * 3)
        self.assertIn('"two" is still recording', done[0]["sentence"]["en"])
        self.assertEqual([board.get("sessions")["sessions"][0]["state"] for board in self.boards], ["open", "running", "open"])
        self.act("stop")
        self.assertEqual([b["ok"] for b in self.act("start")], [True] * 3)
        self.act("stop")
        self.act("end")

    def test_3_who_is_silent_is_told_and_comes_back(self):
        self.join(self.two, self.three)
        self.wait_states(two="here", three="here")
        self.three.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        try:
            others = self.wait_states(two="here", three="missing")
            self.assertLess(time.monotonic() - since, 5)
            self.assertIn("power lamp", others["three"]["sentence"]["en"])
            done = {b["name"]: b for b in self.act("begin", lesson="pendulum")}
            self.assertEqual({name: b["ok"] for name, b in done.items()}, {"one": True, "two": True, "three": False})
            self.assertIn("did not answer", done["three"]["sentence"]["en"])
        finally:
            self.three.process.send_signal(signal.SIGCONT)
        self.wait_states(three="here")
        self.act("end")


    def plug_gate_into(self, board):
        """A board of the lesson's own that prints the period."""
        gate = subprocess.Popen([sys.executable, "-B", PRINTER, board.folder / "gate", "10", "period:1.4{n}s"])
        self.addCleanup(gate.wait)
        self.addCleanup(gate.kill)
        board.wait_device()

    def kitlog(self, *words, status=0, put_in="", locale="C.UTF-8"):
        done = subprocess.run([KITLOG, "--config", str(self.one.config), "boards", *words], text=True, input=put_in,
                              capture_output=True, timeout=60, env={**os.environ, "LC_ALL": locale})
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done.stdout + done.stderr

    def break_off_at_the_pin(self):
        """^C there leaves a terminal that shows what is typed."""
        near, far = pty.openpty()
        self.addCleanup(os.close, near)
        self.addCleanup(os.close, far)
        process = subprocess.Popen([KITLOG, "--config", str(self.one.config), "boards", "join", f"127.0.0.1:{self.two.port}"],
                                   stdin=far, stdout=far, stderr=far, env={**os.environ, "LC_ALL": "C.UTF-8"},
                                   start_new_session=True)
        daemon.wait_for("no echo", lambda: not termios.tcgetattr(far)[3] & termios.ECHO)
        self.assertIn(f"(http://127.0.0.1:{self.two.port}/)", os.read(near, 1000).decode())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(daemon.PATIENCE), -signal.SIGINT)
        self.assertTrue(termios.tcgetattr(far)[3] & termios.ECHO)

    def test_5_nobody_is_there(self):
        self.one.end()
        self.kitlog("join", "two", put_in="12\n", status=1)
        self.one.start().wait_ready()

    def test_4_from_a_terminal(self):
        self.join(self.three)
        two = self.others()["two"]
        if two["state"] == "here":
            self.kitlog("forget", two["id"])
        self.assertIn("needs its PIN", self.kitlog())
        self.assertIn("PIN", self.kitlog("join", "two", put_in="12\n", status=1))
        self.assertIn("does not fit", self.kitlog("join", "four", put_in="12\n", status=2))
        self.break_off_at_the_pin()
        pin = (self.two.data / "pin").read_text()
        self.assertRegex(self.kitlog("join", "two", put_in=pin), "two +here")
        # Nobody has a kit for it: that is not done.
        said = self.kitlog("begin", "pendulum", "七（3）班", status=1)
        self.assertEqual((said.count("done"), said.count("open, but no kits for it\n    Period is missing: plug in")), (0, 3))
        self.kitlog("begin", "pendulum", "--json", status=1)
        self.kitlog("end")
        self.plug_gate_into(self.three)
        said = self.kitlog("begin", "pendulum", "七（3）班")
        self.assertEqual((said.count("open, but no kits for it"), said.count("three: done\n")), (2, 1))
        # What no kit says that it can be zeroed is left alone, and named.
        self.assertRegex(self.kitlog("zero", status=1), r"three: not done\n.*Not zeroed: kit 1 .*; zero one by itself")
        self.assertEqual(self.three.get("calibrations")["calibrations"], [])
        self.assertRegex(self.kitlog("start"), r"one: done\n(.*: done ±.*\n){2}")
        self.assertEqual(self.kitlog("stop", locale="zh_CN.UTF-8").count("：好"), 3)
        self.assertEqual(len(json.loads(self.kitlog("end", "--json"))["boards"]), 3)
        self.assertIn("No lesson is open there", self.kitlog("start", status=1))
        self.assertIn("There is no such lesson", self.kitlog("begin", "nonsense", status=1))


if __name__ == "__main__":
    unittest.main()

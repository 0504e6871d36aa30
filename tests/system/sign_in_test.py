#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A teacher who was signed in is so after kill -9, and pupils who guess the PIN keep nobody out but
themselves: neither her browser nor the command line of the board."""

import http.client
import json
import os
import pathlib
import re
import signal
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
TEACHER = "127.0.0.99"


class SignIn(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.board = daemon.Daemon(folder.name)
        self.addCleanup(self.board.end)
        self.board.start().wait_ready()
        self.pin = (self.board.data / "pin").read_text().strip()

    def ask(self, method, path, body=None, source="127.0.0.1", cookies=None):
        """Asks from an address; only 127.0.0.1 is the board itself. The status, the body, the cookies set."""
        connection = http.client.HTTPConnection("127.0.0.1", self.board.port, timeout=daemon.PATIENCE,
                                                source_address=(source, 0))
        head = {"Content-Type": "application/json"}
        if cookies:
            head["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        connection.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, head)
        answer = connection.getresponse()
        text, got = answer.read(), dict(line.split(";")[0].split("=", 1) for line in answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        return answer.status, json.loads(text) if text else None, got

    def sign_in(self, cookies=None):
        status, _, got = self.ask("POST", "login", {"pin": self.pin, "remember": True}, TEACHER, cookies)
        self.assertEqual(status, 204)
        return got

    def is_teacher(self, cookies):
        return self.ask("GET", "status", source=TEACHER, cookies=cookies)[1]["is_teacher"]

    def guess(self):
        """Until a new address has to wait, whoever has it."""
        for i in range(40):
            self.ask("POST", "login", {"pin": "x"}, f"127.0.1.{i + 1}")
        status, refused, _ = self.ask("POST", "login", {"pin": self.pin}, "127.0.2.1")
        self.assertEqual((status, refused["error"]["code"]), (429, "others_guess"))

    def restart(self):
        self.board.end(signal.SIGKILL)
        self.board.start().wait_ready()

    def test_who_was_signed_in_is_so_after_kill_9_while_others_guess(self):
        cookies = self.sign_in()
        kept = self.board.data / "signed-in"
        daemon.wait_for("it is on the card", kept.exists)
        self.assertEqual(stat.S_IMODE(kept.stat().st_mode), 0o600)
        self.restart()
        self.guess()
        self.assertTrue(self.is_teacher(cookies))
        self.assertEqual(self.ask("POST", "runs", {}, TEACHER, cookies)[0], 201)
        # Signed out, she is let in again where she was before, and only there.
        self.assertEqual(self.ask("DELETE", "login", None, TEACHER, cookies)[0], 204)
        self.assertFalse(self.is_teacher(cookies))
        cookies = self.sign_in(cookies)
        self.assertTrue(self.is_teacher(cookies))

    def test_the_command_line_of_the_board_waits_for_nobody(self):
        self.guess()
        done = subprocess.run([KITLOG, "--config", self.board.config, "run", "start"], capture_output=True, text=True,
                              timeout=daemon.PATIENCE)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_kitlog_teacher_lets_a_new_telephone_in_while_others_guess(self):
        self.guess()
        for locale, words in (("C", ["page", "PIN", "PIN for once"]), ("zh_CN.UTF-8", ["老师的页面", "PIN", "临时 PIN"])):
            done = subprocess.run([KITLOG, "--config", self.board.config, "teacher"], capture_output=True, text=True,
                                  timeout=daemon.PATIENCE, env={**os.environ, "LC_ALL": locale})
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            for line, word in zip(done.stdout.splitlines(), words, strict=True):
                self.assertIn(word, line)
            self.assertIn(f":{self.board.port}/teacher", done.stdout)
            self.assertIn(self.pin, done.stdout)
            once, = re.findall(r"\b\d{10}\b", done.stdout)
            self.assertEqual(self.ask("POST", "login", {"pin": once}, "127.0.2.2")[0], 204)
            self.assertEqual(self.ask("POST", "login", {"pin": once}, "127.0.2.2")[0], 429)

    def test_kitlog_teacher_tells_page_and_pin_while_wrong_ones_are_typed_at_the_board(self):
        for _ in range(12):
            self.ask("POST", "login", {"pin": "x"})
        done = subprocess.run([KITLOG, "--config", self.board.config, "teacher"], capture_output=True, text=True,
                              timeout=daemon.PATIENCE, env={**os.environ, "LC_ALL": "C"})
        self.assertIn(f":{self.board.port}/teacher\n", done.stdout)
        self.assertIn(self.pin, done.stdout)
        self.assertIn("Wait", done.stderr)

    def test_wrong_codes_keep_nobody_out_elsewhere(self):
        session = self.ask("POST", "sessions", {"title": "", "groups": 2}, TEACHER, self.sign_in())[1]
        for address in range(9):
            for _ in range(12):
                self.ask("POST", "join", {"code": "x"}, f"127.0.1.{address + 1}")
        for address in ("127.0.2.1", "127.0.1.1"):
            self.assertEqual(self.ask("POST", "join", {"code": session["code"], "group": 1}, address)[0], 200, address)

    def test_a_pin_that_was_good_once_is_not_told_as_the_pin(self):
        def kitlog(*words):
            done = subprocess.run([KITLOG, "--config", self.board.config, *words, "teacher"], capture_output=True, text=True,
                                  timeout=daemon.PATIENCE, env={**os.environ, "LC_ALL": "C"})
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return done.stdout

        once, = re.findall(r"\b\d{10}\b", kitlog())
        said = kitlog("--pin", once)
        self.assertNotIn(once, said)
        self.assertEqual(re.findall("^PIN.*  ", said, re.M), ["PIN for once        "])

    def test_another_pin_ends_all(self):
        cookies = self.sign_in()
        daemon.wait_for("it is on the card", (self.board.data / "signed-in").exists)
        self.board.end()
        (self.board.data / "pin").write_text("another\n")
        self.board.start().wait_ready()
        self.assertFalse(self.is_teacher(cookies))


if __name__ == "__main__":
    unittest.main(verbosity=2)

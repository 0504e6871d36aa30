#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What is no board, an older or a newer one, or one that wants to be taken for another: this board says what it
is, follows it nowhere, and gives nothing away."""

import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

TOKEN = "0123456789abcdef0123456789abcdef"


def summary(number, **more):
    return json.dumps({"interface": 1, "id": f"{number:016x}", "life": f"{number + 0x100:016x}", "name": f"stranger {number}",
                       "version": "1.0", "is_teacher": True, "now_us": time.monotonic_ns() // 1000, "lesson": None,
                       "session": None, "groups": [], **more})


class Stranger:
    """Answers what `say` returns: (status, headers, bytes)."""

    def __init__(self, say):
        stranger, self.say, self.heard = self, say, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length", 0))
                stranger.heard.append((self.path, self.headers.get("Cookie"), self.rfile.read(length)))
                status, headers, body = stranger.say()
                if self.path == "/api/v1/login":
                    status, headers, body = 204, {"Set-Cookie": f"kitlog={TOKEN}; HttpOnly"}, b""
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *words):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *connection: None  # whoever is asked too much hangs up
        self.address = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()
        self.server.server_close()


def says(number, **more):
    return lambda: (200, {"Content-Type": "application/json"}, summary(number, **more).encode())


class Strangers(unittest.TestCase):
    def start(self, *strangers):
        board = daemon.Daemon(self.enterContext(tempfile.TemporaryDirectory()))
        listed = ", ".join(f'"{stranger.address}"' for stranger in strangers)
        board.config.write_text(board.config.read_text() + f"boards: [{listed}]\n")
        self.addCleanup(board.end)
        board.start().wait_ready().sign_in()
        return board

    def by_address(self, board):
        return {b["address"][len("http://"):-1]: b for b in board.get("boards")["boards"]}

    def test_each_is_told_for_what_it_is(self):
        trap = Stranger(says(66))
        newer = Stranger(says(1, interface=2, version="9.9"))
        page = Stranger(lambda: (200, {}, b"<html>a printer</html>"))
        nothing = Stranger(lambda: (404, {}, b"{}"))
        elsewhere = Stranger(lambda: (302, {"Location": f"http://{trap.address}/api/v1/room"}, b""))
        endless = Stranger(lambda: (200, {}, b" " * 300000 + summary(2).encode()))
        evil = Stranger(says(3, name='<b>"\n', groups=[{"number": 1, "phase": "</script>", "more": "x"}]))
        board = self.start(newer, page, nothing, elsewhere, endless, evil)

        def settled():
            found = self.by_address(board)
            return found if len(found) == 6 and "found" not in [b["state"] for b in found.values()] else None
        found = daemon.wait_for("all to be told", settled)
        self.assertEqual({a: b["state"] for a, b in found.items()}, {
            newer.address: "other", page.address: "other", nothing.address: "other", elsewhere.address: "other",
            endless.address: "other", evil.address: "locked"})
        self.assertIn("9.9", found[newer.address]["sentence"]["en"])
        self.assertIn("not kitlog", found[page.address]["sentence"]["en"])
        self.assertEqual(trap.heard, [])
        told = found[evil.address]
        self.assertEqual(told["name"], '<b>" ')
        self.assertEqual(told["groups"], [{"number": 1, "animal": {"zh": "", "en": ""}, "phase": "open", "run": None, "course": None,
                                           "channels": []}])
        self.assertNotIn(b"<b>", board.fetch("boards"))

    def test_who_has_another_ones_name_is_not_given_its_key(self):
        honest = Stranger(says(5))
        board = self.start(honest)
        seen = daemon.wait_for("it", lambda: [b for b in self.by_address(board).values() if b["state"] == "locked"])[0]
        self.assertEqual(board.post(f"boards/{seen['id']}/key", {"pin": "123456"})["state"], "here")
        # The honest one is gone, and somebody at another address says that he is it; another pretends beside it.
        liar = Stranger(says(5, life="f" * 16))
        twin = Stranger(says(5))
        board.end()
        board.config.write_text(board.config.read_text().replace(honest.address + '"', f'{honest.address}", "{liar.address}", "{twin.address}"'))
        board.start().wait_ready().sign_in()

        def settled():
            found = self.by_address(board)
            states = {found[address]["state"] for address in found}
            return found if len(found) == 2 and "found" not in states and "here" in states else None
        found = daemon.wait_for("both", settled)  # the twin is the honest one by another address: not told twice
        self.assertEqual(len({b["id"] for b in found.values()}), 2)
        board.post("boards/acts", {"do": "begin", "lesson": "pendulum"})
        for stranger in (liar, twin):
            self.assertEqual([heard for heard in stranger.heard if heard[1] or heard[2]], [])
        self.assertTrue([heard for heard in honest.heard if heard[1] == f"kitlog={TOKEN}"])

    def test_keys_that_nobody_could_have_made_are_left_out(self):
        board = self.start()
        board.end()
        stranger = Stranger(says(8))
        wrong = ["127.0.0.1:1", "ftp://127.0.0.1:1", "http://", 'http://127.0.0.1:1"', "http://a@127.0.0.1:1", "127.0.0.1:1"]
        (board.data / "boards").write_text(json.dumps({"boards": [
            {"id": f"{i:016x}", "name": "x", "address": address, "token": TOKEN, "certificate": ""}
            for i, address in enumerate([*wrong, f"http://{stranger.address}"])]}))
        board.start().wait_ready().sign_in()
        daemon.wait_for("the right one alone", lambda: list(self.by_address(board)) == [stranger.address])
        self.assertIn("id", board.get("boards"))

    def test_who_has_the_old_address_is_not_shown_the_key(self):
        """Not before he has said who he is: another board may have it by now, or a printer."""
        other = Stranger(says(13))
        board = self.start(other)
        daemon.wait_for("it", lambda: [b["state"] for b in self.by_address(board).values()] == ["locked"])
        self.assertEqual(board.post(f"boards/{13:016x}/key", {"pin": "123456"})["state"], "here")
        board.end()
        other.say, other.heard = lambda: (404, {}, b"a printer"), []
        board.start().wait_ready().sign_in()
        daemon.wait_for("a printer", lambda: [b["state"] for b in self.by_address(board).values()] == ["other"])
        done = board.post("boards/acts", {"do": "begin", "lesson": "pendulum"})["boards"]
        self.assertEqual([b["ok"] for b in done], [True, False])
        self.assertTrue(other.heard)
        self.assertEqual([heard for heard in other.heard if heard[1]], [])
        other.say = says(13)
        daemon.wait_for("it again", lambda: [b["state"] for b in self.by_address(board).values()] == ["here"])

    def test_the_pin_goes_to_whoever_says_that_he_is_that_board(self):
        silent, changed = Stranger(lambda: time.sleep(20)), Stranger(says(14))
        board = self.start(silent, changed)
        states = {silent.address: "missing", changed.address: "locked"}
        daemon.wait_for("both", lambda: {a: b["state"] for a, b in self.by_address(board).items()} == states)
        changed.say = lambda: (404, {}, b"a printer")  # it is one by now
        for stranger, name in ((silent, silent.address), (changed, f"{14:016x}")):
            with self.assertRaises(daemon.urllib.error.HTTPError) as raised:
                board.post(f"boards/{name}/key", {"pin": "123456"})
            self.assertEqual((raised.exception.code, json.load(raised.exception)["error"]["code"]), (502, "no_answer"))
            self.assertEqual([heard for heard in stranger.heard if heard[2]], [])
        self.assertFalse((board.data / "boards").exists())

    def test_a_pin_is_not_typed_for_whoever_has_the_name(self):
        one, other = Stranger(says(9, name="window")), Stranger(says(10, name="window"))
        board = self.start(one, other)
        daemon.wait_for("both", lambda: [b["state"] for b in self.by_address(board).values()] == ["locked"] * 2)

        def join(whom, status):
            done = subprocess.run([os.environ["KITLOG"], "--config", str(board.config), "boards", "join", whom], text=True,
                                  input="123456\n", capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
            self.assertEqual(done.returncode, status, done.stderr)
            return done.stderr
        said = join("window", 2)
        for stranger in (one, other):
            self.assertIn(f"http://{stranger.address}/", said)
            self.assertEqual([heard for heard in stranger.heard if heard[2]], [])
        join(other.address, 0)
        self.assertEqual([heard for heard in one.heard if heard[2]], [])

    def test_who_says_much_does_not_hide_the_others(self):
        long = {"name": {"zh": "\u6c49" * 20, "en": "x" * 60}, "unit": "x" * 60, "value": 1.0, "resolution": 1.0,
                "trace": [-1.2345678901234567e-100 * i for i in range(60)]}
        groups = [{"number": i + 1, "animal": long["name"], "phase": "ready", "run": 1, "channels": [long] * 4} for i in range(9)]
        board = self.start(*[Stranger(says(100 + i, groups=groups)) for i in range(60)])
        found = daemon.wait_for("all", lambda: (
            found := self.by_address(board)) and len(found) == 60 and {b["state"] for b in found.values()} == {"locked"} and found)
        shown = [b for b in found.values() if b["groups"]]
        self.assertTrue(0 < len(shown) < 60, len(shown))

    def test_a_card_that_refuses_keys_is_told(self):
        stranger = Stranger(says(11))
        board = self.start(stranger)
        (board.data / "boards").mkdir()
        daemon.wait_for("it", lambda: [b["state"] for b in self.by_address(board).values()] == ["locked"])
        key = board.url(f"boards/{11:016x}/key")
        for method, body, state in (("POST", b'{"pin": "123456"}', "here"), ("DELETE", None, "locked")):
            request = daemon.urllib.request.Request(key, body, {"Content-Type": "application/json"}, method=method)
            with self.assertRaises(daemon.urllib.error.HTTPError) as raised:
                board.opener.open(request)
            self.assertEqual((raised.exception.code, json.load(raised.exception)["error"]["code"]), (500, "not_kept"))
            daemon.wait_for(state, lambda: [b["state"] for b in self.by_address(board).values()] == [state])

    def test_a_liar_can_be_forgotten_without_harm(self):
        honest = Stranger(says(12))
        liar = Stranger(says(12, life="e" * 16))
        board = self.start(honest)
        daemon.wait_for("it", lambda: [b["state"] for b in self.by_address(board).values()] == ["locked"])
        board.post(f"boards/{12:016x}/key", {"pin": "123456"})
        board.end()
        board.config.write_text(board.config.read_text().replace(honest.address + '"', f'{honest.address}", "{liar.address}"'))
        board.start().wait_ready().sign_in()

        def states():
            return {b["address"][len("http://"):-1]: b["state"] for b in board.get("boards")["boards"]}
        wanted = {honest.address: "here", liar.address: "locked"}
        daemon.wait_for("both", lambda: states() == wanted)
        request = daemon.urllib.request.Request(board.url(f"boards/{liar.address}/key"), method="DELETE")
        self.assertEqual(board.opener.open(request).status, 204)
        self.assertEqual(states(), wanted)
        self.assertEqual(len(json.loads((board.data / "boards").read_text())["boards"]), 1)

    def test_a_joined_board_that_has_moved_is_joined_anew(self):
        """Its old address, which only the key knows, is silent and shown no more; the id is the new one's and stays."""
        old, new = Stranger(says(7)), Stranger(says(7))
        board = self.start(old)
        seen = daemon.wait_for("it", lambda: [b for b in self.by_address(board).values() if b["state"] == "locked"])[0]
        key = f"boards/{seen['id']}/key"
        self.assertEqual(board.post(key, {"pin": "123456"})["state"], "here")
        board.end()
        old.end()
        board.config.write_text(board.config.read_text().replace(old.address, new.address))
        board.start().wait_ready().sign_in()
        moved = daemon.wait_for("the new address alone", lambda: (
            found := self.by_address(board)) and list(found) == [new.address] and found[new.address]["state"] == "locked"
            and found[new.address])
        self.assertEqual((moved["id"], moved["state"], moved["has_key"]), (seen["id"], "locked", True))
        self.assertIn("another address", moved["sentence"]["en"])
        self.assertEqual(board.post(key, {"pin": "123456"})["state"], "here")


if __name__ == "__main__":
    unittest.main()

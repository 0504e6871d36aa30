#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog` at an address that is no board, or at one whose answers are wounded on the way: whatever comes back, it ends by
itself with 0, 1 or 2, says what is the matter, and shows a terminal nothing that the terminal would obey.

KITLOG_SEED repeats a run; KITLOG_LONG=1 tries each command on 200 wounds instead of 5."""

import http.server
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]
WOUNDS = 200 if os.environ.get("KITLOG_LONG") else 5
PATIENCE = 30

# All but `tail`, which asks again for ever, as it should.
COMMANDS = [
    ("status",), ("devices",), ("run", "list"), ("run", "list", "--imported"),
    ("run", "start", "x"), ("run", "stop"), ("run", "package", "1", "package.zip"), ("run", "receipt", "1"), ("session", "list"),
    ("session", "begin", "--groups", "2", "x"), ("session", "log", "1"), ("session", "start", "1"),
    ("session", "readings", "1"), ("session", "end", "1"), ("mark", "list"), ("mark", "add", "x"),
    ("export", "--output", "out.csv", "1"), ("fit", "1", "1/x", "linear"), ("calibrate", "list"),
    ("calibrate", "zero", "--yes", "1"), ("calibrate", "offset", "--yes", "1/x", "1=2"), ("clock", "list"),
    ("sink",), ("sink", "school"), ("lessons", "list"), ("lessons", "reload"), ("kits",),
]

# In place of any value of JSON.
ODD = [None, True, -1, 0, 2**63 - 1, -2**63, 1e300, "", "\x1b[2J\x07\u202e", "x" * 5000, [], {}, [[]], {"zh": 3, "en": None},
       [None, {"id": "1"}], "\ud800"]
BODIES = [b"", b"\0\xff\xfe", b"{", b"[" * 5000, b"null", b"[]", b"{}", b'{"error":{"zh":"\xff","en":7}}',
          b"<!DOCTYPE html><title>\x1b]0;x\x07</title>", b'{"a":1,"a":2}', b'{"runs":[{}]}', b"data: {\n\n" * 50]


def wound(draw, value):
    """Another one, in which one place is something else, or is gone."""
    if isinstance(value, dict) and value and draw.random() < 0.9:
        key = draw.choice(list(value))
        copy = dict(value)
        if draw.random() < 0.15:
            del copy[key]
        else:
            copy[key] = wound(draw, copy[key])
        return copy
    if isinstance(value, list) and value and draw.random() < 0.9:
        i = draw.randrange(len(value))
        return value[:i] + [wound(draw, value[i])] + value[i + 1:]
    return draw.choice(ODD)


class Proxy(http.server.ThreadingHTTPServer):
    """Between kitlog and a board. `draw` None: passes everything on."""
    daemon_threads = True
    board = draw = None
    is_endless = False  # there is always one more page


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def ask_board(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: self.headers[name] for name in ("Content-Type", "Cookie", "Accept") if self.headers[name]}
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.board}{self.path}",
                                         body or None, headers, method=self.command)
        try:
            answer = urllib.request.urlopen(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            # Of what has no end a beginning.
            is_stream = answer.headers.get_content_type() == "text/event-stream"
            return answer.status, dict(answer.headers), b"".join(answer.readline() for _ in range(12)) if is_stream else answer.read()

    def answer(self):
        draw = self.server.draw
        status, headers, body = self.ask_board()
        kind = draw.random() if draw and "/login" not in self.path else 1
        if kind < 0.1:
            status = draw.choice([200, 204, 301, 401, 404, 500, 503])
        if kind < 0.35:
            body = draw.choice(BODIES)
        elif kind < 0.45:
            body = body[:draw.randrange(len(body) + 1)]
        elif self.server.is_endless and "has_more" in body.decode(errors="replace"):
            body = json.dumps(json.loads(body) | {"has_more": True}).encode()
        elif kind < 0.95 and headers.get("Content-Type", "").startswith("application/json") and body:
            body = json.dumps(wound(draw, json.loads(body))).encode("utf-8", "surrogatepass")
        self.send_response(status)
        for name in ("Content-Type", "Set-Cookie", "Content-Disposition"):
            if name in headers:
                self.send_header(name, headers[name])
        length = len(body) if status != 204 else 0
        if kind >= 1 or draw.random() < 0.9:
            self.send_header("Content-Length", length)
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[:length])
        self.close_connection = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True  # who asked has left

    do_GET = do_POST = do_DELETE = do_HEAD = answer


class WrongServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        link = cls.folder / "wave"
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", link, "--model", "wave"])
        cls.addClassCleanup(lambda: (kit.terminate(), kit.wait(10)))
        daemon.wait_for("the virtual kit", link.is_symlink)
        cls.board = daemon.Daemon(cls.folder, [link]).start()
        cls.addClassCleanup(cls.board.end)
        cls.board.wait_device()
        cls.proxy = Proxy(("127.0.0.1", 0), Handler)
        cls.proxy.board = cls.board.port
        cls.addClassCleanup(cls.proxy.server_close)
        cls.addClassCleanup(cls.proxy.shutdown)
        threading.Thread(target=cls.proxy.serve_forever, args=(0.01,), daemon=True).start()

    def setUp(self):
        self.proxy.draw, self.proxy.is_endless = None, False

    def kitlog(self, *words):
        command = [KITLOG, "--config", self.board.config, "--board", f"http://127.0.0.1:{self.proxy.server_port}", *words]
        return subprocess.run(command, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)

    def look(self, done, what):
        self.assertIn(done.returncode, (0, 1, 2), f"{what}: {done.stderr[-2000:]}")
        for text in (done.stdout, done.stderr):
            self.assertNotRegex(text, rb"[\x00-\x08\x0b-\x1f\x7f]", what)
            text.decode("utf-8")
        if done.returncode:
            self.assertTrue((done.stdout + done.stderr).strip(), f"{what}: no sentence")

    def test_the_proxy_itself_wounds_nothing(self):
        self.assertEqual(self.kitlog("run", "start", "x").returncode, 0)
        self.assertEqual(self.kitlog("run", "stop").returncode, 0)
        self.assertEqual(self.kitlog("export", "--output", "out.csv", "1").returncode, 0)

    def test_pages_without_an_end_end(self):
        for words in (("mark", "add", "x"), ("session", "begin", "--groups", "1", "x")):
            self.assertEqual(self.kitlog(*words).returncode, 0)
        self.proxy.is_endless = True
        for words in (("mark", "list"), ("session", "readings", "1"), ("run", "list"), ("calibrate", "list")):
            self.look(self.kitlog(*words), words)

    def test_wounded_answers_end_no_command(self):
        seed = int(os.environ.get("KITLOG_SEED") or random.randrange(1 << 32))
        print(f"KITLOG_SEED={seed}")
        for number in range(WOUNDS):
            for words in COMMANDS:
                self.proxy.draw = random.Random(f"{seed} {number} {words}")
                as_json = number % 3 == 2
                done = self.kitlog(*(["--json"] if as_json else []), *words)
                with self.subTest(words=words, number=number, seed=seed):
                        self.look(done, words)


if __name__ == "__main__":
    unittest.main()

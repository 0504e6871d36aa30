#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""Somebody in the class is curious: heads and bodies that trickle, a thousand sockets that say nothing, sixty
telephones that sleep with the page open, requests that are none, too large, or hundreds in one breath. The
teacher is served all the while, from the same access point as from another address; memory is bounded; nothing is
missing of what is recorded.

What is counted is held always, how late the teacher is served on a machine that does nothing else: KITLOG_LONG=1,
which also sends 12 000 damaged requests instead of 200. KITLOG_SEED repeats them."""

import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import events  # noqa: E402

LONG = bool(os.environ.get("KITLOG_LONG"))
IS_SANITIZED = "__asan_init" in pathlib.Path(daemon.PROGRAM).read_bytes().decode("latin-1")
VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
SECONDS = 15 if LONG else 0.6  # of each storm, at least
REQUESTS = 12000 if LONG else 200
SERVED_S = 5.0  # within which the teacher is served in any storm, on any machine: heads have ten
LATE_MS, TIMES = 250.0, 20
GROWTH_KB = 40 * 1024  # 512 connections, 16 KB and their answers; events that are kept
RATE = 50

REAL = [
    ("GET", "/", None), ("GET", "/teacher", None), ("GET", "/api/v1/status", None), ("GET", "/api/v1/devices", None),
    ("GET", "/api/v1/streams/1/columns?columns=100&from_us=0", None), ("GET", "/api/v1/sessions", None),
    ("GET", "/api/v1/export?stream=1&format=csv", None), ("GET", "/api/v1/runs?device=1", None),
    ("GET", "/api/v1/join?code=1234", None), ("GET", "/api/v1/sessions/1/results", None),
    ("GET", "/api/v1/openapi.yaml", None), ("GET", "/api/v1/activity?from=2026-01-01&to=2026-02-01", None),
    ("HEAD", "/js/chart.js", None), ("GET", "/api/v1/lessons/cooling?lang=en", None),
    ("POST", "/api/v1/login", {"pin": "123456"}), ("POST", "/api/v1/join", {"code": "1234", "group": 1}),
    ("POST", "/api/v1/sessions", {"title": "七（3）班", "groups": 6}),
    ("POST", "/api/v1/sessions/1/acts", {"do": "assign", "group": 1, "devices": [1]}),
    ("POST", "/api/v1/sessions/1/acts", {"do": "start"}), ("POST", "/api/v1/sessions/1/acts", {"do": "stop"}),
    ("POST", "/api/v1/sessions/1/groups/1/prediction", {"value": 3.5, "points": [[0, 1], [1, 2]]}),
    ("POST", "/api/v1/sessions/1/groups/1/readings", {"typed": {"L": 0.1}}),
    ("POST", "/api/v1/marks", {"text": "这里", "device": 1}), ("POST", "/api/v1/runs", {"device": 1, "title": "x"}),
    ("POST", "/api/v1/runs/1/stop", {}), ("POST", "/api/v1/devices/1/identify", {"seconds": 1}),
    ("POST", "/api/v1/calibrations", {"stream": 1, "channel": 0, "points": [[0, 0], [1, 2]]}),
    ("POST", "/api/v1/fits", {"stream": 1, "channel": 0, "model": "line", "from_us": 0, "to_us": 9000000}),
    ("POST", "/api/v1/clock", {"browser_us": 1700000000000000}),
]
ODD = [b"\0", b"\r\n", b"\n", b"\r\n\r\n", b"%00", b"%", b"../", b"..%2f", b"\xff\xfe", b"{", b"[" * 300, b'"', b"-1",
       b"99999999999999999999", b"1e999", b"NaN", b":", b" ", b"\t", b"A" * 3000, b"/*", b"'", b"<script>", b"?&=&",
       b"Content-Length: 5\r\n", b"Transfer-Encoding: chunked\r\n", b"Host: evil.example\r\n", b"Expect: 100-continue\r\n",
       b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"Range: bytes=5-1\r\n", "数".encode()]


def request_bytes(method, path, body, cookie=""):
    data = json.dumps(body).encode() if body is not None else b""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    return (head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode() + data


def damaged(chance, cookie):
    """A real request that somebody's hand slipped over, once or several times."""
    raw = bytearray(request_bytes(*chance.choice(REAL), cookie=chance.choice([cookie, ""])))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(raw) + 1)
        how = chance.randrange(8)
        if how == 0 and raw:
            raw[at % len(raw)] ^= 1 << chance.randrange(8)
        elif how == 1:
            del raw[at:at + chance.randint(1, 20)]
        elif how == 2:
            raw[at:at] = chance.choice(ODD)
        elif how == 3:
            raw[at:at] = chance.randbytes(chance.randint(1, 40))
        elif how == 4:
            raw[at:at] = raw[chance.randrange(len(raw) + 1):][:chance.randint(1, 200)]
        elif how == 5:
            raw = raw[:at] + bytearray(request_bytes(*chance.choice(REAL)))[chance.randrange(60):]
        elif how == 6:
            raw = bytearray(re.sub(rb"\d+", lambda found: chance.choice(
                [b"0", b"-1", b"4294967296", b"18446744073709551616", found[0]]), bytes(raw)))
        else:
            raw = raw[:at] or bytearray(b"\r\n")
    return bytes(raw)


class Teacher(threading.Thread):
    """Asks and acts without a pause, on new connections and one that is kept; knows how long each took."""

    def __init__(self, board, address):
        super().__init__(daemon=True)
        self.port, self.address, self.cookie = board.port, address, ""
        self.is_over, self.took, self.failed = threading.Event(), [], []
        self.kept = None

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=30, source_address=(self.address, 0))

    def ask(self, connection, raw):
        """The answer, whole."""
        begin, answer = time.monotonic(), b""
        connection.sendall(raw)
        while b"\r\n\r\n" not in answer or len(answer.split(b"\r\n\r\n", 1)[1]) < int(
                (re.search(rb"(?i)content-length: (\d+)", answer) or [0, 0])[1]):
            piece = connection.recv(1 << 16)
            if not piece:
                raise ConnectionError("the answer ended early")
            answer += piece
        return answer, time.monotonic() - begin

    def sign_in(self, pin):
        with self.connect() as connection:
            answer, _ = self.ask(connection, request_bytes("POST", "/api/v1/login", {"pin": pin}))
        self.cookie = re.search(rb"(?i)set-cookie: ([^;]+)", answer)[1].decode()

    def run(self):
        n = 0
        while not self.is_over.wait(0.02):
            n += 1
            raw = request_bytes(*[("GET", "/api/v1/status", None), ("GET", "/api/v1/sessions", None),
                                  ("POST", "/api/v1/marks", {"text": f"{n}"})][n % 3], cookie=self.cookie)
            begin = time.monotonic()
            try:
                with self.connect() as connection:
                    answer, _ = self.ask(connection, raw)
                self.took.append(time.monotonic() - begin)
                if not answer.startswith(b"HTTP/1.1 20"):
                    self.failed.append(answer[:300])
            except OSError as error:
                self.took.append(time.monotonic() - begin)
                self.failed.append(repr(error))

    def figures(self):
        """Of what was asked since the last time."""
        took, self.took = sorted(self.took), []
        return {"n": len(took), "p50_ms": round(took[len(took) // 2] * 1000, 1),
                "p95_ms": round(took[len(took) * 95 // 100] * 1000, 1), "max_ms": round(took[-1] * 1000, 1)}


class WebStorm(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", str(RATE), "--link", folder / "tty"])
        self.addCleanup(lambda: (self.kit.terminate(), self.kit.wait()))
        self.board = daemon.Daemon(folder, [folder / "tty"]).start().wait_ready()
        self.addCleanup(self.board.end)
        self.stream = self.board.wait_device()[0]["streams"][0]["id"]
        self.teacher = Teacher(self.board, "127.0.0.1")
        self.teacher.sign_in((self.board.data / "pin").read_text().strip())
        self.seed = int(os.environ.get("KITLOG_SEED", random.randrange(1 << 32)))
        print(f"KITLOG_SEED={self.seed} requests {REQUESTS}")

    # --- what is done to it: contexts, in which the storm blows ---

    def socket(self, address, narrow=False):
        """Connected, or on its way to be; None: refused."""
        one = socket.socket()
        if narrow:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.bind((address, 0))
        one.setblocking(False)
        one.connect_ex(("127.0.0.1", self.board.port))
        return one

    @contextlib.contextmanager
    def sockets(self, number, addresses, first=b"", more=b"", narrow=False):
        """So many, which say `first`, then `more` byte by byte, and come again when they are thrown out."""
        is_over = threading.Event()
        open_now, thrown = [None] * number, [0]

        def keep_going():
            at = 0
            while not is_over.is_set():
                for i in range(number):
                    one = open_now[i]
                    try:
                        if one is None or (at and one.recv(1, socket.MSG_PEEK) == b""):
                            thrown[0] += one is not None
                            if one:
                                one.close()
                            open_now[i] = None
                            open_now[i] = self.socket(addresses[i % len(addresses)], narrow)
                            open_now[i].send(first) if first and at else None
                        elif more:
                            one.send(more[at % len(more):][:1])
                    except BlockingIOError:
                        if more and one:
                            with contextlib.suppress(OSError):
                                one.send(more[at % len(more):][:1])
                    except OSError:
                        if open_now[i]:
                            open_now[i].close()
                        open_now[i] = None
                if at == 0 and first:
                    for one in filter(None, open_now):
                        with contextlib.suppress(OSError):
                            one.send(first)
                at += 1
                is_over.wait(0.3)
        thread = threading.Thread(target=keep_going, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            for one in filter(None, open_now):
                one.close()

    @contextlib.contextmanager
    def nothing(self):
        yield

    def trickling_heads(self, addresses):
        return self.sockets(500, addresses, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"x")

    def trickling_bodies(self, addresses):
        return self.sockets(500, addresses, b"POST /api/v1/marks HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                            b"application/json\r\nContent-Length: 60000\r\n\r\n", b"x")

    def idle(self, addresses):
        return self.sockets(1000, addresses)

    def frozen_readers(self, addresses):
        return self.sockets(60, addresses, b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n", narrow=True)

    def unread_answers(self, addresses):
        """Each asks for a large file, many times in one breath, and reads none of it."""
        return self.sockets(200, addresses, b"GET /js/chart.js HTTP/1.1\r\nHost: localhost\r\n\r\n" * 50, narrow=True)

    @contextlib.contextmanager
    def done_meanwhile(self, act):
        """`act` again and again, in a thread."""
        is_over, failed = threading.Event(), []

        def again():
            while not is_over.is_set():
                try:
                    act()
                except OSError:
                    pass
                except Exception as error:  # whatever it is, the test shall tell
                    failed.append(error)
                    return
        thread = threading.Thread(target=again, daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()
            self.assertEqual(failed, [])

    def too_large(self, _):
        line = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
        all_of_them = [
            b"GET /" + b"a" * 1000000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
            line + b"X-A: " + b"b" * 1000000 + b"\r\n\r\n",
            line + b"".join(b"X-%d: y\r\n" % n for n in range(50000)) + b"\r\n",
            line + b"Cookie: " + b"; ".join(b"a%d=b" % n for n in range(900)) + b"\r\n\r\n",
            b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999999999999\r\n\r\n" + b"x" * 100000,
            b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100000000\r\n\r\n" + b"x" * 1000000,
            b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + b"fffffffffffffffff\r\n" + b"x" * 100000,
            b"POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 100000 + b"0\r\n\r\n"]
        return self.done_meanwhile(lambda: [self.say("127.0.0.66", raw) for raw in all_of_them])

    def in_one_breath(self, _):
        raw = b"".join(request_bytes("GET", path, None) for path in ("/api/v1/status", "/api/v1/devices") * 500)

        def act():
            answers = self.say("127.0.0.66", raw + b"GET /api/v1/status HTTP/1.0\r\nHost: localhost\r\n\r\n", 1 << 26, 60)
            self.assertEqual(answers.count(b"HTTP/1.1 200 OK"), 1001, "each of a thousand was answered, in order")
        return self.done_meanwhile(act)

    def say(self, address, raw, most=1 << 20, seconds=2.0):
        """Sends it, whatever it is, and reads for a while."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.board.port), timeout=seconds,
                                      source_address=(address, 0)) as connection:
            sender = threading.Thread(target=self.send_all, args=(connection, raw), daemon=True)
            sender.start()
            with contextlib.suppress(OSError):
                while len(answer) < most and (piece := connection.recv(1 << 16)):
                    answer += piece
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            sender.join()
        return answer

    @staticmethod
    def send_all(connection, raw):
        with contextlib.suppress(OSError):
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)

    # --- what is promised meanwhile ---

    def most_kb(self):
        """Of memory that it ever had."""
        status = pathlib.Path(f"/proc/{self.board.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.board.process.pid}/fd"))

    def blow(self, name, storm, addresses):
        with storm(addresses):
            deadline = time.monotonic() + SECONDS
            asked = len(self.teacher.took)
            daemon.wait_for(f"{name}: the teacher to be served", lambda: time.monotonic() > deadline and
                            len(self.teacher.took) > asked + 15, 120)
        figures = self.teacher.figures() | {"most_kb": self.most_kb()}
        print(f"{name}: {json.dumps(figures)}", flush=True)
        self.assertIsNone(self.board.process.poll(), self.board.said()[-3000:])
        self.assertEqual(self.teacher.failed, [], name)
        self.assertLess(figures["max_ms"], SERVED_S * 1000, name)
        return figures

    def damaged_requests(self):
        chance, answered = random.Random(self.seed), collections.Counter()

        def send(raw):
            try:
                answer = self.say("127.0.0.9", raw, most=12, seconds=0.5)
            except OSError:
                answer = b""
            return answer[9:12].decode("latin-1")
        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            for n in range(0, REQUESTS, 100):
                some = [damaged(chance, self.teacher.cookie) for _ in range(100)]
                answered.update(pool.map(send, some))
                self.assertIsNone(self.board.process.poll(), f"request {n} or soon after\n{self.board.said()[-3000:]}")
        print(f"damaged requests: {json.dumps(answered)}", flush=True)
        for code in answered:
            self.assertRegex(code, "^$|^[1234]..$|^50[1-5]$", "500 is what nobody thought of")
        self.assertGreater(answered["400"], REQUESTS / 50)
        self.assertGreater(answered["200"] + answered["201"] + answered["204"], REQUESTS / 100)

    def assert_all_was_recorded(self):
        self.kit.terminate()
        self.kit.wait()
        daemon.wait_for("the end of the kit", lambda: self.board.devices()[0]["state"] == "gone")
        daemon.wait_for("all on the card", lambda: self.board.get("status")["store"]["pending_rows"] == 0)
        lines = self.board.fetch(f"export?stream={self.stream}&format=lp").decode().splitlines()
        ramps = [int(re.search(r"ramp=(\d+)", line)[1]) for line in lines]
        self.assertEqual([(b - a) % 30000 for a, b in zip(ramps, ramps[1:])], [1] * (len(ramps) - 1))
        print(f"{len(ramps)} rows, none missing", flush=True)

    def test_the_teacher_is_served_whatever_comes(self):
        self.teacher.start()
        reader = events.Events(self.board.port)
        self.addCleanup(reader.close)
        quiet = self.blow("quiet", lambda _: self.nothing(), [])
        far = [f"127.0.{n}.66" for n in range(1, 5)]
        figures = {}
        for name, storm, addresses in (
                ("heads that trickle", self.trickling_heads, far),
                ("heads that trickle, from the teacher's address", self.trickling_heads, ["127.0.0.1"]),
                ("bodies that trickle", self.trickling_bodies, far),
                ("1000 idle sockets", self.idle, far),
                ("1000 idle sockets, from the teacher's address", self.idle, ["127.0.0.1"]),
                ("60 frozen readers", self.frozen_readers, far),
                ("200 that read no answer", self.unread_answers, far),
                ("requests too large", self.too_large, far),
                ("a thousand requests in one breath", self.in_one_breath, far)):
            figures[name] = self.blow(name, storm, addresses)
        self.damaged_requests()
        self.blow("quiet again", lambda _: self.nothing(), [])
        self.teacher.is_over.set()
        self.teacher.join()
        daemon.wait_for("descriptors to be given back", lambda: self.descriptors() < 60, 30)
        if not IS_SANITIZED:  # which keeps what is given back
            self.assertLess(self.most_kb() - quiet["most_kb"], GROWTH_KB)
        self.assert_all_was_recorded()
        self.assertEqual(self.board.end(), 0, self.board.said()[-3000:])
        if LONG and not IS_SANITIZED:
            for name, one in figures.items():
                self.assertLess(one["p95_ms"], max(LATE_MS, TIMES * quiet["p95_ms"]), name)


if __name__ == "__main__":
    unittest.main(verbosity=2)

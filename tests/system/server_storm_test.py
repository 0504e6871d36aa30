#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""Whatever a server does, sixty ways of it at once: nothing is lost, nothing is there twice when it is well again,
no cursor moves without a whole 2xx, the sentence tells the truth, memory is bounded, and who looks at the chart
notices nothing.

Each way is a sink of its own, eight to a board. It is well, misbehaves until the sentence is right, and is well
again. A refusal is looked at again after a minute, a stall ends after half of one: the short form starts kitlogd
again instead, the long one (KITLOG_LONG=1) waits, and judges how late readings come to the chart, too."""

import collections
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import events  # noqa: E402
import school_net  # noqa: E402
import wild_store as wild  # noqa: E402

LONG = bool(os.environ.get("KITLOG_LONG"))
VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
SINKS = 8  # of a board, the most
RATE = 50
GROWTH_KB = 24 * 1024  # eight sinks' buffers, and what is kept for the chart
LATE_MS = 250.0


class Way:
    """`says`: the sentence, a pattern; None: it does no harm. `slow`: the sentence comes after half a minute.
    `repeats`: it took lines without answering, so they come again. `asks_s`: it asks to wait for so long."""

    def __init__(self, name, way, says, state="waiting", slow=False, repeats=False, asks_s=0, url=None, tls=None):
        self.name, self.way, self.says, self.state = name, way, says, state
        self.slow, self.repeats, self.asks_s, self.url, self.tls = slow, repeats, asks_s, url, tls
        self.is_ill_at_first = bool(url or tls)


BROKE, STALLS = "the connection to .* broke", "does not finish its answer"
QUARANTINE = "the server refused some readings \\({}"
ERROR = b'{"error":"timeout"}'
PAGE = {"Content_Type": "text/html"}


def ways(net):
    """`net`: what is certified and named, or None."""
    elsewhere = "http://127.0.0.1:9/write"
    yield from (
        Way("late", wild.late, None, repeats=True),
        Way("interim", wild.interim, None),
        Way("hang-up", wild.hang_up_each_time, None),
        Way("chunked", wild.chunked_ok, None),
        Way("long-ok", wild.long_ok, None),
        Way("pieces", wild.in_pieces, None, repeats=True),
        Way("flap", wild.flap(), f"{BROKE}|^$"),
        Way("refuse", wild.refuse, "cannot reach 127.0.0.1:"),
        Way("swallow", wild.swallow, "cannot reach 127.0.0.1:", slow=True),
        Way("close", wild.close, BROKE),
        Way("reset", wild.reset_at_once, BROKE),
        Way("hang", wild.hang, STALLS, slow=True),
        Way("hang-unread", wild.hang_unread, STALLS, slow=True),
        Way("mid-body", wild.reset_in_mid_body, BROKE),
        Way("unanswered", wild.close_unanswered, BROKE),
        Way("reset-late", wild.reset_unanswered, BROKE),
        Way("lost-answer", wild.take_and_reset, BROKE, repeats=True),
        Way("half-head", wild.half_a_head, BROKE),
        Way("half-body", wild.half_a_body, BROKE),
        Way("half-kept", wild.take_and_half_a_body, BROKE, repeats=True),
        Way("half-hang", wild.half_then_hang, STALLS, slow=True),
        Way("drip", wild.drip, STALLS, slow=True),
        Way("interim-ever", wild.interim_for_ever, STALLS, slow=True),
        Way("chunk-garbage", wild.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nfoo"), BROKE),
        Way("no-http", wild.say(b"SSH-2.0-OpenSSH_9.2p1\r\n"), BROKE),
        Way("two-lengths", wild.say(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello"),
            BROKE),
        Way("minus-length", wild.say(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), BROKE),
        Way("head-for-ever", wild.without_end(b"HTTP/1.1 204 No Content\r\n", b"X-Y: " + b"z" * 60 + b"\r\n"),
            BROKE),
        Way("long-header", wild.without_end(b"HTTP/1.1 204 No Content\r\nX-Y: ", b"z" * 4096), BROKE),
        Way("body-for-ever", wild.without_end(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                                              b"1000\r\n" + b"z" * 4096 + b"\r\n"), "its answer has no end"),
        Way("bomb", wild.bomb(503, 64), "in trouble \\(503"),
        Way("switch", wild.say(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n"), "."),
        *(Way(f"redirect-{code}", wild.status(code, Location=elsewhere), f"another address \\({code}\\).*{elsewhere}")
          for code in (301, 302, 307, 308)),
        Way("partial-400", wild.poisoned(400, True), QUARANTINE.format(400), state="idle|sending", repeats=True),
        Way("poison-422", wild.poisoned(422, False), QUARANTINE.format(422), state="idle|sending"),
        Way("all-400", wild.status(400, b'{"error":"field type conflict"}'), "every reading of device.*type conflict",
            state="."),
        Way("page-400", wild.status(400, b"<html>use https</html>", **PAGE), "a web page answers"),
        Way("page-200", wild.status(200, b"<html>log in</html>", **PAGE), "a web page answers"),
        Way("error-200", wild.status(200, ERROR), "in trouble \\(200: timeout"),
        Way("key-401", wild.status(401), "wants a key \\(401", state="refused"),
        Way("right-403", wild.status(403), "let us write.*\\(403", state="refused"),
        Way("base-404", wild.status(404, b'{"error":"database not found"}'), "no database", state="refused"),
        Way("nothing-404", wild.status(404, b"404 page not found"), "nothing takes data at.*\\(404", state="refused"),
        Way("proxy-407", wild.status(407), "answers 407, which is not a store"),
        Way("slow-408", wild.status(408), "did not wait for all .*\\(408"),
        Way("large-413", wild.too_large(1000), "large requests \\(413", state="idle|sending"),
        Way("large-413-all", wild.status(413), "even one reading too large \\(413", state="refused"),
        Way("busy-429", wild.status(429), "slow down \\(429"),
        Way("busy-2s", wild.status(429, Retry_After="2"), "slow down \\(429", asks_s=2),
        Way("busy-date", wild.soon(429, 3), "slow down \\(429", asks_s=1),
        Way("busy-years", wild.status(429, Retry_After="99999999999"), "slow down \\(429", asks_s=500),
        Way("busy-minus", wild.status(429, Retry_After="-5"), "slow down \\(429"),
        Way("busy-words", wild.status(429, Retry_After="tomorrow"), "slow down \\(429"),
        Way("error-500", wild.status(500, ERROR), "in trouble \\(500: timeout"),
        Way("kept-500", wild.status(500, ERROR, keep=True), "in trouble \\(500", repeats=True),
        Way("page-502", wild.status(502, b"<html>nginx</html>", **PAGE), "in trouble \\(502: a web page"),
        Way("busy-503", wild.status(503, Retry_After="1"), "in trouble \\(503", asks_s=1),
        Way("gate-504", wild.status(504), "in trouble \\(504"),
        Way("strange-599", wild.status(999), "in trouble \\(999"),
    )
    if not net:
        return
    https = "https://127.0.0.1:{port}"
    yield from (
        Way("name-unknown", None, "no computer called store.school.test", url="http://store.school.test:{port}"),
        Way("tls-expired", None, "certificate .*cannot be trusted \\(.*expired", url=https, tls=net.expired),
        Way("tls-self", None, "certificate .*cannot be trusted \\(.*self.signed", url=https, tls=net.own),
        Way("tls-other", None, "certificate .*cannot be trusted \\(.*127.0.0.1", url=https, tls=net.other),
        Way("tls-none", wild.speak_plainly, f"{BROKE}.*wrong version", url=https),
        Way("tls-hang", wild.hang_unread, "cannot reach 127.0.0.1:", url=https, slow=True),
    )


class Sink:
    def __init__(self, way):
        self.way, self.name = way, way.name
        self.store = wild.WildStore()
        self.store.start()
        self.url = (way.url or "http://127.0.0.1:{port}").format(port=self.store.port)

    def misbehave(self):
        self.store.turn(self.way.way, self.way.tls)

    def recover(self, net):
        self.store.turn(None, net.good if self.url.startswith("https") else None)


class Board:
    """A virtual kit, kitlogd, and up to eight sinks."""

    def __init__(self, test, folder, all_ways, net):
        folder.mkdir()
        self.sinks, self.net = [Sink(way) for way in all_ways], net
        for sink in self.sinks:
            test.addCleanup(sink.store.stop)
        self.kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", str(RATE),
                                     "--link", folder / "tty"])
        test.addCleanup(self.end_kit)
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        for end in (self.master, slave):
            test.addCleanup(os.close, end)
        listed = "".join(f"  - {{name: {sink.name}, kind: influxdb1, url: '{sink.url}', database: kitlog}}\n"
                         for sink in self.sinks)
        self.daemon = daemon.Daemon(folder, [folder / "tty", os.ttyname(slave)], "sinks:\n" + listed)
        self.program = net.program(folder, daemon.PROGRAM) if net else daemon.PROGRAM
        test.addCleanup(self.daemon.end)

    def end_kit(self):
        self.kit.terminate()
        self.kit.wait()

    def start(self):
        self.daemon.start(self.program)

    def state(self):
        return {sink["name"]: sink for sink in self.daemon.get("sinks")["sinks"]}

    def stream(self):
        """Of the virtual kit."""
        return next(device for device in self.daemon.devices() if device["family"] == "link")["streams"][0]["id"]

    def kept(self):
        return self.daemon.fetch(f"export?stream={self.stream()}&format=lp").decode().splitlines()

    def rss_kb(self):
        status = pathlib.Path(f"/proc/{self.daemon.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


def is_true(way, told):
    words = told["sentence"]["en"] if told["sentence"] else ""
    return bool(re.search(way.says, words)) and bool(re.fullmatch(way.state, told["state"]) or way.state == ".")


class ServerStorm(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.net = school_net.SchoolNet(self.folder / "net") if school_net.is_possible() else None
        if not self.net:
            print("without root there is no trust to be had: without certificates and names")
        all_ways = list(ways(self.net))
        self.assertEqual(len({way.name for way in all_ways}), len(all_ways))
        self.assertGreaterEqual(len(all_ways), 40)
        self.boards = [Board(self, self.folder / f"b{at}", all_ways[at:at + SINKS], self.net)
                       for at in range(0, len(all_ways), SINKS)]
        self.sinks = [(board, sink) for board in self.boards for sink in board.sinks]

    def test_whatever_a_server_does(self):
        begin = time.monotonic()
        for _, sink in self.sinks:
            if sink.way.is_ill_at_first:
                sink.misbehave()
        for board in self.boards:
            board.start()
        for board, sink in self.sinks:
            if not sink.way.is_ill_at_first:
                daemon.wait_for(f"{sink.name}: lines while all is well", lambda: len(sink.store.lines) > RATE / 5, 60)
        quiet = self.look(self.boards[0])
        before = [board.rss_kb() for board in self.boards]
        for _, sink in self.sinks:
            sink.n = len(sink.store.acknowledged)
            if not sink.way.is_ill_at_first:
                sink.misbehave()
        stormy = self.look(self.boards[0])
        late = [(board, sink) for board, sink in self.sinks if LONG or not sink.way.slow]
        for board, sink in late:
            self.wait_truth(board, sink)
        self.assert_cursors_follow_answers()
        growth = [board.rss_kb() - kb for board, kb in zip(self.boards, before)]
        self.assertLess(max(growth), GROWTH_KB, growth)
        print(json.dumps({"ways": len(self.sinks), "quiet_ms": quiet, "stormy_ms": stormy, "rss_growth_kb": growth,
                          "sentences": len(late), "seconds": round(time.monotonic() - begin, 1)}), flush=True)
        self.recover()
        for board in self.boards:
            self.assert_each_line_once(board)
        print(f"{sum(len(sink.store.lines) for _, sink in self.sinks)} lines at {len(self.sinks)} servers, after "
              f"{time.monotonic() - begin:.0f} s")
        if LONG:
            self.assertLess(stormy["p95"], max(LATE_MS, 5 * quiet["p95"]))

    def wait_truth(self, board, sink):
        told = {}

        def truth():
            told.update(board.state()[sink.name])
            if sink.way.says is None:
                return told["sentence"] is None or told["sentence"]["en"] == ""
            return is_true(sink.way, told)
        try:
            daemon.wait_for(sink.name, truth, 100 if LONG else 45)
        except daemon.Late:
            self.fail(f"{sink.name}: {told}, not {sink.way.says} {sink.way.state}")
        if sink.way.asks_s:
            daemon.wait_for(f"{sink.name} to wait", lambda: board.state()[sink.name]["retry_in_ms"] > 0)
            self.assertLess(board.state()[sink.name]["retry_in_ms"], 700_000, "ten minutes are the most")
            if sink.way.asks_s > 100:
                self.assertGreater(board.state()[sink.name]["retry_in_ms"], sink.way.asks_s * 1000)
        if sink.way.says is None:
            daemon.wait_for(f"{sink.name}: lines go on", lambda: len(sink.store.acknowledged) > sink.n + RATE, 60)

    def assert_cursors_follow_answers(self):
        for board in self.boards:
            for name, told in board.state().items():
                store = next(sink.store for sink in board.sinks if sink.name == name)
                self.assertLessEqual(told["rows_sent"], len(store.acknowledged), f"{name}: rows without a 2xx")

    def look(self, board, seconds=10 if LONG else 1.5):
        """How late lines of a board that prints come to a browser, in ms. Half of them must have come, on a busy
        machine a while later: none would be late if none came."""
        reader, written, late, number = events.Events(board.daemon.port), {}, [], 0
        begin = time.monotonic()
        base = int(begin * 10) % 1000000 * 1000
        while (time.monotonic() < begin + seconds + 0.5 or number < seconds * 20 or
               (len(late) < number / 2 and time.monotonic() < begin + seconds + daemon.PATIENCE)):
            if number < seconds * 20 and time.monotonic() >= begin + number / 20:
                written[base + number] = time.monotonic()
                os.write(board.master, b"n:%d\r\n" % (base + number))
                number += 1
            if select.select([reader], [], [], 0.005)[0]:
                for event in reader.take():
                    for part in event.data if event.name == "rows" else ():
                        late += [(event.at - written[n]) * 1000 for n in map(int, part.get("y", [[]])[0])
                                 if n in written]
        reader.close()
        late.sort()
        self.assertGreaterEqual(len(late), number / 2, "lines that came to the browser")
        return {"n": len(late), "p50": round(late[len(late) // 2], 1), "p95": round(late[len(late) * 95 // 100], 1)}

    def recover(self):
        if self.net:
            self.net.name("store.school.test")
        for _, sink in self.sinks:
            sink.recover(self.net)
        before = [len(sink.store.lines) for _, sink in self.sinks]
        for (_, sink), n in zip(self.sinks, before):
            if LONG and sink.way.asks_s < 100:
                daemon.wait_for(f"{sink.name}: lines go by themselves", lambda: len(sink.store.lines) > n, 120)
        again = [board for board in self.boards
                 if not LONG or any(sink.way.asks_s >= 100 for sink in board.sinks)]
        for board in again:
            board.daemon.process.terminate()
        for board in again:
            self.assertEqual(board.daemon.end(), 0)
            board.start()
        before = [len(sink.store.lines) for _, sink in self.sinks]
        for (_, sink), n in zip(self.sinks, before):
            daemon.wait_for(f"{sink.name}: lines go again", lambda: len(sink.store.lines) > n, 60)
        for board in self.boards:
            board.end_kit()

    def assert_each_line_once(self, board):
        daemon.wait_for("the end of the kit", lambda: any(
            device["family"] == "link" and device["state"] == "gone" for device in board.daemon.devices()))
        daemon.wait_for("all on the card", lambda: board.daemon.get("status")["store"]["pending_rows"] == 0)
        kept = set(board.kept())
        for sink in board.sinks:
            aside = {line["line"] for line in board.daemon.get(f"sinks/{sink.name}/quarantine")["lines"]}
            self.assertEqual(len(aside), 1 if sink.store.poison else 0, sink.name)

            def is_there():
                return kept <= {line for line in sink.store.lines if line.split(",", 1)[0].startswith("virtual")} | aside
            try:
                daemon.wait_for(f"{sink.name}: every line", is_there, 60)
            except daemon.Late:
                missing = kept - set(sink.store.lines) - aside
                self.fail(f"{sink.name}: {len(missing)} of {len(kept)} are missing, {board.state()[sink.name]}")
            ours = collections.Counter(line for line in sink.store.lines if line in kept)
            points = {" ".join(line.split(" ")[::2]) for line in ours}
            self.assertEqual(len(points), len(ours), f"{sink.name}: a point came again, but not the same")
            if not sink.way.repeats:
                again = [line for line, times in ours.items() if times > 1]
                self.assertEqual(len(again), 0, f"{sink.name}: {again[:2]} twice")
            if sink.store.poison:
                self.assertNotIn(sink.store.poison, sink.store.lines)


if __name__ == "__main__":
    unittest.main(verbosity=2)

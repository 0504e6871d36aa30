#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog` beside a running board with two kits: what it leaves alone, and what it says to programs."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import badserver  # noqa: E402
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]
SESSIONS = 16  # that the board remembers


class Kitlog(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.server = badserver.BadServer()
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        cls.late = folder / "pendulum"  # not there yet
        ports = [folder / "wave", folder / "cup", cls.late]
        for port in ports[:2]:
            cls.plug(port)
        cls.board = daemon.Daemon(
            folder, ports, "store: {commit: 60 s}\nsinks:\n" + "".join(
                f"  - {{name: {name}, kind: influxdb1, url: 'http://127.0.0.1:{cls.server.port}', "
                f"database: d}}\n" for name in ("school", "home")))
        cls.board.start().wait_ready().wait_device(2)
        cls.addClassCleanup(cls.board.end)

    @classmethod
    def plug(cls, port):
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", port.name])
        cls.addClassCleanup(kit.wait)
        cls.addClassCleanup(kit.kill)
        return kit

    def told_by_a_board(self, answer):
        """The option for a board that answers each path so."""
        class Board(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer(self.path))

            def log_message(self, *_):
                pass
        server = http.server.HTTPServer(("127.0.0.1", 0), Board)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"--board=127.0.0.1:{server.server_port}"

    def kitlog(self, *words, locale="C"):
        return subprocess.run([KITLOG, "--config", self.board.config, *words], text=True, timeout=30,
                              capture_output=True, env={**os.environ, "LC_ALL": locale})

    def test_many_commands_sign_no_browser_out(self):
        self.board.sign_in()
        for _ in range(SESSIONS // 2 + 1):
            self.assertEqual(self.kitlog("run", "start", "cup").returncode, 0)
            self.assertEqual(self.kitlog("run", "stop").returncode, 0)
        self.assertTrue(self.board.get("status")["is_teacher"])

    def test_an_export_straight_after_stop_has_the_whole_run(self):
        """Although the card would have had its end a minute later only."""
        self.assertEqual(self.kitlog("run", "start").returncode, 0)
        time.sleep(1.5)
        run = json.loads(self.kitlog("--json", "run", "stop").stdout)
        rows = self.kitlog("export", str(run["id"])).stdout.splitlines()[1:]
        seconds = [float(row.split(",")[0]) for row in rows]
        length = (run["to_us"] - run["from_us"]) / 1e6
        self.assertLess(seconds[0], 0.5)
        self.assertGreater(seconds[-1], length - 0.5)
        self.assertLess(max(b - a for a, b in zip(seconds, seconds[1:])), 0.5)
        self.assertNotIn("not yet on the card", rows[-1])

    def test_an_export_asks_for_the_stamps_that_were_named(self):
        board = self.told_by_a_board(lambda path: path.encode() + b"\n")
        self.assertEqual(self.kitlog(board, "export", "--stamps", "even", "3").stdout,
                         "/api/v1/export?format=csv&run=3&stamps=even\n")
        self.assertEqual(self.kitlog(board, "export", "3").stdout, "/api/v1/export?format=csv&run=3\n")
        done = self.kitlog(board, "export", "--stamps", "odd", "3")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("refined, live, even", done.stderr)

    def test_line_protocol_without_the_hour_says_what_is_left_out(self):
        told = b"cup,device=1 t=20.5 1700000000000000000\n"

        board = self.told_by_a_board(
            lambda path: told + b"# 12 rows are left out: nobody has told\n" * path.endswith("=3"))
        done = self.kitlog(board, "export", "--format", "lp", "3")
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith(told.decode()))
        self.assertIn("12 rows are left out, since nobody has told their hour; give the board a network", done.stderr)
        self.assertIn("wall_clock: system", done.stderr)
        self.assertEqual(self.kitlog(board, "export", "--format", "lp", "4").stderr, "")

    def test_line_protocol_without_any_hour_makes_no_file(self):
        with tempfile.TemporaryDirectory() as folder:
            folder, file = pathlib.Path(folder), pathlib.Path(folder) / "cup.lp"
            port = folder / "cup"
            self.plug(port)
            board = daemon.Daemon(folder, [port], "store: {commit: 1 s}\n")
            board.config.write_text(board.config.read_text().replace("wall_clock: system\n", ""))
            board.start().wait_ready()
            self.addCleanup(board.end)
            stream = board.wait_device()[0]["streams"][0]["id"]
            if board.get("status")["wall_source"]:
                self.skipTest("this machine's clock is told the hour")
            daemon.wait_for("rows", lambda: board.get("status")["store"]["rows"])
            done = subprocess.run([KITLOG, "--config", board.config, "export", "--format", "lp", "--output",
                                   file, f"stream:{stream}"], text=True, capture_output=True,
                                  env={**os.environ, "LC_ALL": "C"})
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("wall_clock: system", done.stderr)
            self.assertFalse(file.exists())
            board.end()

    def test_lists_tell_instants_apart_without_the_hour(self):
        mark = {"id": 1, "at_us": 61250000, "wall_us": None, "author": "#2", "text": ""}
        run = {"id": 4, "number": 2, "title": "", "from_us": 61250000, "wall_from_us": None, "to_us": 62250000}
        board = self.told_by_a_board(lambda path: json.dumps(
            {"marks": [mark], "runs": [] if "before" in path else [run], "now_us": 70000000}).encode())
        for words in (("mark", "list"), ("run", "list")):
            self.assertIn("board 61.250 s", self.kitlog(board, *words).stdout)

    def test_devices_are_told_as_on_the_pages(self):
        words = self.kitlog("devices").stdout
        self.assertIn(" °C ", words)
        self.assertNotIn("Cel", words)
        stickers = [int(number) for number in re.findall(r"^#(\d+)", words, re.MULTILINE)]
        self.assertEqual(stickers, sorted(stickers))
        for device in self.board.devices():
            self.assertRegex(words, rf"(?m)^#{device['sticker']} .*{device['port']}$")
            self.assertIn(f"stream:{device['streams'][0]['id']}", words)

    def test_devices_say_how_often_one_did_not_answer(self):
        for health, told in (({"unanswered": 12}, "    questions without an answer: 12"), ({"unanswered": 0}, None), (None, None)):
            device = {"id": 1, "sticker": 1, "kit": "probe", "state": "ready", "port": "tty", "health": health,
                      "streams": []}
            board = self.told_by_a_board(lambda path, device=device: json.dumps({"devices": [device]}).encode())
            self.assertEqual(self.kitlog(board, "devices").stdout.splitlines()[1:], [told] if told else [])

    def test_a_run_lasts_as_many_whole_seconds_as_on_the_pages(self):
        self.board.sign_in()
        now = self.board.get("status")["now_us"]
        self.board.post("runs", {"from_us": now - 88_600_000, "to_us": now, "title": "long"})
        self.assertRegex(self.kitlog("run", "list").stdout, r"1 min 28 s +done +long")

    def test_what_cannot_be_done_names_what_was_asked_and_the_next_step(self):
        for status, words, sentence in (
                (1, ("run", "stop", "77"), "There is no run 77. Look at the list of runs"),
                (1, ("export", "99"), "There is no run 99. Look at the list of runs"),
                (1, ("export", "stream:99"), "There is no stream 99. Look at the list of devices"),
                (2, ("run", "start", "a", "b"), 'kitlog run start: "b" is one word too many; quote a title'),
                (2, ("devices", "3"), 'kitlog devices: "3" is one word too many; it takes none'),
                (2, ("--board", "http://127.0.0.1:99999", "status"), "is no address of a board; give one such as"),
                (2, ("--board", "ftp://x", "status"), '"ftp://x" is no address of a board'),
                (1, ("--config", "/nonexistent", "status"), "No such file or directory; check the name behind")):
            done = self.kitlog(*words)
            self.assertEqual((done.returncode, done.stdout), (status, ""), words)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(sentence, done.stderr)
        done = self.kitlog("--config", "/nonexistent", "status", locale="zh_CN.UTF-8")
        self.assertIn("看看 --config 后面的文件名", done.stderr)

    def test_status_says_how_late_the_stamping_thread_wakes(self):
        late = daemon.wait_for("punctuality", lambda: self.board.get("status")["sense"])["late_us"]
        self.assertLessEqual(late["p50"], late["p99"])
        self.assertLessEqual(late["p999"], late["most"])
        number = r"[\d.e+]+"
        self.assertRegex(self.kitlog("status").stdout,
                         rf"\nwakes late +half within {number} ms, 99 % within .* at most {number} ms")
        self.assertRegex(self.kitlog("status", locale="zh_CN.UTF-8").stdout,
                         rf"\n采集晚点 +一半不晚于 {number} ms，.*最近一分钟最晚 {number} ms）\n")
        told = json.loads(self.kitlog("--json", "status").stdout)["sense"]
        self.assertEqual(set(told), {"late_us", "late_minute_us", "turn_us", "turn_minute_us"})

    def listen(self, *words, until):
        """Lines of `kitlog tail` until one is as wanted; all of them."""
        tail = subprocess.Popen([KITLOG, "--config", self.board.config, *words], text=True,
                                stdout=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
        self.addCleanup(tail.stdout.close)
        self.addCleanup(tail.wait)
        self.addCleanup(tail.kill)
        lines = []
        for line in tail.stdout:
            lines.append(line)
            if until(lines):
                return lines
        self.fail("kitlog tail ended")

    def test_numbers_for_programs_are_written_as_the_board_writes_them(self):
        def shortest(text):
            self.assertLessEqual(len(text), len(repr(float(text))), text)
            return float(text)
        lines = self.listen("--json", "tail", until=lambda all: len(all) == 20)
        lines += [self.kitlog("--json", "devices").stdout, self.kitlog("--json", "status").stdout]
        for line in lines:
            json.loads(line, parse_float=shortest)

    def test_tail_for_programs_keeps_to_the_number(self):
        device = self.board.devices()[1]
        lines = self.listen("--json", "tail", str(device["sticker"]), until=lambda all: len(all) == 20)
        streams = {part["s"] for line in lines for part in json.loads(line)}
        self.assertEqual(streams, {stream["id"] for stream in device["streams"]} & streams)

    def test_tail_tells_gaps_of_its_number(self):
        for words, is_gap in ((("tail",), lambda line: line.startswith("# gap unplugged")),
                              (("--json", "tail"), lambda line: line.startswith('{"gap":{'))):
            kits = [self.plug(self.late)]
            sticker = self.board.wait_device(3)[2]["sticker"]

            def until(lines):
                if len(lines) == 5:  # unplugged, and plugged in again
                    kits[0].kill()
                    kits[0].wait()
                    self.late.unlink(missing_ok=True)
                    kits.append(self.plug(self.late))
                return len(kits) == 2 and is_gap(lines[-1])
            self.listen(*words, str(sticker), until=until)
            kits[1].kill()
            kits[1].wait()
            self.late.unlink(missing_ok=True)
            daemon.wait_for("the kit to be gone", lambda: len(self.board.wait_device(2)) == 2)
        with subprocess.Popen([KITLOG, "--config", self.board.config, "tail", str(sticker)], text=True,
                              stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"}) as tail:
            self.assertIn("is not plugged in; waiting for it", tail.stderr.readline())
            tail.kill()

    def test_tail_tells_one_silence_as_one(self):
        """It comes again and again while it lasts: the same beginning says so."""
        told = [("devices", {"devices": [{"id": 1, "sticker": 3, "state": "ready", "streams": [
                    {"id": 7, "label": {"zh": "地址 4", "en": "address 4"}, "channels": []}]}]})] + [
                ("gap", {"stream": 7, "from_us": 10_000_000, "to_us": to_us, "reason": reason, "lost_rows": rows})
                for to_us, reason, rows in ((21_500_000, "silent", 11), (33_000_000, "silent", 23),
                                            (11_000_000, "wire", 1), (10_000_000, "unplugged", 0))]
        board = self.told_by_a_board(lambda path: json.dumps(told[0][1]).encode() if path.endswith("devices") else (
            "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in told)).encode())
        self.assertEqual(self.kitlog(board, "tail").stdout.splitlines(), [
            "# gap silent since 10.000000, 11.5 s so far, 11 rows  #3  address 4",
            "# gap silent since 10.000000, 23.0 s so far, 23 rows  #3  address 4",
            "# gap wire since 10.000000, 1.0 s, 1 rows  #3  address 4",
            "# gap unplugged since 10.000000  #3  address 4"])

    def test_names_that_a_device_tells_do_not_speak_to_the_terminal(self):
        evil = {"zh": "\x1b[2J坏", "en": "\x1b[2Jbad\u009b"}
        streams = [{"id": i, "name": "\x1bname", "period_us": 1e6, "label": evil, "problem": evil,
                    "channels": [{"id": "\x1bt", "name": evil, "unit": "\x1b", "last": 1},
                                 {"id": "same", "name": evil}]} for i in (1, 2)]
        devices = {"devices": [{"id": 1, "sticker": 1, "kit": "\x1bkit", "name": evil, "state": "ready",
                                "port": "\x1bport", "problem": evil, "streams": streams}]}
        board = self.told_by_a_board(lambda path: json.dumps(devices).encode())
        for words in (("devices",), ("calibrate", "zero", "1/none"), ("calibrate", "zero", "1/same")):
            for locale, told in (("C", "\\x1b[2Jbad\\xc2\\x9b"), ("zh_CN.UTF-8", "\\x1b[2J坏")):
                done = self.kitlog(board, *words, locale=locale)
                self.assertIn(told, done.stdout + done.stderr)
                self.assertNotRegex(done.stdout + done.stderr, "[\x00-\x09\x0b-\x1f\x7f-\x9f]")

    def test_tail_of_a_number_that_no_kit_has_ends_with_a_sentence(self):
        done = self.kitlog("tail", "99")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertEqual(done.stderr, "kitlog tail: there is no kit 99; kitlog devices lists them\n")

    def test_a_number_that_no_label_bears_is_refused_as_it_was_typed(self):
        for command in (("tail",), ("kit", "bench")):
            done = self.kitlog(*command, "99999999999999999999")
            self.assertEqual((done.returncode, done.stdout), (2, ""), command)
            self.assertIn('"99999999999999999999" does not fit; expected: the number on a kit', done.stderr)

    def test_a_sink_by_name_comes_with_its_lines(self):
        done = self.kitlog("sink", "school", "--json")
        self.assertEqual(done.returncode, 0)
        sinks = json.loads(done.stdout)["sinks"]
        self.assertEqual([sink["name"] for sink in sinks], ["school"])
        self.assertEqual(sinks[0]["lines"], [])
        self.assertEqual(len(json.loads(self.kitlog("sink", "--json").stdout)["sinks"]), 2)
        for words in (("sink", "nosuch"), ("sink", "nosuch", "--json")):
            done = self.kitlog(*words)
            self.assertEqual(done.returncode, 2, words)
            self.assertEqual(done.stdout, "")
            self.assertIn('"nosuch" does not fit', done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

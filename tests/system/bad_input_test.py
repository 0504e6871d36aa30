#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What goes wrong in a school is answered with one sentence that names the thing and the next step,
and everything else goes on."""

import http.server
import json
import os
import pathlib
import pty
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tty
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]


class BadInput(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def kit(self):
        """A virtual kit that works, to see that the rest goes on."""
        link = self.folder / "kit"
        process = subprocess.Popen([VIRTUAL, "--quiet", "--link", link, "--model", "wave"])
        self.addCleanup(lambda: (process.terminate(), process.wait(10)))
        daemon.wait_for("the virtual kit", link.is_symlink)
        return link

    def daemon(self, *ports, **more):
        board = daemon.Daemon(self.folder, ports, **more)
        self.addCleanup(board.end)
        return board

    def rows(self, board):
        return board.get("status")["store"]["rows"]

    def assert_goes_on(self, board):
        board.wait_device()
        before = self.rows(board)
        daemon.wait_for("more rows", lambda: self.rows(board) > before)

    def port(self, board, path):
        def problem():
            return next((p for p in board.get("status")["ports"]
                         if p["path"] == str(path) and p["problem"]), None)
        return daemon.wait_for(f"a sentence about {path}", problem)["problem"]["en"]

    def test_an_unknown_key_is_named_with_its_line(self):
        board = self.daemon(more="sinkz: []\n")
        check = subprocess.run([daemon.PROGRAM, "--config", board.config, "--check-config"],
                               text=True, capture_output=True)
        self.assertEqual(check.returncode, 1)
        self.assertRegex(check.stderr, r'kitlogd\.yaml:8:1: .*"sinkz".*did you mean sinks')

    def test_one_check_tells_all_that_is_wrong_or_that_nothing_is(self):
        board = self.daemon(more="sinkz: []\nsinks: [{name: s, kind: influxdb1, url: 'http://h', database: d, user: u}]\n"
                            "gpio: [{kit: no-such-gate}]\n")
        words = [daemon.PROGRAM, "--config", board.config, "--check-config"]
        check = subprocess.run(words, text=True, capture_output=True)
        self.assertEqual((check.returncode, check.stdout), (1, ""))
        for said in ("did you mean sinks", "user and secret belong together", 'no kit is called "no-such-gate"'):
            self.assertIn(said, check.stderr)
        board.config.write_text(board.config.read_text().partition("sinkz")[0])
        for locale, said in (("C", "nothing is wrong"), ("zh_CN.UTF-8", "没有错")):
            check = subprocess.run(words, text=True, capture_output=True, env={**os.environ, "LC_ALL": locale})
            self.assertEqual((check.returncode, check.stderr), (0, ""))
            self.assertRegex(check.stdout, f"^{board.config}.*{said}\n$")

    def test_a_chinese_terminal_is_told_in_chinese(self):
        kit = self.school_kit("probe", "kit: probe\nname: {zh: 探头}\nrate： 1 Hz\n")
        board = self.daemon(more=f"sinkz: []\nkits: [{self.folder}/kits]\n")
        chinese = {**os.environ, "LC_ALL": "", "LANG": "zh_CN.UTF-8"}
        for words in ([daemon.PROGRAM, "--config", board.config, "--check-config"],
                      [KITLOG, "--config", board.config, "status"]):
            done = subprocess.run(words, text=True, capture_output=True, env=chinese)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("是不是想写 sinks", done.stderr)
            self.assertNotIn("did you mean", done.stderr)
        board.config.write_text(board.config.read_text().replace("sinkz: []\n", ""))
        check = subprocess.run([daemon.PROGRAM, "--config", board.config, "--check-config"],
                               text=True, capture_output=True, env=chinese)
        self.assertIn(f"{kit}:3:5: “rate”后面是全角冒号", check.stderr)

    def test_a_mistaken_key_does_not_stop_the_lesson(self):
        board = self.daemon(self.kit(), more="sinkz: []\n").start()
        self.assert_goes_on(board)
        self.assertIn('"sinkz"', board.said())
        done = self.kitlog(board, "status")
        self.assertEqual(done.returncode, 0)
        self.assertIn('"sinkz"', done.stderr)
        self.assertIn("kitlogd", done.stdout)

    def school_kit(self, name, text):
        folder = self.folder / "kits" / name
        folder.mkdir(parents=True)
        (folder / "kit.yaml").write_text(text)
        return folder / "kit.yaml"

    def test_a_kit_with_a_mistake_does_not_stop_the_lesson(self):
        path = self.school_kit("probe", "kit: probe\nname: {zh: 探头}\nrate： 1 Hz\n")
        board = self.daemon(self.kit(), more=f"kits: [{self.folder}/kits]\n")
        check = subprocess.run([daemon.PROGRAM, "--config", board.config, "--check-config"],
                               text=True, capture_output=True)
        self.assertEqual(check.returncode, 1)
        self.assertIn(f'{path}:3:5: "rate" is followed by the full-width colon', check.stderr)
        board.start()
        self.assert_goes_on(board)
        self.assertIn(f"{path}:3:5: ", board.said())

    def test_a_kit_that_hangs_at_pins_and_is_not_there_is_named(self):
        board = self.daemon(more="gpio: [{kit: no-such-gate}]\n")
        check = subprocess.run([daemon.PROGRAM, "--config", board.config, "--check-config"],
                               text=True, capture_output=True)
        self.assertEqual(check.returncode, 1)
        self.assertIn('kitlogd.yaml: gpio: no kit is called "no-such-gate"', check.stderr)

    def test_a_bad_sink_leaves_the_good_one_beside_it(self):
        class Server(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.addCleanup(server.server_close)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        good = f"{{name: good, kind: influxdb1, database: d, url: 'http://127.0.0.1:{server.server_port}'}}"
        bad = "{name: bad, kind: influxdb2, url: 'http://127.0.0.1:1'}"
        board = self.daemon(self.kit(), more=f"sinks:\n  - {good}\n  - {bad}\n").start()

        self.assert_goes_on(board)
        daemon.wait_for("rows at the good sink",
                        lambda: [s["name"] for s in board.get("sinks")["sinks"] if s["rows_sent"]] == ["good"])
        said = self.kitlog(board, "status").stdout
        self.assertRegex(said, r'configuration +\S+kitlogd\.yaml:11:5: the sink "bad" lacks .*org, bucket')
        self.assertIn(f"going on without entry 2 of sinks: data in {board.data}, pages at", said)

    def test_without_a_sink_in_force_the_mistake_is_pointed_to(self):
        board = self.daemon(more="sinks: [{name: bad}]\n").start().wait_ready()
        self.assertRegex(self.kitlog(board, "sink").stdout, "No sink is in force.*see kitlog status")
        self.assertRegex(self.kitlog(board, "sink", LC_ALL="zh_CN.UTF-8").stdout, "配置里有错.*kitlog status")
        board.end()
        board = self.daemon().start().wait_ready()
        self.assertIsNone(board.get("status")["config_problem"])
        self.assertIn("No sink is set", self.kitlog(board, "sink").stdout)
        self.assertNotIn("configuration", self.kitlog(board, "status").stdout)

    def test_a_port_that_does_not_exist_is_named(self):
        absent = self.folder / "absent"
        board = self.daemon(self.kit(), absent).start()
        self.assert_goes_on(board)
        self.assertRegex(self.port(board, absent), "^No such file or directory; plug it in")
        self.assertRegex(self.kitlog(board, "status", LC_ALL="zh_CN.UTF-8").stdout,
                         f"{absent}: 没有这个口；插上它")

    def test_a_port_that_appears_later_is_taken(self):
        late = self.folder / "kit"
        board = self.daemon(late).start()
        self.port(board.wait_ready(), late)
        self.kit()
        self.assert_goes_on(board)

    @unittest.skipIf(os.geteuid() != 0, "needs root to become somebody without rights")
    def test_a_port_without_permission_says_what_to_do(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        os.chmod(os.ttyname(slave), 0)
        kit = self.kit()
        os.chmod(os.path.realpath(kit), 0o666)
        os.chmod(self.folder, 0o755)
        board = self.daemon(kit, os.ttyname(slave))
        board.data.mkdir()
        os.chown(board.data, 65534, 65534)
        with open(board.log, "a") as log:
            board.process = subprocess.Popen([daemon.PROGRAM, "--config", board.config], stderr=log,
                                             user=65534, group=65534, extra_groups=[])
        path = os.ttyname(slave)
        self.assertRegex(self.port(board.wait_ready(), path),
                         rf"Permission denied; {path} is for root alone \(root:\w+, mode 0000\), and nobody runs "
                         rf"this program; sudo chgrp dialout {path}, .*sudo usermod -aG dialout nobody")
        os.chown(path, 0, 1)
        os.chmod(path, 0o660)
        daemon.wait_for("the group's name", lambda: "sudo usermod -aG daemon nobody" in self.port(board, path))
        self.assert_goes_on(board)

    def test_a_board_that_sends_garbage_disturbs_nobody(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        tty.setraw(slave)
        path = os.ttyname(slave)
        board = self.daemon(self.kit(), path).start()
        self.assert_goes_on(board)

        def garbled():
            os.write(master, os.urandom(1000))
            return any(p["path"] == path and p["state"] == "garbled"
                       for p in board.get("status")["ports"])
        daemon.wait_for("the port called garbled", garbled)
        self.assertRegex(self.port(board, path), "not understood; unplug it")
        self.assertRegex(self.kitlog(board, "status").stdout,
                         f"{path}: What it sends is not understood; unplug it and plug it in again")
        self.assertRegex(self.kitlog(board, "status", LC_ALL="zh_CN.UTF-8").stdout,
                         f"{path}: 它的话听不懂；拔下再插一次")
        self.assert_goes_on(board)

    def test_a_taken_http_port_costs_no_sample(self):
        kit = self.kit()
        board = self.daemon(kit)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", board.port))
            taken.listen()
            board.start()
            daemon.wait_for("a sentence", lambda: "recording goes on" in board.said())
            self.assertRegex(board.said(), rf"127\.0\.0\.1:{board.port}.*http\.port")
            # Long enough that some rows are committed while the pages are away.
            daemon.wait_for("a kept row", lambda: self.verify(board)["rows"] > 0)
        self.assert_goes_on(board.wait_ready())

    def kitlog(self, board, *words, **environment):
        return subprocess.run([KITLOG, "--config", board.config, *words], text=True,
                              capture_output=True, env={**os.environ, "LC_ALL": "C", **environment})

    def verify(self, board):
        done = subprocess.run([KITLOG, "--json", "store", "verify", board.data], text=True,
                              capture_output=True)
        return json.loads(done.stdout)

    def test_a_second_daemon_leaves_the_first_alone(self):
        board = self.daemon(self.kit()).start()
        self.assert_goes_on(board)
        second = subprocess.run([daemon.PROGRAM, "--config", board.config], text=True,
                                capture_output=True, timeout=daemon.PATIENCE)
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, "another kitlogd.*data:")
        self.assert_goes_on(board)

    @unittest.skipIf(os.geteuid() != 0, "needs root to mount a small file system")
    def test_a_full_card_is_told_and_recording_resumes(self):
        card = self.folder / "card"
        card.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", card],
                          capture_output=True).returncode:
            self.skipTest("mounting is not allowed here")
        self.addCleanup(subprocess.run, ["umount", "-l", card])
        board = self.daemon(self.kit(), data=card / "data").start()
        self.assert_goes_on(board)
        with open(card / "filler", "wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                pass

        def problem():
            return board.get("status")["store"]["problem"]
        told = daemon.wait_for("a sentence about the card", problem)
        self.assertRegex(told["en"], "full")
        self.assertRegex(told["zh"], "满")
        os.unlink(card / "filler")
        daemon.wait_for("the card to be well again", lambda: not problem())
        self.assert_goes_on(board)

    def test_a_bad_pin_file_is_named_and_costs_no_sample(self):
        board = self.daemon(self.kit())
        board.data.mkdir()
        pin = board.data / "pin"
        for bad, words in (("1234567890123456\n", "longer than 15"), ("12\t4\n", "control char")):
            pin.write_text(bad)
            board.start().wait_ready()
            self.assert_goes_on(board)
            self.assertRegex(board.said(), rf"{pin}: .*{words}.*; nobody can sign in.*start kitlogd")
            self.assertEqual(board.end(), 0)
            self.assertEqual(pin.read_text(), bad)  # somebody wrote it: it is theirs to mend

    def test_an_empty_pin_file_is_filled(self):
        board = self.daemon()
        board.data.mkdir()
        pin = board.data / "pin"
        pin.write_text("")
        board.start().wait_ready()
        self.assertRegex(pin.read_text(), r"^\d{6}\n$")
        self.assertEqual(pin.stat().st_mode & 0o777, 0o600)
        self.assertFalse((board.data / "pin.new").exists())
        self.assertIn(f"{pin}: was empty", board.said())
        board.sign_in()

    def test_words_that_are_no_command_are_answered(self):
        for words, status, sentence in (
                (["strat"], 2, '"strat"'), (["run", "strat"], 2, "list, start, stop"),
                (["--board", "127.0.0.1:1", "status"], 1, "does not answer"),
                (["--board", "kitlog.invalid", "status"], 1, "http://kitlog.invalid:8080 does not answer"),
                (["--board", "http://[::1]:1/", "status"], 1, "http://[::1]:1 does not answer"),
                (["--board", "", "--config", str(self.folder / "none"), "status"], 1, "none"),
                (["store", "verify", str(self.folder / "nothing")], 1, "nothing"),
                (["run", "list", "x"], 2, "one word too many; it takes none"),
                (["--colour", "status"], 2, 'no option "--colour"; see kitlog --help'),
                (["-xy", "status"], 2, 'no option "-x"'),
                (["--board"], 2, '"--board" needs a word'),
                (["export", "--colour", "3"], 2, 'kitlog export: there is no option "--colour"'),
                (["export", "3", "--format"], 2, '"--format" needs a word'),
                (["export", "x"], 2, "number")):
            done = subprocess.run([KITLOG, *words], text=True, capture_output=True,
                                  env={**os.environ, "LC_ALL": "C"})
            self.assertEqual(done.returncode, status, words)
            self.assertIn(sentence, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        done = subprocess.run([KITLOG, "strat"], text=True, capture_output=True,
                              env={**os.environ, "LC_ALL": "zh_CN.UTF-8"})
        self.assertIn("没有", done.stderr)

    def test_an_export_to_a_full_disk_says_so(self):
        board = self.daemon(self.kit()).start()
        self.assert_goes_on(board)
        stream = f"stream:{board.devices()[0]['streams'][0]['id']}"
        with open("/dev/full", "w") as full:
            done = subprocess.run([KITLOG, "--config", board.config, "export", stream], text=True,
                                  stdout=full, stderr=subprocess.PIPE, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "kitlog: standard output: No space left on device; "
                                      "choose another place\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""The pages by HTTPS, as curl, openssl and thirty browsers meet them, and files of certificates that are wrong."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
from certificates import certify  # noqa: E402

KITLOG, KITLOGD = os.environ["KITLOG"], os.environ["KITLOGD"]
ENGLISH, CHINESE = {**os.environ, "LC_ALL": "C"}, {**os.environ, "LC_ALL": "zh_CN.UTF-8"}


def run(*words, env=ENGLISH, **more):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=daemon.PATIENCE,
                          env=env, **more)


def put(source, target):
    """As certbot does: whole at once."""
    shutil.copy(source, f"{target}.new")
    os.rename(f"{target}.new", target)


class Https(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cookie = {}
        self.certificate, self.key = certify(self.folder)
        self.board = daemon.Daemon(self.folder)
        self.addCleanup(self.board.end)
        text = self.board.config.read_text()
        self.board.config.write_text(text.replace(
            f"http: {{port: {self.board.port}}}",
            f"http: {{port: {self.board.port}, certificate: {self.certificate}, key: {self.key}}}"))

    def trusting(self, certificate=None):
        return ssl.create_default_context(cafile=certificate or self.certificate)

    def connect(self, context=None, timeout=daemon.PATIENCE):
        return http.client.HTTPSConnection("localhost", self.board.port, context=context or self.trusting(), timeout=timeout)

    def ask(self, path, method="GET", body=None, context=None):
        connection = self.connect(context)
        connection.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None,
                           {"Content-Type": "application/json", **self.cookie})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer, json.loads(text) if text else None

    def start(self, context=None):
        self.board.start()
        daemon.wait_for("the pages", lambda: self.ask("status", context=context))
        return self

    def shown(self):
        """The certificate that a new browser is shown, as DER."""
        return ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(("127.0.0.1", self.board.port)))

    def is_shown(self, certificate):
        return self.shown() == ssl.PEM_cert_to_DER_cert(certificate.read_text())

    def problem(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        said = self.ask("status", context=context)[1]["config_problem"]
        return said and said["en"]

    def listen(self):
        """The event stream of a browser, after its first event."""
        connection = self.connect()
        connection.request("GET", "/api/v1/events")
        stream = connection.getresponse()
        self.addCleanup(connection.close)
        self.addCleanup(stream.close)
        self.assertEqual(stream.status, 200)
        self.assertTrue(self.next_event(stream))
        return stream

    def next_event(self, stream):
        while True:
            line = stream.readline()
            self.assertTrue(line, "the stream ended")
            if line.startswith(b"data:"):
                return line

    def test_curl_sees_a_secure_board(self):
        self.start()
        url = f"https://localhost:{self.board.port}/api/v1/status"
        got = run("curl", "-sS", "--cacert", self.certificate, "--tlsv1.2", url)
        self.assertEqual(got.returncode, 0, got.stderr)
        self.assertEqual(json.loads(got.stdout)["board"], "test")
        self.assertNotEqual(run("curl", "-sS", url).returncode, 0)  # nobody else's word for it
        for version, works in (("tls1_1", False), ("tls1_2", True), ("tls1_3", True)):
            done = run("openssl", "s_client", "-connect", f"127.0.0.1:{self.board.port}", f"-{version}",
                       "-cipher", "DEFAULT@SECLEVEL=0", stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode == 0, works, version + done.stderr)

    def test_what_a_browser_keeps_it_sends_over_https_only(self):
        self.start()
        pin = (self.board.data / "pin").read_text().strip()
        answer, _ = self.ask("login", "POST", {"pin": pin, "remember": True})
        cookies = answer.headers.get_all("Set-Cookie")
        self.assertEqual(len(cookies), 2)
        for cookie in cookies:
            self.assertIn("; Secure", cookie)

    def test_plain_http_is_sent_on_and_nothing_is_taken_by_it(self):
        self.start()
        plain = f"http://localhost:{self.board.port}"
        got = run("curl", "-sS", "-L", "--cacert", self.certificate, f"{plain}/api/v1/status")
        self.assertEqual(json.loads(got.stdout)["board"], "test", got.stderr)
        got = run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", f"{plain}/teacher?a=1")
        self.assertEqual(got.stdout, f"307 https://localhost:{self.board.port}/teacher?a=1")
        got = run("curl", "-sS", "-w", " %{http_code}", "-H", "Content-Type: application/json", "-d", "{}",
                  f"{plain}/api/v1/login")
        self.assertIn("https_only", got.stdout, got.stderr)
        self.assertTrue(got.stdout.endswith(" 426"), got.stdout)

    def test_a_head_that_comes_in_pieces_costs_no_time_and_no_place(self):
        self.start()
        at = ("127.0.0.1", self.board.port)
        with socket.create_connection(at) as slow, socket.create_connection(at) as slower:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: board")
            slower.sendall(b"\x16\x03\x01")  # of TLS, and no more
            self.ask("status")
            before = self.processor_s()
            time.sleep(1)  # is it busy meanwhile?
            self.assertLess(self.processor_s() - before, 0.2)
            slow.sendall(b".local:1\r\n\r\n")
            slow.settimeout(daemon.PATIENCE)
            self.assertIn(b"Location: https://board.local:1/\r\n", slow.recv(4096))

    def processor_s(self):
        words = pathlib.Path(f"/proc/{self.board.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def test_the_command_line_knows_its_board_by_the_file(self):
        self.certificate, self.key = certify(self.folder, host="board.school.example", address=None)
        self.board.start()
        daemon.wait_for("the pages", self.shown)
        for words in (("status",), ("teacher",), ("run", "start"), ("--board", f"https://127.0.0.1:{self.board.port}", "status")):
            done = run(KITLOG, "--config", self.board.config, *words)
            if words[0] == "--board":  # by its name only, and by an authority
                self.assertEqual(done.returncode, 1)
                self.assertIn("cannot be trusted", done.stderr)
                continue
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            if words == ("teacher",):
                self.assertIn(f"https://127.0.0.1:{self.board.port}/teacher", done.stdout)
        self.assertIn(f"pages at https://127.0.0.1:{self.board.port}/", self.board.said())
        # Another key under the same file's name is not the board's.
        for source, target in zip(certify(self.folder, "other"), (self.certificate, self.key)):
            put(source, target)
        done = run(KITLOG, "--config", self.board.config, "status")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"does not use the certificate {self.certificate}", done.stderr)

    def test_renewed_files_are_taken_by_a_signal_and_nobody_is_cut_off(self):
        self.start()
        stream = self.listen()
        old = self.folder / "old.crt"
        put(self.certificate, old)
        certificate, key = certify(self.folder, "new")
        put(key, self.key)
        self.board.process.send_signal(signal.SIGHUP)  # half of it: not the key of that certificate
        daemon.wait_for("it says so", lambda: "the certificate of before serves on" in self.board.said())
        self.assertTrue(self.is_shown(old))
        self.assertIn("is not the key of", self.problem())
        put(certificate, self.certificate)
        self.board.process.send_signal(signal.SIGHUP)
        daemon.wait_for("the new one is shown", lambda: self.is_shown(certificate))
        self.assertIsNone(self.problem())
        self.assertTrue(self.next_event(stream))

    def test_a_board_with_wrong_files_still_has_pages_and_says_what_is_wrong(self):
        good = self.folder / "good.crt"
        put(self.certificate, good)
        for what, words in ((None, "No such file or directory"), (self.key.read_text(), "holds no certificate")):
            if what is None:
                self.certificate.unlink()
            else:
                self.certificate.write_text(what)
            self.board.start()
            daemon.wait_for("the pages", self.shown)
            self.assertIn(f"{self.certificate}: {words}", self.problem())
            self.assertIn("of which browsers warn", self.board.said())
            done = run(KITLOGD, "--config", self.board.config, "--check-config")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{self.certificate}: {words}", done.stderr)
            put(good, self.certificate)
            self.board.process.send_signal(signal.SIGHUP)
            daemon.wait_for("it is mended", lambda: self.is_shown(good))
            self.assertIsNone(self.problem())
            self.board.end()
        self.assertEqual(run(KITLOGD, "--config", self.board.config, "--check-config").returncode, 0)

    def test_the_command_line_finds_its_board_by_no_certificate_too(self):
        good, key = self.folder / "good.crt", self.folder / "good.key"
        put(self.certificate, good)
        put(self.key, key)
        for file, words in ((self.certificate, None), (self.certificate, "junk\n"), (self.key, "junk\n"),
                            (self.key, certify(self.folder, "other")[1].read_text())):
            file.unlink() if words is None else file.write_text(words)
            self.board.start()
            daemon.wait_for("the pages", self.shown)
            done = run(KITLOG, "--config", self.board.config, "status")
            self.assertIn(f"{file}: ", done.stdout, done.stderr)
            done = run(KITLOG, "--config", self.board.config, "teacher")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn((self.board.data / "pin").read_text().strip(), done.stdout)
            # By its name it is any board of the room, and never taken at its word.
            done = run(KITLOG, "--config", self.board.config, "--board", f"https://127.0.0.1:{self.board.port}", "status")
            self.assertIn("cannot be trusted", done.stderr)
            self.board.end()
            put(good, self.certificate)
            put(key, self.key)

    def test_one_that_has_run_out_serves_and_is_told(self):
        self.certificate, self.key = certify(self.folder, ends="20200201000000Z")
        self.board.start()
        daemon.wait_for("the pages", self.shown)
        self.assertTrue(self.is_shown(self.certificate))
        daemon.wait_for("it is told, once the hour is known", self.problem)
        self.assertIn("ended on 2020-02-01, so that browsers warn; renew it", self.problem())
        self.assertEqual(run(KITLOG, "--config", self.board.config, "status").returncode, 0)
        done = run(KITLOGD, "--config", self.board.config, "--check-config", env=CHINESE)
        self.assertIn("就到期了", done.stderr)

    def test_a_secret_that_everybody_can_read_is_told(self):
        self.key.chmod(0o644)
        secret = self.folder / "school.secret"
        secret.write_text("token\n")
        self.board.config.write_text(self.board.config.read_text() +
            f"sinks: [{{name: s, kind: influxdb1, url: 'http://127.0.0.1:9', database: d, user: u, secret: {secret}}}]\n")
        for mode, told in ((0o644, True), (0o640, False)):
            secret.chmod(mode)
            self.key.chmod(mode)
            done = run(KITLOGD, "--config", self.board.config, "--check-config")
            self.assertEqual(done.returncode, int(told), done.stderr)
            for file in (secret, self.key):
                self.assertEqual(f"{file}: everybody on this board can read this secret; chmod o= it\n" in done.stderr, told)
        secret.chmod(0o604)
        self.start()
        self.assertIn(f"{secret}: everybody on this board can read", self.board.said())

    def test_a_secret_that_is_none_is_told(self):
        secret = self.folder / "school.secret"
        self.board.config.write_text(self.board.config.read_text() +
            f"sinks: [{{name: s, kind: influxdb1, url: 'http://127.0.0.1:9', database: d, user: u, secret: {secret}}}]\n")
        self.start()
        for text, checked, told in ((None, "No such file or directory; check the name", f"cannot read {secret}"),
                                    ("\n", "holds no secret; write the password", "holds no password")):
            if text:
                self.board.end()
                secret.write_text(text)
                secret.chmod(0o600)
                self.start()
            done = run(KITLOGD, "--config", self.board.config, "--check-config")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{secret}: {checked}", done.stderr)
            self.assertRegex(run(KITLOGD, "--config", self.board.config, "--check-config", env=CHINESE).stderr, "看看名字|写在第一行")
            daemon.wait_for("the log", lambda: told in self.board.said())
            self.assertIn(told, self.ask("sinks")[1]["sinks"][0]["sentence"]["en"])
        secret.write_text("token\n")
        self.assertEqual(run(KITLOGD, "--config", self.board.config, "--check-config").returncode, 0)

    def test_thirty_browsers_hear_the_same_while_others_stop_in_the_handshake(self):
        self.start()
        silent = []
        for i in range(60):
            connection = socket.create_connection(("127.0.0.1", self.board.port))
            self.addCleanup(connection.close)
            if i % 2:
                connection.sendall(b"\x16\x03\x01\x02\x00\x01")  # a handshake that goes no further
            silent.append(connection)
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            streams = list(pool.map(lambda _: self.listen(), range(30)))
            pages = list(pool.map(lambda _: self.ask("lessons")[0].status, range(30)))
            self.assertEqual(pages, [200] * 30)
            for _ in range(2):
                self.assertTrue(all(pool.map(self.next_event, streams)))
        self.assertLess(time.monotonic() - begun, daemon.PATIENCE)
        self.assertEqual(self.ask("status")[1]["viewers"], 30)
        if os.environ.get("KITLOG_LONG"):  # ten seconds, which flow/http_slow has on a clock of its own
            daemon.wait_for("who says nothing is gone", lambda: all(not self.is_open(c) for c in silent))
            self.assertTrue(all(map(self.next_event, streams)))
        self.assertEqual(self.board.end(), 0, "with all of them connected")

    def test_two_secure_boards_in_a_room_find_each_other_and_begin_a_lesson(self):
        (self.folder / "other").mkdir()
        other = daemon.Daemon(self.folder / "other")
        self.addCleanup(other.end)
        certificate, key = certify(self.folder, "second", address=None)
        other.config.write_text(other.config.read_text().replace(
            f"{{port: {other.port}}}", f"{{port: {other.port}, certificate: {certificate}, key: {key}}}"))
        with self.board.config.open("a") as config:
            config.write(f'boards: ["127.0.0.1:{other.port}"]\n')
        other.start()
        self.start()
        answer, _ = self.ask("login", "POST", {"pin": (self.board.data / "pin").read_text().strip()})
        self.cookie = {"Cookie": answer.getheader("Set-Cookie").split(";")[0]}

        def seen():
            found = [board for board in self.ask("boards")[1]["boards"] if board["state"] == "locked"]
            return found[0] if found else None
        board = daemon.wait_for("the other board", seen)
        self.assertEqual(board["address"], f"https://127.0.0.1:{other.port}/")
        pin = (other.data / "pin").read_text().strip()
        self.assertEqual(self.ask(f"boards/{board['id']}/key", "POST", {"pin": pin})[1]["state"], "here")
        done = self.ask("boards/acts", "POST", {"do": "begin", "lesson": "pendulum"})[1]["boards"]
        self.assertEqual([one["ok"] for one in done], [True, True], done)

    @staticmethod
    def is_open(connection):
        connection.settimeout(0)
        try:
            return connection.recv(100) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


if __name__ == "__main__":
    unittest.main(verbosity=2)

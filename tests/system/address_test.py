#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What people are told to open, and telephones to scan, leads to the board by the network that it has at this
moment: one that came up after the board did, another address than yesterday's, and of several the one by which
it was asked. In a network of its own, which the kernel lets this test have."""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

os.environ["PATH"] += ":/usr/sbin:/sbin"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
INSIDE = "KITLOG_TEST_HAS_NETWORK"
CABLE = "ip link set lo up && ip link add cable type veth peer name far && ip link set far up"

if not os.environ.pop(INSIDE, None):
    if not shutil.which("unshare") or not shutil.which("ip") or subprocess.run(
            ["unshare", "-rn", "sh", "-c", CABLE], capture_output=True, check=False).returncode:
        print("skipped: the kernel gives no network of one's own (unshare -rn), or there is no ip (iproute2)")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "-rn", sys.executable, "-B", *sys.argv])


def run(*words):
    subprocess.run(words, check=True)


class Address(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        run("sh", "-c", CABLE)
        self.addCleanup(run, "ip", "link", "del", "cable")
        self.board = daemon.Daemon(folder)
        self.board.config.write_text(self.board.config.read_text().replace("http: {", "http: {listen: 0.0.0.0, "))
        self.addCleanup(self.board.end)
        self.board.start().wait_ready()

    def plug(self, address):
        run("ip", "address", "flush", "dev", "cable")
        run("ip", "address", "add", f"{address}/24", "dev", "cable")
        run("ip", "link", "set", "cable", "up")

    def page_at(self, host):
        return f"http://{host}:{self.board.port}/teacher"

    def kitlog_says(self):
        done = subprocess.run([KITLOG, "--config", self.board.config, "--json", "teacher"], capture_output=True, text=True,
                              timeout=daemon.PATIENCE, check=True)
        return json.loads(done.stdout)["url"]

    def ask(self, method, path, at, host):
        """By an address of the board, under a name."""
        connection = http.client.HTTPConnection(at, self.board.port, timeout=daemon.PATIENCE)
        cookies = "; ".join(f"{c.name}={c.value}" for handler in self.board.opener.handlers
                            for c in getattr(handler, "cookiejar", []))
        connection.request(method, f"/api/v1/{path}", "{}" if method == "POST" else None,
                           {"Host": f"{host}:{self.board.port}", "Cookie": cookies, "Content-Type": "application/json"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        self.assertEqual(answer.status, 200, body)
        return body

    def page_by(self, at, host):
        return json.loads(self.ask("POST", "login/once", at, host))["url"]

    def wait_said(self, words):
        daemon.wait_for(words, lambda: words in self.board.said())

    def test_the_network_comes_up_after_the_board_and_gives_it_another_address_later(self):
        self.wait_said(f"pages at http://127.0.0.1:{self.board.port}/, for the board alone: no network is up")
        self.assertEqual(self.kitlog_says(), self.page_at("127.0.0.1"))
        for address in ("10.1.2.3", "10.1.2.4"):
            self.plug(address)
            self.assertEqual(self.kitlog_says(), self.page_at(address))
            self.wait_said(f"pages at http://{address}:{self.board.port}/\n")

    def test_an_address_that_nobody_gave_is_told_only_where_there_is_no_other(self):
        self.plug("169.254.7.7")
        self.assertEqual(self.kitlog_says(), self.page_at("169.254.7.7"))
        run("ip", "address", "add", "10.1.2.3/24", "dev", "cable")
        self.assertEqual(self.kitlog_says(), self.page_at("10.1.2.3"))

    def test_of_several_networks_it_is_the_one_by_which_the_board_was_asked(self):
        self.plug("10.1.2.3")
        run("ip", "address", "add", "10.9.9.9/24", "dev", "far")
        self.board.sign_in()
        self.assertIn(self.page_by("127.0.0.1", "localhost"), [self.page_at("10.1.2.3"), self.page_at("10.9.9.9")])
        self.assertEqual(self.page_by("10.9.9.9", "test.local"), self.page_at("10.9.9.9"))
        self.assertEqual(self.page_by("10.1.2.3", "test"), self.page_at("10.1.2.3"))
        # As a router's that passes on what comes to it.
        self.assertEqual(self.page_by("10.1.2.3", "192.0.2.80"), self.page_at("192.0.2.80"))

    def test_what_telephones_scan_leads_there_too(self):
        self.board.sign_in()
        session = self.board.post("sessions", {"title": "7.3"})["id"]

        def code(at, host):
            return self.ask("GET", f"sessions/{session}/qr", at, host)

        self.plug("10.1.2.3")
        first = code("10.1.2.3", "10.1.2.3")
        self.assertEqual(code("127.0.0.1", "127.0.0.1"), first)
        self.assertEqual(code("10.1.2.3", "test.local"), first)
        self.plug("10.1.2.4")
        self.assertNotEqual(code("127.0.0.1", "127.0.0.1"), first)


if __name__ == "__main__":
    unittest.main(verbosity=2)

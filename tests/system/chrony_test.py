#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""The hour from a real chronyd that does not tell the kernel: one is the server, one its client; neither
touches this machine's clock, and kitlogd asks the client."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

CHRONYD, CHRONYC = shutil.which("chronyd", path=os.environ["PATH"] + ":/usr/sbin"), shutil.which("chronyc")
SYNCHRONISED_S = 90

if not CHRONYD or not CHRONYC:
    print("skipped: there is no chrony, and installing it would replace this machine's time daemon; apt-get "
          "download chrony, dpkg -x it somewhere, and put its usr/sbin and usr/bin into PATH")
    sys.exit(77)
if os.geteuid() != 0:
    print("skipped: chronyd runs as root only")
    sys.exit(77)


def free_udp_port():
    with socket.socket(type=socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Chrony(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        server, self.port = free_udp_port(), free_udp_port()
        self.chronyd("server", f"local stratum 1\nallow 127.0.0.1\nport {server}\ncmdport 0\n")
        self.chronyd("client", f"server 127.0.0.1 port {server} iburst minpoll 0 maxpoll 1\nport 0\n"
                               f"cmdport {self.port}\nbindcmdaddress 127.0.0.1\n")

    def chronyd(self, name, words):
        """-x: it leaves the clock of this machine alone."""
        folder = self.folder / name
        folder.mkdir(mode=0o700)
        config = folder / "chrony.conf"
        config.write_text(f"{words}pidfile {folder}/pid\nbindcmdaddress {folder}/socket\n")
        log = open(folder / "log", "w")
        self.addCleanup(log.close)
        process = subprocess.Popen([CHRONYD, "-d", "-x", "-u", "root", "-f", config], stdout=log, stderr=log)
        self.addCleanup(process.wait, 20)
        self.addCleanup(process.terminate)

    def tracking(self):
        return subprocess.run([CHRONYC, "-h", "127.0.0.1", "-p", str(self.port), "-c", "-n", "tracking"],
                              capture_output=True, text=True, timeout=20).stdout

    def start_board(self):
        """It finds a chronyc in its PATH that asks our chronyd, not one that may run on this machine."""
        path = self.folder / "bin"
        path.mkdir()
        asker = path / "chronyc"
        asker.write_text(f'#!/bin/sh\ntouch {self.folder}/asked\nexec {CHRONYC} -h 127.0.0.1 -p {self.port} "$@"\n')
        asker.chmod(0o755)
        board = daemon.Daemon(self.folder)
        board.config.write_text(board.config.read_text().replace("wall_clock: system\n", ""))
        before = os.environ["PATH"]
        os.environ["PATH"] = f"{path}:{before}"
        self.addCleanup(os.environ.__setitem__, "PATH", before)
        board.start()
        self.addCleanup(board.end)
        return board.wait_ready()

    def test_the_hour_is_a_time_servers_with_its_bound(self):
        daemon.wait_for("a synchronised client", lambda: self.tracking().startswith("7F000001,"), SYNCHRONISED_S)
        board = self.start_board()
        clock = daemon.wait_for("the hour", lambda: board.get("clock")["wall_us"] and board.get("clock"))
        if not (self.folder / "asked").exists():
            self.skipTest("the kernel of this machine is told the hour, so nobody asks chronyd")
        self.assertEqual(clock["source"], "ntp")
        self.assertLess(clock["uncertainty_us"], 1000000)
        self.assertGreater(clock["uncertainty_us"], 0)
        said = re.search(r"it was .* \+- ([\d.]+) s .*\(ntp\)", board.log.read_text())
        self.assertIsNotNone(said)


if __name__ == "__main__":
    unittest.main()

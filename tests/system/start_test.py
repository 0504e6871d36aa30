#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""The README's first command, as a person meets it: a fresh copy of the sources, `tools/start`, a
board with three kits that answers, again in seconds, and nothing left after `--stop`."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/support"))
from daemon import PATIENCE, free_port, wait_for  # noqa: E402

KITS = 3


def copy_sources(to):
    """What a clone of this tree would hold, changes not yet committed included."""
    names = subprocess.run(["git", "-C", SOURCE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                           capture_output=True, check=True).stdout.decode().split("\0")
    for name in names:
        if name and (SOURCE / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, to / name)


def processes_naming(text):
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if folder.name.isdigit() and int(folder.name) != os.getpid() and text in command:
            found.append(command.replace("\0", " "))
    return found


class Start(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.tree = pathlib.Path(folder.name) / "a clone"  # a space: any path must do
        cls.state = pathlib.Path(folder.name) / "state"
        cls.tree.mkdir()
        copy_sources(cls.tree)
        cls.port = free_port()
        cls.addClassCleanup(cls.start, "--stop")
        cls.first = cls.start("--port", str(cls.port))

    @classmethod
    def start(cls, *arguments):
        """(exit status, what it said, seconds it took)"""
        begin = time.monotonic()
        run = subprocess.run([cls.tree / "tools/start", "--state", cls.state, *arguments],
                             capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
        return run.returncode, run.stdout + run.stderr, time.monotonic() - begin

    def ready_devices(self):
        with urllib.request.urlopen(f"http://localhost:{self.port}/api/v1/devices", timeout=5) as answer:
            return [d for d in json.load(answer)["devices"] if d["state"] == "ready"]

    def test_1_says_address_pin_and_how_to_stop(self):
        status, words, _ = self.first
        self.assertEqual(status, 0, words)
        self.assertIn(f"http://localhost:{self.port}/", words)
        self.assertIn("tools/start --stop", words)
        self.assertRegex(words, r"(?m)^  phones +none can come in yet.*--listen 0\.0\.0\.0$")
        pin = (self.state / "data/pin").read_text().strip()
        self.assertRegex(words, rf"PIN +{re.escape(pin)}\b")
        self.assertEqual((self.state / "data/pin").stat().st_mode & 0o777, 0o600)

    def test_2_three_kits_are_there(self):
        wait_for(f"{KITS} kits ready", lambda: len(self.ready_devices()) == KITS)

    def test_3_started_again_it_changes_nothing(self):
        before = processes_naming(f"{self.state}/")
        status, words, seconds = self.start()
        self.assertEqual(status, 0, words)
        self.assertIn("running already", words)
        self.assertIn(f"http://localhost:{self.port}/", words)
        self.assertLess(seconds, PATIENCE)
        self.assertEqual(processes_naming(f"{self.state}/"), before)

    def test_3_the_command_line_that_it_prints_works(self):
        command = re.search(r"^  ask +(.+)$", self.first[1], re.MULTILINE)[1]
        words = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
        self.assertIn("virtual-cup", words)

    def test_3_running_it_takes_no_other_port_or_address(self):
        for option in (("--port", "1"), ("--listen", "0.0.0.0")):
            status, words, _ = self.start(*option)
            self.assertEqual(status, 1)
            self.assertIn(f"running already with another {option[0]}; say tools/start --stop", words)

    def test_4_a_taken_port_is_one_sentence(self):
        other = self.state.parent / "other"
        run = subprocess.run([self.tree / "tools/start", "--state", other, "--port", str(self.port)],
                             capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 1)
        self.assertIn(f"port {self.port} is taken by another program; choose another with --port", run.stderr)
        self.assertEqual(processes_naming(f"{other}/"), [])

    def test_5_stop_leaves_nothing_running_and_start_is_back_in_seconds(self):
        status, words, _ = self.start("--stop")
        self.assertEqual(status, 0, words)
        self.assertEqual(processes_naming(f"{self.state}/"), [])
        # What a person added stays; the port and the address are set.
        config = self.state / "kitlogd.yaml"
        config.write_text("board: lab-3\n# ours\n" + config.read_text())
        port = free_port()
        status, words, seconds = self.start("--port", str(port), "--listen", "0.0.0.0")
        self.assertEqual(status, 0, words)
        self.assertLess(seconds, PATIENCE)
        self.assertIn(f"http://localhost:{port}/", words)
        own = subprocess.run(["hostname", "-I"], capture_output=True, text=True, check=False).stdout.split()
        for address in own:
            if "." in address:
                self.assertIn(f"http://{address}:{port}/", words)
        with urllib.request.urlopen(f"http://localhost:{port}/api/v1/status", timeout=5) as answer:
            self.assertEqual(json.load(answer)["board"], "lab-3")
        self.assertIn("# ours\n", config.read_text())
        status, words, _ = self.start("--stop")
        self.assertEqual(status, 0, words)
        self.assertIn(f"http://localhost:{port}/", self.start()[1], "the port of the last time")
        status, words, _ = self.start("--stop")
        self.assertEqual(processes_naming(f"{self.state}/"), [])
        self.assertIn("was not running", self.start("--stop")[1])

    def test_6_what_was_killed_is_cleared_away_without_a_word_of_the_shell(self):
        port = free_port()
        self.assertEqual(self.start("--port", str(port))[0], 0)
        os.kill(int((self.state / "kitlogd.pid").read_text()), signal.SIGKILL)
        for arguments in ((), ("--stop",), ("--stop",)):
            _, words, seconds = self.start(*arguments)
            self.assertNotIn("/proc/", words)
            self.assertNotRegex(words, r"line \d+:")
            self.assertLess(seconds, PATIENCE)
        self.assertEqual(processes_naming(f"{self.state}/"), [])

    def test_7_a_wrong_option_says_where_help_is(self):
        status, words, _ = self.start("--prot", "1")
        self.assertEqual(status, 2)
        self.assertIn('"--prot" is no option; see tools/start --help', words)
        status, words, _ = self.start("--listen", "everyone")
        self.assertEqual(status, 2)
        self.assertIn('"everyone" is no address', words)


if __name__ == "__main__":
    if subprocess.run(["git", "-C", SOURCE, "rev-parse"], capture_output=True, check=False).returncode:
        print("skipped: the sources are no git checkout, so nobody can tell them from what was built")
        sys.exit(77)
    unittest.main()

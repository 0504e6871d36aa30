#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A Wi-Fi of the board's own: NetworkManager's own library reads the profile as it was meant, whatever the name, and
the teacher alone is told the password. (An nmcli of ours notes what it is asked: no test machine has a Wi-Fi.)"""

import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.error

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

KITLOG = os.environ["KITLOG"]
SYSTEM_PYTHON = "/usr/bin/python3"  # which Debian's bindings of libnm are for
READ = """
import gi, json, sys
gi.require_version("NM", "1.0")
from gi.repository import GLib, NM
file = GLib.KeyFile()
file.load_from_file(sys.argv[1], GLib.KeyFileFlags.NONE)
profile = NM.keyfile_read(file, "/", NM.KeyfileHandlerFlags.NONE, None, None)
profile.normalize()
profile.verify()
profile.verify_secrets()
wifi, lock, ip = profile.get_setting_wireless(), profile.get_setting_wireless_security(), profile.get_setting_ip4_config()
print(json.dumps({
    "id": profile.get_id(), "autoconnect": profile.get_setting_connection().get_autoconnect(),
    "device": profile.get_interface_name(), "mode": wifi.get_mode(), "name": wifi.get_ssid().get_data().decode(),
    "key": lock.get_key_mgmt(), "password": lock.get_psk(), "protocols": [lock.get_proto(i) for i in range(lock.get_num_protos())],
    "method": ip.get_method(), "address": ip.get_address(0).get_address()}))
"""


class Hotspot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.profiles, self.asked, programs = (self.folder / name for name in ("profiles", "asked", "bin"))
        self.profiles.mkdir()
        programs.mkdir()
        self.profile = self.profiles / "kitlog-hotspot.nmconnection"
        self.nmcli = programs / "nmcli"
        self.answer(0)
        self.path = f"{programs}:{os.environ['PATH']}"
        self.board = daemon.Daemon(self.folder)
        self.board.config.write_text(self.board.config.read_text().replace("http: {", "http: {listen: 0.0.0.0, "))
        self.board.data.mkdir()

    def answer(self, status):
        self.nmcli.write_text(f'#!/bin/sh\necho "$*" >>{self.asked}\nexit {status}\n')
        self.nmcli.chmod(0o755)

    def kitlog(self, *words, status=0, locale="C", typed=""):
        if words[0] in ("on", "off"):
            words += "--folder", self.profiles
        done = subprocess.run([KITLOG, "--config", self.board.config, "--json", "hotspot", *map(str, words)] if locale == "json" else
                              [KITLOG, "--config", self.board.config, "hotspot", *map(str, words)], capture_output=True,
                              input=typed, text=True, timeout=daemon.PATIENCE, env={**os.environ, "LC_ALL": "C", "PATH": self.path})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout) if locale == "json" else done.stdout + done.stderr

    def test_network_manager_reads_what_was_meant(self):
        if subprocess.run([SYSTEM_PYTHON, "-c", "import gi; gi.require_version('NM', '1.0')"], stderr=subprocess.DEVNULL,
                          check=False).returncode:
            self.skipTest("gir1.2-nm-1.0 and python3-gi are not installed")
        for name, password in (("kitlog-3B2", "abcde-fgh23"), ("七（3）班", "a;b\\c:d\"#"), (" x; y=#", "12345678"),
                               ("12;13;", "\\\\s\\n;;;"), ("#[wifi]", "=========")):
            told = self.kitlog("on", "--name", name, "--password", password, "--device", "wlan7", locale="json")
            self.assertEqual(stat.S_IMODE(self.profile.stat().st_mode), 0o600)
            read = subprocess.run([SYSTEM_PYTHON, "-c", READ, self.profile], capture_output=True, text=True, check=False)
            self.assertEqual(read.returncode, 0, read.stderr)
            self.assertEqual(json.loads(read.stdout), {
                "id": "kitlog-hotspot", "autoconnect": True, "device": "wlan7", "mode": "ap", "name": name, "key": "wpa-psk",
                "password": password, "protocols": ["rsn"], "method": "shared", "address": "10.42.0.1"})
            self.assertEqual((told["name"], told["password"]), (name, password))

    def test_is_opened_shown_to_the_teacher_and_closed(self):
        told = self.kitlog("on", locale="json")
        self.assertEqual(told["name"], "test")
        self.assertRegex(told["password"], "^[a-z2-9]{5}-[a-z2-9]{5}$")
        self.assertEqual(told["code"], f"WIFI:T:WPA;S:test;P:{told['password']};;")
        self.assertEqual(told["url"], f"http://10.42.0.1:{self.board.port}/")
        self.assertEqual(self.asked.read_text(), f"connection load {self.profile}\nconnection up id kitlog-hotspot\n")
        again = self.kitlog("on", "--name", "other", locale="json")
        self.assertEqual((again["name"], again["password"]), ("other", told["password"]), "telephones come back")
        self.assertEqual(stat.S_IMODE((self.board.data / "hotspot.json").stat().st_mode), 0o600)
        drawing = self.folder / "wifi.svg"
        self.assertIn(told["password"], self.kitlog("status", "--svg", drawing))

        self.addCleanup(self.board.end)
        self.board.start().wait_ready()
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.board.get("hotspot")
        self.assertEqual(refused.exception.code, 401)
        self.board.sign_in()
        self.assertEqual(self.board.get("hotspot"), {key: again[key] for key in ("is_on", "name", "password", "url")})
        self.assertEqual(self.board.fetch("hotspot/qr").decode(), drawing.read_text())
        self.assertIn("is off", self.kitlog("off"))
        self.assertFalse(self.profile.exists())
        self.assertEqual(self.board.get("hotspot"), {"is_on": False})
        with self.assertRaises(urllib.error.HTTPError) as refused:
            self.board.fetch("hotspot/qr")
        self.assertEqual(refused.exception.code, 404)
        self.assertIn("is off", self.kitlog("status"))

    def test_a_password_need_not_stand_on_the_command_line(self):
        self.assertEqual(self.kitlog("on", "--password", "-", typed="lab-password\r\n", locale="json")["password"],
                         "lab-password")
        self.assertIn("psk=lab-password\n", self.profile.read_text())
        for typed in ("", "\n", "short\n", "x" * 64 + "\n", "x" * 300):
            self.kitlog("on", "--password", "-", typed=typed, status=2)
        self.assertIn("psk=lab-password\n", self.profile.read_text())

    def test_what_fails_leaves_the_one_that_worked(self):
        first = self.kitlog("on", "--name", "first", locale="json")
        profile, note = self.profile.read_text(), (self.board.data / "hotspot.json").read_text()
        self.answer(4)
        self.asked.unlink()
        self.assertIn("is not open", self.kitlog("on", "--name", "second", status=1))
        self.assertEqual(self.profile.read_text(), profile)
        self.assertEqual((self.board.data / "hotspot.json").read_text(), note)
        self.assertEqual(self.asked.read_text().count(f"connection load {self.profile}"), 2, "and is loaded again")
        self.assertEqual(self.kitlog("status", locale="json")["password"], first["password"])

    def test_what_fails_leaves_nothing_that_comes_up_by_itself(self):
        self.answer(4)
        self.assertIn("is not open", self.kitlog("on", status=1))
        self.assertFalse(self.profile.exists())
        self.assertFalse((self.board.data / "hotspot.json").exists())
        self.nmcli.unlink()
        self.path = "/nowhere"
        self.assertIn("apt install network-manager", self.kitlog("on", status=1))
        self.assertIn("8 to 63", self.kitlog("on", "--password", "short", status=2))
        self.assertIn("32 bytes", self.kitlog("on", "--name", "", status=2))


if __name__ == "__main__":
    unittest.main(verbosity=2)

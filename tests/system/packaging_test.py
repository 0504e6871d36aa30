#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""What a package's scripts do with what a school may have done to a board: a host name that Linux refuses, a hotspot
that is on when kitlog is removed, data on a disk of their own. And what bash offers behind `kitlog`.

The scripts run alone, in a file system whose /etc and /var/lib are empty; whole boards are in install_test.py and
firstboot_test.py."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PACKAGING = SOURCE / "tools/packaging"
PROFILE = "/etc/NetworkManager/system-connections/kitlog-hotspot.nmconnection"
UNSHARE = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
NEEDS = ("sh", "find", "head", "readlink", "rmdir", "rm", "chown", "getent")
ANSWER = "db_get() { RET=true; }\n" + "".join(f"db_{word}() {{ :; }}\n" for word in "version input go purge stop".split())


class Name(unittest.TestCase):
    def names(self, wanted):
        """(what the board is called, what board.txt says)."""
        with tempfile.TemporaryDirectory() as folder:
            script = (PACKAGING / "firstboot/install.sh").read_text()
            functions = script[script.index("# is_host_name"):script.index("\nname=")]
            said = subprocess.run(["sh", "-euc", f"folder={folder}; figures() {{ echo 7a1b; }}\n"
                                   'tell() { printf "%s\\r\\n" "$@" >>"$folder/board.txt"; }\n'
                                   f'{functions}\nown_name "$1"', "sh", wanted], check=True, capture_output=True)
            told = pathlib.Path(folder, "board.txt")
            return said.stdout.decode().strip(), told.read_text() if told.exists() else ""

    def test_a_host_name_that_linux_takes_is_taken(self):
        for name in ("kitlog-7a", "Lab-1", "7", "a" * 63):
            self.assertEqual(self.names(name), (name, ""))
        self.assertEqual(self.names(""), ("kitlog-7a1b", ""))

    def test_another_stops_nothing_and_is_told_in_both_languages(self):
        for name in ("Lab_1", "实验室1", "-a", "a-", "a.b", "é", "a" * 64):
            own, told = self.names(name)
            self.assertEqual(own, "kitlog-7a1b", name)
            self.assertIn(f"“{name}”不能作主机名", told)
            self.assertIn(f'"{name}" is no host name', told)
            self.assertEqual(told.count("kitlog-7a1b"), 2)


class Removal(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for program in NEEDS:
            (self.folder / program).symlink_to(shutil.which(program))
        (self.folder / "confmodule").write_text(ANSWER)
        nmcli = self.folder / "nmcli"
        nmcli.write_text(f'#!/bin/sh\necho "$@" >>{self.folder}/asked\n')
        nmcli.chmod(0o755)
        (self.folder / "kitlog").symlink_to(os.environ["KITLOG"])

    def inside(self, before, script, argument, after):
        """What it says, and what `after` prints. Only what it needs is in its PATH: this machine has users and
        services of its own."""
        words = (f"set -e; mount -t tmpfs t /etc; mount -t tmpfs t /var/lib; mkdir -p {os.path.dirname(PROFILE)}; "
                 f"mount --bind {self.folder}/confmodule /usr/share/debconf/confmodule; {before}\n"
                 f"PATH={self.folder} sh {PACKAGING}/debian/{script} {argument}\n{after}")
        done = subprocess.run([*UNSHARE, "sh", "-c", words], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr, done.stdout

    def test_with_kitlog_its_hotspot_is_removed(self):
        _, left = self.inside(f"touch {PROFILE}", "prerm", "remove", f"ls {os.path.dirname(PROFILE)}")
        self.assertEqual(left, "")
        self.assertEqual((self.folder / "asked").read_text(), "connection reload\n")
        _, left = self.inside(f"touch {PROFILE}", "postrm", "purge", f"ls {os.path.dirname(PROFILE)}")
        self.assertEqual(left, "")

    def test_an_upgrade_leaves_the_hotspot(self):
        _, left = self.inside(f"touch {PROFILE}", "prerm", "upgrade", f"ls {os.path.dirname(PROFILE)}")
        self.assertEqual(left, os.path.basename(PROFILE) + "\n")

    def test_data_are_deleted(self):
        _, left = self.inside("mkdir -p /var/lib/kitlog/store", "postrm", "purge", "ls -A /var/lib")
        self.assertEqual(left, "")

    def test_data_on_a_disk_of_their_own_are_deleted_and_the_disk_stays(self):
        said, left = self.inside("mkdir /var/lib/kitlog; mount -t tmpfs t /var/lib/kitlog; mkdir /var/lib/kitlog/store; "
                                 "touch /var/lib/kitlog/pin /var/lib/kitlog/.hidden",
                                 "postrm", "purge", "ls -A /var/lib /var/lib/kitlog")
        self.assertIn("/var/lib/kitlog is empty and stays", said)
        self.assertEqual(left, "/var/lib:\nkitlog\n\n/var/lib/kitlog:\n")

    def test_data_behind_a_link_are_deleted(self):
        _, left = self.inside("mkdir -p /var/lib/ssd/kitlog/store; ln -s ssd/kitlog /var/lib/kitlog",
                              "postrm", "purge", "ls -A /var/lib /var/lib/ssd")
        self.assertEqual(left, "/var/lib:\nssd\n\n/var/lib/ssd:\n")

    def test_data_that_cannot_be_deleted_do_not_stop_it(self):
        said, _ = self.inside("mkdir /var/lib/kitlog; mount -t tmpfs t /var/lib/kitlog; touch /var/lib/kitlog/pin; "
                              "mount -o remount,ro /var/lib/kitlog", "postrm", "purge", "")
        self.assertIn("delete the rest by hand", said)

    def test_cleaning_up_removes_only_roots(self):
        roots = self.folder / "roots"
        for name in ("build-12", "build-13-arm64.new", "board-13-amd64", "thesis"):
            (roots / name / "usr").mkdir(parents=True)
        subprocess.run([*UNSHARE, PACKAGING / "build", "--clean"], check=True, env={**os.environ, "KITLOG_ROOTS": roots})
        self.assertEqual([path.name for path in roots.iterdir()], ["thesis"])
        shutil.rmtree(roots / "thesis")
        subprocess.run([*UNSHARE, PACKAGING / "build", "--clean"], check=True, env={**os.environ, "KITLOG_ROOTS": roots})
        self.assertFalse(roots.exists())


class Completion(unittest.TestCase):
    ALWAYS = ["--json", "--board", "--config", "--pin", "--help"]

    def offers(self, *words):
        done = subprocess.run(["bash", "-c", f". {PACKAGING}/kitlog.bash-completion; COMP_WORDS=(\"$@\"); "
                               "COMP_CWORD=$(($# - 1)); _kitlog; printf '%s\\n' \"${COMPREPLY[@]}\"",
                               "bash", os.environ["KITLOG"], *words], check=True, capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        return done.stdout.split()

    def test_commands_and_options_of_all(self):
        offered = self.offers("")
        self.assertIn("export", offered)
        self.assertEqual([word for word in offered if word.startswith("-")],
                         ["--board", "--config", "--pin", "--json", "--version", "--help"])
        self.assertEqual(len(set(offered)), len(offered))
        self.assertEqual(self.offers("sta"), ["status"])

    def test_subcommands_and_what_is_theirs(self):
        self.assertEqual(self.offers("kit", ""),
                         ["list", "new", "record", "replay", "check", "probe", "bench", *self.ALWAYS])
        self.assertEqual(self.offers("kit", "list", "-"), self.ALWAYS)
        self.assertEqual(self.offers("--pin", "123", "clock", "set", "-"), ["--boot", "--began", *self.ALWAYS])
        self.assertEqual(self.offers("hotspot", "status", "--s"), ["--svg"])

    def test_words_that_an_option_takes(self):
        self.assertEqual(self.offers("export", "--format", ""), ["csv", "xlsx", "lp"])
        self.assertEqual(self.offers("export", "--stamps", "l"), ["live"])
        self.assertIn("--stamps", self.offers("export", "--format", "csv", "--"))


if __name__ == "__main__":
    if subprocess.run([*UNSHARE, "mount", "-t", "tmpfs", "t", "/mnt"], stderr=subprocess.DEVNULL).returncode:
        del Removal
        print("the scripts of a removal are left out: neither root nor namespaces of users")
    elif not os.path.exists("/usr/share/debconf/confmodule"):
        print("skipped: no debconf here")
        sys.exit(77)
    unittest.main(verbosity=2)

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A fresh system with the files of tools/packaging/image-files on its boot partition installs kitlog with no network,
by a name of its own; what failed is told on that partition, and tried again. Boots containers: KITLOG_LONG=1, root,
and packages by tools/packaging/build --arch amd64."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import container  # noqa: E402

OURS = "console=tty1 root=PARTUUID=0 rootwait quiet"


class FirstBoot(unittest.TestCase):
    def story(self, release):
        if not container.package(release):
            self.skipTest(f"no package for Debian {release}; tools/packaging/build --release {release} --arch amd64")
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="kitlog-firstboot-")))
        root = container.clean_root(release, folder / "root")
        firmware = root / "boot/firmware"
        firmware.mkdir(parents=True)
        (firmware / "cmdline.txt").write_text(OURS + "\n")
        (root / "etc/hostname").write_text("raspberrypi\n")
        (root / "etc/hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n")
        made = subprocess.run([container.SOURCE / "tools/packaging/image-files", "--release", str(release),
                               "--arch", "amd64", firmware],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(made.returncode, 0, made.stdout)
        told = firmware / "kitlog/board.txt"
        # As an editor of another system leaves it.
        settings = firmware / "kitlog/settings.txt"
        settings.write_text(settings.read_text().replace("hostname=", "hostname=kitlog-7a").replace("\n", "\r\n"))

        # The boot that image-files asked for.
        words = (firmware / "cmdline.txt").read_text().split()
        self.assertEqual(" ".join(words[:4]), OURS)
        board = container.Container(root, *words[4:])
        self.addCleanup(board.end)
        board.boot()
        self.assertTrue(board.wait_end(), "it wants to boot again")
        self.assertEqual((firmware / "cmdline.txt").read_text().strip(), OURS)

        # A file is missing: it says so, and the system goes on.
        index = firmware / "kitlog/packages/Packages"
        hidden = index.rename(index.with_name("Hidden"))
        board = container.Container(root)
        self.addCleanup(board.end)
        board.boot().wait_up()
        self.assertIn("is not installed", told.read_text())
        self.assertIn("没有装好", told.read_text())
        self.assertFalse((root / "usr/bin/kitlogd").exists())
        board.end()

        # It is there again: the next start installs.
        hidden.rename(index)
        board.boot().wait_up()
        board.wait("kitlogd", lambda: board.run("systemctl", "is-active", "kitlogd", check=False) == "active\n")
        self.assertIn("<html", board.wait("the pages", lambda: board.fetch("http://127.0.0.1:8080/")).decode())
        self.assertEqual(board.run("hostname"), "kitlog-7a\n")
        self.assertEqual((root / "etc/hosts").read_text(), "127.0.0.1\tlocalhost\n127.0.1.1\tkitlog-7a\n")
        self.assertEqual(board.get("status")["board"], "kitlog-7a")
        self.assertEqual(board.run("systemctl", "is-active", "avahi-daemon"), "active\n")
        self.assertIn(board.run("cat", "/var/lib/kitlog/pin").strip(), told.read_text())
        self.assertIn("/teacher", told.read_text())
        self.assertEqual(board.run("systemctl", "list-unit-files", "--no-legend", "kitlog-firstboot*", check=False), "")
        self.assertFalse(list((root / "usr/local/lib").glob("*firstboot*")))
        board.end()

        # And nothing is done a second time.
        said = told.read_text()
        board.boot().wait_up()
        board.wait("the pages", lambda: board.fetch("http://127.0.0.1:8080/"))
        self.assertEqual(told.read_text(), said)

    def test_on_debian_12(self):
        self.story(12)

    def test_on_debian_13(self):
        self.story(13)


if __name__ == "__main__":
    if why := container.cannot():
        print(why)
        sys.exit(77)
    unittest.main(verbosity=2)

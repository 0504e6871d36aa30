#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A package in a clean Debian 12 and 13: installed, it runs and a teacher can begin; a newer one takes what was
recorded and set; removed, nothing of it runs; purged, it asks, and keeps or deletes. Boots containers: KITLOG_LONG=1,
root, and packages by tools/packaging/build --arch amd64."""

import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import container  # noqa: E402

RELEASES = [12, 13]
QUESTION = b"Delete everything that was recorded?"


def older(package, folder):
    """The same package by an older number."""
    tree = pathlib.Path(folder) / "older"
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN/control"
    text, count = re.subn(r"(?m)^Version: .*$", "Version: 0.0.1~deb0", control.read_text())
    assert count == 1
    control.write_text(text)
    result = pathlib.Path(folder) / "kitlog_older.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, result], check=True, stdout=subprocess.DEVNULL)
    return result


class Install(unittest.TestCase):
    """One story for each release: a board's life."""

    def life(self, release):
        package = container.package(release)
        if not package:
            self.skipTest(f"no package for Debian {release}; tools/packaging/build --release {release} --arch amd64")
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="kitlog-install-")))
        root = container.clean_root(release, folder / "root")
        for file, name in ((package, "new.deb"), (older(package, folder), "old.deb")):
            (root / "root" / name).write_bytes(file.read_bytes())
        # What the package needs is fetched beforehand, for the board has no network.
        container.roots(f"in_root {root} apt-get install -qy --download-only /root/new.deb")
        (root / "etc/hostname").write_text("board\n")
        self.board = container.Container(root).boot()
        self.addCleanup(self.board.end)
        self.board.wait_up()
        self.before = self.traces()

        self.installs()
        self.records()
        self.upgrades(package)
        self.is_removed()
        self.comes_back()
        self.is_purged()

    def traces(self):
        """All that bears the name, beside the files of this test."""
        board = self.board
        files = board.run("find", "/", "-xdev", "-name", "*kitlog*", "-not", "-path", "/root/*",
                          "-not", "-path", "/var/cache/*", "-not", "-path", "/var/log/*", check=False).split()
        people = [line for base in ("passwd", "group") for line in board.run("getent", base).splitlines()
                  if "kitlog" in line]
        processes = board.run("sh", "-c", "cat /proc/[0-9]*/comm 2>/dev/null")
        units = board.run("systemctl", "list-units", "--state=active,failed", "--no-legend", "--plain",
                          "*kitlog*").split()
        return files + people + units + [line for line in processes.splitlines() if line.strip().startswith("kitlog")]

    def is_running(self):
        board = self.board
        board.wait("kitlogd is active",
                   lambda: board.run("systemctl", "is-active", "kitlogd", check=False) == "active\n")
        self.assertEqual(board.run("systemctl", "is-enabled", "kitlogd"), "enabled\n")
        for path, words in (("", "<html"), ("teacher", "<html"), ("api/v1/status", "board")):
            page = board.wait(f"/{path}", lambda path=path: board.fetch(f"http://127.0.0.1:8080/{path}"))
            self.assertIn(words, page.decode())

    def installs(self):
        said = self.board.run("apt-get", "install", "-y", "/root/old.deb")
        self.assertIn("sudo kitlog teacher", said)
        self.is_running()
        pin = self.board.run("cat", "/var/lib/kitlog/pin").strip()
        self.assertRegex(pin, r"^\d{4,}$")
        told = self.board.run("kitlog", "teacher")
        self.assertIn(pin, told)
        self.assertIn(":8080/teacher", told)
        pid = self.board.run("systemctl", "show", "-P", "MainPID", "kitlogd").strip()
        user = self.board.run("stat", "-c", "%U", f"/proc/{pid}").strip()
        self.assertEqual(user, "kitlog")
        for path in ("/usr/share/bash-completion/completions/kitlog", "/lib/udev/rules.d/70-kitlog.rules",
                     "/etc/avahi/services/kitlog.service"):
            self.board.run("test", "-s", path)
        manuals = self.board.run("dpkg", "-L", "kitlog")
        for manual in ("man1/kitlog.1.gz", "man8/kitlogd.8.gz", "man5/kitlogd.yaml.5.gz"):
            self.assertIn(manual, manuals)

    def records(self):
        """A kit, and settings of the school's own."""
        board = self.board
        board.run("sh", "-c", "printf 'board: Schule-7\\nserial:\\n  ports:\\n    - {path: /run/kit/cup}\\n' "
                              ">>/etc/kitlog/kitlogd.yaml")
        self.settings = board.run("cat", "/etc/kitlog/kitlogd.yaml")
        board.run("systemd-run", "--quiet", "--unit=cup", "--uid=kitlog", "--property=RuntimeDirectory=kit",
                  "kitlog-virtual", "--quiet", "--link", "/run/kit/cup")
        board.run("kitlogd", "--check-config")
        board.run("systemctl", "restart", "kitlogd")
        self.is_running()
        self.assertEqual(board.get("status")["board"], "Schule-7")
        self.stream = board.wait("the kit", lambda: board.get("devices")["devices"][0]["streams"][0]["id"])
        self.rows = board.wait("readings", lambda: (rows := self.columns()) if len(self.columns()) >= 5 else None)

    def columns(self):
        return self.board.get(f"streams/{self.stream}/columns?columns=4000")["t_us"]

    def has_kept(self):
        self.assertEqual(self.board.run("cat", "/etc/kitlog/kitlogd.yaml"), self.settings)
        self.assertEqual(self.board.get("status")["board"], "Schule-7")
        kept = self.board.get(f"streams/{self.stream}/columns?columns=4000&to_us={self.rows[-1] + 1}")["t_us"]
        self.assertEqual(kept, self.rows)

    def upgrades(self, package):
        pin = self.board.run("cat", "/var/lib/kitlog/pin")
        was = self.board.run("systemctl", "show", "-P", "MainPID", "kitlogd")
        self.board.run("apt-get", "install", "-y", "/root/new.deb")
        self.assertEqual(self.board.run("dpkg-query", "-W", "-f", "${Version}", "kitlog"), package.name.split("_")[1])
        self.is_running()
        self.assertNotEqual(self.board.run("systemctl", "show", "-P", "MainPID", "kitlogd"), was)
        self.assertEqual(self.board.run("cat", "/var/lib/kitlog/pin"), pin)
        self.has_kept()
        rows = len(self.columns())
        self.board.wait("it records on", lambda: len(self.columns()) > rows)

    def is_removed(self):
        self.board.run("systemctl", "stop", "cup")
        profiles = "/etc/NetworkManager/system-connections"
        self.board.run("sh", "-c", f"mkdir -p {profiles}; echo '[connection]' >{profiles}/kitlog-hotspot.nmconnection")
        self.board.run("apt-get", "remove", "-y", "kitlog")
        left = [trace for trace in self.traces() if trace not in self.before]
        # Settings, data, who owns them, and what dpkg and systemd remember of it until a purge.
        for known in (r"^/etc/kitlog(/|$)", r"^/etc/avahi/services/kitlog\.service$", r"^/var/lib/kitlog(/|$)",
                      r"^kitlog:", r"^(dialout|gpio):.*kitlog", r"^/var/lib/dpkg/info/kitlog\.(list|postrm|templates)$",
                      r"^/var/lib/systemd/deb-systemd-helper-", r"^/etc/systemd/system/.*kitlogd\.service$"):
            left = [trace for trace in left if not re.search(known, trace)]
        self.assertEqual(left, [])
        self.assertFalse(self.board.fetch("http://127.0.0.1:8080/"))

    def comes_back(self):
        self.board.run("apt-get", "install", "-y", "/root/new.deb")
        self.is_running()
        self.has_kept()

    def is_purged(self):
        self.assertIn(QUESTION, self.purge(b"no"))
        self.board.run("test", "-s", "/var/lib/kitlog/pin")
        self.board.run("getent", "passwd", "kitlog")
        self.board.run("apt-get", "install", "-y", "/root/new.deb")
        self.is_running()
        self.assertGreaterEqual(len(self.columns()), len(self.rows))
        self.assertIn(QUESTION, self.purge(b"yes"))
        self.assertEqual([trace for trace in self.traces() if trace not in self.before], [])

    def purge(self, answer):
        """At a terminal, as a person does it; returns what was read there."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.board.inside("apt-get", "purge", "-y", "kitlog",
                                                     env=["DEBIAN_FRONTEND=teletype", "TERM=dumb"]),
                                   stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        said, answered, deadline = b"", False, time.monotonic() + container.PATIENCE
        while time.monotonic() < deadline:
            if select.select([ours], [], [], 1)[0]:
                try:
                    said += os.read(ours, 4096)
                except OSError:
                    break  # the other end is closed
            if not answered and re.search(rb"recorded\?\s*\[yes/no\]", said):
                os.write(ours, answer + b"\n")
                answered = True
        os.close(ours)
        self.assertEqual(process.wait(60), 0, said.decode())
        return said


def release_story(release):
    return lambda self: self.life(release)


for number in RELEASES:
    setattr(Install, f"test_in_debian_{number}", release_story(number))

if __name__ == "__main__":
    why = container.cannot()
    if why:
        print(why)
        sys.exit(77)
    unittest.main(verbosity=2)

# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Debian with systemd as its first process, booted by systemd-nspawn from a root of its own; no network but its
loopback. What is done inside is done by nsenter: nothing of it needs this machine's own systemd."""

import json
import os
import pathlib
import shutil
import subprocess
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
ROOTS = pathlib.Path(os.environ.get("KITLOG_ROOTS") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "kitlog/roots")
PATIENCE = 300.0  # seconds; a boot takes five, on a busy machine sixty


def cannot():
    """Why no container can be booted here; empty when it can."""
    if os.environ.get("KITLOG_LONG") != "1":
        return "boots whole systems: minutes, with KITLOG_LONG=1"
    if os.geteuid() != 0:
        return "only root can boot a container"
    for program in ("systemd-nspawn", "debootstrap", "nsenter"):
        if not shutil.which(program):
            return f"no {program}; tools/packages/install package"
    return ""


def package(release, arch="amd64"):
    """The newest that tools/packaging/build made."""
    found = list((SOURCE / "build/packages").glob(f"kitlog_*~deb{release}_{arch}.deb"))
    return max(found, key=lambda path: path.stat().st_mtime) if found else None


def roots(words):
    """The functions of tools/packaging/roots.sh."""
    done = subprocess.run(["bash", "-euc", f". {SOURCE}/tools/packaging/roots.sh; {words}"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def clean_root(release, folder, arch="amd64"):
    """A copy of a clean system with systemd; made once."""
    root = ROOTS / f"board-{release}-{arch}"
    if not root.is_dir():
        ROOTS.mkdir(parents=True, exist_ok=True)
        roots(f"new_root {release} {arch} {root}.new --include=systemd-sysv,udev,dbus,iproute2,kmod; "
              f"rm {root}.new/usr/sbin/policy-rc.d; in_root {root}.new apt-get clean; mv {root}.new {root}")
    subprocess.run(["cp", "-a", "--reflink=auto", root, folder], check=True)
    return pathlib.Path(folder)


class Container:
    """`words` are what a boot loader would give the kernel."""

    def __init__(self, root, *words):
        self.root, self.words = pathlib.Path(root), words
        self.process = self.init = None

    def boot(self):
        # Its control groups are those of the present Debian, whatever this machine has.
        self.console = open(f"{self.root}.console", "ab")
        self.process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--directory", self.root, "--register=no", "--keep-unit",
             "--private-network", "--console=pipe", "--boot", *self.words],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console,
            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        return self

    def is_up(self):
        return self.process and self.process.poll() is None

    def wait_up(self):
        """Until it has started all that it starts."""
        deadline = time.monotonic() + PATIENCE
        state = ""
        while time.monotonic() < deadline:
            assert self.is_up(), f"it ended; see {self.root}.console"
            children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            if children:
                self.init = children[0]
                state = self.run("systemctl", "is-system-running", check=False).strip()
                if state in ("running", "degraded"):
                    return self
            time.sleep(0.2)
        raise AssertionError(f"not up after {PATIENCE:g} s: {state!r}; see {self.root}.console")

    def wait_end(self):
        """Until it has powered itself off, or wants to boot again; True for the latter."""
        status = self.process.wait(PATIENCE)
        self.console.close()
        self.process = None
        return status == 133

    def inside(self, *command, env=()):
        return ["nsenter", "--target", self.init, "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup", "--root",
                "--wd", "--", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive", *env, *command]

    def run(self, *command, check=True, env=()):
        done = subprocess.run(self.inside(*command, env=env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=PATIENCE * 3)
        assert not check or done.returncode == 0, f"{command}: status {done.returncode}: {done.stdout[-3000:]}"
        return done.stdout

    def fetch(self, url):
        """Bytes of an address inside; an empty answer when nobody answers."""
        asked = subprocess.run(
            ["nsenter", "--target", self.init, "--net", "--", "python3", "-c",
             "import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1], timeout=20).read())",
             url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return asked.stdout

    def get(self, path):
        return json.loads(self.fetch(f"http://127.0.0.1:8080/api/v1/{path}"))

    def wait(self, what, test, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if answer := test():
                    return answer
            except (ValueError, KeyError, IndexError):
                pass
            assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
            time.sleep(0.2)

    def end(self):
        if self.is_up():
            self.process.terminate()  # an orderly end
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process:
            self.console.close()
        self.process = None

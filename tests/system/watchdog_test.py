#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: it waits for what must come, and for what must not, a time that the load only lengthens.
"""The word of life that systemd waits for stops when a thread hangs, whichever it is, and what was not recorded
until the next start is a gap. The threads are held up one by one, as a debugger does it (ptrace), while the
others go on."""

import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
PERIOD_S = 1.5  # WatchdogSec of this service manager
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, thread):
    if LIBC.ptrace(request, thread, None, None) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def threads(process):
    """{"sense": 123, ...}; main's is kitlogd."""
    tasks = pathlib.Path(f"/proc/{process}/task")
    return {(task / "comm").read_text().strip(): int(task.name) for task in tasks.iterdir()}


class Manager:
    """What systemd is to a service of Type=notify."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.environ["NOTIFY_SOCKET"] = self.path
        os.environ["WATCHDOG_USEC"] = str(int(PERIOD_S * 1e6))

    def hear(self, seconds):
        """The next word, or None."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(256).decode()
        except socket.timeout:
            return None

    def wait(self, word):
        daemon.wait_for(word, lambda: self.hear(1) == word)

    def is_silent(self):
        """Has the last word been said? Those under way are heard first."""
        deadline = time.monotonic() + 90
        while self.hear(6 * PERIOD_S) is not None:  # keep has four of patience
            if time.monotonic() > deadline:
                return False
        return True


def hold(process, thread):
    """This thread alone stands still until it is let go; returns how."""
    held = threads(process)[thread]
    ptrace(PTRACE_SEIZE, held)
    ptrace(PTRACE_INTERRUPT, held)
    return lambda: ptrace(PTRACE_DETACH, held)


def check(thread, folder, manager):
    port = pathlib.Path(folder) / "wave"
    kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", "wave"])
    kitlogd = daemon.Daemon(folder, [port]).start()
    try:
        manager.wait("READY=1")
        kitlogd.wait_ready()
        stream = kitlogd.wait_device()[0]["streams"][0]["id"]
        manager.wait("WATCHDOG=1")
        manager.wait("WATCHDOG=1")
        let_go = hold(kitlogd.process.pid, thread)
        assert manager.is_silent(), f"{thread} hangs and nobody is told"
        if thread != "kitlogd":
            assert f"the {thread} thread has not moved" in kitlogd.said(), kitlogd.said()
        # What systemd does now. (A signal to a thread that is held would go to who holds it.)
        let_go()
        kitlogd.process.send_signal(signal.SIGABRT)
        assert kitlogd.process.wait(30) == -signal.SIGABRT
        kitlogd.start()
        manager.wait("READY=1")
        kitlogd.wait_ready()
        told = kitlogd.get(f"streams/{stream}/columns?from_us=0&columns=100")["gaps"]
        assert "stopped" in [gap["reason"] for gap in told], told
        kitlogd.end()
        manager.wait("STOPPING=1")
    finally:
        kitlogd.process.kill()
        kit.kill()
        kit.wait()


def main():
    for thread in ("kitlogd", "sense", "keep"):
        with tempfile.TemporaryDirectory(prefix="kitlog-watchdog-") as folder:
            check(thread, folder, Manager(folder))


if __name__ == "__main__":
    main()

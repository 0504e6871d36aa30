#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: it waits for what must come, and for what must not, a time that the load only lengthens.
"""The word of life that systemd waits for stops when a thread hangs without whom nothing is recorded or shown, and
what was not recorded until the next start is a gap. Who ships, and who makes files, may hang: nothing is started
again, all the others go on, and when it moves again nothing is missing. So may who asks other boards, which ends when
nobody has looked for a minute (KITLOG_LONG; tests/flow/room_hangs_test.c has it shorter). The threads are held up one by one, as a
debugger does it (ptrace)."""

import ctypes
import os
import pathlib
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import badserver  # noqa: E402
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
LONG = bool(os.environ.get("KITLOG_LONG"))
PERIOD_S = 1.5  # WatchdogSec of this service manager
PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_DETACH = 0x4206, 0x4207, 17
LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


def ptrace(request, thread):
    if LIBC.ptrace(request, thread, None, None) < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def threads(process):
    """{"sense": [123], "kitlog-work": [124, 125], ...}; main's is kitlogd."""
    found = {}
    for task in sorted(pathlib.Path(f"/proc/{process}/task").iterdir(), key=lambda task: int(task.name)):
        found.setdefault((task / "comm").read_text().strip(), []).append(int(task.name))
    return found


class Manager:
    """What systemd is to a service of Type=notify."""

    def __init__(self, folder):
        self.path = str(pathlib.Path(folder) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        os.environ["NOTIFY_SOCKET"] = self.path
        os.environ["WATCHDOG_USEC"] = str(int(PERIOD_S * 1e6))
        self.words = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        """Always: whoever tells a manager that does not listen waits for it."""
        while True:
            self.words.put(self.socket.recv(256).decode())

    def hear(self, seconds):
        """The next word, or None."""
        try:
            return self.words.get(timeout=seconds)
        except queue.Empty:
            return None

    def forget(self):
        while self.hear(0) is not None:
            pass

    def wait(self, word):
        daemon.wait_for(word, lambda: self.hear(1) == word)

    def is_silent(self):
        """Has the last word been said? Those under way are heard first."""
        deadline = time.monotonic() + 90
        while self.hear(6 * PERIOD_S) is not None:  # keep has four of patience
            if time.monotonic() > deadline:
                return False
        return True


def hold(process, thread, nth=0):
    """This thread alone stands still until it is let go; returns how."""
    held = threads(process)[thread][nth]
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
        daemon.wait_for("rows on the card", lambda: ramps(kitlogd, stream))
        manager.forget()
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
        started_us = kitlogd.get("status")["now_us"]
        daemon.wait_for("rows again", lambda: kitlogd.get(f"streams/{stream}/columns?from_us={started_us}")["t_us"])
        told = kitlogd.get(f"streams/{stream}/columns?from_us=0&columns=100")["gaps"]
        assert "stopped" in [gap["reason"] for gap in told], told
        check_holes(kitlogd, stream)
        kitlogd.end()
        manager.wait("STOPPING=1")
    finally:
        kitlogd.process.kill()
        kit.kill()
        kit.wait()


def ramps(kitlogd, stream):
    """[(ns, number of the sample), ...] on the card."""
    lines = kitlogd.fetch(f"export?stream={stream}&format=lp").decode().splitlines()
    return [(int(line.split()[-1]), int(re.search(r"ramp=(\d+)", line)[1])) for line in lines]


def check_holes(kitlogd, stream):
    """Where samples are missing a gap is told; nothing is there twice."""
    rows = ramps(kitlogd, stream)  # first: a gap that is open ends with a row
    status = kitlogd.get("status")
    offset_us = status["wall_us"] - status["now_us"]
    gaps = [(gap["from_us"], gap["to_us"]) for gap in
            kitlogd.get(f"streams/{stream}/columns?from_us=0&columns=100")["gaps"]]
    assert all(a < b for (a, _), (b, _) in zip(rows, rows[1:])), "stamps rise"
    holes = [(a / 1e3 - offset_us, b / 1e3 - offset_us) for (a, m), (b, n) in zip(rows, rows[1:]) if (n - m) % 30000 != 1]
    for begin, end in holes:  # of the board until kitlogd has started, of the kit until it is found again
        told = begin
        for at, to in sorted(gaps):
            told = max(told, to) if at - 5e4 < told else told
        assert told > end - 5e4, (begin, end, gaps)


def asked(kitlogd, path):
    """Whether that came; without waiting for it."""
    came = threading.Event()

    def ask():
        kitlogd.fetch(path)
        came.set()
    threading.Thread(target=ask, daemon=True).start()
    return came


def check_goes_on(thread, nth, folder, manager):
    """It hangs; everything else goes on, and when it moves again so does what it does."""
    port = pathlib.Path(folder) / "wave"
    server = badserver.BadServer()
    server.start()
    kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", "wave", "--rate", "100"])
    kitlogd = daemon.Daemon(folder, [port], "sinks:\n  - {name: school, kind: influxdb1, url: "
                            f"'http://127.0.0.1:{server.port}', database: kitlog}}\n").start()
    try:
        manager.wait("READY=1")
        stream = kitlogd.wait_ready().wait_device()[0]["streams"][0]["id"]
        kitlogd.sign_in()
        kitlogd.post("runs", {"device": kitlogd.devices()[0]["id"]})
        daemon.wait_for("lines at the server", server.lines)
        kitlogd.get("boards")
        daemon.wait_for("who asks other boards", lambda: "kitlog-room" in threads(kitlogd.process.pid))
        let_go = hold(kitlogd.process.pid, thread, nth)
        waiting = asked(kitlogd, f"export?stream={stream}") if thread == "kitlog-work" and nth == 0 else None
        before = kitlogd.get("status")["store"]["rows"]
        manager.forget()
        hung = time.monotonic()
        for _ in range(6 if not LONG else 18):  # which is more than the longest patience of those who may not
            manager.wait("WATCHDOG=1")
        while thread == "kitlog-room" and time.monotonic() < hung + 65:
            manager.wait("WATCHDOG=1")
        assert thread != "kitlog-room" or not kitlogd.get("boards")["is_finding"], "it was told to end"
        store = kitlogd.get("status")["store"]
        assert store["rows"] > before and store["problem"] is None, "it is recorded"
        kitlogd.post("marks", {"text": "still here"})
        sent = len(server.lines())
        if thread == "ship":
            assert not goes_on_sending(server), "it hangs"
        else:
            daemon.wait_for("lines at the server", lambda: len(server.lines()) > sent)
        assert waiting is None or not waiting.is_set(), "it hangs"
        assert kitlogd.process.poll() is None
        let_go()
        assert waiting is None or waiting.wait(daemon.PATIENCE), "and goes on"
        kit.kill()
        kit.wait()

        def kept():
            return set(kitlogd.fetch(f"export?stream={stream}&format=lp").decode().splitlines())
        try:
            daemon.wait_for("each line at the server", lambda: kept() == set(server.lines()) and kept())
        except daemon.Late:
            raise AssertionError((sorted(kept() ^ set(server.lines()))[:4], kitlogd.get("sinks"), kitlogd.devices(), kitlogd.said())) from None
        check_holes(kitlogd, stream)
        numbers = [number for _, number in ramps(kitlogd, stream)]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), "no sample is missing"
        assert kitlogd.end() == 0
        manager.wait("STOPPING=1")
        print(f"{thread} {nth}: hung, nothing else did")
    finally:
        kitlogd.process.kill()
        kit.kill()
        kit.wait()
        server.stop()


def goes_on_sending(server):
    """For three commits; what was under way when it was held up has come."""
    time.sleep(1)
    sent = len(server.lines())
    time.sleep(2)
    return len(server.lines()) > sent


def main():
    for thread, nth in (("ship", 0), ("kitlog-work", 0), ("kitlog-work", 1), *([("kitlog-room", 0)] if LONG else [])):
        with tempfile.TemporaryDirectory(prefix="kitlog-watchdog-") as folder:
            check_goes_on(thread, nth, folder, Manager(folder))
    for thread in ("kitlogd", "sense", "keep"):
        with tempfile.TemporaryDirectory(prefix="kitlog-watchdog-") as folder:
            check(thread, folder, Manager(folder))


if __name__ == "__main__":
    main()

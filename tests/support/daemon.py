# SPDX-License-Identifier: GPL-3.0-or-later
"""The real kitlogd in a folder of its own on a free loopback port, and its HTTP interface."""

import http.cookiejar
import itertools
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

PROGRAM = os.environ.get("KITLOGD", "")
# Seconds; only for what must come sooner anyway. KITLOG_PATIENCE multiplies it, for a machine that others use.
PATIENCE = 30.0 * float(os.environ.get("KITLOG_PATIENCE", 1))
LOOK_S, SLOW = 0.01, 3


class Late(AssertionError):
    """What was waited for did not come."""


def wait_for(what, test, seconds=PATIENCE, pause=LOOK_S):
    """Asks until the answer is true, after a pause each time; returns it. A refused connection counts as "not yet".

    On a machine that is busy with something else each look takes longer, and so does what is waited for: patience
    ends when the time is over and it was looked as often as a machine of our own would have looked in a quarter of
    it; at the latest after thrice the time."""
    began, enough = time.monotonic(), seconds / pause / 4
    for looks in itertools.count(1):
        try:
            if answer := test():
                return answer
        except (OSError, ValueError):
            pass
        took = time.monotonic() - began
        if took > seconds and (looks > enough or took > SLOW * seconds):
            raise Late(f"{what}: not within {took:.0f} s")
        time.sleep(pause)


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Daemon:
    """`more` is YAML put behind the usual lines; `ports` are paths of serial ports."""

    def __init__(self, folder, ports=(), more="", data=None):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.data = pathlib.Path(data) if data else self.folder / "data"
        self.config = self.folder / "kitlogd.yaml"
        self.log = self.folder / "kitlogd.log"
        listed = "".join(f"\n    - {{path: {path}}}" for path in ports) or " []"
        self.config.write_text(
            f"board: test\ndata: {self.data}\nwall_clock: system\nhttp: {{port: {self.port}}}\n"
            f"serial:\n  scan: no\n  ports:{listed}\n{more}")
        self.process = None
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def start(self, program=PROGRAM):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([program, "--config", str(self.config)], stdin=subprocess.DEVNULL, stderr=log)
        return self

    def wait_ready(self):
        """Until its interface answers."""
        wait_for(f"kitlogd at port {self.port} (see {self.log})", lambda: self.get("status"))
        return self

    def wait_delivered(self, seconds=PATIENCE):
        """Until all that had come by now is on the card and at every sink."""
        now_us = self.get("status")["now_us"]

        def kept():
            status = self.get("status")
            return status["store"]["durable_us"] >= now_us and not status["store"]["pending_rows"] and status["now_us"]
        kept_us = wait_for("all that came, on the card", kept, seconds)
        wait_for("all that came, at the sinks", lambda: all(
            sink["state"] == "idle" and sink["rows_behind"] == 0 and sink["counted_us"] > kept_us
            for sink in self.get("sinks")["sinks"]), seconds)

    def end(self, signal_number=signal.SIGTERM):
        """Ends it and returns its exit status; None when it did not run."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal_number)
            try:
                return self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise Late("kitlogd did not stop") from None
        return self.process.returncode if self.process else None

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/api/v1/{path}"

    def get(self, path):
        with self.opener.open(self.url(path), timeout=PATIENCE) as answer:
            return json.load(answer)

    def fetch(self, path):
        with self.opener.open(self.url(path), timeout=PATIENCE) as answer:
            return answer.read()

    def post(self, path, body=None):
        request = urllib.request.Request(self.url(path), json.dumps(body or {}).encode(),
                                         {"Content-Type": "application/json"})
        with self.opener.open(request, timeout=PATIENCE) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def sign_in(self):
        self.post("login", {"pin": (self.data / "pin").read_text().strip()})

    def devices(self):
        return self.get("devices")["devices"]

    def wait_device(self, number=1):
        """Until so many devices are ready; returns them."""
        def ready():
            found = [device for device in self.devices() if device["state"] == "ready"]
            return found if len(found) >= number else None
        return wait_for(f"{number} ready device(s) (see {self.log})", ready)

    def said(self):
        return self.log.read_text()

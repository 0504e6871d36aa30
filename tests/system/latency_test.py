#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the byte at the port to the event at a browser: a board that prints lines on a pty at 100 Hz, the
real daemon, and 20 readers of its events. Each line carries its number, so each reader's arrival of each
row is compared with the moment the line was written. Promise: 99 of 100 within 100 ms.

What is measured contains this script's own slowness (one thread writes and reads 20 streams) and that of
the machine. So each line also goes through `cat` and back: when even that takes longer than 20 ms for one
in a hundred, the machine is too busy to judge by, and the round says so instead of failing."""

import json
import os
import pathlib
import pty
import select
import subprocess
import sys
import tempfile
import time
import tty

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import events  # noqa: E402

VIEWERS, RATE, SECONDS, ROUNDS = 20, 100, 10, 3
PROMISE_MS, BUSY_MS = 100.0, 20.0


class Echo:
    """What a program that does nothing takes on this machine."""

    def __init__(self):
        self.process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.late = []

    def say(self):
        self.process.stdin.write(b"%.6f\n" % time.monotonic())

    def fileno(self):
        return self.process.stdout.fileno()

    def take(self):
        now = time.monotonic()
        self.late += [(now - float(word)) * 1000 for word in os.read(self.fileno(), 65536).split()]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def numbers(event):
    """The numbers of the lines in a frame. When this script was late and wrote many at once they come as
    columns, each with the first and the last of its numbers."""
    for part in event.data:
        if "y" in part:
            yield from map(int, part["y"][0])
        else:
            for first, last in zip(part["min"][0], part["max"][0]):
                yield from range(int(first), int(last) + 1)


def play(port, readers, seconds, echo=None):
    """Writes lines and reads events at once; returns (written at, by number; [(number, came at)])."""
    written, came, number = {}, [], 0
    start = time.monotonic()
    listening = readers + ([echo] if echo else [])
    while time.monotonic() < start + seconds + 1:
        due = start + number / RATE
        while number < seconds * RATE and due <= time.monotonic():
            written[number] = time.monotonic()
            os.write(port, b"%d,%.2f,%.3f\n" % (number, 20 + number % 7, number / 8))
            if echo:
                echo.say()
            number += 1
            due = start + number / RATE
        for reader in select.select(listening, [], [], max(0.0, min(0.005, due - time.monotonic())))[0]:
            for event in reader.take() or []:
                assert event.name != "reset", "a reader was cut off"
                if event.name == "rows":
                    came += [(n, event.at) for n in numbers(event)]
    return written, came


def part(late, share):
    late = sorted(late)
    return round(late[min(len(late) - 1, int(share * len(late)))], 1)


def usage(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return ((int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
            int(status.split("VmRSS:")[1].split()[0]))


def measure(board, port, readers):
    """One round: (99 of 100 within so many ms, whether the machine was too busy to judge by)."""
    echo = Echo()
    before, _ = usage(board.process.pid)
    written, came = play(port, readers, SECONDS, echo)
    cpu, rss_kb = usage(board.process.pid)
    echo.close()
    late = [(at - written[n]) * 1000 for n, at in came]
    assert len(late) == VIEWERS * len(written), "each row once at each reader"
    figures = {"viewers": VIEWERS, "rate_hz": RATE, "rows": len(late), "p50_ms": part(late, .5),
               "p99_ms": part(late, .99), "max_ms": part(late, 1), "cat_p99_ms": part(echo.late, .99),
               "daemon_cpu_percent": round((cpu - before) / (SECONDS + 1) * 100, 2), "rss_kb": rss_kb}
    print(f"byte at the pty -> event at the reader: {json.dumps(figures)}", flush=True)
    return figures["p99_ms"], figures["cat_p99_ms"] > BUSY_MS


def run(folder, port, path):
    board = daemon.Daemon(folder, [path]).start()
    readers = []
    try:
        board.wait_ready()
        play(port, [], 1)
        board.wait_device()
        readers = [events.Events(board.port) for _ in range(VIEWERS)]
        for reader in readers:
            reader.wait(lambda event: event.name == "devices")
        play(port, readers, 2)  # settles
        rounds = []
        while len(rounds) < ROUNDS:
            rounds.append(measure(board, port, readers))
            if rounds[-1][0] <= PROMISE_MS:
                return 0
        if all(is_busy for _, is_busy in rounds):
            print("skipped: this machine is too busy to judge by; run it when nothing else runs")
            return 77
        print(f"99 of 100 within {min(p99 for p99, _ in rounds)} ms; promised are {PROMISE_MS} ms")
        return 1
    finally:
        for reader in readers:
            reader.close()
        board.end()


def main():
    port, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(port, False)
    with tempfile.TemporaryDirectory() as folder:
        return run(folder, port, os.ttyname(slave))


if __name__ == "__main__":
    sys.exit(main())

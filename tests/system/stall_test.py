#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The daemon is held up for three seconds (SIGSTOP), as by a sleeping machine or a debugger. What a board
without a clock said meanwhile is stamped when it is read: it must say that it may be as wrong as that, and
only that. A board that is pinged has its own clock: its stamps are as good as ever, and say so."""

import os
import pathlib
import pty
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import tty

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

RATE, BEFORE_S, STOPPED_S, AFTER_S = 50, 8.0, 3.0, 4.0
PRIME = 10007  # numbers of lines, so mixed that nobody takes them for a clock


class Printer(threading.Thread):
    """Prints a number RATE times a second; knows when it printed which. Board time is the kernel's monotonic
    clock in a store that has seen one boot only."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.written, self.is_over = port, {}, threading.Event()

    def run(self):
        start, n = time.monotonic(), 0
        while not self.is_over.is_set():
            word = n * 7919 % PRIME
            self.written[word] = time.monotonic_ns()
            try:
                os.write(self.port, b"%d\r\n" % word)
            except BlockingIOError:
                del self.written[word]
            n += 1
            time.sleep(max(0.0, start + n / RATE - time.monotonic()))


class History:
    """What was told of a stream's stamps, from the card, after the daemon has ended."""

    def __init__(self, data, stream):
        with sqlite3.connect(data / "kitlog.db") as db:
            self.told = db.execute("SELECT from_ns, ns FROM uncertainty WHERE stream = ? ORDER BY from_ns",
                                   (stream,)).fetchall()

    def at_us(self, stamp_us):
        """In microseconds; the API's stamps are whole ones."""
        held = [ns for from_ns, ns in self.told if from_ns // 1000 <= stamp_us]
        assert held, "rows of which nothing was told"
        return held[-1] / 1000


def rows_of(board, stream, since_us):
    answer = board.get(f"streams/{stream}/columns?columns=4000&from_us={since_us}")
    assert answer["is_raw"], "asked for single rows"
    assert answer["uncertainty_us"] is not None
    return answer["t_us"], answer["channels"][0]["y"], answer


def stopped_rows(board, printer, since_us):
    """[(stamp, written, when)] in microseconds, of the text board."""
    stamps, words, _ = rows_of(board, board.text, since_us)
    return [(stamp, printer.written[int(word)] / 1000) for stamp, word in zip(stamps, words)]


def line_through(points):
    n, mx, my = len(points), sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
    slope = sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x, _ in points)
    return n and (lambda x: my + slope * (x - mx))


def judge_text(rows, history, stopped, worst_us):
    held_up = [row for row in rows if stopped[0] <= row[1] < stopped[1] - 1e5]
    assert len(held_up) > RATE * STOPPED_S / 2, f"only {len(held_up)} rows waited"
    errors = [stamp - written for stamp, written in held_up]
    stated = [history.at_us(stamp) for stamp, _ in held_up]
    print(f"text board: {len(held_up)} rows waited, wrong by up to {max(errors) / 1e6:.3f} s, stated "
          f"±{min(stated) / 1e6:.3f} to ±{max(stated) / 1e6:.3f} s")
    assert max(errors) > STOPPED_S * 1e6 * 0.9, "the test did not hold it up"
    assert all(abs(error) <= u for error, u in zip(errors, stated)), "a stamp is worse than it says"
    assert max(stated) < (STOPPED_S + 5) * 1e6, "nor may it say more than what can have been"
    assert worst_us >= max(stated) * 0.999, "the API tells the largest in the range"
    calm = [history.at_us(stamp) for stamp, written in rows
            if written < stopped[0] - 1e6 or written > stopped[1] + 1e6]
    print(f"text board: the others say ±{sorted(calm)[len(calm) // 2]:.0f} us in the middle")
    assert sorted(calm)[len(calm) // 2] < 1e5, "and then it is over"


def judge_pinged(stamps, history, stopped):
    """Its samples are evenly spaced by its own clock, and rows are missing only where its port was full: the
    stamps lie on a line. What they are off it is what they are wrong, and what the others are that it goes
    through: so it is held against the largest that was stated. That the map covers is unit/timebase_test's."""
    period = 1e6 / RATE
    index = [0]
    for last, stamp in zip(stamps, stamps[1:]):
        index.append(index[-1] + round((stamp - last) / period))
    points = list(zip(index, stamps))
    line = line_through([p for p in points if not stopped[0] <= p[1] <= stopped[1] + 5e5])
    held_up = [p for p in points if stopped[0] <= p[1] <= stopped[1] + 5e5]
    assert len(held_up) > 10, "rows of the time when it was held up"
    worst = max(abs(stamp - line(i)) for i, stamp in held_up)
    stated = max(history.at_us(stamp) for _, stamp in points)
    print(f"pinged board: {len(held_up)} rows of that time, off by up to {worst:.0f} us, stated "
          f"up to ±{stated:.0f} us")
    assert worst <= stated < STOPPED_S * 1e5, "its own clock knows better"


def hold_up(board):
    """Returns the time of it in microseconds of board time."""
    begin = time.monotonic() * 1e6
    board.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(STOPPED_S)
    finally:
        end = time.monotonic() * 1e6
        board.process.send_signal(signal.SIGCONT)
    return begin, end


def run(folder):
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    pinged = f"{folder}/pinged"
    kit = subprocess.Popen([os.environ["KITLOG_VIRTUAL"], "--quiet", "--model", "wave", "--rate", str(RATE),
                            "--skew-ppm", "80", "--link", pinged])
    printer = Printer(master)
    board = daemon.Daemon(folder, [os.ttyname(slave), pinged])
    try:
        printer.start()
        board.start().wait_ready()
        devices = {device["family"]: device for device in board.wait_device(2)}
        board.text = devices["lines"]["streams"][0]["id"]
        board.pinged = devices["link"]["streams"][0]["id"]
        time.sleep(BEFORE_S)
        since_us = int((time.monotonic() - BEFORE_S / 2) * 1e6)
        stopped = hold_up(board)
        time.sleep(AFTER_S)
        now = {stream["id"]: stream for device in board.devices() for stream in device["streams"]}
        assert now[board.text]["stamps"] == "arrival" and now[board.pinged]["stamps"] == "device"
        assert 0 < now[board.text]["uncertainty_us"] < STOPPED_S * 1e6, "it is over"
        assert 0 < now[board.pinged]["uncertainty_us"] < 1e6
        daemon.wait_for("it is on the card", lambda: rows_of(board, board.text, since_us)[0][-1] > stopped[1] + 2e6)
        _, _, answer = rows_of(board, board.text, since_us)
        texts = stopped_rows(board, printer, since_us)
        ticks = rows_of(board, board.pinged, since_us)[0]
        assert answer["stamps"] == "arrival"
        board.end()
        judge_text(texts, History(board.data, board.text), stopped, answer["uncertainty_us"])
        judge_pinged(ticks, History(board.data, board.pinged), stopped)
    finally:
        board.end()
        kit.terminate()
        kit.wait(30)
        printer.is_over.set()
        printer.join(5)
        os.close(master)
        os.close(slave)


def main():
    if not os.environ.get("KITLOG_VIRTUAL"):
        print("skipped: KITLOG_VIRTUAL does not name the virtual kit")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        run(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wall clock of a machine that may be set: a step is noticed at once, and a pulse per second of the
kernel's (pps-ktimer) becomes an hour, together with a receiver's sentences."""

import os
import pathlib
import re
import tempfile
import threading
import time
import tty
import unittest

import machine
from inside import Daemon, wait_for

STEPS_S = (365 * 86400, 3600, -7200, -364 * 86400, 0.2)
AT_ONCE_S = 4       # the machine is slow; a look by the clock would take 5 s on the average
EPOCH_S = 1800000000  # of the receiver: 2027-01-15


class Steps(unittest.TestCase):
    def test_a_step_is_noticed_at_once_and_its_size_told(self):
        folder = tempfile.mkdtemp()
        board = Daemon(folder).start().wait_ready()
        self.addCleanup(board.end)
        wait_for("the first anchor", lambda: "(system)" in board.log.read_text())
        took = []
        for number, step in enumerate(STEPS_S, 1):
            before, began = time.clock_gettime(time.CLOCK_REALTIME), time.monotonic()
            time.clock_settime(time.CLOCK_REALTIME, before + step)

            def told():
                return re.findall(r"the wall clock was set by ([-+][\d.]+) s", board.log.read_text())
            wait_for(f"step {number}", lambda: len(told()) >= number)
            took.append(time.monotonic() - began)
            self.assertAlmostEqual(float(told()[-1]), step, delta=0.1)
            wait_for("its anchor", lambda: len(board.get("clock/boots")["anchors"]) == number + 1)
        print(f"steps were noticed within {', '.join(f'{s:.3f}' for s in took)} s", flush=True)
        self.assertLess(max(took), AT_ONCE_S)


def sentence(body):
    total = 0
    for byte in body.encode():
        total ^= byte
    return f"${body}*{total:02X}\r\n".encode()


class Pulse:
    """Of the kernel: how many there were, and when the last one was by CLOCK_REALTIME."""
    PATH = pathlib.Path("/sys/class/pps/pps0/assert")

    def __init__(self):
        stamp, sequence = self.PATH.read_text().strip().split("#")
        self.stamp, self.sequence = float(stamp), int(sequence)


class Receiver(threading.Thread):
    """Whose second EPOCH_S + n begins with pulse n; it prints that 200 ms later."""

    def __init__(self, link):
        super().__init__(daemon=True)
        self.near, far = os.openpty()
        tty.setraw(far)
        link.symlink_to(os.ttyname(far))
        self.over = threading.Event()

    def run(self):
        last = Pulse().sequence
        while not self.over.is_set():
            pulse = Pulse()
            if pulse.sequence == last:
                time.sleep(0.01)
                continue
            last = pulse.sequence
            time.sleep(max(0, pulse.stamp + 0.2 - time.time()))
            if time.time() - pulse.stamp > 0.6:
                continue  # this machine stood still: a receiver would not be so late
            when = time.gmtime(EPOCH_S + pulse.sequence)
            os.write(self.near, sentence(f"GNRMC,{time.strftime('%H%M%S', when)}.00,A,3957.0000,N,"
                                         f"11620.0000,E,0.1,0.0,{time.strftime('%d%m%y', when)},,,A"))


class Pps(unittest.TestCase):
    def test_a_pulse_and_its_sentence_are_the_hour(self):
        if not Pulse.PATH.exists():
            self.skipTest("the test machine's kernel has no pulse; run tests/vm/kernel/build.sh again")
        folder = pathlib.Path(tempfile.mkdtemp())
        receiver = Receiver(folder / "gps")
        board = Daemon(folder, [folder / "gps"])
        board.config.write_text(board.config.read_text().replace("wall_clock: system\n", ""))
        board.start().wait_ready()
        self.addCleanup(board.end)
        self.addCleanup(receiver.over.set)
        receiver.start()

        def claimed():
            return [a for a in board.get("clock/boots")["anchors"] if a["source"] == "pps"]
        (anchor, *_) = wait_for("an anchor by the pulse", claimed, 120)
        self.assertEqual(anchor["wall_us"] % 1000000, 0, "the pulse is where a second begins")
        self.assertLess(anchor["uncertainty_us"], 1000)
        # The same by this process's own reading of the clocks: the tightest of many.
        least, truth = 1e9, None
        for _ in range(50):
            before = time.time()
            now_us = board.get("clock")["now_us"]
            after = time.time()
            if after - before < least:
                pulse = Pulse()
                least, truth = after - before, (EPOCH_S + pulse.sequence
                                                + (before + after) / 2 - pulse.stamp) * 1e6 - now_us
        off = anchor["wall_us"] - anchor["at_us"] - truth
        print(f"by the pulse: {off:.0f} us off, within {least * 5e5:.0f} us of what can be seen from here; stated "
              f"+-{anchor['uncertainty_us']} us", flush=True)
        self.assertLess(abs(off), least * 5e5 + anchor["uncertainty_us"] + 2000)


if __name__ == "__main__":
    machine.main(__file__, 600)

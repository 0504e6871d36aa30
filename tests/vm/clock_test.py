#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The wall clock of a machine that may be set: a step is noticed at once, and a pulse per second of the
kernel's (pps-ktimer), which is read as it was stamped, and not believed where it is no second long."""

import os
import pathlib
import re
import subprocess
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
    def setUp(self):
        if not Pulse.PATH.exists():
            self.skipTest("the test machine's kernel has no pulse; run tests/vm/kernel/build.sh again")

    def test_a_pulse_is_read_as_the_kernel_stamped_it(self):
        """Through the ioctl, by the test beside the others, which has no pulse elsewhere."""
        subprocess.run([pathlib.Path(os.environ["KITLOG_BUILD"], "tests/flow/wall_pps_flow_test")], check=True)

    def test_a_pulse_that_is_no_second_long_is_left_alone(self):
        """The kernel's timer is tens of milliseconds late each time: the hour is by the sentences then."""
        folder = pathlib.Path(tempfile.mkdtemp())
        receiver = Receiver(folder / "gps")
        board = Daemon(folder, [folder / "gps"])
        board.config.write_text(board.config.read_text().replace("wall_clock: system\n", ""))
        first, began = Pulse(), time.monotonic()
        board.start().wait_ready()
        self.addCleanup(board.end)
        self.addCleanup(receiver.over.set)
        receiver.start()
        self.assertIn("/dev/pps0", wait_for("the pulse", lambda: "pps0" in (log := board.log.read_text()) and log))
        wait_for("the hour by the receiver", lambda: board.get("clock")["source"] == "gps")
        last = Pulse()
        print(f"{last.sequence - first.sequence} pulses in {last.stamp - first.stamp:.6f} s", flush=True)
        self.assertGreater(time.monotonic() - began, 2)
        self.assertNotIn("(pps)", board.log.read_text())


if __name__ == "__main__":
    machine.main(__file__, 600)

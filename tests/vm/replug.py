# SPDX-License-Identifier: GPL-3.0-or-later
"""What each kit must stand: being pulled out in the middle of everything, again and again."""

import os
import time

from inside import wait_for

TIMES = int(os.environ.get("KITLOG_REPLUGS", 50 if os.environ.get("KITLOG_LONG") else 10))
SETTLED = 5  # after so many replugs the daemon has what it will ever need
AGAIN_S, LATE_S = 2.0, 20.0 * float(os.environ.get("KITLOG_PATIENCE", 1))
ASK_S = 0.1  # to ask is work for the processor that all of this shares
GROWTH_KB = 1024


class Return:
    """Kits plugged in at once, on their way to recording: what is waited for in `wait`. Seconds until
    the first row of the last of them, by the rows' own stamps: what the board tells of a kit's health
    comes once a second only."""

    def __init__(self, daemon, kits):
        self.daemon, self.number = daemon, len(kits)
        self.start = self.settled = time.monotonic()
        self.start_us = daemon.get("status")["now_us"]
        for kit in kits:
            kit.plug()
        self.devices, self.took = [], 0.0

    def wait(self):
        wait_for(f"{self.number} kit(s) to record again", self.look, LATE_S, ASK_S)
        self.took = max(self.first_row(device) for device in self.devices)
        # The daemon leaves a device alone until udevd is through with it.
        self.took_after_udevd = self.took - (self.settled - self.start)
        return self

    def first_row(self, device):
        def stamps():
            return [row for stream in device["streams"] for row in self.daemon.get(
                f"streams/{stream['id']}/columns?columns=4000&from_us={self.start_us}")["t_us"]]
        return (min(wait_for("a row on the card", stamps, pause=ASK_S)) - self.start_us) / 1e6

    def look(self):
        if os.path.exists("/run/udev/queue"):
            self.settled = time.monotonic()
        self.devices = self.daemon.recording()
        return len(self.devices) == self.number

    def stickers(self):
        return {device["sticker"]: device["kit"] for device in self.devices}


def unplugged(daemon, device):
    """How often the board tells that the device was pulled out; its stamps rise."""
    told = [daemon.get(f"streams/{stream['id']}/columns?columns=4000&from_us=0") for stream in device["streams"]]
    for one in told:
        assert all(a < b for a, b in zip(one["t_us"], one["t_us"][1:])), "stamps rise"
    return max(len({gap["from_us"] for gap in one["gaps"] if gap["reason"] == "unplugged"}) for one in told)


def middle(numbers):
    return sorted(numbers)[len(numbers) // 2]


def replug(test, daemon, *kits, times=TIMES):
    """Pulls all `kits` out at once and plugs them in (plug, unplug). Promise: the same stickers
    each time, recording again within two seconds, a gap for each unplugging, no growth.

    In this machine udevd alone may need seconds when the host is busy: the two seconds count from
    when it has nothing left to do, and are judged by the middle of all replugs; none may take
    longer than LATE_S."""
    first = Return(daemon, kits).wait()
    stickers, known = first.stickers(), len(daemon.devices())
    before = {device["id"]: unplugged(daemon, device) for device in first.devices}
    returns, weights = [], []
    for _ in range(times):
        for kit in kits:
            kit.unplug()
        wait_for("the devices to be gone", lambda: not daemon.recording(), pause=ASK_S)
        returns.append(Return(daemon, kits).wait())
        test.assertEqual(returns[-1].stickers(), stickers)
        weights.append(daemon.weight())
    test.assertEqual(len(daemon.devices()), known, "the same devices")
    for device in returns[-1].devices:
        test.assertEqual(unplugged(daemon, device) - before[device["id"]], times, "a gap for each unplugging")
    took, after_udevd = [[getattr(each, name) for each in returns]
                         for name in ("took", "took_after_udevd")]
    descriptors, resident = zip(*weights[min(SETTLED, times - 1):])
    print(f"{len(kits)} kit(s), {times} replugs: recording again after {middle(took):.2f} s, at "
          f"most {max(took):.2f} s (after udevd {middle(after_udevd):.2f} s, {max(after_udevd):.2f} s, "
          f"{sum(each > AGAIN_S for each in after_udevd)} later than {AGAIN_S:.0f} s); "
          f"{descriptors[0]} to {descriptors[-1]} descriptors, {resident[0]} to {resident[-1]} kB",
          flush=True)
    test.assertLess(middle(after_udevd), AGAIN_S)
    # A file or a connection may be open for a moment; what leaks does so each time.
    test.assertLess(min(descriptors[-3:]) - min(descriptors[:3]), max(1, (times - SETTLED) / 2))
    test.assertLess(resident[-1] - resident[0], GROWTH_KB)

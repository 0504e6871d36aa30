#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's sensors in the daemon, against a real IIO device of the kernel: its dummy, which has
a voltage, an acceleration, and a buffer that a timer fills."""

import os
import pathlib
import time
import unittest

import machine
from inside import CONFIGFS, HotPlugDaemon, wait_for

KIT = """\
kit: {name}
name: {{zh: 内核里的假传感器, en: The kernel's dummy}}
iio: {{name: [{name}]{more}}}
rate: {rate} Hz
channels:
  - {{id: volts, name: {{zh: 电压, en: Voltage}}, quantity: voltage, unit: mV, range: [-1e6, 1e6],
      resolution: 0.001, from: in_voltage0}}
  - {{id: ax, name: {{zh: 加速度, en: Acceleration}}, quantity: acceleration, unit: m/s2,
      range: [-1e3, 1e3], resolution: 1e-6, from: in_accel_x}}
"""


class DummySensor:
    """A device of the kernel's iio_simple_dummy; gone at the end of the test."""

    def __init__(self, test, name):
        self.folder = CONFIGFS / "iio" / "devices" / "dummy" / name
        self.name = name
        test.addCleanup(self.unplug)

    def plug(self):
        self.folder.mkdir()
        (self.sysfs,) = [device for device in pathlib.Path("/sys/bus/iio/devices").iterdir()
                         if device.name.startswith("iio:device") and
                         (device / "name").read_text().strip() == self.name]
        return self

    def unplug(self):
        if self.folder.exists():
            self.folder.rmdir()

    def value(self, channel):
        """(raw + offset) * scale, as the kernel's ABI defines it."""
        def number(what, usual):
            for name in (f"{channel}_{what}", channel.rsplit("_", 1)[0] + f"_{what}"):
                if (self.sysfs / name).exists():
                    return float((self.sysfs / name).read_text())
            return usual
        return (number("raw", 0) + number("offset", 0)) * number("scale", 1)


class Timer:
    """A trigger of the kernel's: so many times a second."""

    def __init__(self, test, name, hz):
        self.folder = CONFIGFS / "iio" / "triggers" / "hrtimer" / name
        self.folder.mkdir()
        test.addCleanup(self.folder.rmdir)
        (trigger,) = [trigger for trigger in pathlib.Path("/sys/bus/iio/devices").glob("trigger*")
                      if (trigger / "name").read_text().strip() == name]
        (trigger / "sampling_frequency").write_text(str(hz))


@unittest.skipUnless(os.path.isdir("/sys/bus/iio"), "this kernel has no IIO; "
                     "tests/vm/kernel/build.sh builds one that has")
class Iio(unittest.TestCase):
    def start(self, name, rate, more=""):
        folder = pathlib.Path("/run/kits", name, name)
        folder.mkdir(parents=True)
        (folder / "kit.yaml").write_text(KIT.format(name=name, rate=rate, more=more))
        self.daemon = HotPlugDaemon(self, f"kits: [{folder.parent}]\n").start().wait_ready()

    def read(self, sensor):
        """What the daemon shows, when it is what the kernel says."""
        def right():
            for device in self.daemon.recording(kit=sensor.name):
                now = {c["id"]: c["last"] for s in device["streams"] for c in s["channels"]}
                if all(now[channel] is not None and
                       abs(now[channel] - sensor.value(file)) < 0.01 for channel, file in
                       (("volts", "in_voltage0"), ("ax", "in_accel_x"))):
                    return device
            return None
        return wait_for(f"the kernel's values ({self.daemon.devices()})", right)

    def test_is_found_when_it_appears_and_read_as_the_kernel_reads_it(self):
        self.start("dummy-polled", 10)
        sensor = DummySensor(self, "dummy-polled").plug()
        self.read(sensor)
        sensor.unplug()
        wait_for("the device to be gone", lambda: not self.daemon.recording())

    def beats(self):
        """(rows that came or are told as lost, when): a beat is lost when the machine stands still."""
        health = self.daemon.devices()[0]["health"]
        return health["rows"] + health["lost_rows"], time.monotonic()

    def test_each_beat_of_a_buffers_timer_comes_or_is_told_as_lost(self):
        Timer(self, "dummy-buffered-dev0", 50)
        sensor = DummySensor(self, "dummy-buffered").plug()
        (sensor.sysfs / "trigger" / "current_trigger").write_text("dummy-buffered-dev0")
        self.start("dummy-buffered", 50, ", buffered: yes")
        wait_for("a recording", self.daemon.recording)
        first, start = self.beats()
        # On a busy host the machine's timer is late, and makes up for it: long enough that it evens out.
        wait_for("1000 beats more", lambda: self.beats()[0] > first + 1000, 300)
        last, end = self.beats()
        self.assertAlmostEqual((last - first) / (end - start), 50, delta=10)
        self.assertEqual(self.daemon.devices()[0]["health"]["bad_frames"], 0)


if __name__ == "__main__":
    machine.main(__file__, 120)

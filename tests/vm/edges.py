# SPDX-License-Identifier: GPL-3.0-or-later
"""GPIO from both sides: a chip of the kernel's gpio-sim, whose lines a test moves, and a reader of
edges that uses the kernel's own interface (linux/gpio.h, version 2), with no library between."""

import collections
import fcntl
import os
import select
import struct
import subprocess

from inside import CONFIGFS, PROGRAMS, wait_for

GET_LINE = 0xC250B407  # GPIO_V2_GET_LINE_IOCTL
GET_LINE_INFO = 0xC100B405  # GPIO_V2_GET_LINEINFO_IOCTL
USED = 1 << 0
INPUT, RISING, FALLING = 1 << 2, 1 << 4, 1 << 5

# stamp in ns of CLOCK_MONOTONIC, level after the edge, line, number of the edge in the request and
# on its line
Edge = collections.namedtuple("Edge", "stamp level line seqno line_seqno")
# what inject_edges did: the edge came between the two instants
Injected = collections.namedtuple("Injected", "line level before after")


class GpioSim:
    """A chip with so many lines, the named ones with a name; gone at the end of the test."""

    def __init__(self, test, name="sim0", lines=8, names=()):
        self.folder = CONFIGFS / "gpio-sim" / name
        bank = self.folder / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(lines))
        (bank / "label").write_text(name)
        self.lines = []
        for number, line_name in enumerate(names):
            line = bank / f"line{number}"
            line.mkdir()
            (line / "name").write_text(line_name)
            self.lines.append(line)
        test.addCleanup(self.remove)
        self.plug()

    def plug(self):
        (self.folder / "live").write_text("1")
        bank = self.folder / "bank0"
        self.chip = (bank / "chip_name").read_text().strip()
        device = (self.folder / "dev_name").read_text().strip()
        self.path = f"/dev/{self.chip}"
        self.sysfs = f"/sys/devices/platform/{device}/{self.chip}"
        wait_for(self.path, lambda: os.path.exists(self.path))

    def unplug(self):
        (self.folder / "live").write_text("0")

    def remove(self):
        self.unplug()
        for folder in (*self.lines, self.folder / "bank0", self.folder):
            folder.rmdir()

    def wait_held(self, line):
        """Until a program holds the line."""
        def is_held():
            request = struct.pack("=64xI188x", line)
            with open(self.path, "rb") as chip:
                answer = fcntl.ioctl(chip, GET_LINE_INFO, request)
            return struct.unpack_from("=Q", answer, 72)[0] & USED
        wait_for(f"line {line} of {self.path} to be in use", is_held)

    def pull(self, line):
        """The file that moves a line."""
        return f"{self.sysfs}/sim_gpio{line}/pull"

    def set(self, line, level):
        with open(self.pull(line), "w") as file:
            file.write("pull-up" if level else "pull-down")

    def value(self, line):
        """What a program drives the line to, or what it is pulled to."""
        with open(f"{self.sysfs}/sim_gpio{line}/value") as file:
            return int(file.read())

    def start_injection(self, *arguments, lines=(0,), edges=None):
        """Starts inject_edges; `edges` are (offset in ns, place in `lines`, level)."""
        command = [PROGRAMS / "inject_edges", *map(str, arguments), *map(self.pull, lines)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        if edges:
            process.stdin.write("".join(f"{at} {place} {level}\n" for at, place, level in edges))
        process.stdin.close()
        return process

    def injected(self, process, lines=(0,)):
        """Waits for it to end; what it did, with the numbers of the lines."""
        with process.stdout as output:
            rows = [[int(word) for word in row.split()] for row in output]
        assert process.wait() == 0, "inject_edges failed"
        return [Injected(lines[line], *rest) for line, *rest in rows]


class Edges:
    """Both edges of some lines of a chip."""

    def __init__(self, test, chip, lines, buffer=1024):
        offsets = list(lines) + [0] * (64 - len(lines))
        request = struct.pack("=64I32sQI20x240xII20xi", *offsets, b"test",
                              INPUT | RISING | FALLING, 0, len(lines), buffer, 0)
        with open(chip, "rb") as file:
            answer = fcntl.ioctl(file, GET_LINE, request)
        self.fd = struct.unpack_from("=i", answer, len(answer) - 4)[0]
        test.addCleanup(self.close)

    def close(self):
        if self.fd is not None:
            os.close(self.fd)
            self.fd = None

    def take(self):
        """What has come and was not taken yet."""
        found = []
        while select.select([self.fd], [], [], 0)[0]:
            data = os.read(self.fd, 48 * 256)
            for at in range(0, len(data), 48):
                stamp, kind, *rest = struct.unpack_from("=QIIII", data, at)
                found.append(Edge(stamp, 1 if kind == 1 else 0, *rest))
        return found

    def take_until(self, number):
        """So many, or all that came before none came for two seconds."""
        found = []
        while len(found) < number and select.select([self.fd], [], [], 2.0)[0]:
            found += self.take()
        return found

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""The micro:bit's unmodified firmware in QEMU, which has its timer, serial line, pins and memory, but
neither its converter nor its thermometer: those must be told as absent and their samples as missing."""

import os
import pathlib
import shutil
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import link  # noqa: E402
import simulated  # noqa: E402

QEMU = shutil.which("qemu-system-arm")
FIRMWARE = os.environ.get("MICROBIT_ELF", "")
GPIO_OUT = 0x50000504
ROW_1, BUTTON_A, BUTTON_B = 13, 17, 26
BUTTONS = 1  # the stream


class Microbit(simulated.Simulator):
    """QEMU, and through its test protocol the pins: no change to the firmware."""

    def __init__(self, test, path):
        self.door = f"{path}.qtest"
        super().__init__(test, path, QEMU, "-M", "microbit", "-display", "none", "-monitor", "none",
                         "-chardev", "stdio,id=line,signal=off", "-serial", "chardev:line",
                         "-qtest", f"unix:{self.door},server=on,wait=off", "-qtest-log", "none",
                         "-kernel", FIRMWARE)
        self.test, self.pins = test, None

    def ask(self, words):
        if not self.pins:
            door = socket.socket(socket.AF_UNIX)
            self.test.addCleanup(door.close)
            door.settimeout(10)
            door.connect(self.door)
            self.pins = door.makefile("rw")
            self.test.addCleanup(self.pins.close)
        self.pins.write(words + "\n")
        self.pins.flush()
        answer = self.pins.readline().split()
        self.test.assertEqual(answer[0], "OK", answer)
        return answer[1:]

    def press(self, pin, is_pressed):
        self.ask(f"set_irq_in /machine/nrf51 unnamed-gpio-in {pin} {int(not is_pressed)}")


class MicrobitInQemu(simulated.Promises, unittest.TestCase):
    MODEL = "microbit"
    UID = "0300000078563412"  # as QEMU's factory wrote it
    STREAMS = {
        "analog": (False, [(name, "voltage", "mV") for name in ("p0", "p1", "p2")]),
        "buttons": (True, [(name, "state", "1") for name in ("button_a", "button_b")]),
        "temperature": (False, [("chip", "temperature", "Cel")]),
    }
    FAST, FAST_US = "analog", 1000

    def plug_in(self, path):
        return Microbit(self, path)

    def light(self, simulator):
        return bool(int(simulator.ask(f"readl {GPIO_OUT:#x}")[0], 16) >> ROW_1 & 1)

    def test_a_button_is_down_while_it_is_pressed(self):
        simulator, host = self.plug_in_with_host()
        _, streams = host.describe()
        self.assertTrue(host.set(BUTTONS, streams[BUTTONS], True, 5000)[0])
        for pin, wanted in ((BUTTON_A, (1, 0)), (BUTTON_B, (0, 1))):
            for is_pressed in (True, False):
                simulator.press(pin, is_pressed)
                row = wanted if is_pressed else (0, 0)
                host.wait(lambda f: f.kind == link.DATA and f.stream == BUTTONS and
                          streams[BUTTONS].samples(f)[-1][2] == row, f"buttons {row}")
        self.assertEqual({raws for _, _, raws in host.samples(BUTTONS, streams[BUTTONS])},
                         {(0, 0), (1, 0), (0, 1)})

    def test_what_qemu_does_not_have_is_missing_and_never_a_number(self):
        _, host = self.plug_in_with_host()
        _, streams = host.describe()
        for number in (0, 2):
            host.set(number, streams[number], True)
        host.listen(3)
        for number in (0, 2):
            samples = host.samples(number, streams[number])
            self.assertGreater(len(samples), 1)
            self.assertEqual({raw for _, _, raws in samples for raw in raws}, {link.MISSING[2]})


if __name__ == "__main__":
    if not simulated.BRIDGE or not FIRMWARE or not os.path.exists(FIRMWARE):
        print("skipped: no firmware for the micro:bit (needs gcc-arm-none-eabi)")
        sys.exit(77)
    if not QEMU:
        print("skipped: no QEMU with the micro:bit (needs qemu-system-arm)")
        sys.exit(77)
    unittest.main()

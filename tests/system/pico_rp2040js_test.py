#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Pico's unmodified firmware, as the file that is dragged onto it, in rp2040js: what it measures is
what there was to measure, when it says. GP26 shows the chip's own time, so a sample tells when it was
taken. The chip's boot program is not in the simulator, its flash chip's number is."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import link  # noqa: E402
import simulated  # noqa: E402

NODE = shutil.which("node") or shutil.which("nodejs")
PROGRAM = str(SUPPORT / "rp2040" / "pico_sim.mjs")
FIRMWARE = os.environ.get("PICO_UF2", "")
ANALOG, TEMPERATURE = range(2)
SHOWN_US = 100  # GP26 shows the time in this unit, modulo 4096


class Pico(simulated.Simulator):
    def __init__(self, test, path, *options):
        self.lamp = pathlib.Path(f"{path}.lamp")
        super().__init__(test, path, NODE, PROGRAM, FIRMWARE, "--lamp", str(self.lamp), *options)

    def changes(self):
        """[(us, level)] of the light on the board, from its first going on."""
        rows = [tuple(map(int, line.split())) for line in self.lamp.read_text().splitlines()]
        return rows[1:]  # the first one is the pin becoming an output


class Common(simulated.Promises):
    MODEL = "pico"
    UID = "e66038b713952a31"  # as flash chips tell it
    STREAMS = {
        "analog": (True, [(name, "voltage", "mV") for name in ("gp26", "gp27", "gp28")]),
        "temperature": (True, [("chip", "temperature", "Cel")]),
    }
    FAST, FAST_US = "analog", 1000

    def light(self, simulator):
        changes = simulator.changes()
        return bool(changes and changes[-1][1])

    def blinks(self, simulator, seconds):
        """None can be missed: the simulator writes them down."""
        before = len(simulator.changes())
        time.sleep(seconds)
        return sum(level for _, level in simulator.changes()[before:])


class PicoAtItsUart(Common, unittest.TestCase):
    def plug_in(self, path):
        return Pico(self, path, "--uid", self.UID)

    def check_analog(self, stream, samples):
        """Each begins with its stamp, and carries what there was."""
        for _, t_us, (time_shown, *constant) in samples:
            late_us = (time_shown - t_us // SHOWN_US) * SHOWN_US
            self.assertIn(late_us % (4096 * SHOWN_US), (0, SHOWN_US))
            self.assertEqual(constant, [2048, 4095])
        self.assertAlmostEqual(stream.channels[0].value(2048), 1650, places=4)

    def test_a_sample_is_taken_when_it_says_at_1_khz(self):
        _, host = self.plug_in_with_host()
        _, streams = host.describe()
        for number, stream in enumerate(streams):
            self.assertTrue(host.set(number, stream, True, stream.period_min_us)[0])
        host.listen(5)
        samples = host.samples(ANALOG, streams[ANALOG])
        self.assertGreater(len(samples), 1000)
        self.assertEqual([index for index, _, _ in samples], list(range(len(samples))))
        self.check_analog(streams[ANALOG], samples)
        temperatures = host.samples(TEMPERATURE, streams[TEMPERATURE])
        self.assertGreater(len(temperatures), 10)
        self.assertEqual({raws for _, _, raws in temperatures}, {(881,)})
        self.assertAlmostEqual(streams[TEMPERATURE].channels[0].value(881), 24.8, delta=0.05)

    def test_a_change_of_period_leaves_no_old_sample(self):
        _, host = self.plug_in_with_host()
        _, streams = host.describe()
        for period_us in (1000, 3000, 20000, 1700):
            self.assertEqual(host.set(ANALOG, streams[ANALOG], True, period_us), (True, period_us))
            begin = max(n for n, (_, frame) in enumerate(host.frames) if frame.kind == link.ACK)
            host.listen(1)
            samples = host.samples(ANALOG, streams[ANALOG], begin)
            self.assertEqual([index for index, _, _ in samples], list(range(len(samples))))
            self.check_analog(streams[ANALOG], samples)
        self.assertEqual(host.set(ANALOG, streams[ANALOG], True, 999), (False, 4))

    def test_the_clock_question_is_answered_to_the_point(self):
        """While data fill the line: t_tx is when the answer began to leave, not when it was made."""
        _, host = self.plug_in_with_host()
        _, streams = host.describe()
        host.ping(0)
        idle = [host.ping(n) for n in range(1, 20)]
        # Up to 2 ms of it are random (LINK.md, "Clock").
        self.assertLess(sorted(t_tx - t_rx for _, t_rx, t_tx, _ in idle)[10], 2_000)
        host.set(ANALOG, streams[ANALOG], True, 1000)
        busy = [host.ping(n) for n in range(100, 120)]
        self.assertLess(max(t_tx - t_rx for _, t_rx, t_tx, _ in busy), 30_000)

    def test_each_blink_lasts_a_tenth_of_a_second(self):
        simulator, host = self.plug_in_with_host()
        host.describe()
        self.identify(host, 12)
        host.wait(lambda f, end=host.frames[-1][1].t_us + 1_300_000: f.kind == link.STAT and f.t_us > end,
                  "STAT behind the last blink")
        changes = simulator.changes()
        self.assertEqual([level for _, level in changes], [1, 0] * 6)
        for (begin_us, _), (end_us, _) in zip(changes, changes[1:]):
            self.assertAlmostEqual(end_us - begin_us, 100_000, delta=2_000)

    def test_a_flash_chip_without_a_number_gives_one_that_says_so(self):
        self.plug_in = lambda path: Pico(self, path)
        _, host = self.plug_in_with_host()
        self.assertEqual(host.describe()[0].uid, b"kp" + bytes(6))

    def test_a_broken_second_boot_stage_is_never_started(self):
        with tempfile.TemporaryDirectory() as folder:
            broken = bytearray(pathlib.Path(FIRMWARE).read_bytes())
            broken[32] ^= 1
            path = pathlib.Path(folder) / "broken.uf2"
            path.write_bytes(broken)
            run = subprocess.run([NODE, PROGRAM, path], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(run.returncode, 0)
            self.assertIn("the checksum of the second boot stage is wrong", run.stderr)


class PicoAtItsUsb(Common, unittest.TestCase):
    def plug_in(self, path):
        self.told = pathlib.Path(f"{path}.usb")
        return Pico(self, path, "--uid", self.UID, "--usb", str(self.told))

    def test_tells_the_host_that_it_is_a_serial_port_with_its_own_number(self):
        _, host = self.plug_in_with_host()
        host.describe()
        told = {key: bytes(value) for key, value in json.loads(self.told.read_text()).items()}
        device, configuration = told["1.0"], told["2.0"]
        self.assertEqual((len(device), device[:2]), (18, b"\x12\1"))
        self.assertEqual(device[8:12].hex(), "8a2e0a00")
        self.assertEqual(len(configuration), int.from_bytes(configuration[2:4], "little"))
        parts, at = [], 0
        while at < len(configuration):
            parts.append(configuration[at:at + configuration[at]])
            at += configuration[at]
        self.assertEqual([(part[5], part[6]) for part in parts if part[1] == 4], [(2, 2), (10, 0)])
        self.assertEqual([part[2] for part in parts if part[1] == 5], [0x81, 0x02, 0x82])
        texts = [told[f"3.{index}"][2:].decode("utf-16-le") for index in device[14:17]]
        self.assertEqual(texts, ["kitlog", "Pico", self.UID])
        self.assertEqual(told["coding.0"], bytes.fromhex("00c20100000008"))

    def test_the_uart_is_the_line_while_nobody_has_the_port_open(self):
        simulator, host = self.plug_in_with_host()
        _, streams = host.describe()
        self.assertTrue(host.set(ANALOG, streams[ANALOG], True, 1000)[0])
        for _ in range(4):
            simulator.tell(signal.SIGUSR1)
            host.listen(0.5)
            self.assertEqual(host.set(ANALOG, streams[ANALOG], True), (True, 1000))
        # A packet that was under way when the port was closed may be lost.
        self.assertLess(host.lost + host.receiver.bad, 20)
        samples = host.samples(ANALOG, streams[ANALOG])
        self.assertGreater(len(samples), 300)
        self.assertLess(samples[-1][0] + 1 - len({index for index, _, _ in samples}), 400)


if __name__ == "__main__":
    if not simulated.BRIDGE or not FIRMWARE or not os.path.exists(FIRMWARE):
        print("skipped: no firmware for the Pico (needs gcc-arm-none-eabi)")
        sys.exit(77)
    if not NODE:
        print("skipped: no Node.js for the simulator")
        sys.exit(77)
    if subprocess.run([NODE, PROGRAM, "--can-run"], timeout=60).returncode:
        sys.exit(77)
    unittest.main()

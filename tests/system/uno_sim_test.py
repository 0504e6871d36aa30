#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Uno's unmodified firmware in a simulator: what it measures is what there was to measure."""

import os
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import board  # noqa: E402
import link  # noqa: E402

PROGRAM = os.environ.get("UNO_SIM", "")
FIRMWARE = os.path.join(os.environ.get("KITLOG_BUILD", ""), "firmware", "uno.elf")
A0, ANALOG, LIGHT, TEMPERATURE, LOAD = range(5)
CYCLES_PER_US = 16
STACK_SPARE = 112  # bytes: room for an interrupt at a worse moment than any here


class Uno:
    """uno-sim with the given scripts, and a host at its other end; both end with the test."""

    def __init__(self, test, *options, **scripts):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        words = [PROGRAM, "--link", str(self.folder / "tty"), "--truth", str(self.folder / "truth"),
                 "--sent", str(self.folder / "sent"), "--lamp", str(self.folder / "lamp"), *options]
        for name, script in scripts.items():
            (self.folder / name).write_text(script)
            words += ["--" + name, str(self.folder / name)]
        with (self.folder / "said").open("w") as said:
            self.process = subprocess.Popen([*words, FIRMWARE], stdout=subprocess.DEVNULL,
                                            stderr=said)
        test.addCleanup(self.end)
        self.board = board.Board(str(self.folder / "tty"))
        test.addCleanup(self.board.close)

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(10)

    def said(self):
        """What uno-sim said at its end."""
        self.end()
        return (self.folder / "said").read_text()

    def truth(self):
        """[(us, mV, value)] of each conversion of A0; ends the simulation."""
        self.end()
        lines = (self.folder / "truth").read_text().splitlines()
        rows = [tuple(map(int, line.split())) for line in lines]
        return [(cycle / CYCLES_PER_US, mv, value) for cycle, mv, value in rows]

    def lamp(self):
        """[(us, level)] of each change of the light on the board; ends the simulation."""
        self.end()
        rows = [map(int, line.split()) for line in (self.folder / "lamp").read_text().splitlines()]
        return [(cycle / CYCLES_PER_US, level) for cycle, level in rows]

    def sent(self):
        """[(us, Frame)] of all that left the board, with the instant of the first byte; ends it."""
        self.end()
        frames, receiver, begin_us = [], link.Receiver(), None
        for line in (self.folder / "sent").read_text().splitlines():
            cycle, byte = map(int, line.split())
            if begin_us is None:
                begin_us = cycle / CYCLES_PER_US
            frames += [(begin_us, frame) for frame in receiver.feed(bytes([byte]))]
            if byte == 0:
                begin_us = None
        return frames


def last_stat(host):
    frame = [frame for _, frame in host.frames if frame.kind == link.STAT][-1]
    return dict(zip(("uptime_s", "lost_samples", "bad_frames", "lost_bytes"),
                    struct.unpack("<IIII", frame.payload)))


def runs_of(host, number, stream):
    """The values of a stream of one channel, each once for as long as it stays."""
    raws = [raws[0] for _, _, raws in host.samples(number, stream)]
    return [raw for n, raw in enumerate(raws) if n == 0 or raws[n - 1] != raw]


def presence_told(host, number):
    return [frame.payload[2] & link.PRESENT for _, frame in host.frames
            if frame.kind == link.DESC and frame.stream == number and frame.payload[0] == 0]


class UnoInTheSimulator(unittest.TestCase):
    def check_a0(self, samples, truth, period_us):
        """Every sample is the converter's, without a hole, and begun when it says."""
        self.assertEqual([index for index, _, _ in samples], list(range(len(samples))))
        first = samples[0][1]
        # The run is the stretch of conversions that begins where the first stamp points.
        begin = min(range(len(truth)), key=lambda n: abs(truth[n][0] - first))
        run = truth[begin:begin + len(samples)]
        zero = statistics.median(at - t_us for (at, _, _), (_, t_us, _) in zip(run, samples))
        for (at, _, value), (_, t_us, (raw,)) in zip(run, samples):
            self.assertEqual(raw, value)
            self.assertLess(abs(at - zero - t_us), 40, "conversion begins with its stamp")
        spacings = [b[0] - a[0] for a, b in zip(run, run[1:])]
        self.assertAlmostEqual(statistics.mean(spacings), period_us, delta=0.05)

    def test_a0_at_1_khz_is_the_converters_to_the_last_sample(self):
        uno = Uno(self, "--adc-sine", "3")
        _, streams = uno.board.describe()
        self.assertEqual(uno.board.set(A0, streams[A0], True, 1000), (True, 1000))
        uno.board.listen(10)
        self.assertEqual((uno.board.lost, uno.board.receiver.bad), (0, 0))
        self.assertEqual(last_stat(uno.board)["lost_samples"], 0)
        samples = uno.board.samples(A0, streams[A0])
        self.assertGreater(len(samples), 9500)
        self.check_a0(samples, uno.truth(), 1000)

    def test_a0_stays_on_time_while_all_the_others_work(self):
        uno = Uno(self, "--adc-sine", "7", light="0 4660", temperature="0 401", load="0 -123456")
        host = uno.board
        _, streams = host.describe()
        for number, stream in enumerate(streams):
            self.assertTrue(host.set(number, stream, True, stream.period_min_us
                                     if number in (ANALOG, LIGHT, TEMPERATURE) else 0)[0])
        host.listen(10)
        for nonce in range(20):
            host.ping(nonce)
        self.assertEqual((host.lost, host.receiver.bad), (0, 0))
        self.assertEqual(last_stat(host)["lost_samples"], 0)
        self.check_a0(host.samples(A0, streams[A0]), uno.truth(), 1000)
        for number, wanted, least in ((ANALOG, (204, 409, 613), 900), (LIGHT, (4660,), 35),
                                      (TEMPERATURE, (401,), 8), (LOAD, (-123456,), 90)):
            samples = host.samples(number, streams[number])
            self.assertGreater(len(samples), least, streams[number].name)
            self.assertEqual({raws for _, _, raws in samples}, {wanted}, streams[number].name)
            self.assertEqual([index for index, _, _ in samples], list(range(len(samples))))

    def test_the_stack_stays_clear_of_the_variables(self):
        # Every task at its deepest: a SET in the middle of a run sends what was gathered before.
        uno = Uno(self, "--adc-sine", "7", light="0 4660", temperature="0 401", load="0 -123456")
        host = uno.board
        _, streams = host.describe()
        for number, stream in enumerate(streams):
            self.assertTrue(host.set(number, stream, True, stream.period_min_us
                                     if number in (ANALOG, LIGHT, TEMPERATURE) else 0)[0])
        for n in range(50):
            self.assertTrue(host.set(A0, streams[A0], True, 700 + 10 * n)[0])
            self.assertTrue(host.set(ANALOG, streams[ANALOG], True, 10_000 + 100 * n)[0])
            host.send(link.HELLO)
            host.ping(n)
        spare = int(re.search(r"(\d+) bytes of memory were never used", uno.said())[1])
        print(f"{spare} bytes between the stack and the variables")
        self.assertGreaterEqual(spare, STACK_SPARE)

    def test_a0_at_2_khz_is_complete(self):
        uno = Uno(self, "--adc-sine", "11")
        _, streams = uno.board.describe()
        self.assertEqual(uno.board.set(A0, streams[A0], True, 500), (True, 500))
        uno.board.listen(4)
        self.assertEqual(last_stat(uno.board)["lost_samples"], 0)
        self.check_a0(uno.board.samples(A0, streams[A0]), uno.truth(), 500)

    def test_a0_keeps_slow_periods_too(self):
        uno = Uno(self, "--adc-sine", "0.3")
        _, streams = uno.board.describe()
        self.assertEqual(uno.board.set(A0, streams[A0], True, 100000), (True, 100000))
        uno.board.listen(4)
        self.check_a0(uno.board.samples(A0, streams[A0]), uno.truth(), 100000)

    def test_a_change_of_period_leaves_no_old_sample(self):
        uno = Uno(self, "--adc-sine", "5")
        host = uno.board
        _, streams = host.describe()
        for period_us in (700, 1000, 900, 1300):
            host.set(A0, streams[A0], True, period_us)
            host.listen(0.5)
        # DATA of the new setting comes behind the ACK, perhaps in one read with it.
        answer = max(n for n, (_, frame) in enumerate(host.frames) if frame.kind == link.ACK)
        self.check_a0(host.samples(A0, streams[A0], answer), uno.truth(), 1300)

    def test_sensors_follow_what_they_are_exposed_to(self):
        # Each script has a value before and one after; an old reading would show as a third.
        uno = Uno(self, light="0 100\n5 65535", temperature="0 -880\n5 2000",
                  load="0 -8388608\n5 8388607")
        host = uno.board
        _, streams = host.describe()
        for number in (LIGHT, TEMPERATURE, LOAD):
            self.assertTrue(host.set(number, streams[number], True)[0])
        host.wait(lambda f: f.kind == link.STAT and f.t_us > 9_000_000, "STAT at 9 s")
        for number, before, after, slack_us in ((LIGHT, 100, 65535, 30_000),
                                                (TEMPERATURE, -880, 2000, 30_000),
                                                (LOAD, -8388608, 8388607, 110_000)):
            samples = host.samples(number, streams[number])
            for _, t_us, (raw,) in samples:
                if t_us < 5_000_000 - slack_us:
                    self.assertEqual(raw, before)
                elif t_us > 5_000_000 + slack_us:
                    self.assertEqual(raw, after)
            self.assertEqual({raw for _, _, (raw,) in samples}, {before, after})
        self.assertAlmostEqual(streams[LIGHT].channels[0].value(65535), 54612.5, places=3)
        self.assertEqual(streams[TEMPERATURE].channels[0].value(-880), -55.0)
        load = [t_us for _, t_us, _ in host.samples(LOAD, streams[LOAD])]
        self.assertAlmostEqual((load[-1] - load[0]) / (len(load) - 1), 98700, delta=100)

    def test_absent_sensors_are_told_and_may_come_and_go(self):
        uno = Uno(self, light="4 100\n7 -\n10 200", temperature="4 300\n7 -\n10 400",
                  load="4 500\n7 -\n10 600")
        host = uno.board
        host.wait(lambda f: f.t_us > 2_000_000, "HELLO at 2 s")
        _, streams = host.describe()
        self.assertEqual([stream.flags & link.PRESENT for stream in streams], [2, 2, 0, 0, 0])
        for number in (LIGHT, TEMPERATURE, LOAD):
            self.assertTrue(host.set(number, streams[number], True)[0])
        host.wait(lambda f: f.kind == link.STAT and f.t_us > 13_000_000, "STAT at 13 s", 60)
        for number, first, second in ((LIGHT, 100, 200), (TEMPERATURE, 300, 400), (LOAD, 500, 600)):
            stream = streams[number]
            missing = link.MISSING[stream.channels[0].width]
            self.assertEqual(runs_of(host, number, stream), [missing, first, missing, second],
                             stream.name)
            self.assertEqual(presence_told(host, number), [0, 2, 0, 2], stream.name)

    def test_a_thermometer_whose_power_failed_says_nothing_rather_than_85_degrees(self):
        # Ten failures of 50 ms, most of them while it converts.
        blips = "".join(f"{at} -\n{at + 0.05} 401\n" for at in (4 + 0.7 * n for n in range(10)))
        uno = Uno(self, temperature="0 401\n" + blips)
        host = uno.board
        _, streams = host.describe()
        self.assertTrue(host.set(TEMPERATURE, streams[TEMPERATURE], True)[0])
        host.wait(lambda f: f.kind == link.STAT and f.t_us > 13_000_000, "STAT at 13 s", 60)
        raws = [raw for _, _, (raw,) in host.samples(TEMPERATURE, streams[TEMPERATURE])]
        self.assertEqual(set(raws), {401, link.MISSING[2]})
        self.assertEqual(raws[-1], 401, "and it recovers")

    def test_a_data_wire_at_ground_is_an_absent_sensor(self):
        uno = Uno(self, temperature="0 300\n6 low\n10 400", load="0 500\n6 low\n10 600")
        host = uno.board
        host.wait(lambda f: f.t_us > 2_000_000, "HELLO at 2 s")
        _, streams = host.describe()
        for number in (TEMPERATURE, LOAD):
            self.assertTrue(host.set(number, streams[number], True)[0])
        host.wait(lambda f: f.kind == link.STAT and f.t_us > 13_000_000, "STAT at 13 s", 60)
        for number, first, second in ((TEMPERATURE, 300, 400), (LOAD, 500, 600)):
            self.assertEqual(runs_of(host, number, streams[number]),
                             [first, link.MISSING[streams[number].channels[0].width], second])
            self.assertEqual(presence_told(host, number), [2, 0, 2])

    def test_the_clock_question_is_answered_to_the_point(self):
        uno = Uno(self)
        host = uno.board
        _, streams = host.describe()
        for nonce in range(20):
            host.ping(nonce)
        host.set(A0, streams[A0], True, 1000)
        for nonce in range(100, 120):
            host.ping(nonce)
        host.listen(0.5)
        samples, truth, sent = host.samples(A0, streams[A0]), uno.truth(), uno.sent()
        # Where the board's clock has its zero: conversions begin when they are stamped.
        begin = min(range(len(truth)), key=lambda n: abs(truth[n][0] - samples[0][1]))
        zero = statistics.median(at - t_us for (at, _, _), (_, t_us, _)
                                 in zip(truth[begin:], samples))
        errors = {}
        for at, frame in sent:
            if frame.kind == link.PONG:
                nonce, t_rx, t_tx = struct.unpack("<III", frame.payload)
                errors[nonce] = at - zero - t_tx
                # Up to 2 ms of it are random (LINK.md, "Clock"), up to 2 ms its loop's.
                self.assertLess(t_tx - t_rx, 4_000 if nonce < 100 else 17_000)
                self.assertGreaterEqual(t_tx, t_rx)
        self.assertEqual(len(errors), 40)
        idle = [abs(error) for nonce, error in errors.items() if 0 < nonce < 100]
        self.assertLess(max(idle), 150)
        self.assertLess(statistics.median(map(abs, errors.values())), 150)
        self.assertLess(max(abs(e) for nonce, e in errors.items() if nonce > 0), 700)

    def test_the_serial_number_is_drawn_once_and_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            drawn = []
            # Noise is what tells two boards apart: the same board with another voltage on A0.
            for eeprom, mv in (("a", 1000), ("a", 2000), ("b", 2000), ("c", 3000)):
                uno = Uno(self, "--eeprom", os.path.join(folder, eeprom), adc=f"0 {mv}")
                drawn.append(uno.board.describe()[0].uid)
                uno.end()
        first, again, second, third = drawn
        self.assertEqual(again, first)
        self.assertEqual(len({first, second, third}), 3)
        self.assertEqual({uid[:2] for uid in drawn}, {b"ku"})
        # No part is another one's in disguise: then two parts would differ by a constant.
        parts = [[int.from_bytes(uid[n:n + 2], "big") for n in (2, 4, 6)]
                 for uid in (first, second, third)]
        for a, b in ((0, 1), (0, 2), (1, 2)):
            self.assertGreater(len({part[a] ^ part[b] for part in parts}), 1)

    def test_a_serial_number_in_the_eeprom_is_announced(self):
        hello, _ = Uno(self, "--uid", "6b75000000c0ffee").board.describe()
        self.assertEqual(hello.uid.hex(), "6b75000000c0ffee")

    def test_the_light_blinks_as_long_as_asked(self):
        uno = Uno(self)
        uno.board.describe()
        self.assertEqual(uno.board.ask(link.IDENTIFY, payload=struct.pack("<H", 12)), (True, 12))
        uno.board.listen(3)
        changes = uno.lamp()
        self.assertEqual([level for _, level in changes], [1, 0] * 6)
        for (begin_us, _), (end_us, _) in zip(changes, changes[1:]):
            self.assertAlmostEqual(end_us - begin_us, 100_000, delta=2_000)

    def test_garbage_from_the_host_is_counted_and_survived(self):
        host = Uno(self).board
        host.describe()
        host.send_garbage(20)
        self.assertEqual(last_stat(host)["lost_bytes"], 0)


if __name__ == "__main__":
    if not PROGRAM:
        print("skipped: no uno-sim (needs libsimavr-dev, libelf-dev)")
        sys.exit(77)
    if not os.path.exists(FIRMWARE):
        print("skipped: no firmware for the Uno (needs gcc-avr, avr-libc)")
        sys.exit(77)
    unittest.main()

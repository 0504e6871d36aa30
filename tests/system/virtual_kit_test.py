#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The virtual kit as a host sees it: found, described, sampled, and as patient as a cable."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import board  # noqa: E402
import link  # noqa: E402

PROGRAM = os.environ.get("KITLOG_VIRTUAL", "")


class Kit:
    """kitlog-virtual with a host at its other end; both end with the test."""

    def __init__(self, test, *options):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "kit")
        self.process = subprocess.Popen([PROGRAM, "--quiet", "--link", self.path, *options])
        test.addCleanup(self.end)
        self.board = self.plug_in(test)

    def plug_in(self, test):
        host = board.Board(self.path)
        test.addCleanup(host.close)
        return host

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(10)


class VirtualKit(unittest.TestCase):
    def test_announces_itself_until_a_host_speaks(self):
        host = Kit(self, "--uid", "0123456789abcdef").board
        for _ in range(3):
            hello = link.Hello(host.wait(lambda f: f.kind == link.HELLO, "HELLO").payload)
        self.assertEqual(hello.uid.hex(), "0123456789abcdef")
        self.assertEqual((hello.protocol, hello.model, hello.streams), (1, "virtual-cup", 1))
        host.ping(1)
        heard = len(host.frames)
        host.wait(lambda f: f.kind == link.STAT, "STAT")
        self.assertNotIn(link.HELLO, [frame.kind for _, frame in host.frames[heard:]])

    def test_describes_what_each_model_measures(self):
        wanted = {
            "cup": [("water", "temperature", "Cel"), ("room", "temperature", "Cel")],
            "pendulum": [("angle", "angle", "deg"), ("acceleration", "acceleration", "m/s2")],
            "co2": [("co2", "co2", "[ppm]")],
            "wave": [("sine", "voltage", "V"), ("ramp", "count", "1")],
        }
        for model, channels in wanted.items():
            hello, streams = Kit(self, "--model", model).board.describe()
            self.assertEqual(hello.model, "virtual-" + model)
            self.assertEqual([(c.name, c.quantity, c.unit) for c in streams[0].channels], channels)
            self.assertEqual(streams[0].flags, link.PRESENT)

    def test_every_sample_is_there_and_right(self):
        host = Kit(self, "--model", "wave", "--clock", "4294000000").board  # its clock wraps
        _, (stream,) = host.describe()
        self.assertEqual(host.set(0, stream, True, 1000), (True, 1000))
        host.listen(3)
        samples = host.samples(0, stream)
        self.assertGreater(len(samples), 2500)
        self.assertEqual((host.lost, host.receiver.bad), (0, 0))
        first_us = samples[0][1]
        for number, (index, t_us, (sine, ramp)) in enumerate(samples):
            self.assertEqual(index, number)
            self.assertEqual((t_us - first_us) % 2**32, number * 1000)
            self.assertEqual(ramp, number)
            self.assertEqual(sine, samples[number % 1000][2][0])  # 1 Hz exactly
        self.assertLess(samples[-1][1], samples[0][1])
        self.assertEqual(max(s[2][0] for s in samples), 30000)

    def test_samples_come_within_a_tenth_of_a_second(self):
        host = Kit(self, "--model", "wave").board
        _, (stream,) = host.describe()
        host.set(0, stream, True, 1000)
        before, t_rx, t_tx, after = host.ping(7)
        zero = (before + after) / 2 - (t_rx + t_tx) / 2e6  # host seconds at the kit's zero
        start = len(host.frames)
        host.listen(2)
        delays = sorted(now - zero - frame.t_us * 1e-6 for now, frame in host.frames[start:]
                        if frame.kind == link.DATA)
        self.assertLess(delays[len(delays) // 2], 0.1)

    def test_a_set_is_answered_and_a_wrong_one_refused(self):
        host = Kit(self, "--model", "co2").board
        _, (stream,) = host.describe()
        self.assertEqual(host.set(0, stream, True, 1), (False, 4))
        self.assertEqual(host.set(1, stream, True, 0), (False, 3))
        self.assertEqual(host.ask(link.SET, 0, b"\1"), (False, 2))
        self.assertEqual(host.ask(200), (False, 1))
        self.assertEqual(host.set(0, stream, True), (True, 1000000))
        _, (again,) = host.describe()
        self.assertEqual(again.flags, link.PRESENT | link.ON)
        self.assertEqual(host.ask(link.IDENTIFY, payload=b"\5\0"), (True, 5))

    def test_a_host_that_comes_back_hears_the_running_stream(self):
        kit = Kit(self, "--model", "wave")
        _, (stream,) = kit.board.describe()
        kit.board.set(0, stream, True, 1000)
        kit.board.listen(0.3)
        last = kit.board.samples(0, stream)[-1][0]
        os.close(kit.board.fd)
        kit.board.fd = os.open(os.devnull, os.O_RDONLY)  # its cleanup closes this one
        second = kit.plug_in(self)
        data = second.wait(lambda f: f.kind == link.DATA, "DATA")
        _, (stream,) = second.describe()
        self.assertEqual(stream.flags, link.PRESENT | link.ON)
        self.assertGreater(stream.samples(data)[0][0], last)

    def test_what_nobody_reads_is_gone_and_never_old(self):
        kit = Kit(self, "--model", "wave")
        _, (stream,) = kit.board.describe()
        kit.board.set(0, stream, True, 1000)
        time.sleep(5)  # nobody reads; the time itself is what is tested
        before, t_rx, _, _ = kit.board.ping(1)
        oldest = next(frame for at, frame in kit.board.frames
                      if at >= before and frame.kind == link.DATA)
        self.assertLess((t_rx - oldest.t_us) * 1e-6, 4.0)

    def test_a_bad_line_costs_frames_but_never_a_wrong_value(self):
        host = Kit(self, "--model", "wave", "--seed", "1", "--drop", "0.002",
                   "--garbage", "0.05").board
        _, (stream,) = host.describe()
        host.set(0, stream, True, 1000)
        host.listen(3)
        samples = host.samples(0, stream)
        self.assertGreater(host.receiver.bad, 5)
        self.assertGreater(len(samples), 1000)
        self.assertTrue(all(ramp == index for index, _, (_, ramp) in samples))

    def test_the_clock_can_run_fast(self):
        host = Kit(self, "--model", "wave", "--skew-ppm", "2000").board
        host.describe()
        first = min((host.ping(n) for n in range(20)), key=lambda p: p[3] - p[0])
        host.listen(5)
        last = min((host.ping(n) for n in range(20)), key=lambda p: p[3] - p[0])
        rate = (last[1] - first[1]) / (last[0] - first[0]) / 1e6
        self.assertAlmostEqual(rate, 1.002, delta=0.0005)

    def test_physics_is_plausible(self):
        for model, period_us, low, high in (("cup", 10000, 10, 95), ("pendulum", 10000, -60, 60)):
            host = Kit(self, "--model", model, "--seed", "3").board
            _, (stream,) = host.describe()
            host.set(0, stream, True, period_us)
            host.listen(3)
            values = [stream.channels[0].value(raws[0]) for _, _, raws in host.samples(0, stream)]
            self.assertTrue(low < min(values) and max(values) < high, (model, values))
            self.assertGreater(len(set(values)), 20, "a real sensor is noisy")
            if model == "cup":  # the probe warms up in hot water
                self.assertGreater(values[-1], values[0] + 5)
            else:  # about 1.4 s there and back
                self.assertTrue(min(values) < -20 and max(values) > 20)

    def test_sleeps_when_there_is_nothing_to_do(self):
        kit = Kit(self, "--model", "cup")
        _, (stream,) = kit.board.describe()
        kit.board.set(0, stream, True, 100000)
        ticks = os.sysconf("SC_CLK_TCK")

        def cpu():
            fields = pathlib.Path(f"/proc/{kit.process.pid}/stat").read_text().split()
            return (int(fields[13]) + int(fields[14])) / ticks

        start = cpu()
        kit.board.listen(3)
        self.assertLess(cpu() - start, 0.15)

    def test_takes_its_link_along_when_it_ends(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            kit = Kit(self)
            kit.process.send_signal(number)
            self.assertEqual(kit.process.wait(10), 0)
            self.assertFalse(os.path.lexists(kit.path))

    def test_wrong_options_are_named_in_one_sentence(self):
        for options, words in ((["--model", "tea"], "--model wants cup"),
                               (["--drop", "2"], "--drop wants a number from 0 to 1"),
                               (["--uid", "xyz"], "16 hexadecimal digits"),
                               (["--model", "co2", "--rate", "10"], "co2 takes from"),
                               (["cup"], '"cup" is not an option'),
                               (["--nonsense"], "Try kitlog-virtual --help")):
            result = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=10)
            self.assertEqual(result.returncode, 2, options)
            self.assertIn(words, result.stderr)
        with tempfile.NamedTemporaryFile() as file:
            result = subprocess.run([PROGRAM, "--link", file.name], capture_output=True, text=True,
                                    timeout=10)
            self.assertEqual(result.returncode, 1)
            self.assertIn(file.name, result.stderr)
            self.assertTrue(os.path.exists(file.name))
        self.assertEqual(subprocess.run([PROGRAM, "--help"], capture_output=True,
                                        timeout=10).returncode, 0)


if __name__ == "__main__":
    if not PROGRAM:
        print("skipped: KITLOG_VIRTUAL does not name the virtual kit")
        sys.exit(77)
    unittest.main()

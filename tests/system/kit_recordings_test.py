#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog kit` on recordings and at ports: what was captured replays to the byte, what differs is named."""

import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
from sdk import KITLOG, SENSOR, Sdk  # noqa: E402


class Replay(Sdk):
    def test_a_value_that_is_no_number_is_a_row_without_it(self):
        (self.folder / "ff/recordings").mkdir(parents=True)
        (self.folder / "ff/kit.yaml").write_text("""kit: ff
name: {zh: 浮点, en: Float}
serial: 9600 8N1
frames: {start: BE EF, length: 7, checksum: xor8 0..5 @6}
rate: 2 Hz
channels:
  - {id: v, name: {zh: 电压, en: Volt}, quantity: voltage, unit: V, range: [-5, 5], resolution: 0.001, from: f32be@2}
""", encoding="utf-8")
        (self.folder / "ff/recordings/normal.txt").write_text("""kit: ff
made: by hand

0.000000000 plug
0.100000000 < BE EF 3F 80 00 00 EE
0.600000000 < BE EF 7F C0 00 00 EE
1.100000000 < BE EF 7F 80 00 00 AE
1.600000000 < BE EF FF 80 00 00 2E
2.100000000 < BE EF 40 A0 00 00 B1
""")
        done = self.kit("replay", "--update", "ff/recordings/normal.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "ff/recordings/normal.expect").read_text().splitlines()[4:], [
            "0.100000000 v 1", "0.600000000 v -", "1.100000000 v -", "1.600000000 v -", "2.100000000 v 5",
            "2.100000000 end bytes 35 rows 5 bad 0 lost 0"])

    def test_one_changed_digit_is_found_and_named(self):
        kit = self.make()
        expect = kit / "recordings/normal.expect"
        expect.write_text(expect.read_text().replace("temp 20\n", "temp 21\n"))
        done = self.kit("replay", "nine-bytes/recordings/normal.txt")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('normal.expect:7: it says "0.200000000 temp 21", the replay gives "0.200000000 temp 20"',
                      done.stderr)
        told = self.kit("check", "--fuzz", "0", "nine-bytes")
        self.assertIn('nine-bytes/recordings/normal.expect:7: it says "0.200000000 temp 21", the replay gives '
                      '"0.200000000 temp 20"', told.stderr)
        self.assertEqual(told.stdout, "nine-bytes: 3 to mend\n")
        self.assertEqual(self.kit("replay", "--update", "nine-bytes/recordings/normal.txt").returncode, 0)
        self.assertIn("temp 20\n", expect.read_text())

    def test_the_difference_itself_is_shown_also_at_the_end_of_a_long_line_or_file(self):
        kit = self.make()
        expect = kit / "recordings/normal.expect"
        right = expect.read_text()
        lines = right.splitlines()
        for wrong, sentence in (
                (right.replace(lines[3], lines[3] + " " + "x" * 200),
                 ':4: it says "...0000 device nine-bytes temp=Cel light=lx ' + "x" * 59 + '...", the replay'),
                ("\n".join(lines[:-1]) + "\n", f':{len(lines)}: it says nothing more, the replay gives "{lines[-1]}"'),
                (right + "0.5 more\n", f':{len(lines) + 1}: it says "0.5 more", the replay gives nothing more'),
                (right[:-1], f":{len(lines)}: a line break is missing at the end")):
            expect.write_text(wrong)
            self.assertIn("normal.expect" + sentence, self.kit("replay", "nine-bytes/recordings/normal.txt").stderr)

    def test_a_mistake_in_a_recording_has_its_line(self):
        kit = self.make()
        recording = kit / "recordings/normal.txt"
        recording.write_text(recording.read_text().replace("< AA", "< GA", 1))
        done = self.kit("replay", "nine-bytes/recordings/normal.txt")
        self.assertEqual(done.returncode, 1)
        self.assertIn('normal.txt:5:15: "GA', done.stderr)

    def test_a_driver_that_bears_damage_is_good_and_its_figures_are_told(self):
        kit = self.make()
        text = (kit / "recordings/normal.txt").read_text()
        (kit / "recordings/unplugged.txt").write_text(text + "0.400000000 < AA 55\n0.410000000 unplug\n")
        (kit / "recordings/garbage.txt").write_text(text + "0.400000000 < FF AA 55 00\n")
        self.kit("replay", "--update", "nine-bytes/recordings/unplugged.txt", "nine-bytes/recordings/garbage.txt")
        found = json.loads(self.kit("check", "--json", "--fuzz", "1", "nine-bytes").stdout)[0]
        self.assertEqual((found["is_good"], found["problems"], found["recordings"]), (True, [], 3))
        self.assertGreater(found["damaged"]["inputs"], 50)
        self.assertGreater(found["damaged"]["values"], 50)
        self.assertLess(found["damaged"]["slowest_ms"], 10)

    def test_damaged_recordings_cost_no_fresh_memory_each(self):
        """That was nine tenths of the time: counted, since a busy machine is slow for other reasons."""
        if "san" in pathlib.Path(os.environ["KITLOG_BUILD"]).name:
            self.skipTest("a sanitizer has an allocator of its own")
        self.make()
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
        found = json.loads(self.kit("check", "--json", "--fuzz", "2", "nine-bytes").stdout)[0]
        faults = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before
        self.assertLess(faults, 10000 + 20 * found["damaged"]["inputs"], found["damaged"])


class Ports(Sdk):
    def test_what_was_captured_from_a_board_with_a_clock_replays_to_the_byte(self):
        """Its pings go out at random instants: the replay sends them at the same ones."""
        done = self.kit("record", "--for", "3s", "--output", "cup.txt", self.virtual("cup"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("(virtual-cup)", done.stderr)
        for _ in range(2):
            done = self.kit("replay", "--update", "cup.txt")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing changed", done.stdout)
        expect = (self.folder / "cup.expect").read_text()
        self.assertGreater(expect.count(" water "), 10)  # a busy machine is late
        self.assertIn("bad 0 lost 0", expect)

    def test_unplugging_ends_a_recording(self):
        port = self.folder / "my-sensor"
        self.make()
        subprocess.run([SENSOR, "--frames", "60", "--cut", port], check=True, timeout=30)  # it waits for nobody
        done = self.kit("record", "--for", "0", "--output", "nine-bytes/recordings/unplugged.txt", port)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "nine-bytes/recordings/unplugged.txt").read_text()
        self.assertTrue(text.startswith("kit: nine-bytes\ncaptured: "))
        self.assertTrue(text.endswith(" unplug\n"))

    def test_a_port_that_kitlogd_holds_is_told_with_the_way_out(self):
        port = self.virtual("cup")
        board = daemon.Daemon(self.folder, [port]).start().wait_ready()
        self.addCleanup(board.end)
        board.wait_device()
        done = self.kit("record", "--output", "cup.txt", port)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another program holds", done.stderr)
        self.assertIn("systemctl stop kitlogd", done.stderr)
        self.assertFalse((self.folder / "cup.txt").exists())

    def test_bench_tells_the_rate_asked_and_got(self):
        port = self.virtual("cup")
        board = daemon.Daemon(self.folder, [port]).start().wait_ready()
        self.addCleanup(board.end)
        number = board.wait_device()[0]["sticker"]
        done = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--json", "--for", "3s", str(number)],
                              text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
        found = json.loads(done.stdout)
        self.assertEqual((found["kit"], found["bad_frames"], found["lost_rows"]), ("virtual-cup", 0, 0))
        self.assertAlmostEqual(found["streams"][0]["asked_hz"], 10)
        self.assertAlmostEqual(found["streams"][0]["got_hz"], 10, delta=0.5)
        self.assertLess(found["streams"][0]["jitter"]["median_us"], 5000)
        self.assertGreater(found["bytes"], 100)
        self.assertGreaterEqual(found["seconds"], 3)
        self.assertEqual(found["rows"], found["streams"][0]["rows"])  # one window for all
        self.assertAlmostEqual(found["streams"][0]["rows"], 10 * found["seconds"], delta=0.05 * 10 * found["seconds"] + 2)
        told = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--for", "2s", str(number)],
                              text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertRegex(told, r"^Within \d+\.\d s: \d+ bytes \(\d+ a second\), \d+ rows, 0 bad frames, "
                               r"0 questions without an answer, 0 rows lost\n"
                               r"stream +asked +got +stamps +intervals off by")
        self.assertNotIn("too few rows", told)
        self.running.send_signal(signal.SIGSTOP)
        self.addCleanup(self.running.send_signal, signal.SIGCONT)
        few = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--for", "1s", str(number)],
                             text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertRegex(few, r"(?m)^temperature +10 Hz .* too few rows; measure for longer$")
        done = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "99"], text=True,
                              capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no kit 99; kitlog devices lists them", done.stderr)


if __name__ == "__main__":
    unittest.main()

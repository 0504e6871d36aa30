#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real kitlogd with serial kits of every family at once, each an emulator at a pty that was written
from the device's data sheet: each is found, reads what it should, and disturbs no other."""

import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402

WATCH = 8.0  # seconds of counting

# port: emulator and its words; kit that the configuration names, "" when it must be found
PORTS = {
    "bus": ("modbus_slave.py", ["xy-md02:echo", "xy-md02@4"], "kit: xy-md02, slaves: [1, 4]"),
    "panel": ("modbus_slave.py", ["pzem-017:noise"], "kit: pzem-017"),
    "mains": ("modbus_slave.py", ["pzem-004t:pieces"], "kit: pzem-004t"),
    "soil": ("modbus_slave.py", ["soil-probe:damage"], "kit: soil-probe"),
    "air": ("modbus_slave.py", ["senseair-s8"], "kit: senseair-s8"),
    "mute": ("modbus_slave.py", ["soil-probe-7in1:silent"], "kit: soil-probe-7in1"),
    "pair": ("modbus_slave.py", ["xy-md02", "xy-md02@4:silent"], "kit: xy-md02, slaves: [1, 4]"),
    "geiger": ("gmc.py", ["GMC-600+Re 1.14", "3"], "kit: gmc-geiger"),
    "gps": ("nmea.py", [], ""),
    "nine": ("nine_bytes.py", ["20"], "kit: nine-bytes"),
    "co2": ("mhz19.py", [], "kit: mhz19"),
    "uno": ("firmata.py", ["quiet"], "kit: lamp"),
    "fresh-uno": ("firmata.py", [], ""),
}

LAMP = """kit: lamp
name: {zh: 灯, en: Lamp}
serial: 57600 8N1
firmata: {every: 50 ms}
rate: 20 Hz
channels:
  - {id: light, name: {zh: 光, en: Light}, quantity: number, unit: "1", range: [0, 1023], resolution: 1, from: analog 1}
  - {id: door, name: {zh: 门, en: Door}, quantity: state, unit: "1", range: [0, 1], resolution: 1, from: digital 2}
"""


class SerialKits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        kits = cls.folder / "kits" / "lamp"
        kits.mkdir(parents=True)
        (kits / "kit.yaml").write_text(LAMP)
        cls.emulators = {}
        for name in PORTS:
            cls.plug(name)
        ports = [f"{cls.folder / name}, {named}".rstrip(", ")
                 for name, (_, _, named) in PORTS.items()]
        cls.board = daemon.Daemon(cls.folder, ports, f"kits: [{cls.folder / 'kits'}]\n")
        cls.board.start().wait_ready()
        cls.addClassCleanup(cls.board.end)

    @classmethod
    def plug(cls, name):
        script, words, _ = PORTS[name]
        cls.emulators[name] = subprocess.Popen(
            [sys.executable, "-B", SUPPORT / "emulate" / script, cls.folder / name, *words])
        cls.addClassCleanup(cls.unplug, name)
        daemon.wait_for(name, (cls.folder / name).exists)

    @classmethod
    def unplug(cls, name):
        cls.emulators[name].kill()
        cls.emulators[name].wait()

    def device(self, name):
        for device in self.board.devices():
            if device["port"] == str(self.folder / name):
                return device
        return None

    def wait_ready(self, name):
        def ready():
            device = self.device(name)
            return device if device and device["state"] == "ready" and self.last(device) else None
        return daemon.wait_for(f"rows of {name} (see {self.board.log})", ready)

    def health(self, name):
        device = self.device(name)
        return device["health"] if device and device["health"] else {}

    @staticmethod
    def last(device, stream=0):
        """The newest values of a stream by id, without those that are absent."""
        return {channel["id"]: channel["last"]
                for channel in device["streams"][stream]["channels"] if channel["last"] is not None}

    def test_each_reads_what_its_data_sheet_says(self):
        both = {"temp": 30.5, "humidity": 54.6}
        bus = self.wait_ready("bus")
        self.assertEqual([stream["name"] for stream in bus["streams"]], ["slave1", "slave4"])
        daemon.wait_for("the second slave", lambda: self.last(self.device("bus"), 1))
        self.assertEqual(self.last(self.device("bus"), 0), both)
        self.assertEqual(self.last(self.device("bus"), 1), both)
        self.assertEqual(self.last(self.wait_ready("panel")),
                         {"voltage": 12.34, "current": 2.3, "power": 28.3, "energy": 42})
        self.assertEqual(self.last(self.wait_ready("mains")),
                         {"voltage": 220, "current": 1, "power": 220, "energy": 1234,
                          "frequency": 50, "power_factor": 1})
        self.assertEqual(self.last(self.wait_ready("soil")),
                         {"moisture": 49.5, "temp": 32.4, "conductivity": 4})
        self.assertEqual(self.last(self.wait_ready("air")), {"co2": 904})
        self.assertEqual(self.last(self.wait_ready("co2")), {"co2": 800})
        self.assertEqual(self.last(self.wait_ready("geiger"))["counts"], 3)
        nine = self.last(self.wait_ready("nine"))
        self.assertTrue(21.5 <= nine["temp"] < 22.5 and 300 <= nine["light"] < 350, nine)

    def test_a_receiver_is_found_by_what_it_prints(self):
        device = self.wait_ready("gps")
        self.assertEqual((device["kit"], device["family"]), ("nmea-gps", "nmea"))
        last = self.last(device)
        self.assertAlmostEqual(last["latitude"], 48.123, delta=0.01)
        self.assertAlmostEqual(last["speed"], 1.0, delta=0.001)
        self.assertEqual(last["satellites"], 8)

    def test_firmata_boards_are_found_and_one_that_is_named_is_asked(self):
        device = self.wait_ready("uno")
        self.assertEqual(device["kit"], "lamp")
        self.assertEqual(self.last(device)["door"], 1)
        self.assertGreaterEqual(self.last(device)["light"], 0)
        device = self.wait_ready("fresh-uno")
        self.assertEqual(device["kit"], "firmata-board")
        self.assertEqual(sorted(self.last(device)), ["a0", "a1", "a2", "a3", "a4", "a5"])

    def test_what_goes_wrong_is_said_of_that_kit_alone(self):
        daemon.wait_for("the silent probe's word",
                        lambda: self.health("mute").get("trouble") == "timeout")
        for name in ("bus", "panel", "mains", "air", "geiger", "nine", "co2", "uno"):
            self.wait_ready(name)
            daemon.wait_for(f"health of {name}",
                            lambda name=name: self.health(name).get("trouble") == "")
        daemon.wait_for("damage is counted", lambda: self.health("soil").get("bad_frames"))
        mute = self.health("mute")
        self.assertGreater(mute["unanswered"], 0)
        self.assertEqual((mute["bytes"], mute["bad_frames"]), (0, 0), "nothing came")

    def test_no_row_is_lost_while_all_of_them_speak(self):
        for name in PORTS:
            if name != "mute":
                self.wait_ready(name)
                daemon.wait_for(f"health of {name}", lambda name=name: self.health(name))

        names = [name for name in PORTS if name != "mute"]
        before, start = {name: self.health(name) for name in names}, time.monotonic()
        time.sleep(WATCH)  # what is measured is a rate
        after, spent = {name: self.health(name) for name in names}, time.monotonic() - start
        rates = {"bus": 2, "panel": 2, "mains": 1, "air": 0.5, "geiger": 1, "gps": 1, "nine": 20,
                 "co2": 0.5, "fresh-uno": 20}
        for name, rate in rates.items():
            # Emulators share this machine with all other tests: they may be late, the daemon not.
            rows = after[name]["rows"] - before[name]["rows"]
            self.assertLessEqual(rows, rate * spent + 3, name)
            self.assertGreaterEqual(rows, 0.5 * rate * spent - 2, name)
        for name in ("geiger", "gps", "nine", "co2", "fresh-uno"):
            self.assertEqual((after[name]["lost_rows"], after[name]["bad_frames"]),
                             (0, before[name]["bad_frames"]), name)

    def gaps(self, stream):
        columns = self.board.get(f"streams/{stream['id']}/columns?from_us=0&columns=100")
        return [gap for gap in columns["gaps"] if gap["stream"] == stream["id"]]

    def test_a_dead_slave_is_a_gap_and_delays_nobody_and_is_found_when_it_wakes(self):
        self.wait_ready("pair")
        live, dead = self.device("pair")["streams"]
        gap = daemon.wait_for("the silence to be told", lambda: self.gaps(dead))[0]
        self.assertEqual((gap["reason"], len(self.gaps(dead))), ("silent", 1))
        self.assertGreater(gap["lost_rows"], 3)
        daemon.wait_for("it to grow", lambda: self.gaps(dead)[0]["to_us"] > gap["to_us"])
        text = self.board.fetch(f"export?stream={dead['id']}").decode("utf-8-sig")
        self.assertRegex(text, r"silent \d+ rows")

        rows, start = self.health("pair")["rows"], time.monotonic()
        time.sleep(2 * WATCH)  # what is measured is a rate
        rows, spent = self.health("pair")["rows"] - rows, time.monotonic() - start
        self.assertGreaterEqual(rows, 0.7 * spent - 2)
        self.emulators["pair"].send_signal(signal.SIGUSR1)
        start = time.monotonic()
        daemon.wait_for("rows of the second", lambda: self.last(self.device("pair"), 1))
        print(f"found {time.monotonic() - start:.1f} s after it woke; {rows} rows of the other in {spent:.1f} s")
        daemon.wait_for("the gap to end", lambda: self.device("pair")["streams"][1]["problem"] is None)
        self.assertEqual(len(self.gaps(dead)), 1)

    def test_one_that_is_unplugged_in_mid_frame_comes_back_as_itself(self):
        before = self.wait_ready("nine")
        self.unplug("nine")
        daemon.wait_for("it is gone", lambda: self.device("nine")["state"] == "gone")
        self.plug("nine")
        after = self.wait_ready("nine")
        self.assertEqual((after["sticker"], after["identity"]),
                         (before["sticker"], before["identity"]))
        self.assertEqual(after["streams"][0]["id"], before["streams"][0]["id"])


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""What every simulated board with our firmware promises, whatever it measures: a test of one inherits
Promises and says which board it is. The simulator stands behind ptybridge, which gives it a port."""

import csv
import io
import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time

import board
import daemon
import link

BRIDGE = os.environ.get("PTYBRIDGE", "")
SLOW_US = 2_000_000  # what a simulator may be late to ring the board's timer
TRIALS = 10
COUNTERS = ("uptime_s", "lost_samples", "bad_frames", "lost_bytes")


class Simulator:
    """A board's program in its simulator, plugged into `path`; unplugged when the test ends."""

    def __init__(self, test, path, *words):
        self.path = str(path)
        self.sent = pathlib.Path(f"{path}.sent")
        self.process = subprocess.Popen([BRIDGE, self.path, str(self.sent), *words])
        test.addCleanup(self.unplug)

    def tell(self, signal_number):
        """Sends a signal to the simulator itself."""
        pid = self.process.pid
        os.kill(int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()), signal_number)

    def halt(self):
        """The board stands still, and stays plugged in. What it has sent until now is in `sent`."""
        self.tell(signal.SIGSTOP)

    def unplug(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(10)


def stat(host):
    """The counters as the board tells them from now on."""
    frame = host.wait(lambda f: f.kind == link.STAT, "STAT")
    return dict(zip(COUNTERS, struct.unpack("<IIII", frame.payload)))


class Promises:
    """A test gives MODEL; STREAMS {name: (is_present, [(channel, quantity, unit)])}; UID or None;
    FAST and FAST_US, a stream and its least period; plug_in(path), which returns a Simulator; and
    light(simulator), whether the light on the board is on."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def plug_in_with_host(self):
        simulator = self.plug_in(self.folder / "tty")
        host = board.Board(simulator.path)
        self.addCleanup(host.close)
        return simulator, host

    def identify(self, host, tenths):
        """Asks once: asking again would begin anew."""
        answer = host.ask(link.IDENTIFY, payload=struct.pack("<H", tenths), tries=1, seconds=board.PATIENCE)
        self.assertEqual(answer, (True, tenths))

    def blinks(self, simulator, seconds):
        """How often the light goes on within that time."""
        levels, deadline = [False], time.monotonic() + seconds
        while time.monotonic() < deadline:
            levels.append(self.light(simulator))
            time.sleep(0.01)
        return sum(not a and b for a, b in zip(levels, levels[1:]))

    # --- as a host hears it ---

    def test_announces_itself_until_a_host_speaks(self):
        _, host = self.plug_in_with_host()
        hello = link.Hello(host.wait(lambda f: f.kind == link.HELLO, "HELLO").payload)
        host.wait(lambda f: f.kind == link.HELLO, "another HELLO")
        self.assertEqual((hello.protocol, hello.model), (1, self.MODEL))
        if self.UID:
            self.assertEqual(hello.uid.hex(), self.UID)
        host.ping(1)
        heard = len(host.frames)
        host.wait(lambda f: f.kind == link.STAT, "STAT")
        self.assertNotIn(link.HELLO, [frame.kind for _, frame in host.frames[heard:]])

    def test_describes_what_it_measures(self):
        _, host = self.plug_in_with_host()
        hello, streams = host.describe()
        self.assertNotEqual(hello.uid, bytes(8))
        self.assertEqual({stream.name: (bool(stream.flags & link.PRESENT), [
            (c.name, c.quantity, c.unit) for c in stream.channels]) for stream in streams}, self.STREAMS)

    def test_every_sample_is_there_or_counted_as_lost(self):
        """Though the machine below the simulator may be too busy for it at times."""
        _, host = self.plug_in_with_host()
        _, streams = host.describe()
        for number, stream in enumerate(streams):
            self.assertTrue(host.set(number, stream, True, self.FAST_US * (stream.name == self.FAST))[0])
        host.listen(6)
        for number, stream in enumerate(streams):
            self.assertTrue(host.set(number, stream, False)[0])
        counters = stat(host)
        self.assertEqual((host.lost, host.receiver.bad), (0, 0))
        missing = 0
        for number, stream in enumerate(streams):
            on, *_, off = [frame.t_us for _, frame in host.frames
                           if frame.kind == link.ACK and frame.stream == number]
            samples = host.samples(number, stream)
            first = samples[0][1]
            for index, t_us, _ in samples:
                self.assertEqual((t_us - first) & 0xFFFFFFFF, index * stream.period_us, stream.name)
            indices = [index for index, _, _ in samples]
            self.assertEqual(indices, sorted(set(indices)), stream.name)
            self.assertEqual(indices[0], 0)
            self.assertLess(off - on - (indices[-1] + 1) * stream.period_us, SLOW_US + stream.period_us)
            missing += indices[-1] + 1 - len(indices)
        # A hole at the very end is counted, but no sample behind it shows it.
        self.assertLessEqual(missing, counters["lost_samples"])
        self.assertLess(counters["lost_samples"] - missing, SLOW_US / self.FAST_US)
        self.assertEqual(counters["lost_bytes"], 0)
        print(f"{self.MODEL}: {missing} samples lost, all of them counted")

    def test_its_clock_runs_as_ours(self):
        """In one of some trials: a machine that is too busy makes a simulator late, and later hasty."""
        _, host = self.plug_in_with_host()
        host.describe()
        rates = []
        while not any(abs(rate - 1) < 0.002 for rate in rates):
            self.assertLess(len(rates), TRIALS, rates)
            first = min((host.ping(n) for n in range(20)), key=lambda p: p[3] - p[0])
            host.listen(4)
            last = min((host.ping(n) for n in range(20)), key=lambda p: p[3] - p[0])
            rates.append(((last[1] - first[1]) & 0xFFFFFFFF) / (last[0] - first[0]) / 1e6)
        print(f"{self.MODEL}: its clock by ours: {rates}")

    def test_the_light_blinks_as_long_as_asked(self):
        simulator, host = self.plug_in_with_host()
        host.describe()
        self.identify(host, 10)
        self.assertIn(self.blinks(simulator, 3), range(2, 6))  # a noisy machine may hide some
        self.assertFalse(self.light(simulator))

    def test_garbage_from_the_host_is_counted_and_survived(self):
        _, host = self.plug_in_with_host()
        host.describe()
        host.send_garbage(20)
        self.assertEqual(host.set(99, None, True), (False, 3))

    # --- as the daemon takes it ---

    def start_daemon(self):
        kitlogd = daemon.Daemon(self.folder, [self.folder / "tty"], "store: {commit: 1 s}\n")
        kitlogd.start().wait_ready()
        self.addCleanup(kitlogd.end)
        return kitlogd

    def recorded(self, kitlogd, stream):
        """(rows, rows told as lost in gaps, [gaps], seconds from the first row to the last) of a stream."""
        text = kitlogd.fetch(f"export?stream={stream['id']}").decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(text, newline="")))
        gaps = [line["gap"] for line in lines if line["gap"]]
        times = [float(line["time_s"]) for line in lines if not line["gap"]]
        told = sum(int((gap.split() + ["0", "0"])[1]) for gap in gaps)
        return len(times), told, gaps, times[-1] - times[0]

    def sent(self, simulator, number):
        """(samples, samples lost between them) of a stream that left the board."""
        indices = []
        for frame in link.Receiver().feed(simulator.sent.read_bytes()):
            if frame.kind == link.DATA and frame.stream == number:
                first, = struct.unpack_from("<I", frame.payload)
                count = (len(frame.payload) - 4) // (2 * len(list(self.STREAMS.values())[number][1]))
                indices += range(first, first + count)
        self.assertEqual(indices, sorted(set(indices)), "switched on once")
        return len(indices), indices[-1] + 1 - len(indices)

    def test_the_daemon_finds_it_and_leaves_no_sample_unaccounted(self):
        simulator = self.plug_in(self.folder / "tty")
        kitlogd = self.start_daemon()
        device, = kitlogd.wait_device()
        self.assertEqual((device["family"], device["kit"]), ("link", self.MODEL))
        self.assertEqual({stream["name"]: [(c["id"], c["quantity"], c["unit"]) for c in stream["channels"]]
                          for stream in device["streams"]},
                         {name: [(id, quantity, unit.replace("1", "")) for id, quantity, unit in channels]
                          for name, (is_present, channels) in self.STREAMS.items() if is_present})

        def settled():
            health = kitlogd.devices()[0]["health"]
            return health if health and health["uncertainty_us"] is not None and health["rows"] > 500 else None
        health = daemon.wait_for("rows, and a settled clock", settled, 60)
        self.assertLess(health["uncertainty_us"], 500_000)
        self.assertEqual({stream["stamps"] for stream in device["streams"]}, {"device"})
        simulator.halt()
        daemon.wait_for("the kit to be silent", lambda: kitlogd.devices()[0]["state"] == "silent")
        sent = [self.sent(simulator, list(self.STREAMS).index(stream["name"])) for stream in device["streams"]]

        def figures():
            """What the daemon has, once it has taken all; the last loss has no row behind it to be told with."""
            now = kitlogd.devices()[0]["health"]
            rows = [self.recorded(kitlogd, stream) for stream in device["streams"]]
            text = f"rows, told as lost, gaps, seconds {rows}; samples, lost {sent}; {now}"
            open_rows = sum(map(sum, sent)) - sum(row[0] for row in rows) - now["lost_rows"]
            return text if open_rows == 0 and now["bad_frames"] == 0 else None
        try:
            print(f"{self.MODEL}: {daemon.wait_for('every sample', figures)}")
        except daemon.Late:
            self.fail([self.recorded(kitlogd, stream) for stream in device["streams"]] + sent +
                      [kitlogd.devices()[0]["health"]])
        print(f"{self.MODEL}: {health}")

    def test_plugged_in_again_it_keeps_its_sticker_and_blinks_when_asked(self):
        simulator = self.plug_in(self.folder / "tty")
        kitlogd = self.start_daemon()
        before, = kitlogd.wait_device()
        simulator.unplug()
        daemon.wait_for("the kit to be gone", lambda: kitlogd.devices()[0]["state"] == "gone")
        simulator = self.plug_in(self.folder / "tty")
        after, = kitlogd.wait_device()
        for key in ("id", "sticker", "identity", "kit"):
            self.assertEqual(after[key], before[key])
        self.assertEqual([stream["id"] for stream in after["streams"]],
                         [stream["id"] for stream in before["streams"]])
        daemon.wait_for("rows", lambda: (kitlogd.devices()[0]["health"] or {"rows": 0})["rows"] > 10)
        kitlogd.sign_in()
        kitlogd.post(f"devices/{after['id']}/identify", {"seconds": 2})
        self.assertGreater(self.blinks(simulator, 4), 5)

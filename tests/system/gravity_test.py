#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Free fall and pendulum: g comes out as it was put in, within the uncertainty that the stamps' stated
one gives it. Edges at instants of a known g, each late as an interrupt is (a model of its own, below,
that knows nothing of what is stated), are played to the kits picket-fence and pendulum-gate (`kitlog kit replay`: the drivers, and all that
stamps and makes rows, as in the daemon); what comes out is fitted. The laws and where the numbers come
from stand in support/gravity.py; the same with edges that a kernel stamps is vm/gpio_test.py."""

import math
import os
import pathlib
import random
import re
import statistics
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import gravity  # noqa: E402

JIAXING = gravity.at_latitude(30.75)
SERIES = 400  # drops, and starts of the pendulum, of each kind
WIDEST = 4  # an interval so many times as wide as the scatter is no information
WRONG_S = 0.005


def stated_s():
    """What the daemon states of an edge that the kernel stamps (95 %), from where it does so: this machine
    has no pins of which it could be asked. vm/gpio_test.py asks it, and finds the same."""
    source = pathlib.Path(os.environ["KITLOG_SOURCE"], "daemon/sense/find_gpio.c").read_text()
    return int(re.search(r"uncertainty_ns = (\d+) \* \(int64_t\)NS_PER_US;", source)[1]) * 1e-6


U = stated_s()

# From edge to the kernel's stamp, never early: what an interrupt always takes, which cancels; a tail of
# typically 10 us; now and then another one has to end first, or the processor sleeps deeply. The order of
# what is reported of small boards, presumed once for this test: no pin of real hardware was measured.
FLOOR_S, TAIL_S = 4e-6, 10e-6
BUSY_SHARE, BUSY_TAIL_S = 0.02, 60e-6


def calm(random_):
    return FLOOR_S + random_.expovariate(1 / TAIL_S)


def busy(random_):
    return calm(random_) + (random_.expovariate(1 / BUSY_TAIL_S) if random_.random() < BUSY_SHARE else 0)


class Played:
    """Series of edges, pauses between them, played to a kit; its values by series: stamp and value of
    each, in seconds of the recording."""

    def __init__(self, kit, pause_s):
        self.kit, self.pause_s, self.begins, self.lines = kit, pause_s, [1.0], []

    def add(self, edges):
        edges = [(self.begins[-1] + at, is_blocked) for at, is_blocked in edges]
        self.lines += [f"{at:.9f} edge gate {'up' if is_blocked else 'down'}" for at, is_blocked in edges]
        self.begins.append(edges[-1][0] + self.pause_s)

    def play(self):
        with tempfile.TemporaryDirectory() as folder:
            recording = pathlib.Path(folder) / "series.txt"
            recording.write_text("\n".join(
                [f"kit: {self.kit}", "made: computed", "", "0.000000000 plug", *self.lines, f"{self.begins[-1]:.9f} note end", ""]))
            subprocess.run([os.environ["KITLOG"], "kit", "replay", "--update", recording],
                           check=True, stdout=subprocess.DEVNULL)
            rows = [line.split() for line in recording.with_suffix(".expect").read_text().splitlines()]
        series = [{} for _ in self.begins[1:]]
        at = 0
        for stamp, channel, value, *flags in (row for row in rows if len(row) >= 3):
            if not re.fullmatch(r"\d+\.\d{9}", stamp) or not re.fullmatch(r"-?[\d.]+(e-?\d+)?", value):
                continue
            # The middle of the pause is the border: jitter makes an edge a little early at most.
            while float(stamp) > self.begins[at + 1] - self.pause_s / 2:
                at += 1
            series[at].setdefault(channel, []).append((float(stamp), float(value)))
        return series


def with_errors(edges, error, random_, wrong=None):
    """In order still: a pin does not go down before it went up. `wrong` is the place of a bar."""
    return sorted((at + error(random_) + (WRONG_S if wrong is not None and place == 2 * wrong else 0),
                   is_blocked) for place, (at, is_blocked) in enumerate(edges))


def fall(g, error, wrongs=(None,) * SERIES):
    """[(fit, the kit's own acceleration)], one for each of `wrongs`."""
    random_ = random.Random(f"fall {g:.6f}")
    played = Played("picket-fence", pause_s=3)
    for wrong in wrongs:
        played.add(with_errors(gravity.fence_edges(g, random_.uniform(0.3, 0.8)), error, random_, wrong))
    for series in played.play():
        stamps, positions = zip(*series["position"])
        yield gravity.fit_fence(stamps, positions, U), series["acceleration"][-1][1]


def swing(g, error, wrongs=(None,) * SERIES):
    """[(fit, fit of who takes the amplitude for small)]"""
    random_ = random.Random(f"swing {g:.6f}")
    played = Played("pendulum-gate", pause_s=12)
    for wrong in wrongs:
        played.add(with_errors(gravity.pendulum_edges(g), error, random_, wrong))
    for series in played.play():
        stamps, _ = zip(*series["period"])
        counts = [count for _, count in series["count"]]
        yield (gravity.fit_pendulum(stamps, counts, U),
               gravity.fit_pendulum(stamps, counts, U, amplitude=0))


class Gravity(unittest.TestCase):
    def check(self, what, g, fits):
        """The intervals cover g in 95 of 100, and are no wider than tells something."""
        self.assertEqual(len(fits), SERIES)
        off = [fit.g - g for fit in fits]
        hits = sum(abs(d) <= fit.u for d, fit in zip(off, fits))
        scatter = sorted(map(abs, off))[math.ceil(0.95 * SERIES) - 1]
        width = statistics.median(fit.u for fit in fits)
        mean = statistics.fmean(off)
        print(f"{what}: g {g:.5f}, mean {g + mean:.5f}, 95 % within {scatter:.6f}, stated {width:.6f}, "
              f"{hits} of {SERIES} covered", flush=True)
        self.assertGreaterEqual(hits, 0.95 * SERIES)
        self.assertLess(width, WIDEST * scatter)
        # Many together know it better, if none of them leans to a side.
        self.assertLess(abs(mean), 4 * statistics.stdev(off) / math.sqrt(SERIES))

    def test_a_stamp_is_within_what_is_stated(self):
        """Of the edges themselves, whatever is made of them."""
        for error in (calm, busy):
            random_ = random.Random("stamps")
            errors = sorted(error(random_) for _ in range(100 * SERIES))
            covered = sum(late <= U for late in errors) / len(errors)
            p95 = errors[math.ceil(0.95 * len(errors)) - 1]
            print(f"stamps, {error.__name__}: 95 % within {p95 * 1e6:.1f} us, stated {U * 1e6:.0f} us, "
                  f"{100 * covered:.1f} % covered", flush=True)
            self.assertGreaterEqual(covered, 0.95)
            self.assertLess(U, WIDEST * p95)

    def test_g_of_a_fall_is_within_its_uncertainty(self):
        for error in (calm, busy):
            for g in (gravity.STANDARD, JIAXING):
                found = list(fall(g, error))
                self.check(f"fall, {error.__name__}", g, [fit for fit, _ in found])
                for fit, own in found:  # the kit's own fit knows of no weights, and is as good as that
                    self.assertLess(abs(own - fit.g), 2 * fit.u)

    def test_g_of_a_pendulum_is_within_its_uncertainty(self):
        for error in (calm, busy):
            for g in (gravity.STANDARD, JIAXING):
                found = list(swing(g, error))
                self.check(f"pendulum, {error.__name__}", g, [fit for fit, _ in found])
                for fit, small in found:  # 10 degrees are 0.19 % of the period
                    self.assertAlmostEqual(small.g / fit.g, 1 - 2 * 0.0019, delta=1e-4)
                    self.assertGreater(abs(small.g - g), 100 * small.u)

    def test_a_wrong_stamp_shows_in_the_residuals(self):
        """One edge is 5 ms late: the fit says so, and which. A good one does not."""
        bars = [place % gravity.BARS for place in range(SERIES)]
        for place, (fit, _) in zip(bars, fall(gravity.STANDARD, calm, bars)):
            self.assertGreater(fit.misfit, 20)
            self.assertEqual(max(range(gravity.BARS), key=lambda i: abs(fit.w[i])), place)
        # Row k of a period is pass 2k + 2, whose first edge is wrong.
        rows = [place % gravity.PERIODS for place in range(SERIES)]
        found = swing(gravity.STANDARD, calm, [2 * row + 2 for row in rows])
        for row, (fit, _) in zip(rows, found):
            self.assertGreater(fit.misfit, 20)
            self.assertEqual(max(range(gravity.PERIODS), key=lambda i: abs(fit.w[i])), row)
        for found in (fall(gravity.STANDARD, calm), swing(gravity.STANDARD, calm)):
            self.assertLess(max(max(map(abs, fit.w)) for fit, _ in found), 5)


class Formulas(unittest.TestCase):
    """What the test itself stands on, by numbers of others."""

    def test_gravity_of_the_latitude(self):
        self.assertAlmostEqual(gravity.at_latitude(45), 9.80620, delta=1e-5)  # GRS 80: 9.8061992
        self.assertAlmostEqual(gravity.at_latitude(90), 9.83219, delta=1e-5)  # 9.8321863685
        self.assertAlmostEqual(JIAXING, 9.794, delta=0.001)

    def test_period_of_a_large_amplitude(self):
        a = gravity.AMPLITUDE
        series = 1 + a ** 2 / 16 + 11 * a ** 4 / 3072 + 173 * a ** 6 / 737280
        small = 2 * math.pi * math.sqrt(gravity.LENGTH / gravity.STANDARD)
        self.assertAlmostEqual(gravity.period(gravity.STANDARD) / small, series, delta=1e-9)

    def test_a_fit_gives_back_what_has_no_error(self):
        edges = [at for at, is_blocked in gravity.fence_edges(9.7, 0.5) if is_blocked]
        fit = gravity.fit_fence(edges, [i * gravity.BAR for i in range(gravity.BARS)], 5e-5)
        self.assertAlmostEqual(fit.g, 9.7, delta=1e-8)
        self.assertLess(fit.misfit, 1e-10)

    def test_odds(self):
        self.assertAlmostEqual(gravity.odds(1, 2, 0.5), 0.75)
        self.assertLess(gravity.odds(360, 400, 0.95), 1e-4)
        self.assertLess(gravity.odds(400, 400, 0.95), 1e-4)


if __name__ == "__main__":
    unittest.main(verbosity=2)

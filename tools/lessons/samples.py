#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the sample runs of the lessons again, byte for byte: simulations, and their run.json says so.

    tools/lessons/samples.py [--into FOLDER] [LESSON...]     all lessons, into lessons/ of this tree

Each lesson has one function of physics (quick.py, slow.py) and a seed, which is its name. Only the standard
library; what it writes is described in package.py."""

import argparse
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import quick  # noqa: E402
import slow  # noqa: E402

# lesson: (its function, folder of the sample)
SAMPLES = {
    "knit-insulation": (slow.knit_insulation, "six-cans"),
    "black-cans": (slow.black_cans, "lamp"),
    "sound": (quick.sound, "six-distances"),
    "mushrooms": (slow.mushrooms, "two-weeks"),
    "fermentation": (slow.fermentation, "two-weeks"),
    "classroom-co2": (slow.classroom_co2, "one-class"),
    "stairs-pressure": (slow.stairs_pressure, "six-floors"),
    "pendulum": (quick.pendulum, "six-groups"),
    "river-diary": (slow.river_diary, "three-days"),
    "hall-wheel": (quick.hall_wheel, "three-floors"),
    "solar-iv": (quick.solar_iv, "six-lights"),
    "free-fall": (quick.free_fall, "six-fences"),
    "background-radiation": (quick.background_radiation, "six-tubes"),
    "speed-of-sound": (quick.speed_of_sound, "six-distances"),
}


def make(lesson, into):
    physics, name = SAMPLES[lesson]
    physics(random.Random(f"kitlog {lesson}")).write(into / lesson / "sample" / name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--into", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2] / "lessons")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help=", ".join(SAMPLES))
    chosen = parser.parse_args()
    unknown = [lesson for lesson in chosen.lessons if lesson not in SAMPLES]
    if unknown:
        parser.error(f"no lesson {unknown[0]}; there are {', '.join(SAMPLES)}")
    for lesson in chosen.lessons or SAMPLES:
        make(lesson, chosen.into)


if __name__ == "__main__":
    main()

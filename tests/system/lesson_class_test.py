#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Two lessons as groups have them. The pendulum: a board of each group prints its period, groups join by the code,
guess, type their length; the teacher starts and stops all. What the groups found makes the line that the lesson
expects, and nobody but the teacher sees either before the reveal. The stairs: each group has a barometer of its own
and all share the one on the ground floor, which is in each group's readings, results, receipt and package."""

import http.cookiejar
import io
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
import zipfile

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/support"))
import daemon  # noqa: E402

LENGTHS = [0.25, 0.36, 0.49, 0.64, 0.81, 1.00]
G = 9.794
SAMPLES = 20  # that the lesson accepts a run with


class Visitor:
    """A browser of its own at the same board: a group's."""

    def __init__(self, board):
        self.board = board
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def ask(self, path, body=None):
        request = urllib.request.Request(self.board.url(path), None if body is None else json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with self.opener.open(request, timeout=daemon.PATIENCE) as answer:
            return json.loads(answer.read() or b"null")


class Lesson(unittest.TestCase):
    LINES = []  # what the boards print

    def setUp(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        for number, line in enumerate(self.LINES, 1):
            printer = subprocess.Popen([sys.executable, "-B", SOURCE / "tests/support/printer.py",
                                        folder / f"board{number}", "20", line])
            self.addCleanup(printer.wait)
            self.addCleanup(printer.kill)
        ports = [folder / f"board{number}" for number in range(1, len(self.LINES) + 1)]
        for port in ports:
            daemon.wait_for(port.name, port.exists)
        self.board = daemon.Daemon(folder, ports, "store: {commit: 100 ms}\n").start()
        self.addCleanup(self.board.end)
        self.board.wait_ready()
        self.board_of = {device["id"]: int(device["port"][-1]) - 1 for device in self.board.wait_device(len(self.LINES))}
        self.board.sign_in()

    def act(self, **what):
        self.session = self.board.post(f"sessions/{self.session['id']}/acts", what)

    def refused(self, visitor, path):
        with self.assertRaises(urllib.error.HTTPError) as refused:
            visitor.ask(path)
        return refused.exception.code

    def results(self, get):
        return get(f"sessions/{self.session['id']}/results")["groups"]


class Pendulum(Lesson):
    LINES = [f"period:{2 * math.pi * math.sqrt(length / G):.6f}s" for length in LENGTHS]

    def join_all(self):
        """{group: visitor}, each with a guess and the length of the pendulum whose board the group was dealt."""
        visitors = {}
        for group in self.session["groups"]:
            number, visitor = group["number"], Visitor(self.board)
            visitor.ask("join", {"code": self.session["code"], "group": number})
            visitor.ask(f"sessions/{self.session['id']}/groups/{number}/prediction", {"choice": number % 3})
            visitors[number] = visitor
        return visitors

    def record(self, visitors):
        self.act(do="start")
        for group in self.session["groups"]:
            visitors[group["number"]].ask(f"sessions/{self.session['id']}/groups/{group['number']}/readings",
                                          {"typed": {"L": LENGTHS[self.board_of[group["devices"][0]]]}})

        def has_enough():
            found = self.results(self.board.get)
            return all(group["runs"] and group["runs"][0]["channels"].get("T", {}).get("n", 0) > SAMPLES
                       for group in found)
        daemon.wait_for(f"{SAMPLES} periods of each group", has_enough)
        self.act(do="stop")

    def test_six_groups_make_one_line(self):
        card = next(card for card in self.board.get("lessons")["lessons"] if card["id"] == "pendulum")
        self.assertEqual((card["readiness"]["state"], card["readiness"]["groups"]), ("ready", 6))
        self.session = self.board.post("sessions", {"lesson": "pendulum", "title": "八（2）班", "groups": 6})
        self.assertEqual([group["devices"] for group in self.session["groups"]],
                         [[device] for device in card["readiness"]["devices"]])   # it keeps what the card promises
        visitors = self.join_all()
        self.record(visitors)

        pupil = visitors[3]
        self.assertEqual(self.refused(pupil, f"sessions/{self.session['id']}/results"), 403)
        self.assertNotIn("expect", pupil.ask("lessons/pendulum"))
        self.act(do="reveal", on=True)
        found = self.results(pupil.ask)
        self.assertEqual([group["prediction"]["choice"] for group in found], [number % 3 for number in range(1, 7)])

        points = [[group["runs"][0]["typed"]["L"], group["runs"][0]["channels"]["T"]["mean"] ** 2] for group in found]
        line = pupil.ask("fits", {"model": "proportional", "points": points})
        self.assertTrue(line["is_good"], line["sentence"]["en"])
        expect, = pupil.ask("lessons/pendulum")["expect"]
        low, high = expect["range"]
        slope = line["parameters"][0]["value"]
        self.assertTrue(low < slope < high, slope)
        self.assertAlmostEqual(39.478 / slope, G, delta=0.01)


HEIGHTS = [3.3, 6.6, 13.2]  # m, of the groups
GROUND = 1013.25  # hPa
FALL = -0.118  # hPa/m


class Stairs(Lesson):
    LINES = [f"pressure:{GROUND + FALL * height:.3f}hPa" for height in HEIGHTS] + [f"pressure:{GROUND:.3f}hPa"]

    def package(self, run):
        with zipfile.ZipFile(io.BytesIO(self.board.fetch(f"runs/{run}/package"))) as package:
            return json.loads(package.read("run.json"))

    def test_what_groups_share_each_of_them_has(self):
        self.session = self.board.post("sessions", {"lesson": "stairs-pressure", "title": "七（1）班", "groups": 3})
        id_of = {board: device for device, board in self.board_of.items()}
        dealt = [group["devices"] for group in self.session["groups"]]
        self.assertEqual([len(set(devices)) for devices in dealt], [2] * 3)
        self.assertEqual(len(set(dealt[0]) & set(dealt[1]) & set(dealt[2])), 1, "the one that stays is everybody's")
        for group in (1, 2, 3):                          # but the heights are those of these boards
            self.act(do="assign", group=group, devices=[])
        for group in (1, 2, 3):
            self.act(do="assign", group=group, devices=[id_of[group - 1], id_of[3]], is_shared=True)
        self.assertEqual([group["is_ready"] for group in self.session["groups"]], [True] * 3)
        self.act(do="start")
        daemon.wait_for("rows of all", lambda: [len([channel for channel in group["runs"][0]["channels"].values()
                                                     if channel["n"] > 5])
                                                for group in self.results(self.board.get)] == [2, 2, 2])
        for group, height in enumerate(HEIGHTS, 1):
            kept = self.board.post(f"sessions/{self.session['id']}/groups/{group}/readings", {"typed": {"h": height}})
            self.assertEqual(sorted(round(value, 3) for value in kept["values"].values()),
                             sorted([round(GROUND + FALL * height, 3), GROUND]))
        self.act(do="stop")
        for group, height in zip(self.results(self.board.get), HEIGHTS):
            channels = group["runs"][0]["channels"]
            self.assertAlmostEqual(channels["mobile"]["mean"] - channels["fixed"]["mean"], FALL * height, delta=0.002)
        for group in self.session["groups"]:
            run, = group["runs"]
            told = daemon.wait_for("the receipt", lambda: self.board.get(f"runs/{run}/receipt"))
            self.assertTrue(told["is_complete"], told)
            self.assertEqual(len(self.package(run)["streams"]), 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)

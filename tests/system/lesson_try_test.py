#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Each lesson tried with its sample run from start to report, on a board without a kit: the sample comes in as a run,
its rows leave as they came, the board's own fit gives what the lesson expects, and the report asks the question
and says that it is a simulation."""

import html
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
import zipfile

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
sys.path.insert(0, str(SOURCE / "tests/support"))
import daemon  # noqa: E402
import lesson_sample  # noqa: E402

LESSONS = {folder.parent.name: lesson_sample.Sample(folder.parent)
           for folder in sorted((SOURCE / "lessons").glob("*/lesson.yaml"))}
# The group whose mistake is meant, by the README of the lesson: its fit proves nothing.
ERRING = {"pendulum": 5, "knit-insulation": 5, "stairs-pressure": 4, "solar-iv": 4, "free-fall": 4,
          "speed-of-sound": 5, "background-radiation": 5, "sound": 5, "hall-wheel": 6}


def packed(folder):
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.iterdir()):
            file.write(path, path.name)
    return zipped.getvalue()


class Tried(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.board = daemon.Daemon(folder).start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        cls.board.sign_in()
        cls.runs = {name: cls.take_in(sample) for name, sample in LESSONS.items()}

    @classmethod
    def take_in(cls, sample):
        """The run that a sample becomes."""
        request = urllib.request.Request(cls.board.url("import"), packed(sample.folder),
                                         {"Content-Type": "application/zip"})
        with cls.board.opener.open(request, timeout=daemon.PATIENCE) as answer:
            return json.load(answer)["runs"][0]

    def test_rows_leave_as_they_came(self):
        for name, sample in LESSONS.items():
            package = zipfile.ZipFile(io.BytesIO(self.board.fetch(f"runs/{self.runs[name]['id']}/package")))
            for stream in sample.run["streams"]:
                self.assertEqual(package.read(stream["file"]), (sample.folder / stream["file"]).read_bytes(),
                                 f"{name}: {stream['file']}")
            told = json.loads(package.read("run.json"))
            self.assertEqual((told["origin"], told["lesson"], told["readings"]),
                             ("simulation", name, sample.run["readings"]))

    def test_a_sample_comes_in_by_its_name_and_once(self):
        """As the teacher's page asks, in place of a kit that broke."""
        name, wanted = "pendulum", {"lesson": "pendulum", "sample": LESSONS["pendulum"].folder.name}
        before = len(self.board.get("runs?imported=1")["runs"])
        self.assertEqual([run["id"] for run in self.board.post("import", wanted)["runs"]], [self.runs[name]["id"]])
        self.assertEqual(len(self.board.get("runs?imported=1")["runs"]), before)
        for no_such in ({**wanted, "sample": "../six-groups"}, {**wanted, "lesson": "pendulums"}, {}):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.board.post("import", no_such)
            self.assertEqual(refused.exception.code, 404)
            self.assertIn("no such sample", refused.exception.read().decode())

    def test_a_board_that_has_it_not_takes_it_from_its_shelf(self):
        with tempfile.TemporaryDirectory() as folder:
            board = daemon.Daemon(folder).start().wait_ready()
            try:
                board.sign_in()
                first, second = (board.post("import", {"lesson": "black-cans", "sample": "lamp"})["runs"][0]
                                 for _ in range(2))
                self.assertEqual((first["lesson"], first["id"]), ("black-cans", second["id"]))
                self.assertEqual(len(board.get(f"runs/{first['id']}/streams")["streams"]), 4)
                board.end()                              # and knows it again after a restart
                board.start().wait_ready()
                board.sign_in()
                third = board.post("import", {"lesson": "black-cans", "sample": "lamp"})["runs"][0]
                self.assertEqual(third["id"], first["id"])
            finally:
                board.end()

    @staticmethod
    def good_groups(name):
        return [group for group in LESSONS[name].groups if group is None or group != ERRING.get(name)]

    def fitted(self, model, points, **more):
        answer = self.board.post("fits", {"model": model, "points": [list(point) for point in points], **more})
        return answer, {parameter["id"]: parameter["value"] for parameter in answer["parameters"]}

    def check(self, name, expect, answer, values):
        low, high = expect["range"]
        value = values[expect["what"].split(".")[1]]
        self.assertTrue(low < value < high, f"{name}: {expect['what']} is {value}, not {low} to {high}")
        self.assertTrue(answer["is_good"], f"{name}: {answer['model']} is refused: {answer['sentence']['en']}")

    def test_the_fit_of_a_run_gives_what_is_expected(self):
        for name, sample in LESSONS.items():
            for expect in sample.lesson["expect"]:
                if not expect["what"].startswith("plot."):
                    continue
                plot = sample.lesson["plot"]
                group = self.good_groups(name)[0]
                begin, end = sample.part(group)
                points = [(t - begin, value) for t, value in sample.series(plot["y"], group) if begin <= t < end]
                resolution = sample.stream(plot["y"], group)[1]["resolution"] if plot["y"] in sample.needs else 0
                answer, values = self.fitted(plot["fits"][0], points, x_is_time=True,
                                             **({"resolution": resolution} if resolution else {}))
                self.check(name, expect, answer, values)

    def test_the_line_of_the_class_gives_what_is_expected(self):
        for name, sample in LESSONS.items():
            for expect in sample.lesson["expect"]:
                if expect["what"].startswith("class_plot."):
                    points = sample.class_points(self.good_groups(name))
                    self.check(name, expect, *self.fitted(sample.lesson["class_plot"]["fits"][0], points))

    def test_a_stored_channel_is_fitted_as_its_points_are(self):
        """Rows of the store, by stream and channel: a swing of the canal, the cooling of a room's air."""
        for name, group in (("river-diary", None), ("classroom-co2", None), ("hall-wheel", 1)):
            sample, run = LESSONS[name], self.runs[name]
            plot = sample.lesson["plot"]
            begin, end = sample.part(group)
            stream, channel = sample.stream(plot["y"], group)
            streams = self.board.get(f"runs/{run['id']}/streams")["streams"]
            own = streams[sample.run["streams"].index(stream)]
            rows = {"stream": own["id"], "channel": channel["id"], "from_us": run["from_us"] + round(begin * 1e6),
                    "to_us": run["from_us"] + round(end * 1e6)}
            answer = self.board.post("fits", {"model": plot["fits"][0], **rows})
            points = [(t - begin, value) for t, value in sample.column(plot["y"], group) if begin <= t < end]
            mine, _ = self.fitted(plot["fits"][0], points, x_is_time=True, resolution=channel["resolution"])
            for of_rows, of_points in zip(answer["parameters"], mine["parameters"]):
                self.assertAlmostEqual(of_rows["value"], of_points["value"], delta=of_points["error"] / 10,
                                       msg=f"{name}: {of_rows['id']}")

    def test_the_report_asks_the_question_in_both_languages(self):
        for name, sample in LESSONS.items():
            for language, simulated in (("zh", "模拟的数据"), ("en", "simulat")):
                page = self.board.fetch(f"runs/{self.runs[name]['id']}/report?language={language}").decode()
                for word in (sample.lesson["title"][language], sample.lesson["question"][language], simulated):
                    self.assertIn(word, html.unescape(page), f"{name}, {language}")


if __name__ == "__main__":
    unittest.main(verbosity=2)

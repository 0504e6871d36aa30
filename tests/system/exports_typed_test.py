#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A run that no kit took part in leaves the board and comes back: what was typed are its data."""

import csv
import io
import json
import pathlib
import sys
import tempfile
import unittest
import zipfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402
import workbook  # noqa: E402


RIVER = """
lesson: river
title: {zh: 河, en: River}
stage: [junior]
subject: science
question: {zh: 多深, en: How deep}
needs:
  - {id: T, quantity: temperature, unit: Cel}
record:
  mode: event
  typed:
    - {id: level, name: {zh: 水位, en: Level}, unit: m, range: [-9, 9]}
formulas:
  - {id: above, name: {zh: =高出, en: Above}, unit: cm, is: 100 * level}
accept:
  - {channel: level, least: 2 samples, otherwise: {zh: 再读, en: Read it again}}
  - {channel: above, range: [0, 50], otherwise: {zh: <b>看刻度, en: Look at the scale & again}}
  - {channel: T, range: [0, 40], otherwise: {zh: 换一支, en: Take another}}
safety:
  - {zh: 小心, en: Take care}
"""


class TypedAlone(unittest.TestCase):
    def send(self, board, package):
        """POST /import: (status, answer)."""
        request = daemon.urllib.request.Request(board.url("import"), package, {"Content-Type": "application/zip"})
        try:
            with board.opener.open(request, timeout=daemon.PATIENCE) as answer:
                return answer.status, json.load(answer)
        except daemon.urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def river(self):
        """A board with that lesson: (its folder, board)."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "lessons/river").mkdir(parents=True)
        (folder / "lessons/river/lesson.yaml").write_text(RIVER)
        board = daemon.Daemon(folder, more=f"lessons: [{folder}/lessons]\n").start().wait_ready()
        self.addCleanup(board.end)
        board.sign_in()
        return folder, board

    def test_a_package_says_by_which_lesson_its_run_was_judged(self):
        """The lesson may be changed after the class: then it is judged by the new one, and a reader can tell."""
        folder, board = self.river()
        session = board.post("sessions", {"title": "river", "lesson": "river", "groups": 1})
        act, group = f"sessions/{session['id']}/acts", f"sessions/{session['id']}/groups/1"
        board.post(act, {"do": "start", "groups": [1]})
        run = board.get(f"sessions/{session['id']}")["groups"][0]["run"]
        board.post(f"{group}/readings", {"typed": {"level": -2}})
        board.post(act, {"do": "end"})
        judged = []
        for lesson in (RIVER, RIVER.replace("[0, 50]", "[-200, 50]"), RIVER):
            board.end()
            (folder / "lessons/river/lesson.yaml").write_text(lesson)
            board.start().wait_ready()
            board.sign_in()
            with zipfile.ZipFile(io.BytesIO(board.fetch(f"runs/{run}/package"))) as zipped:
                about = json.loads(zipped.read("run.json"))
            self.assertRegex(about["lesson_digest"], "^[0-9a-f]{16}$")
            judged.append((about["accept"][1]["holds"], about["lesson_digest"]))
        self.assertEqual([holds for holds, _ in judged], [False, True, False])
        self.assertEqual(judged[0], judged[2])
        self.assertNotEqual(judged[0][1], judged[1][1])

    def test_a_run_of_what_was_typed_alone_leaves_and_comes_back(self):
        """A group without a kit: what its eyes read are the data."""
        folder, board = self.river()
        session = board.post("sessions", {"title": "river", "lesson": "river", "groups": 2})
        act, group = f"sessions/{session['id']}/acts", f"sessions/{session['id']}/groups/2"
        board.post(act, {"do": "start", "groups": [2]})
        run = board.get(f"sessions/{session['id']}")["groups"][1]["run"]
        for level in (0.30000000000000004, -2):
            board.post(f"{group}/readings", {"typed": {"level": level}})
        board.post(f"{group}/mark", {"text": "=rain"})
        board.post(act, {"do": "stop"})
        package = board.fetch(f"runs/{run}/package")
        with zipfile.ZipFile(io.BytesIO(package)) as zipped:
            self.assertEqual(zipped.namelist(), ["README.txt", "run.json", "readings.csv", "SHA256SUMS"])
            about = json.loads(zipped.read("run.json"))
            readme = zipped.read("README.txt").decode()
        self.assertEqual([(one["channel"], one["n"], one["value"], one["holds"]) for one in about["accept"]],
                         [("level", 2, -2, True), ("above", 0, -200, False), ("T", 0, None, None)])
        self.assertEqual(about["accept"][1]["otherwise"], {"zh": "<b>看刻度", "en": "Look at the scale & again"})
        self.assertIn("Above (asked: 0 to 50 cm; found: 0 samples, 0 s; -200 cm): not good enough: Look at", readme)
        self.assertIn("水位（要 至少 2 个样本；有 2 个样本，0 s; -2 m）：够好了", readme)
        self.assertEqual((about["streams"], about["groups"]), ([], [{"number": 2}]))
        status, answer = self.send(board, package)
        self.assertEqual(status, 201, answer)
        imported, = answer["runs"]
        self.assertEqual(board.fetch(f"runs/{imported['id']}/package"), package)
        for id in (run, imported["id"]):
            with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
                board.fetch(f"export?run={id}")
            self.assertEqual(refused.exception.code, 404)
            self.assertIn("comes with of=readings", json.load(refused.exception)["error"]["en"])
            seen = csv.reader(io.StringIO(board.fetch(f"export?run={id}&of=readings").decode("utf-8-sig")))
            self.assertEqual([row[2:] for row in seen],
                             [["group", "水位 Level/m", "'=高出 Above/cm [= 100 * level]"],
                              ["2", "0.30000000000000004", repr(100 * 0.30000000000000004)], ["2", "-2", "-200"]])
            path = folder / "typed.xlsx"
            path.write_bytes(board.fetch(f"export?run={id}&format=xlsx"))
            book = workbook.read(self, path)
            self.assertEqual(list(book), ["数据 Data", "读数 Readings", "说明 About"])
            self.assertEqual([row[2:] for row in book["读数 Readings"]["rows"]],
                             [["组 group", "水位 Level/m", "=高出 Above/cm [= 100 * level]"],
                              [2, 0.30000000000000004, 100 * 0.30000000000000004], [2, -2, -200]])
            self.assertEqual(book["读数 Readings"]["formulas"], 0)
            self.assertEqual([row[-1] for row in book["数据 Data"]["rows"]][:1], ["mark"])
            self.assertTrue(book["数据 Data"]["rows"][1][-1].endswith(": =rain"))
            judged = [row for row in book["说明 About"]["rows"] if row[0] == "够好吗 good enough"]
            self.assertEqual([row[6] for row in judged],
                             ["good enough", "not good enough: Look at the scale & again", "nobody can say"])
            page = board.fetch(f"runs/{id}/report?language=en").decode()
            self.assertIn("Group 2", page)
            self.assertIn("<td>Above</td><td>0 to 50 cm</td><td>0 samples, 0 s; -200 cm</td>"
                          "<td>not good enough: Look at the scale &amp; again</td>", page)
            page = board.fetch(f"runs/{id}/report").decode()
            self.assertIn("<td>水位</td><td>至少 2 个样本</td>", page)
            self.assertIn("不够好：&lt;b&gt;看刻度", page)
        empty = io.BytesIO()
        with zipfile.ZipFile(empty, "w") as zipped:
            zipped.writestr("run.json", json.dumps({**about, "readings": []}))
        status, answer = self.send(board, empty.getvalue())
        self.assertEqual(status, 422)
        self.assertIn("streams is wrong: expected at least one stream, or some readings", answer["error"]["en"])
        run = board.post("runs", {"title": "nothing"})["id"]
        board.post(f"runs/{run}/stop")
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            board.fetch(f"export?run={run}&format=xlsx")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()

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


class TypedAlone(unittest.TestCase):
    def send(self, board, package):
        """POST /import: (status, answer)."""
        request = daemon.urllib.request.Request(board.url("import"), package, {"Content-Type": "application/zip"})
        try:
            with board.opener.open(request, timeout=daemon.PATIENCE) as answer:
                return answer.status, json.load(answer)
        except daemon.urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def test_a_run_of_what_was_typed_alone_leaves_and_comes_back(self):
        """A group without a kit: what its eyes read are the data."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        board = daemon.Daemon(folder).start().wait_ready()
        self.addCleanup(board.end)
        board.sign_in()
        session = board.post("sessions", {"title": "river", "groups": 2})
        act, group = f"sessions/{session['id']}/acts", f"sessions/{session['id']}/groups/2"
        board.post(act, {"do": "start", "groups": [2]})
        run = board.get(f"sessions/{session['id']}")["groups"][1]["run"]
        for level in (0.30000000000000004, -2):
            board.post(f"{group}/readings", {"typed": {"level": level}})
        board.post(f"{group}/mark", {"text": "=rain"})
        board.post(act, {"do": "stop"})
        package = board.fetch(f"runs/{run}/package")
        with zipfile.ZipFile(io.BytesIO(package)) as zipped:
            self.assertEqual(zipped.namelist(), ["README.txt", "run.json", "readings.csv"])
            about = json.loads(zipped.read("run.json"))
        self.assertEqual((about["streams"], about["groups"]), ([], [{"number": 2}]))
        status, answer = self.send(board, package)
        self.assertEqual(status, 201, answer)
        imported, = answer["runs"]
        self.assertEqual(board.fetch(f"runs/{imported['id']}/package"), package)
        for id in (run, imported["id"]):
            seen = csv.reader(io.StringIO(board.fetch(f"export?run={id}&of=readings").decode("utf-8-sig")))
            self.assertEqual([row[2:] for row in seen],
                             [["group", "level"], ["2", "0.30000000000000004"], ["2", "-2"]])
            path = folder / "typed.xlsx"
            path.write_bytes(board.fetch(f"export?run={id}&format=xlsx"))
            book = workbook.read(self, path)
            self.assertEqual(list(book), ["数据 Data", "读数 Readings", "说明 About"])
            self.assertEqual([row[2:] for row in book["读数 Readings"]["rows"]],
                             [["组 group", "level"], [2, 0.30000000000000004], [2, -2]])
            self.assertEqual([row[-1] for row in book["数据 Data"]["rows"]][:1], ["mark"])
            self.assertTrue(book["数据 Data"]["rows"][1][-1].endswith(": =rain"))
            self.assertIn("Group 2", board.fetch(f"runs/{id}/report?language=en").decode())
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

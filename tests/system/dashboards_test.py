#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Each query of tools/dashboards finds the right numbers at the real servers: two real boards of the same name,
one with a class, and the lines of two others that are of earlier hours, in the form of daemon/ship/series.h."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
import stores  # noqa: E402

VIRTUAL = os.environ.get("KITLOG_VIRTUAL", "")
FOLDER = pathlib.Path(os.environ.get("KITLOG_SOURCE", ".")) / "tools" / "dashboards"
CLASS, LESSON = "七（3）班", "pendulum"
SILENT_S = 7200  # since when the board in the cupboard is silent
BEATS = 30  # minutes that it was heard before
RANGE = "6h"  # what is looked at in the dashboard


def earlier(now):
    """Lines of boards that cannot be waited for: one was switched off, one had a clock that was ahead."""
    for k in range(BEATS):
        at = (now - SILENT_S - 60 * k) * 10**9
        yield f"bme280,board=cupboard,board_id=00000001,device=4 temp=21.5,stamp_u_us=1500 {at}"
    for k in range(3):
        at = (now - 3600 - 60 * k) * 10**9
        yield f"bme280,board=ahead,board_id=00000002,device=1,hour_lap=1 temp=20.5,stamp_u_us=2000000 {at}"


class Dashboards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.influx = cls.enterClassContext(stores.Influx(folder / "influx"))
        cls.victoria = cls.enterClassContext(stores.VictoriaMetrics(folder / "vm"))
        lines = "\n".join(earlier(int(time.time()))).encode()
        for url in (f"{cls.influx.url}/write?db=kitlog", f"{cls.victoria.url}/write"):
            assert stores.get(url, lines)[0] == 204
        sinks = (f"sinks:\n  - {{name: school, kind: influxdb1, url: '{cls.influx.url}', database: kitlog}}\n"
                 f"  - {{name: district, kind: victoriametrics, url: '{cls.victoria.url}'}}\n")
        cls.boards = [cls.board(folder / str(n), sinks) for n in range(2)]
        cls.teach(cls.boards[0])
        sent = lambda board: board.get("sinks")["sinks"][1]["rows_sent"]  # noqa: E731
        begun = sent(cls.boards[0][0])
        for board, kit in cls.boards:
            daemon.wait_for("rows", lambda board=board: sent(board) > begun + 60)
            kit.terminate()
            kit.wait()
        for board, _ in cls.boards:
            board.wait_delivered()
        stores.get(cls.victoria.url + "/internal/force_flush")
        cls.kept = [cls.lines(board) for board, _ in cls.boards]

    @classmethod
    def board(cls, folder, sinks):
        folder.mkdir()
        link = folder / "kit"
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", link, "--model", "pendulum", "--rate", "20"])
        cls.addClassCleanup(kit.wait)
        cls.addClassCleanup(kit.kill)
        daemon.wait_for("the virtual kit", link.is_symlink)
        board = daemon.Daemon(folder, [link], sinks)
        cls.addClassCleanup(board.end)
        board.start().wait_ready().wait_device()
        return board, kit

    @staticmethod
    def teach(board):
        board = board[0]
        board.sign_in()
        session = board.post("sessions", {"title": CLASS, "lesson": LESSON, "groups": 1, "deal": False})
        board.post(f"sessions/{session['id']}/acts",
                   {"do": "assign", "group": 1, "devices": [board.devices()[0]["id"]]})
        board.post(f"sessions/{session['id']}/acts", {"do": "start"})

    @staticmethod
    def lines(board):
        """What was shipped: [(tags, {field: value})] of each row."""
        stream, = board.devices()[0]["streams"]
        found = []
        for line in board.fetch(f"export?stream={stream['id']}&format=lp").decode().splitlines():
            if line and not line.startswith("#"):
                head, fields, _ = re.split(r"(?<!\\) ", line)
                found.append((dict(tag.split("=") for tag in head.split(",")[1:]),
                              {key: float(value) for key, value in (f.split("=") for f in fields.split(","))}))
        return found

    def queries(self, kind, word):
        """{panel: query}."""
        panels = json.loads((FOLDER / f"{kind}.json").read_text())["panels"]
        return {panel["description"]: panel["targets"][0][word] for panel in panels}

    def ask_influx(self, query):
        """[(tags, {column: value}, all rows)]."""
        query = query.replace("$timeFilter", f"time > now() - {RANGE}")
        return [(series.get("tags", {}), dict(zip(series["columns"], series["values"][-1])), series["values"])
                for series in self.influx.query(query)]

    def ask_victoria(self, query, path="query", **more):
        """[(labels, value or values)]."""
        text = urllib.parse.urlencode({"query": query.replace("$__range", RANGE), **more})
        status, body = stores.get(f"{self.victoria.url}/api/v1/{path}?{text}")
        self.assertEqual(status, 200, body)
        return [(found["metric"], float(found["value"][1]) if path == "query" else
                 [float(value) for _, value in found["values"]]) for found in json.loads(body)["data"]["result"]]

    def ids(self):
        ids = [lines[0][0]["board_id"] for lines in self.kept]
        self.assertNotEqual(*ids, "two boards of the same name are two")
        return {("test", id) for id in ids}

    def taught(self):
        """(rows, samples) of the class."""
        rows = [fields for tags, fields in self.kept[0] if tags.get("lesson") == LESSON]
        self.assertGreater(len(rows), 10)
        self.assertLess(len(rows), len(self.kept[0]))
        return len(rows), sum(len(set(fields) - {"stamp_u_us"}) for fields in rows)

    # --- what is expected of each panel; a panel without is a failure ---

    def influx_now(self, query):
        self.assertEqual({(t["board"], t["board_id"]) for t, _, _ in self.ask_influx(query)}, self.ids())

    def victoria_now(self, query):
        self.assertEqual({(t["board"], t["board_id"]) for t, _ in self.ask_victoria(query)}, self.ids())

    def influx_silent(self, query):
        since = {t["board"]: time.time() - row["time"] / 1e9 for t, row, _ in self.ask_influx(query)}
        self.assertEqual(set(since), {"test", "cupboard", "ahead"})
        self.assertAlmostEqual(since["cupboard"], SILENT_S, delta=120)
        self.assertLess(since["test"], 120)

    def victoria_silent(self, query):
        since = {t["board"]: value for t, value in self.ask_victoria(query)}
        self.assertEqual(set(since), {"test", "cupboard", "ahead"})
        self.assertAlmostEqual(since["cupboard"], SILENT_S, delta=120)
        self.assertLess(since["test"], 120)

    def influx_lessons(self, query):
        (tags, row, _), = self.ask_influx(query)
        self.assertEqual(tags, {"session": CLASS, "lesson": LESSON})
        counts = {column: n for column, n in row.items() if column not in ("time", "count_stamp_u_us") and n}
        self.assertEqual(sum(counts.values()), self.taught()[1])

    def victoria_lessons(self, query):
        self.assertEqual(self.ask_victoria(query), [({"session": CLASS, "lesson": LESSON}, self.taught()[1])])

    def influx_last(self, query):
        found = {tags["board_id"]: row for tags, row, _ in self.ask_influx(query)}
        for lines in self.kept:
            tags, fields = lines[-1]
            for key in set(fields) - {"stamp_u_us"}:
                self.assertEqual(found[tags["board_id"]][f"last_{key}"], fields[key])

    def victoria_last(self, query):
        """A class's readings are a series of their own, so the last that a kit said is one of two."""
        found = [(t["board_id"], t["__name__"].split("_", 1)[1], value) for t, value in self.ask_victoria(query)]
        for lines in self.kept:
            tags, fields = lines[-1]
            for key in set(fields) - {"stamp_u_us"}:
                self.assertIn((tags["board_id"], key, fields[key]), found)

    def stated(self):
        return max(fields["stamp_u_us"] for lines in self.kept for _, fields in lines if "stamp_u_us" in fields)

    def influx_clock(self, query):
        found = {t["board"]: max(row[1] for row in rows if row[1]) for t, _, rows in self.ask_influx(query)
                 if any(row[1] for row in rows)}
        self.assertEqual(found, {"test": self.stated(), "cupboard": 1500, "ahead": 2000000})

    def victoria_clock(self, query):
        found = self.ask_victoria(query, "query_range", start=time.time() - 6 * 3600, end=time.time() + 60,
                                  step="60s", nocache=1)
        self.assertEqual({t["board"]: max(values) for t, values in found},
                         {"test": self.stated(), "cupboard": 1500, "ahead": 2000000})

    def influx_gaps(self, query):
        counts = {t["board"]: [row[1] for row in rows] for t, _, rows in self.ask_influx(query)
                  if any(row[1] for row in rows)}
        self.assertEqual(sum(counts["cupboard"]), BEATS)
        self.assertEqual(max(counts["cupboard"]), 5)
        self.assertEqual(counts["cupboard"][-20:], [0] * 20)

    def victoria_gaps(self, query):
        now = time.time() // 300 * 300
        found = self.ask_victoria(query, "query_range", start=now - 6 * 3600, end=now, step="300s")
        counts = {t["board"]: values for t, values in found}["cupboard"]
        self.assertEqual((sum(counts), max(counts), counts[-20:]), (BEATS, 5, [0] * 20))

    def influx_twins(self, query):
        self.assertEqual([(t["board"], row["boards"]) for t, row, _ in self.ask_influx(query)], [("test", 2)])

    def victoria_twins(self, query):
        self.assertEqual(self.ask_victoria(query), [({"board": "test"}, 2)])

    def influx_laps(self, query):
        self.assertEqual([(t["board"], row["minutes"]) for t, row, _ in self.ask_influx(query)], [("ahead", 3)])

    def victoria_laps(self, query):
        self.assertEqual(self.ask_victoria(query), [({"board": "ahead"}, 3)])

    def check(self, kind, word, prefix):
        queries = self.queries(kind, word)
        self.assertGreater(len(queries), 5)
        for name, query in queries.items():
            with self.subTest(f"{kind}: {name}"):
                getattr(self, f"{prefix}_{name}")(query)

    def test_influxdb_is_asked_what_a_school_asks(self):
        self.check("influxdb", "query", "influx")

    def test_victoriametrics_is_asked_what_a_school_asks(self):
        self.check("victoriametrics", "expr", "victoria")

    def test_the_files_are_as_they_are_made(self):
        made = subprocess.run([sys.executable, "-B", FOLDER / "make.py", "--check"], text=True, stdout=subprocess.PIPE)
        self.assertEqual(made.returncode, 0, made.stdout)

    def test_both_readmes_have_each_query(self):
        for name in ("README.md", "README.zh-CN.md"):
            text = (FOLDER / name).read_text()
            for kind, word in (("influxdb", "query"), ("victoriametrics", "expr")):
                for panel, query in self.queries(kind, word).items():
                    self.assertIn(query, text, f"{name} lacks {kind}'s {panel}")


if __name__ == "__main__":
    stores.skip_without(VIRTUAL, daemon.PROGRAM)
    unittest.main(verbosity=2)

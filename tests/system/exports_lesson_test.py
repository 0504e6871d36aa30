#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""What a lesson calculates stands in the files of a run: computed here once more from the other columns, and read by
other programs, with its chart."""

import csv
import io
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree
import zipfile

SOURCE = pathlib.Path(os.environ.get("KITLOG_SOURCE", pathlib.Path(__file__).parents[2]))
sys.path.insert(0, str(SOURCE / "tests/support"))
import daemon  # noqa: E402
import workbook  # noqa: E402

DATA, CHART = "数据 Data", "图 Chart"
NAMES = {key: f"urn:oasis:names:tc:opendocument:xmlns:{key}:1.0" for key in ("table", "office", "chart")}


def number(cell):
    return float(cell) if cell else None


def joined(rows, column, places, period):
    """Of the rows at `places` the value of a column there: its own, or on the line between the two around it."""
    known = [(float(row[0]), float(row[column])) for row in rows if row[column]]
    out, k = [], 0
    for i in places:
        t = float(rows[i][0])
        while k + 1 < len(known) and known[k + 1][0] <= t:
            k += 1
        (t0, y0), after = known[k], known[k + 1] if k + 1 < len(known) else None
        if t0 == t:
            out.append(y0)
        elif t0 > t or not after or after[0] - t0 > 3 * period:
            out.append(None)
        else:
            out.append(y0 + (t - t0) / (after[0] - t0) * (after[1] - y0))
    return out


class Lessons(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.board = daemon.Daemon(cls.folder).start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        cls.board.sign_in()

    def sample(self, lesson, sample):
        """The run of a lesson's sample, as (id, lines of its CSV)."""
        run, = self.board.post("import", {"lesson": lesson, "sample": sample})["runs"]
        return run["id"], self.lines(run["id"])

    def lines(self, run):
        return list(csv.reader(io.StringIO(self.board.fetch(f"export?run={run}&stamps=live").decode("utf-8-sig"))))

    def shifted(self):
        """The sample of the cans with the white one read 0.7 s later, and not at all for a while: likewise."""
        run, = self.board.post("import", {"lesson": "black-cans", "sample": "lamp"})["runs"]
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.board.fetch(f"runs/{run['id']}/package"))) as package, \
                zipfile.ZipFile(out, "w") as to:
            for name in package.namelist():
                content = package.read(name)
                if name == "white.csv":
                    head, *rows = content.decode().splitlines()
                    rows = [row.split(",", 1) for row in rows[:200] + rows[210:]]
                    content = "\n".join([head, *(f"{int(t) + 700_000_000},{y}" for t, y in rows), ""])
                if name != "SHA256SUMS":
                    to.writestr(name, content)
        request = daemon.urllib.request.Request(self.board.url("import"), out.getvalue(),
                                                {"Content-Type": "application/zip"})
        with self.board.opener.open(request, timeout=daemon.PATIENCE) as answer:
            run, = json.load(answer)["runs"]
        gone = daemon.urllib.request.Request(self.board.url(f"runs/{run['id']}"), method="DELETE")
        self.addCleanup(lambda: self.board.opener.open(gone, timeout=daemon.PATIENCE).close())
        return run["id"], self.lines(run["id"])

    def column(self, head, begin):
        found, = [i for i, name in enumerate(head) if name.startswith(begin)]
        return found

    def test_a_difference_of_two_kits_is_there_at_the_rows_of_both(self):
        run, (head, *rows) = self.shifted()
        lead = self.column(head, "黑罐比白罐热多少 Black above white/K [= black - white; black: ")
        about = self.board.get(f"runs/{run}/streams")["streams"]
        period = {stream["name"]: stream["period_us"] / 1e6 for stream in about}
        of = {stream["name"]: self.column(head, f"{stream['device']['sticker']} {stream['name']} ") for stream in about
              if stream["name"] != "light"}
        there = [i for i, row in enumerate(rows) if row[of["black"]] or row[of["white"]]]
        self.assertGreater(len(there), 100)
        black, white = (joined(rows, of[name], there, period[name]) for name in ("black", "white"))
        n = 0
        for i, b, w in zip(there, black, white):
            self.assertEqual(rows[i][lead] != "", b is not None and w is not None, rows[i])
            if rows[i][lead]:
                n += 1
                self.assertAlmostEqual(float(rows[i][lead]), b - w, delta=1e-9)
        self.assertGreater(n, 100)
        self.assertFalse([row for i, row in enumerate(rows) if row[lead] and i not in set(there)])

    def test_a_value_is_the_double_that_the_page_of_that_kit_shows(self):
        node = shutil.which("node")
        if not node:
            self.skipTest("node is not installed: install nodejs")
        run, (head, *rows) = self.shifted()
        lead = self.column(head, "黑罐比白罐热多少")
        black, white = ([(round(float(row[0]) * 1e6), float(row[i]), row[lead]) for row in rows if row[i]]
                        for i in (next(i for i, name in enumerate(head) if name.split(" ")[1:2] == [kit])
                                  for kit in ("black", "white")))
        period, = {stream["period_us"] for stream in self.board.get(f"runs/{run}/streams")["streams"]
                   if stream["name"] in ("black", "white")}
        for shown, other, sign in ((black, white, 1), (white, black, -1)):
            asked = {"t": [t for t, _, _ in shown], "periodUs": period,
                     "other": {"t": [t for t, _, _ in other], "y": [y for _, y, _ in other]}}
            said = subprocess.run([node, SOURCE / "tests/support/page_joined.mjs"], input=json.dumps(asked), text=True,
                                  check=True, capture_output=True).stdout
            wanted = [None if there is None else sign * (y - there)
                      for (_, y, _), there in zip(shown, json.loads(said))]
            self.assertEqual([number(cell) for _, _, cell in shown], wanted)
            self.assertGreater(len([v for v in wanted if v is not None]), 100)

    def test_a_formula_of_one_kit_and_a_formula_of_that_are_the_same_doubles(self):
        _, (head, *rows) = self.sample("mushrooms", "two-weeks")
        m, dew = self.column(head, "露点的中间数 "), self.column(head, "露点 Dew point/°C [= 243.04 * m / (17.625 - m); m: ")
        temp, rh = (next(i for i, name in enumerate(head) if words in name) for words in ("温度", "湿度"))
        there = [[float(row[i]) for i in (m, dew, temp, rh)] for row in rows if row[m]]
        self.assertGreater(len(there), 100)
        self.assertEqual([row[1] for row in there], [243.04 * row[0] / (17.625 - row[0]) for row in there])
        for made, _, t, wet in there:
            self.assertAlmostEqual(made, math.log(wet / 100) + 17.625 * t / (243.04 + t), delta=1e-13)

    def test_a_sample_of_a_class_has_no_column_of_nobody_knows_whose(self):
        _, (head, *rows) = self.sample("knit-insulation", "six-cans")
        self.assertEqual([name for name in head if "water - room" in name], [])
        self.assertGreater(len(rows), 100)

    def test_other_programs_read_the_columns_and_their_chart(self):
        run, (head, *rows) = self.sample("black-cans", "lamp")
        path = self.folder / "cans.xlsx"
        path.write_bytes(self.board.fetch(f"export?run={run}&format=xlsx&stamps=live"))
        book = workbook.read(self, path)
        n = head.index("gap")
        self.assertEqual(book[DATA]["rows"][0], head)
        self.assertEqual([row[2:n] for row in book[DATA]["rows"][1:]],
                         [[number(cell) for cell in row[2:n]] for row in rows])
        self.assertEqual(book[DATA]["formulas"], 0)
        lead = self.column(head, "黑罐比白罐")
        letter = chr(ord("A") + lead)
        drawn = [line for chart in book[CHART]["charts"] for line in chart]
        self.assertIn(f"'{DATA}'!${letter}$2:${letter}${len(rows) + 1}", drawn)
        told = {row[0]: row for row in book["说明 About"]["rows"] if row[0]}
        self.assertEqual(told[letter][6], "lead")
        self.assertTrue(told[letter][9].startswith("算式 formula = black - white; black: "), told[letter])
        self.see_in_libreoffice(path, head, rows, drawn)

    def see_in_libreoffice(self, path, head, rows, drawn):
        """Where it is installed: the values, and a chart with as many lines, that says where they come from."""
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if not office:
            self.skipTest("openpyxl has read all; LibreOffice is not installed: install libreoffice-calc-nogui")
        subprocess.run([office, f"-env:UserInstallation=file://{self.folder}/office", "--headless", "--convert-to",
                        "ods", "--outdir", self.folder, path], check=True, capture_output=True)
        with zipfile.ZipFile(self.folder / "cans.ods") as zipped:
            content = xml.etree.ElementTree.fromstring(zipped.read("content.xml"))
            charts = [xml.etree.ElementTree.fromstring(zipped.read(name)) for name in zipped.namelist()
                      if name.startswith("Object ") and name.endswith("/content.xml") and name.count("/") == 1]
        sheet = content.find(f".//table:table[@table:name='{DATA}']", NAMES)
        lead = self.column(head, "黑罐比白罐")
        seen = [self.cells(row, lead + 1)[lead] for row in sheet.iter(f"{{{NAMES['table']}}}table-row")]
        wanted = [number(row[lead]) for row in rows]
        self.assertEqual(seen[1:len(rows) + 1], [v if v is None else float(f"{v:.15g}") for v in wanted])
        self.assertEqual(sheet.findall(".//table:table-cell[@table:formula]", NAMES), [])
        lines = [line.get(f"{{{NAMES['chart']}}}values-cell-range-address") for chart in charts
                 for line in chart.iter(f"{{{NAMES['chart']}}}series")]
        self.assertEqual(len(lines), len(drawn))
        letter = chr(ord("A") + lead)
        self.assertTrue([line for line in lines if line.endswith(f".{letter}2:'{DATA}'.{letter}{len(rows) + 1}")], lines)

    @staticmethod
    def cells(row, n):
        """Numbers of the first cells; None where there is none."""
        out = []
        for cell in row.iter(f"{{{NAMES['table']}}}table-cell"):
            value = cell.get(f"{{{NAMES['office']}}}value")
            times = min(int(cell.get(f"{{{NAMES['table']}}}number-columns-repeated", 1)), n)
            out += [number(value)] * times
        return (out + [None] * n)[:n]

    def test_what_comes_back_serves_what_it_served(self):
        run, (head, *_) = self.sample("black-cans", "lamp")
        with zipfile.ZipFile(io.BytesIO(self.board.fetch(f"runs/{run}/package"))) as zipped:
            streams = json.loads(zipped.read("run.json"))["streams"]
        self.assertEqual({stream["name"]: stream["needs"] for stream in streams},
                         {name: [name] for name in ("black", "white", "silver", "light")})


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A run leaves the board as a package and comes back: read by other programs, each number the same."""

import csv
import datetime
import hashlib
import html.parser
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import unittest
import xml.etree.ElementTree
import zipfile

SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
sys.path.insert(0, str(SUPPORT))
import daemon  # noqa: E402
import workbook  # noqa: E402

KITLOG = os.environ["KITLOG"]
OFFICE, TABLE = ("{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}" % name for name in ("office", "table"))


def cells_of(row):
    """Numbers of a row of a flat OpenDocument sheet; None where there is none."""
    cells = []
    for cell in row.iter(f"{TABLE}table-cell"):
        value = cell.get(f"{OFFICE}value")
        times = min(int(cell.get(f"{TABLE}number-columns-repeated", 1)), 1000)
        cells += [float(value) if value else None] * times
    return cells


def rows_of(csv_bytes):
    """The lines of a CSV export as (seconds as text, values as text), those of rows only."""
    lines = list(csv.reader(io.StringIO(csv_bytes.decode("utf-8-sig"))))
    n = lines[0].index("gap") - 2
    return [(line[0], line[2:2 + n]) for line in lines[1:] if any(line[2:2 + n])]


class Exports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        ports = [cls.folder / "a", cls.folder / "b"]
        for port, words in zip(ports, ("level:{n},odd:0.30000000000000004", "{tenth}")):
            printer = subprocess.Popen([sys.executable, "-B", SUPPORT / "printer.py", port, "50", words])
            cls.addClassCleanup(printer.wait)
            cls.addClassCleanup(printer.kill)
            daemon.wait_for("port", port.exists)
        cls.board = daemon.Daemon(cls.folder, ports).start().wait_ready()
        cls.addClassCleanup(cls.board.end)
        cls.board.wait_device(2)
        cls.board.sign_in()
        cls.run_id = cls.board.post("runs", {"title": "=1+2 <b>七（3）班</b>"})["id"]
        first = cls.board.devices()[0]["streams"][0]["id"]
        daemon.wait_for("100 rows", lambda: len(rows_of(cls.export(f"run={cls.run_id}&stream={first}"))) > 100)
        cls.board.post(f"runs/{cls.run_id}/stop")
        cls.package = cls.board.fetch(f"runs/{cls.run_id}/package")
        (cls.folder / "run.zip").write_bytes(cls.package)

    def setUp(self):
        """What is there already does not come in once more."""
        for run in self.board.get("runs?imported=1")["runs"]:
            self.board.opener.open(daemon.urllib.request.Request(self.board.url(f"runs/{run['id']}"), method="DELETE"),
                                   timeout=daemon.PATIENCE).close()

    @classmethod
    def export(cls, what):
        try:
            return cls.board.fetch(f"export?{what}")
        except OSError:
            return b"time_s,clock,gap\r\n"  # nothing in it yet

    def about(self):
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            self.assertIsNone(package.testzip())
            return json.loads(package.read("run.json"))

    def test_a_package_has_each_number_of_the_run(self):
        about = self.about()
        self.assertEqual((about["kitlog_package"], about["title"], about["origin"]),
                         (1, "=1+2 <b>七（3）班</b>", "board"))
        self.assertEqual(len(about["streams"]), 2)
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            self.assertEqual(package.namelist(),
                             ["README.txt", "run.json"] + [stream["file"] for stream in about["streams"]]
                             + ["SHA256SUMS"])
            for stream, device in zip(about["streams"], self.board.devices()):
                self.assertEqual(stream["device"]["sticker"], device["sticker"])
                rows = list(csv.reader(io.TextIOWrapper(package.open(stream["file"]), "utf-8")))
                self.assertEqual(rows[0], ["t_ns"] + [channel["id"] for channel in stream["channels"]])
                seen = rows_of(self.export(f"run={self.run_id}&stream={device['streams'][0]['id']}&stamps=live"))
                self.assertEqual([row[1:] for row in rows[1:]], [values for _, values in seen])
                self.assertEqual([int(row[0]) for row in rows[1:]],
                                 [round(float(seconds) * 1e9) for seconds, _ in seen])
        self.assertEqual(self.board.fetch(f"runs/{self.run_id}/package"), self.package)

    def test_the_program_in_its_readme_reads_it(self):
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            readme = package.read("README.txt").decode()
        program = textwrap.dedent("\n".join(re.findall(r"^(?:    .*)?$", readme, re.M)))
        said = subprocess.run([sys.executable, "-I", "-c", program, self.folder / "run.zip"], check=True,
                              capture_output=True, text=True).stdout.splitlines()
        about = self.about()
        self.assertEqual(len(said), 2)
        for line, stream in zip(said, about["streams"]):
            self.assertTrue(line.startswith(f"{stream['file']} ['t_ns', "), line)
            self.assertGreater(int(re.search(r"\] (\d+) \[", line)[1]), 50)

    def test_a_workbook_has_each_number_of_the_csv(self):
        seen = list(csv.reader(io.StringIO(self.export(f"run={self.run_id}").decode("utf-8-sig"))))
        path = self.folder / "run.xlsx"
        path.write_bytes(self.export(f"run={self.run_id}&format=xlsx"))
        book = workbook.read(self, path)
        self.assertEqual(list(book), ["数据 Data", "图 Chart", "说明 About"])
        rows = book["数据 Data"]["rows"]
        self.assertEqual(rows[0], seen[0])
        self.assertEqual(len(rows), len(seen))
        n = seen[0].index("gap")
        odd = 0
        for row, line in zip(rows[1:], seen[1:]):
            self.assertEqual([row[0], *row[2:n]], [float(cell) if cell else None for cell in [line[0], *line[2:n]]])
            self.assertLess(abs((datetime.datetime.fromisoformat(row[1])
                                 - datetime.datetime.fromisoformat(line[1]).replace(tzinfo=None)).total_seconds()),
                            0.002)
            odd += 0.30000000000000004 in row
        self.assertGreater(odd, 50)
        self.assertEqual(sum(sheet["formulas"] for sheet in book.values()), 0)
        self.assertEqual(sorted(line for chart in book["图 Chart"]["charts"] for line in chart),
                         [f"'数据 Data'!${column}$2:${column}${len(rows)}" for column in "CDE"])
        about = {row[0]: row[1] for row in book["说明 About"]["rows"] if row[0]}
        self.assertEqual(about["标题 title"], "=1+2 <b>七（3）班</b>")
        self.assertIn("system", about["time_s = 0 的钟点 hour (UTC)"])
        self.assertIn([about[column] for column in "CDE"], ([1, 1, 2], [1, 2, 2]))

    def send(self, package):
        """POST /import: (status, answer)."""
        request = daemon.urllib.request.Request(self.board.url("import"), package,
                                                {"Content-Type": "application/zip"})
        try:
            with self.board.opener.open(request, timeout=daemon.PATIENCE) as answer:
                return answer.status, json.load(answer)
        except daemon.urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def changed(self, **files):
        """The package with other files ("run_json" for run.json, "rows" for the first rows'); None: left out, as the hashes
        are, which a package of before had not, either, where not `sums` are given."""
        about, files = self.about(), {"sums": None, **files}
        names = {"run.json": "run_json", about["streams"][0]["file"]: "rows", "SHA256SUMS": "sums"}
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(self.package)) as package, zipfile.ZipFile(out, "w") as to:
            for name in package.namelist():
                content = files.get(names.get(name), package.read(name))
                if content is not None:
                    to.writestr(name, content)
            for name, content in files.get("more", {}).items():
                to.writestr(name, content)
        return out.getvalue()

    def test_a_package_comes_back_to_the_byte(self):
        before = self.board.get("runs")["runs"]
        status, answer = self.send(self.package)
        self.assertEqual(status, 201, answer)
        run, = answer["runs"]
        self.assertEqual((run["title"], run["is_imported"]), (self.about()["title"], True))
        self.assertGreater(run["bytes"], 0)
        self.assertLess(abs(run["wall_from_us"] - self.about()["wall_from_us"]), 2)
        self.assertEqual(self.board.fetch(f"runs/{run['id']}/package"), self.package)
        self.assertEqual(self.board.get("runs")["runs"], before, "it is no run of the board's own")
        self.assertIn(run, self.board.get("runs?imported=1")["runs"])
        self.assertEqual(self.board.get(f"runs/{run['id']}"), run)
        streams = self.board.get(f"runs/{run['id']}/streams")["streams"]
        own = self.board.get(f"runs/{self.run_id}/streams")["streams"]
        for imported, stream in zip(streams, own):
            self.assertEqual({**imported, "id": 0}, {**stream, "id": 0})
            seen, again = (rows_of(self.export(f"run={id}&stream={of['id']}&stamps=live"))
                           for id, of in ((run["id"], imported), (self.run_id, stream)))
            self.assertEqual(seen, again)
            columns = self.board.get(f"streams/{imported['id']}/columns?columns=4000")
            self.assertEqual(columns["channels"][0]["y"], [float(values[0]) for _, values in seen])
        self.read_sheet_of(run["id"])
        self.assertEqual(run["number"], self.board.get(f"runs/{self.run_id}")["number"], "as its board called it")
        receipt, came = (self.board.get(f"runs/{id}/receipt") for id in (self.run_id, run["id"]))
        self.assertEqual(came, {**receipt, "run": run["id"], "shipped": []}, "it is whether all of it is there")
        status, again = self.send(self.package)
        self.assertEqual((status, again["error"]["code"]), (409, "is_there"))
        self.assertIn(str(run["id"]), again["error"]["zh"])

    def read_sheet_of(self, run):
        path = self.folder / "imported.xlsx"
        path.write_bytes(self.export(f"run={run}&format=xlsx"))
        self.assertGreater(len(workbook.read(self, path)["数据 Data"]["rows"]), 100)

    def test_what_is_no_package_is_said_in_a_sentence_and_leaves_nothing(self):
        about, kept = self.about(), self.board.get("runs?imported=1")
        first = about["streams"][0]["file"]
        rows = f"t_ns,{','.join(channel['id'] for channel in about['streams'][0]['channels'])}\n"
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            bad = package.getinfo(first).header_offset + 200
        good = "1" + ",2.5" * len(about["streams"][0]["channels"])
        bomb = rows + "0" * (1 << 20) + "\n"
        for package, sentence in (
                (b"", "no whole zip file"),
                (b"hello", "no whole zip file"),
                (self.package[:-30], "no whole zip file"),
                (self.package[:bad] + bytes(4) + self.package[bad + 4:], "cut off or damaged"),
                (self.changed(run_json=None), "no run.json in it"),
                (self.changed(run_json=b"{"), "run.json, line 1, is no JSON"),
                (self.changed(run_json=json.dumps({**about, "duration_us": -1}).encode()), "duration_us is wrong"),
                (self.changed(rows=None), f"The package lacks {first}."),
                (self.changed(rows=b""), f"{first}, line 1: expected t_ns,"),
                (self.changed(rows=f"{rows}{good}\n{good}\n".encode()), f"{first}, line 3: its stamp is not later"),
                (self.changed(rows=f"{rows}{good[:-1]}x\n".encode()), f"{first}, line 2: something in it is no number"),
                (self.changed(rows=f"{rows}1\n".encode()), f"{first}, line 2: it has too few columns"),
                (self.changed(rows=f"{rows}{good[:-3]}nan\n".encode()), "line 2: something in it is no number"),
                (self.changed(rows=f"{rows}1.5{good[1:]}\n".encode()), "line 2: it does not begin with whole"),
                (self.changed(rows=bomb.encode()), f"{first}, line 2: it "),
                (self.changed(more={"../../evil.csv": "x"}), "A file name in this zip is wrong"),
                (self.changed(more={"/etc/evil.csv": "x"}), "A file name in this zip is wrong"),
                (self.changed(more={"a/../evil.csv": "x"}), "A file name in this zip is wrong")):
            status, answer = self.send(package)
            self.assertEqual(status, 422, answer)
            self.assertIn(sentence, answer["error"]["en"])
            self.assertRegex(answer["error"]["zh"], "[\u4e00-\u9fff]")
        self.assertEqual([run["id"] for run in self.board.get("runs?imported=1")["runs"]],
                         [run["id"] for run in kept["runs"]])
        there = [path.name for path in (self.board.data / "imports").iterdir() if path.suffix != ".gone"]  # deleted
        self.assertEqual(sorted(there),
                         sorted(str((run["id"] - 4194304) // 64) for run in kept["runs"]))
        self.assertEqual(list((self.board.data / "uploads").iterdir()), [])

    def test_a_file_that_was_changed_is_named_and_nothing_comes_in(self):
        about, kept = self.about(), self.board.get("runs?imported=1")
        first = about["streams"][0]["file"]
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            files = {name: package.read(name) for name in package.namelist()}
        sums = files["SHA256SUMS"]
        self.assertEqual(dict(reversed(line.split("  ")) for line in sums.decode().splitlines()),
                         {name: hashlib.sha256(content).hexdigest() for name, content in files.items()
                          if name != "SHA256SUMS"})
        rows = files[first].replace(b"0.30000000000000004", b"0.4", 1) if b"0.3" in files[first] else files[first][:-3]
        other_title = json.dumps({**about, "title": "other"}).encode()
        for package, name in ((self.changed(rows=rows, sums=sums), first),
                              (self.changed(run_json=other_title, sums=sums), "run.json"),
                              (self.changed(sums=b"what\n"), "SHA256SUMS, line 1,")):
            status, answer = self.send(package)
            self.assertEqual((status, answer["error"]["code"]), (422, "no_package"))
            self.assertTrue(answer["error"]["en"].startswith(f"{name} is "
                            if name != "SHA256SUMS, line 1," else name), answer["error"]["en"])
        self.assertEqual(self.board.get("runs?imported=1"), kept)
        program = textwrap.dedent("\n".join(re.findall(r"^(?:    .*)?$", files["README.txt"].decode(), re.M)))
        (self.folder / "changed.zip").write_bytes(self.changed(rows=rows, sums=sums))
        said = subprocess.run([sys.executable, "-I", "-c", program, self.folder / "changed.zip"],
                              capture_output=True, text=True).stdout.splitlines()
        self.assertIn(f"{first} was changed", said)

    def test_a_report_says_all_in_either_language_and_escapes(self):
        stream = self.board.get(f"runs/{self.run_id}/streams")["streams"][0]
        channel = stream["channels"][0]["id"]
        for language, words in (("zh", ("问题", "器材", "数据", "拟合", "缺口", "结论")),
                                ("en", ("Question", "Apparatus", "Data", "Fit", "Gaps", "Conclusion"))):
            page = self.board.fetch(f"runs/{self.run_id}/report?language={language}&fit=linear"
                                    f"&stream={stream['id']}&channel={channel}").decode()
            for word in words:
                self.assertIn(f"<h2>{word}</h2>", page)
            self.assertIn("<h1>=1+2 &lt;b&gt;七（3）班&lt;/b&gt;</h1>", page)
            self.assertNotIn("<script", page)
            self.assertNotIn("style=", page)
            self.assertIn('class="fit"', page)
            drawn = re.findall(r'<path class="line" d="(M[^"]*L[^"]*)"', page)
            self.assertGreaterEqual(len(drawn), 2)
            html.parser.HTMLParser().feed(page)
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            self.board.fetch(f"runs/{self.run_id}/report?fit=magic")
        self.assertEqual(refused.exception.code, 400)

    def test_a_package_of_a_class_has_its_groups_apart(self):
        devices = self.board.devices()
        session = self.board.post("sessions", {"title": "七（3）班", "groups": 2})
        act = f"sessions/{session['id']}/acts"
        for group, device in enumerate(devices, 1):
            self.board.post(act, {"do": "assign", "group": group, "devices": [device["id"]]})
        self.board.post(f"sessions/{session['id']}/groups/2/prediction", {"value": 41.5})
        self.board.post(act, {"do": "start"})
        self.board.post(f"sessions/{session['id']}/groups/1/readings", {"typed": {"L": 0.5}})
        stream = devices[1]["streams"][0]["id"]
        running = [group["run"] for group in self.board.get(f"sessions/{session['id']}")["groups"]]
        daemon.wait_for("rows", lambda: len(rows_of(self.export(f"run={running[1]}&stream={stream}"))) > 10)
        paper = self.board.url(f"runs/{running[1]}/report")
        self.assertIn("<p>41.5</p>", self.board.fetch(f"runs/{running[1]}/report").decode())
        with daemon.urllib.request.urlopen(paper, timeout=daemon.PATIENCE) as page:
            self.assertNotIn("<p>41.5</p>", page.read().decode(), "hidden from other groups until it is revealed")
        self.board.post(act, {"do": "reveal", "on": True})
        with daemon.urllib.request.urlopen(paper, timeout=daemon.PATIENCE) as page:
            self.assertIn("<p>41.5</p>", page.read().decode())
        self.board.post(act, {"do": "stop"})
        package = self.board.fetch(f"sessions/{session['id']}/package")
        with zipfile.ZipFile(io.BytesIO(package)) as zipped:
            self.assertIsNone(zipped.testzip())
            runs = {name.split("/")[0]: json.loads(zipped.read(name)) for name in zipped.namelist()
                    if name.endswith("/run.json")}
            sums = {name[:-len("SHA256SUMS")] + line[66:]: line[:64] for name in zipped.namelist()
                    if name.endswith("SHA256SUMS") for line in zipped.read(name).decode().splitlines()}
            self.assertEqual(sums, {name: hashlib.sha256(zipped.read(name)).hexdigest() for name in zipped.namelist()
                                    if not name.endswith("SHA256SUMS")})
        self.assertEqual(sorted(runs), sorted(f"run-{run}" for run in running))
        for group, (run, device) in enumerate(zip(running, devices), 1):
            about = runs[f"run-{run}"]
            self.assertEqual([stream["device"]["sticker"] for stream in about["streams"]], [device["sticker"]])
            self.assertEqual([stream["group"] for stream in about["streams"]], [group])
            self.assertEqual([reading["typed"] for reading in about["readings"]],
                             [{"L": 0.5}] if group == 1 else [])
            columns = csv.reader(io.StringIO(self.export(f"run={run}").decode("utf-8-sig")))
            self.assertEqual(next(columns).index("gap") - 2, len(device["streams"][0]["channels"]))
        status, answer = self.send(package)
        self.assertEqual((status, len(answer["runs"])), (201, 2))
        self.board.post(act, {"do": "end"})

    def stranger(self, path):
        """As somebody sees it who has joined no group."""
        with daemon.urllib.request.urlopen(self.board.url(path), timeout=daemon.PATIENCE) as answer:
            return answer.read()

    def a_class(self):
        """(session, its run): one group that predicted a curve and typed under names that would be formulas."""
        device = max(self.board.devices(), key=lambda device: len(device["streams"][0]["channels"]))
        session = self.board.post("sessions", {"title": "=1+2", "groups": 1})
        act = f"sessions/{session['id']}/acts"
        group = f"sessions/{session['id']}/groups/1"
        self.addCleanup(self.board.post, act, {"do": "end"})
        self.board.post(act, {"do": "assign", "group": 1, "devices": [device["id"]]})
        self.board.post(f"{group}/prediction", {"points": [[0, 20.1], [60, 0.30000000000000004]]})
        self.board.post(act, {"do": "start"})
        run = self.board.get(f"sessions/{session['id']}")["groups"][0]["run"]
        stream = device["streams"][0]["id"]
        daemon.wait_for("rows", lambda: len(rows_of(self.export(f"run={run}&stream={stream}"))) > 10)
        first = self.board.post(f"{group}/readings", {"typed": {"=cmd|' /C calc'!A0": 0.1, "L": 0.30000000000000004}})
        self.assertEqual(first["values"][f"{stream}:odd"], 0.30000000000000004)
        self.board.post(act, {"do": "stop"})
        self.board.post(f"{group}/readings", {"typed": {"L": -2}})  # written down when it was over
        return session["id"], run, act

    def test_what_was_typed_and_predicted_is_in_every_file(self):
        session, run, act = self.a_class()
        for path in (f"runs/{run}/package", f"sessions/{session}/package"):
            with zipfile.ZipFile(io.BytesIO(self.stranger(path))) as hidden:
                self.assertFalse([name for name in hidden.namelist() if name.endswith("readings.csv")])
                about = json.loads(hidden.read([name for name in hidden.namelist() if name.endswith("run.json")][0]))
            self.assertEqual((about["readings"], about["prediction"]), ([], None), "hidden until it is revealed")
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            self.stranger(f"export?run={run}&of=readings")
        self.assertEqual(refused.exception.code, 403)
        package = self.board.fetch(f"runs/{run}/package")
        with zipfile.ZipFile(io.BytesIO(package)) as zipped:
            about = json.loads(zipped.read("run.json"))
            table = list(csv.reader(io.TextIOWrapper(zipped.open("readings.csv"), "utf-8")))
        self.assertEqual(about["prediction"], {"points": [[0, 20.1], [60, 0.30000000000000004]]})
        self.assertEqual([reading["typed"] for reading in about["readings"]],
                         [{"=cmd|' /C calc'!A0": 0.1, "L": 0.30000000000000004}, {"L": -2}])
        place = f"{about['streams'][0]['device']['sticker']} {about['streams'][0]['name']}"
        self.assertEqual(about["readings"][0]["values"][f"{place}:odd"], 0.30000000000000004)
        self.assertEqual(table[0][:4], ["t_us", "group", "'=cmd|' /C calc'!A0", "L"])
        self.assertEqual(float(table[1][table[0].index(f"{place}:odd")]), 0.30000000000000004)
        self.assertEqual([row[:4] for row in table[1:]],
                         [[str(about["readings"][0]["at_us"]), "1", "0.1", "0.30000000000000004"],
                          [str(about["readings"][1]["at_us"]), "1", "", "-2"]])
        status, answer = self.send(package)
        self.assertEqual(status, 201, answer)
        self.assertEqual(self.board.fetch(f"runs/{answer['runs'][0]['id']}/package"), package)
        for id in (run, answer["runs"][0]["id"]):
            self.see_readings_in_files(id, table)
        with zipfile.ZipFile(io.BytesIO(self.board.fetch(f"sessions/{session}/package"))) as zipped:
            told = json.loads(zipped.read("session.json"))
            self.assertIn(f"run-{run}/readings.csv", zipped.namelist())
        self.assertEqual((told["title"], len(told["groups"]), [one["run"] for one in told["runs"]]), ("=1+2", 1, [run]))
        self.assertEqual(told["groups"][0]["prediction"], about["prediction"])
        self.assertEqual([(one["run"], one["typed"]) for one in told["readings"]],
                         [(run, reading["typed"]) for reading in about["readings"]])
        results = self.board.get(f"sessions/{session}/results")
        self.assertEqual(told["results"], results)
        self.assertEqual(told["results"]["groups"][0]["runs"][0]["typed"]["L"], -2)
        self.assertEqual((told["acts"]["start"], told["acts"]["reading"]), (1, 2))

    def see_readings_in_files(self, run, table):
        """CSV, workbook and report have the readings of readings.csv."""
        seen = list(csv.reader(io.StringIO(self.board.fetch(f"export?run={run}&of=readings").decode("utf-8-sig"))))
        self.assertEqual(seen[0][:5], ["time_s", "clock", "group", *table[0][2:4]])
        self.assertEqual([row[2:] for row in seen[1:]], [row[1:] for row in table[1:]])
        begun = self.board.get(f"runs/{run}")["wall_from_us"] / 1e6
        for row in seen[1:]:
            self.assertLess(abs(datetime.datetime.fromisoformat(row[1]).timestamp() - begun - float(row[0])), 0.002)
        self.assertEqual([round(float(row[0]) * 1e6) for row in seen[1:]], [int(row[0]) for row in table[1:]])
        path = self.folder / f"readings-{run}.xlsx"
        path.write_bytes(self.board.fetch(f"export?run={run}&format=xlsx"))
        book = workbook.read(self, path)
        self.assertEqual(list(book), ["数据 Data", "图 Chart", "读数 Readings", "说明 About"])
        sheet = book["读数 Readings"]
        self.assertEqual(sheet["formulas"], 0)
        self.assertEqual(sheet["rows"][0], ["time_s", "clock", "组 group", "=cmd|' /C calc'!A0", *seen[0][4:]])
        numbers = [[float(cell) if cell else None for cell in [row[0], *row[2:]]] for row in seen[1:]]
        self.assertEqual([[row[0], *row[2:]] for row in sheet["rows"][1:]], numbers)
        drawn = [row[1:3] for row in book["说明 About"]["rows"] if row[0] is None and row[1] in (0, 60)]
        self.assertEqual(drawn, [[0, 20.1], [60, 0.30000000000000004]])
        page = self.board.fetch(f"runs/{run}/report?language=en").decode()
        self.assertIn("<h2>Readings kept</h2>", page)
        self.assertIn("<th scope=\"col\">=cmd|&#39; /C calc&#39;!A0</th>", page.replace("&apos;", "&#39;"))
        self.assertIn('<td class="n">0.30000000000000004</td>', page)
        self.assertIn("Drawn in the chart, as a dotted line.", page)
        self.assertRegex(page, r'<svg x="64"[^>]*><path class="stroke"', "in the frame, whatever time it was drawn for")

    def test_libreoffice_reads_the_same_numbers(self):
        """As far as it tells: files of its own have 15 digits of a number."""
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if not office:
            self.skipTest("LibreOffice is not installed: install libreoffice-calc")
        path = self.folder / "office.xlsx"
        path.write_bytes(self.export(f"run={self.run_id}&format=xlsx"))
        subprocess.run([office, f"-env:UserInstallation=file://{self.folder}/office", "--headless", "--convert-to",
                        "fods", "--outdir", self.folder, path], check=True, capture_output=True)
        sheet = xml.etree.ElementTree.parse(self.folder / "office.fods").getroot().find(f".//{TABLE}table")
        seen = list(csv.reader(io.StringIO(self.export(f"run={self.run_id}").decode("utf-8-sig"))))
        n = seen[0].index("gap")
        rows = [cells_of(row) for row in sheet.iter(f"{TABLE}table-row")]
        self.assertGreaterEqual(len(rows), len(seen))
        for row, line in zip(rows[1:], seen[1:], strict=False):
            self.assertEqual(row[2:n], [float(f"{float(cell):.15g}") if cell else None for cell in line[2:n]])
        self.assertEqual(sheet.findall(f".//*[@{TABLE}formula]"), [])


    def kitlog(self, *words):
        return subprocess.run([KITLOG, "--config", self.board.config, *words], capture_output=True, text=True,
                              cwd=self.folder, env={**os.environ, "LC_ALL": "C"})

    def test_the_command_line_packs_and_imports(self):
        packed = self.kitlog("run", "package", str(self.run_id), "packed.zip")
        self.assertEqual((packed.returncode, packed.stdout, packed.stderr), (0, "packed.zip\n", ""))
        self.assertEqual((self.folder / "packed.zip").read_bytes(), self.package)
        again = self.kitlog("run", "package", str(self.run_id), "packed.zip")
        self.assertEqual(again.returncode, 1)
        self.assertIn("packed.zip is there already", again.stderr)
        with zipfile.ZipFile(self.folder / "packed.zip") as package:
            package.extractall(self.folder / "sample")
        for path in ("packed.zip", "sample"):
            self.setUp()
            done = self.kitlog("--json", "run", "import", path)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            run, = json.loads(done.stdout)["runs"]
            self.assertEqual(self.board.fetch(f"runs/{run['id']}/package"), self.package)
        stream = self.board.get(f"runs/{run['id']}/streams")["streams"][0]
        fitted = self.kitlog("fit", str(run["id"]), f"stream:{stream['id']}/{stream['channels'][0]['id']}", "linear")
        self.assertIn("y = k t + b", fitted.stdout, fitted.stderr)
        bad = self.kitlog("run", "import", "kitlogd.yaml")
        self.assertEqual(bad.returncode, 1)
        self.assertIn("no whole zip file", bad.stderr)
        self.assertIn("cannot be read: No such file", self.kitlog("run", "import", "none.zip").stderr)
        sheet = self.kitlog("export", "--format", "xlsx", "--output", "out.xlsx", str(self.run_id))
        self.assertEqual((sheet.returncode, sheet.stderr), (0, ""))
        self.assertTrue(zipfile.is_zipfile(self.folder / "out.xlsx"))

    def test_the_command_line_gives_receipt_and_readings_of_any_run(self):
        receipt = self.kitlog("--json", "run", "receipt", str(self.run_id))
        self.assertEqual((receipt.returncode, receipt.stderr), (0, ""), "of no class")
        receipt = json.loads(receipt.stdout)
        self.assertTrue(receipt["is_complete"])
        with zipfile.ZipFile(io.BytesIO(self.package)) as package:
            rows = b"".join(package.read(stream["file"]) for stream in self.about()["streams"])
        self.assertEqual(receipt["sha256"], hashlib.sha256(rows).hexdigest())
        none = self.kitlog("export", "--readings", str(self.run_id))
        self.assertEqual((none.returncode, none.stdout), (1, ""))
        self.assertIn("No reading was kept in this run", none.stderr)
        session, run, _ = self.a_class()
        kept = self.kitlog("export", "--readings", "--output", "kept.csv", str(run))
        self.assertEqual((kept.returncode, kept.stderr), (0, ""))
        self.assertEqual((self.folder / "kept.csv").read_bytes(), self.board.fetch(f"export?run={run}&of=readings"))
        wrong = self.kitlog("export", "--readings", "--format", "lp", str(run))
        self.assertEqual(wrong.returncode, 2)
        listed = json.loads(self.kitlog("--json", "session", "readings", str(session)).stdout)
        self.assertEqual(listed["readings"], self.board.get(f"sessions/{session}/readings?limit=500")["readings"])
        said = self.kitlog("session", "readings", str(session)).stdout
        self.assertIn("L=-2", said)
        self.assertEqual(self.kitlog("session", "readings").stdout, said, "the only one that is open")
        self.assertEqual(self.kitlog("session", "package").stdout, f"kitlog-session-{session}.zip\n")
        self.assertEqual(self.kitlog("session", "package", "class.zip").returncode, 2, "a number comes first")
        packed = self.kitlog("session", "package", str(session), "class.zip")
        self.assertEqual((packed.returncode, packed.stdout, packed.stderr), (0, "class.zip\n", ""))
        with zipfile.ZipFile(self.folder / "class.zip") as package:
            self.assertIn("session.json", package.namelist())

    def test_the_command_line_deletes_what_was_imported_once_it_is_sure(self):
        run, = self.send(self.package)[1]["runs"]
        listed = self.kitlog("run", "list", "--imported")
        self.assertEqual((listed.returncode, listed.stderr), (0, ""))
        self.assertIn(str(run["id"]), listed.stdout)
        asked = subprocess.run([KITLOG, "--config", self.board.config, "run", "delete", str(run["id"])], text=True,
                               stdin=subprocess.DEVNULL, capture_output=True, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual((asked.returncode, asked.stdout), (1, ""))
        self.assertIn("add --yes", asked.stderr)
        self.assertIn(run, self.board.get("runs?imported=1")["runs"])
        done = self.kitlog("run", "delete", "--yes", str(run["id"]))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"run {run['id']} is deleted\n", ""))
        self.assertNotIn(run, self.board.get("runs?imported=1")["runs"])
        own = self.kitlog("run", "delete", "--yes", str(self.run_id))
        self.assertEqual(own.returncode, 1)
        self.assertIn("the board's own and stays", own.stderr)
        self.assertEqual(self.kitlog("run", "delete", "--yes").returncode, 2)

    def test_a_stranger_imports_nothing(self):
        stranger = daemon.urllib.request.Request(self.board.url("import"), self.package,
                                                 {"Content-Type": "application/zip"})
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            daemon.urllib.request.urlopen(stranger, timeout=daemon.PATIENCE)
        self.assertEqual(refused.exception.code, 401)

    def test_what_is_not_there_is_said(self):
        with self.assertRaises(daemon.urllib.error.HTTPError) as refused:
            self.board.fetch("runs/99/package")
        self.assertEqual(refused.exception.code, 404)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A school's own lesson: `kitlog lessons check` says what is wrong with it without a daemon, a board with
a virtual kit says whether it can be taught, and nothing of what is to be found out leaves the board."""

import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
KITLOG = os.environ["KITLOG"]
VIRTUAL = os.environ["KITLOG_VIRTUAL"]
EXAMPLES = SOURCE / "tests/data/lessons"


def kitlog(*words, locale="C"):
    return subprocess.run([KITLOG, *map(str, words)], text=True, capture_output=True, timeout=60,
                          env={**os.environ, "LC_ALL": locale})


class Check(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.swing = self.folder / "swing"
        shutil.copytree(EXAMPLES / "swing", self.swing)

    def replace(self, name, word, instead):
        file = self.swing / name
        text = file.read_text(encoding="utf-8")
        self.assertIn(word, text)
        file.write_text(text.replace(word, instead), encoding="utf-8")

    def refused(self, *sentences):
        """Exit status 1 and these sentences on standard error, each behind the folder's name."""
        done = kitlog("lessons", "check", self.swing)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.splitlines(), [f"{self.swing}/{sentence}" for sentence in sentences])
        self.assertEqual(done.stdout, f"{self.swing}: {len(sentences)} to mend\n")

    def test_good_ones_are_good(self):
        done = kitlog("lessons", "check", EXAMPLES)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, f"{EXAMPLES}/jar: good; 2 needs, 1 formula\n"
                                      f"{EXAMPLES}/swing: good; 2 needs, 2 formulas\n")
        done = kitlog("lessons", "check", f"{EXAMPLES}/jar/", locale="zh_CN.UTF-8")
        self.assertEqual(done.stdout, f"{EXAMPLES}/jar：好；2 个量，1 个公式\n")
        done = subprocess.run([KITLOG, "lessons", "check"], cwd=self.swing, text=True, capture_output=True)
        self.assertEqual(done.stdout, ".: good; 2 needs, 2 formulas\n")

    def test_a_mistake_is_told_with_its_place(self):
        self.replace("lesson.yaml", "is: T^2", "is: t^2")
        self.replace("lesson.yaml", "mode: edges", "mode: edge")
        self.refused('lesson.yaml:17:9: mode: "edge" is not time, event or edges; did you mean edges?')
        self.replace("lesson.yaml", "mode: edge\n", "mode: edges\n")
        self.refused('lesson.yaml:23:67: is: nothing above is called "t"; did you mean T?')

    def test_mistakes_of_all_texts_come_at_once(self):
        self.replace("student.zh.md", "## 想一想 {#think}", "## 想一想")
        self.replace("student.en.md", "gently", "<b>gently</b>")
        self.replace("teacher.en.md", "## Ask {#ask}", "## Ask {#aks}")
        done = kitlog("lessons", "check", self.swing)
        self.assertEqual(done.returncode, 1)
        for place in ("student.zh.md:11:1:", "student.en.md:8:39:", "student.en.md:8:48:", "teacher.en.md:9:1:"):
            self.assertEqual(done.stderr.count(f"{self.swing}/{place}"), 1, done.stderr)

    def test_kits_that_are_not_there_or_measure_something_else(self):
        self.replace("lesson.yaml", "[pendulum-gate, text-board]", "[pendulum-gat, xy-md02, text-board]")
        self.refused('lesson.yaml:14:1: kits: there is no kit called "pendulum-gat"; did you mean pendulum-gate?',
                     "lesson.yaml:14:1: kits: xy-md02 does not measure period in s; name another kit, or mend "
                     "quantity or unit")

    def test_a_sample_that_cannot_be_read(self):
        (self.swing / "sample/two-groups/g1-T.csv").unlink()
        self.refused("sample/two-groups/run.json: the file of streams[0] is not there: g1-T.csv")
        self.replace("sample/two-groups/run.json", '"kitlog_package": 1', '"kitlog_package": ')
        self.refused("sample/two-groups/run.json:1:20: is no JSON; make the sample again")

    def test_a_chinese_teacher_reads_chinese(self):
        self.replace("lesson.yaml", "stage: [junior, senior]", "stage: [middle]")
        done = kitlog("lessons", "check", self.folder, locale="zh_CN.UTF-8")
        self.assertIn("lesson.yaml:4:9: stage：“middle”不对，应是 kindergarten、primary、junior 或 senior", done.stderr)
        self.assertIn("1 处要改", done.stdout)

    def test_json_is_for_programs(self):
        self.replace("student.zh.md", "## 想一想 {#think}", "## 想一想")
        done = kitlog("--json", "lessons", "check", self.folder)
        (found,) = json.loads(done.stdout)
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertEqual((found["lesson"], found["is_good"], len(found["problems"])), ("swing", False, 1))

    def test_wrong_words_are_told(self):
        for words, status, said in (
                (("check", self.folder / "no"), 1, "no has no lesson.yaml; name a lesson's folder"),
                (("chek",), 2, '"chek" does not fit; expected: list, check, reload'),
                (("check", "--every"), 2, 'there is no option "--every"'),
                (("check", "--all", "x"), 2, '"x" is one word too many; --all means every lesson'),
                (("list", "x"), 2, '"x" is one word too many; it takes none')):
            done = kitlog("lessons", *words)
            self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (status, "", 1), words)
            self.assertIn(said, done.stderr)


class Steps(unittest.TestCase):
    """The four steps of lessons/README.md, in both languages, up to a board that has the lesson."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.school = self.folder / "school"
        self.school.mkdir()

    def steps(self, readme, heading):
        """What stands in `code` of each step, with the school's folder where it is here."""
        text = (SOURCE / "lessons" / readme).read_text(encoding="utf-8")
        part = text.split(heading)[1].split("\n## ")[0]
        return [[code.replace("/etc/kitlog/lessons", str(self.school)) for code in re.findall(r"`([^`]+)`", step)]
                for step in re.split(r"(?m)^\d\. ", part)[1:]]

    def follow(self, readme, heading, locale):
        copy, edit, check, reload = self.steps(readme, heading)
        subprocess.run(copy[0], shell=True, check=True, cwd=SOURCE)
        (mine,) = self.school.iterdir()
        copied = kitlog(*shlex.split(check[0])[1:], locale=locale)
        self.assertEqual(edit, ["lesson:", "sample", "sample:"])
        yaml = (mine / "lesson.yaml").read_text(encoding="utf-8")
        yaml = re.sub(r"(?m)^lesson:.*$", f"lesson: {mine.name}", yaml)
        (mine / "lesson.yaml").write_text(yaml, encoding="utf-8")
        half = kitlog(*shlex.split(check[0])[1:], locale=locale)
        (mine / "lesson.yaml").write_text(re.sub(r"(?m)^sample:.*\n", "", yaml), encoding="utf-8")
        shutil.rmtree(mine / "sample")
        done = kitlog(*shlex.split(check[0])[1:], locale=locale)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return mine, copied, half, reload[0]

    def test_they_lead_to_a_lesson_that_the_board_has(self):
        board = daemon.Daemon(self.folder, [], f"lessons: [{self.school}]\n").start()
        self.addCleanup(board.end)
        board.wait_ready()
        mine, copied, half, reload = self.follow("README.md", "## Your own in four steps", "C")
        self.assertEqual(copied.returncode, 1)
        self.assertIn('lesson: "pendulum" is not the name of its folder, my-swing', copied.stderr)
        self.assertIn('run.json: its lesson is "pendulum", not my-swing; write my-swing there if the run still fits, '
                      "else delete the folder sample and the line sample: of lesson.yaml", half.stderr)
        done = kitlog("--config", board.config, *shlex.split(reload)[1:])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"new  {mine.name}\n", ""))

    def test_they_are_the_same_in_chinese(self):
        mine, _, half, _ = self.follow("README.zh-CN.md", "## 四步写一节自己的课", "zh_CN.UTF-8")
        self.assertIn(f"它的 lesson 是“pendulum”，不是 {mine.name}；记录还合适就在这里改成 {mine.name}，不然删掉 sample 文件夹",
                      half.stderr)


class Board(unittest.TestCase):
    """A cooling cup has two thermometers: enough for the jar and its room. A second cup has nothing to do."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.lessons = cls.folder / "lessons"
        shutil.copytree(EXAMPLES, cls.lessons)
        broken = cls.lessons / "broken"
        shutil.copytree(EXAMPLES / "jar", broken)
        (broken / "lesson.yaml").write_text("lesson: broken\n")
        sloppy = cls.lessons / "sloppy"
        shutil.copytree(EXAMPLES / "jar", sloppy)
        yaml = (sloppy / "lesson.yaml").read_text(encoding="utf-8")
        (sloppy / "lesson.yaml").write_text(yaml.replace("lesson: jar", "lesson: sloppy"), encoding="utf-8")
        (sloppy / "teacher.en.md").unlink()
        misspelt = cls.lessons / "misspelt"
        shutil.copytree(EXAMPLES / "swing", misspelt)
        yaml = (misspelt / "lesson.yaml").read_text(encoding="utf-8")
        (misspelt / "lesson.yaml").write_text(yaml.replace("lesson: swing", "lesson: misspelt")
                                              .replace("[pendulum-gate, text-board]", "[pendulm-gate, text-board]"),
                                              encoding="utf-8")
        links = [cls.folder / "one", cls.folder / "two"]
        for link in links:
            kit = subprocess.Popen([VIRTUAL, "--quiet", "--link", link, "--model", "cup"])
            cls.addClassCleanup(kit.wait, 10)
            cls.addClassCleanup(kit.terminate)
            daemon.wait_for("the virtual kit", link.is_symlink)
        cls.board = daemon.Daemon(cls.folder, links, f"lessons: [{cls.lessons}]\n").start()
        cls.addClassCleanup(cls.board.end)
        cls.board.wait_ready()
        cls.board.wait_device(2)

    def card(self, name):
        return {card["id"]: card for card in self.board.get("lessons")["lessons"]}.get(name)

    def test_what_can_be_taught(self):
        jar, swing = self.card("jar")["readiness"], self.card("swing")["readiness"]
        self.assertEqual((jar["state"], jar["groups"], jar["sentence"]["zh"]), ("ready", 12, "器材齐了，各组都能做。"))
        first = min(self.board.get("devices")["devices"], key=lambda device: device["sticker"])
        self.assertEqual(jar["devices"], [first["id"]])
        self.assertEqual((swing["state"], swing["groups"], swing["devices"]), ("missing", 0, []))
        self.assertEqual([(missing["need"], [kit["id"] for kit in missing["kits"]]) for missing in swing["missing"]],
                         [("T", ["pendulum-gate", "text-board"])])
        self.assertEqual(swing["sentence"]["en"], "Period is missing: plug in Pendulum photogate or Student board "
                                                  "that prints text.")

    def test_the_command_line_says_so(self):
        done = kitlog("--config", self.board.config, "lessons")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"(?m)^swing +missing +How long is the swing\n    Period is missing: plug in ")
        self.assertIn(f"{self.lessons}/broken/lesson.yaml:1:1: the file: the key \"title\" is missing", done.stderr)
        done = kitlog("--config", self.board.config, "lessons", "list", locale="zh_CN.UTF-8")
        self.assertRegex(done.stdout, r"(?m)^swing +缺器材 +秋千有多长\n    还缺“周期”：插上单摆光电门或")
        done = kitlog("--config", self.board.config, "lessons", "--json")
        self.assertEqual(json.loads(done.stdout)["lessons"], self.board.get("lessons")["lessons"])

    def test_a_lesson_with_a_mistake_is_left_out_and_told(self):
        self.assertIsNone(self.card("broken"))
        problems = self.board.get("status")["lessons"]["problems"]
        self.assertTrue(problems)
        self.assertEqual(problems, self.board.get("lessons")["problems"])
        self.assertIn(f"{self.lessons}/broken/lesson.yaml:1:1: the file: the key", problems[0]["en"])
        self.assertIn(f"{self.lessons}/broken/lesson.yaml:1:1: 文件：缺少键", problems[0]["zh"])
        self.assertIn(problems[0]["en"], self.board.said())
        self.assertIn(problems[0]["en"], kitlog("--config", self.board.config, "status").stdout)
        self.assertIn(problems[0]["zh"], kitlog("--config", self.board.config, "status", locale="zh_CN.UTF-8").stdout)
        checked = subprocess.run([os.environ["KITLOGD"], "--config", self.board.config, "--check-config"],
                                 text=True, capture_output=True)
        self.assertEqual(checked.returncode, 1)
        self.assertIn(problems[0]["en"], checked.stderr)

    def test_a_lesson_with_a_bad_text_can_be_taught_and_says_so(self):
        card = self.card("sloppy")
        self.assertEqual(card["readiness"]["state"], "ready")
        self.assertIn("kitlog lessons check --all", card["problem"]["en"])
        self.assertIn("kitlog lessons check --all", card["problem"]["zh"])
        self.assertIsNone(self.card("jar")["problem"])
        self.assertRegex(kitlog("--config", self.board.config, "lessons").stdout, r"(?m)^sloppy +mistakes +")
        done = kitlog("--config", self.board.config, "lessons", "check", "--all")
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{self.lessons}/sloppy/teacher.en.md: No such file", done.stderr)
        self.assertIn(f"{self.lessons}/swing: good", done.stdout)

    def test_a_misspelt_lesson_is_told_by_its_name(self):
        for locale, said in (("C", 'lesson "swign" is not on this board; kitlog lessons lists them'),
                             ("zh_CN.UTF-8", "lesson 里的“swign”，这块板子没有；用 kitlog lessons 看有哪些课")):
            done = kitlog("--config", self.board.config, "session", "begin", "--lesson", "swign", locale=locale)
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)

    def test_a_misspelt_kit_is_told_and_the_lesson_can_be_taught(self):
        (told,) = [problem for problem in self.board.get("lessons")["problems"] if "misspelt/" in problem["en"]]
        self.assertEqual(told["en"], f'{self.lessons}/misspelt/lesson.yaml:14:1: kits: there is no kit called '
                                     '"pendulm-gate"; did you mean pendulum-gate?')
        self.assertEqual(told["zh"], f"{self.lessons}/misspelt/lesson.yaml:14:1: kits：没有叫“pendulm-gate”的器材；"
                                     "是不是 pendulum-gate？")
        self.assertIsNone(self.card("misspelt")["problem"])

    def test_lessons_are_read_again_without_a_restart(self):
        def reload(locale="C", *words):
            return kitlog("--config", self.board.config, "lessons", "reload", *words, locale=locale)

        def write(title):
            yaml = (EXAMPLES / "jar/lesson.yaml").read_text(encoding="utf-8").replace("lesson: jar", "lesson: fresh")
            (fresh / "lesson.yaml").write_text(yaml.replace("Diary of a jar", title), encoding="utf-8")

        fresh = self.lessons / "fresh"
        shutil.copytree(EXAMPLES / "jar", fresh)
        write("Fresh")
        done = reload()
        self.assertEqual((done.returncode, done.stdout), (0, "new  fresh\n"))
        self.assertIn("broken/lesson.yaml:1:1: the file: the key", done.stderr)
        self.assertEqual(self.card("fresh")["title"]["en"], "Fresh")
        self.assertEqual(reload("zh_CN.UTF-8").stdout, "没有变化\n")
        self.assertEqual(json.loads(kitlog("--config", self.board.config, "--json", "lessons", "reload").stdout)["added"], [])
        write("Fresher")
        self.board.process.send_signal(signal.SIGHUP)
        daemon.wait_for("the signal is heard", lambda: self.card("fresh")["title"]["en"] == "Fresher")
        self.assertIn("reading the lessons again, as a signal asks", self.board.said())
        (fresh / "lesson.yaml").write_text("lesson: fresh\n")
        done = reload("zh_CN.UTF-8")
        self.assertIn("fresh/lesson.yaml:1:1: 文件：缺少键", done.stderr)
        self.assertIn("fresh: 先用以前读到的；改好后重新读入", done.stderr)
        self.assertEqual(self.card("fresh")["title"]["en"], "Fresher")
        write("Freshest")
        (fresh / "student.zh.md").write_text("# 罐子 {#title}\n<b>粗</b>\n", encoding="utf-8")
        done = reload()
        self.assertEqual(done.stdout, "nothing is different\n")
        self.assertIn("fresh/student.zh.md:2:1: ", done.stderr)
        self.assertIn("fresh: what was read of it before stays in use", done.stderr)
        self.assertEqual(self.card("fresh")["title"]["en"], "Fresher")
        shutil.rmtree(fresh)
        self.assertEqual(reload().stdout, "removed  fresh\n")
        self.assertIsNone(self.card("fresh"))

    def test_what_is_to_be_found_out_stays_on_the_board(self):
        for path in ("lessons", "lessons/swing", "status"):
            told = json.dumps(self.board.get(path))
            for secret in ("3.95", "4.11", "9.79", "class_plot.k", "Half the period"):
                self.assertNotIn(secret, told, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)

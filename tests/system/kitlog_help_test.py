#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog COMMAND --help` is that command's own, and what all commands take may stand behind them, too."""

import os
import pathlib
import re
import subprocess
import tempfile
import unicodedata
import unittest

KITLOG = os.environ["KITLOG"]
MANUAL = pathlib.Path(os.environ["KITLOG_SOURCE"]) / "tools/kitlog/kitlog.1"


def kitlog(*words, locale="C"):
    return subprocess.run([KITLOG, *words], text=True, capture_output=True, timeout=30,
                          env={**os.environ, "LC_ALL": locale})


class Help(unittest.TestCase):
    def asked(self, *words, locale="C"):
        done = kitlog(*words, locale=locale)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def test_each_command_tells_its_own_usage_in_both_languages(self):
        listed = re.findall(r"(?m)^  ([a-z]+) ", self.asked("--help"))
        self.assertLess({"status", "calibrate", "kit", "export"}, set(listed))
        for command in listed:
            for locale, head in (("C", "Usage:"), ("zh_CN.UTF-8", "用法：")):
                forms = re.findall(r"(?m)^  kitlog (\S+)", said := self.asked(command, "--help", locale=locale))
                self.assertEqual(said.splitlines()[0], head)
                self.assertEqual(set(forms), {command})

    def test_each_subcommand_tells_its_own(self):
        for command in ("run", "mark", "calibrate", "store", "lessons", "kit"):
            for verb in re.findall(rf"(?m)^  kitlog {command} (\S+)", self.asked(command, "--help")):
                for words in ((command, verb, "--help"), (command, "--help", verb), ("--help", command, verb)):
                    said = self.asked(*words)
                    self.assertEqual(re.findall(r"(?m)^  kitlog (.*?)(?= \[| [A-Z]|$)", said)[0].split()[:2],
                                     [command, verb])
                    self.assertEqual(len(re.findall(r"(?m)^  kitlog ", said)), 1, said)

    def test_what_a_command_expects_is_what_its_help_has(self):
        for command in re.findall(r"(?m)^  ([a-z]+) ", self.asked("--help")):
            expected = re.search(r"expected: ([a-z, ]+)$", kitlog(command, "nonsense").stderr.strip())
            if expected and ", " in expected[1]:
                verbs = re.findall(rf"(?m)^  kitlog {command} ([a-z]\S*)", self.asked(command, "--help"))
                self.assertEqual(sorted(expected[1].split(", ")), sorted(verbs), command)

    def test_the_list_of_commands_has_what_each_tells(self):
        """Verbs, or what stands behind the command: of one table."""
        said = self.asked("--help").replace(" |\n            ", " | ")  # where a line was too long
        for command, words in re.findall(r"(?m)^  (?=[a-z])(.{10})(.*?)(?:  |$)", said):
            command = command.strip()
            forms = re.findall(rf"(?m)^  kitlog {command} ?(.*)$", self.asked(command, "--help"))
            if len(forms) > 1:
                listed = [form.split()[0] for form in words.split(" | ")]
                self.assertEqual(listed, [form.split()[0] for form in forms])
            else:
                self.assertEqual([words.strip()], forms)

    def test_the_list_of_commands_fits_a_terminal(self):
        for locale in ("C", "zh_CN.UTF-8"):
            for line in self.asked("--help", locale=locale).splitlines():
                columns = sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)
                self.assertLessEqual(columns, 100, line)

    def test_the_short_option_works_on_both_sides(self):
        self.assertEqual(self.asked("run", "-h"), self.asked("run", "--help"))
        self.assertEqual(self.asked("-h", "run"), self.asked("run", "--help"))
        self.assertEqual(self.asked("calibrate", "zero", "-h"), self.asked("calibrate", "zero", "--help"))

    def test_the_manual_has_each_form(self):
        manual = MANUAL.read_text()
        for command, verb in re.findall(r"(?m)^  kitlog (run|calibrate|store|lessons|kit) (\S+)", "".join(
                self.asked(command, "--help") for command in ("run", "calibrate", "store", "lessons", "kit"))):
            self.assertRegex(manual, rf"Cm {command} .*\b{verb}\b")

    def test_options_of_all_commands_may_stand_behind_them(self):
        with tempfile.TemporaryDirectory() as folder:
            config = pathlib.Path(folder) / "board.yaml"
            config.write_text(f"data: {folder}/data\nkits: [{folder}/kits]\n")
            kit = pathlib.Path(folder) / "kits"
            kit.mkdir()
            self.asked("kit", "new", "my-own", "--in", str(kit))
            for words in (("kit", "list", "--config", config), ("kit", "--config", config, "list"),
                          ("kits", f"--config={config}"), ("--config", config, "kit", "list")):
                self.assertRegex(self.asked(*words), r"(?m)^my-own ")
        done = kitlog("status", "--board", "127.0.0.1:1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("http://127.0.0.1:1 does not answer", done.stderr)
        done = kitlog("status", "--board")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
        self.assertIn('kitlog status: "--board" needs a word behind it', done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)

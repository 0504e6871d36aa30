#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks themselves: each must refuse what it is there to refuse, in a small tree made for it."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("KITLOG_SOURCE", pathlib.Path(__file__).parents[2]))


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        # A sound little house: each floor stands on the one below it.
        self.write("firmware/link/link.h", "int link_of(void);\n")
        self.write("firmware/core/core.h", '#include "link/link.h"\nint core_of(void);\n')
        self.write("firmware/boards/host/board.c", '#include "core/core.h"\n')
        self.write("daemon/base/clock.h", "int clock_of(void);\n")
        self.write("daemon/base/clock.c", '#include "base/clock.h"\n')
        self.write("daemon/keep/store.h", '#include "base/clock.h"\nint store_of(void);\n')
        self.write("daemon/main.c", '#include "keep/store.h"\n#include <stdio.h>\n')

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"/* SPDX-License-Identifier: GPL-3.0-or-later */\n{text}")

    def run_check(self, name):
        run = subprocess.run([sys.executable, "-B", SOURCE / "tools" / name, self.root],
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stdout + run.stderr

    def assert_accepts(self, name):
        status, words = self.run_check(name)
        self.assertEqual(status, 0, words)

    def assert_refuses(self, name, *expected):
        status, words = self.run_check(name)
        self.assertEqual(status, 1, words)
        for word in expected:
            self.assertIn(word, words)


class Chinese(Tree):
    def setUp(self):
        super().setUp()
        self.write("daemon/data/word.c", 'return "a whole number such as 12";\n'
                   'report_add(report, 1, 1, "%s: the key \\"%s\\" "\n"is missing", a, b);\n')
        self.table("sentences", ('%s: the key \\"%s\\" is missing', "%1：缺少键“%2”"))
        self.table("phrases", ("a whole number such as 12", "整数，比如 12"))

    def table(self, name, *entries):
        self.write(f"daemon/data/chinese_{name}.c",
                   "".join(f'{{"{en}", "{zh}"}},\n' for en, zh in entries))

    def test_accepts_what_has_its_chinese(self):
        self.assert_accepts("check_chinese.py")

    def test_refuses_a_sentence_without_chinese(self):
        self.write("daemon/data/word.c", 'return "a whole number such as 13";\n')
        self.assert_refuses("check_chinese.py", 'word.c:2: "a whole number such as 13" has no Chinese',
                            'nothing says "a whole number such as 12" any more',
                            'nothing says "%s: the key "%s" is missing" any more')

    def test_refuses_chinese_that_forgets_a_word_or_knows_one_more(self):
        self.table("sentences", ('%s: the key \\"%s\\" is missing', "%1：缺少键"))
        self.assert_refuses("check_chinese.py", "tells not all")
        self.table("sentences", ('%s: the key \\"%s\\" is missing', "%1：缺少键 %2 %3"))
        self.assert_refuses("check_chinese.py", "has %3, but")

    def test_refuses_chinese_without_the_step(self):
        self.write("daemon/data/word.c", 'return "a text; write it";\n')
        self.table("phrases", ("a text; write it", "文字"))
        self.table("sentences")
        self.assert_refuses("check_chinese.py", "lacks the step")


class Layers(Tree):
    def test_accepts_includes_that_point_down(self):
        self.assert_accepts("check_layers.py")

    def test_refuses_an_include_that_climbs(self):
        self.write("daemon/base/loop.c", '#include "keep/store.h"\n')
        self.assert_refuses("check_layers.py", "daemon/base/loop.c: climbs from daemon/base",
                            "daemon/keep/store.h")

    def test_refuses_a_climb_written_with_angle_brackets_or_relative(self):
        self.write("daemon/base/loop.c", "#include <keep/store.h>\n")
        self.write("daemon/base/ring.c", '#  include "../keep/store.h"\n')
        self.assert_refuses("check_layers.py", "daemon/base/loop.c: climbs", "daemon/base/ring.c: climbs")

    def test_refuses_a_daemon_that_includes_the_firmware_core(self):
        self.write("daemon/http/http.c", '#include "core/core.h"\n')
        self.assert_refuses("check_layers.py", "climbs from daemon/http to firmware/core/core.h")

    def test_refuses_a_link_that_includes_the_firmware_core(self):
        self.write("firmware/link/link.c", '#include "core/core.h"\n')
        self.assert_refuses("check_layers.py", "climbs from firmware/link")

    def test_refuses_a_circle_of_modules_on_one_floor(self):
        self.write("daemon/keep/run.h", '#include "keep/session.h"\n')
        self.write("daemon/keep/session.c", '#include "keep/log.h"\n')
        self.write("daemon/keep/session.h", "int session_of(void);\n")
        self.write("daemon/keep/log.h", '#include "keep/run.h"\n')
        self.assert_refuses("check_layers.py", "circle: ", "daemon/keep/session")

    def test_names_every_circle(self):
        for one, other in (("run", "mark"), ("chunk", "bins")):
            self.write(f"daemon/keep/{one}.h", f'#include "keep/{other}.h"\n')
            self.write(f"daemon/keep/{other}.c", f'#include "keep/{one}.h"\n')
            self.write(f"daemon/keep/{other}.h", "int other_of(void);\n")
        self.assert_refuses("check_layers.py", "daemon/keep/mark -> daemon/keep/run -> daemon/keep/mark",
                            "daemon/keep/bins -> daemon/keep/chunk -> daemon/keep/bins")

    def test_accepts_a_private_part_that_reads_its_own_door(self):
        self.write("daemon/keep/store_file.h", '#include "keep/store.h"\n')
        self.write("daemon/keep/store.c", '#include "keep/store_file.h"\n')
        self.assert_accepts("check_layers.py")

    def test_refuses_an_include_of_nothing_and_a_folder_without_a_floor(self):
        self.write("daemon/base/loop.c", '#include "base/lost.h"\n')
        self.write("daemon/attic/old.c", "int old;\n")
        self.assert_refuses("check_layers.py", 'includes "base/lost.h"', "daemon/attic/old.c: lies on no floor")


class Headers(Tree):
    def test_accepts_headers_that_stand_alone(self):
        self.assert_accepts("check_headers.py")

    def test_refuses_and_names_a_header_that_needs_another(self):
        self.write("daemon/sense/kit.h", "uint8_t kit_of(size_t n);\n")
        self.assert_refuses("check_headers.py", "daemon/sense/kit.h: does not compile alone")

    def test_refuses_a_header_that_cannot_be_included_twice(self):
        self.write("daemon/sense/kit.h", "struct kit { int n; };\n")
        self.assert_refuses("check_headers.py", "daemon/sense/kit.h: does not compile alone")

    def test_refuses_a_header_with_a_warning(self):
        self.write("daemon/sense/kit.h", "#pragma once\nint kit_of();\n")
        self.assert_refuses("check_headers.py", "daemon/sense/kit.h: does not compile alone")


class Form(Tree):
    def test_accepts_files_in_form(self):
        self.assert_accepts("check_form.py")

    def test_refuses_a_file_without_the_licence_line(self):
        (self.root / "daemon/base/bare.h").write_text("int bare_of(void);\n")
        self.assert_refuses("check_form.py", "daemon/base/bare.h: says no")

    def test_refuses_a_script_without_suffix_and_licence(self):
        (self.root / "tools").mkdir()
        (self.root / "tools/start").write_text("#!/bin/sh\necho\n")
        self.assert_refuses("check_form.py", "tools/start: says no")

    def test_refuses_whitespace_at_a_line_end(self):
        self.write("daemon/base/loose.h", "int loose_of(void); \n")
        self.assert_refuses("check_form.py", "daemon/base/loose.h: line 2: ends in whitespace")


class Report(unittest.TestCase):
    """tools/test counts what ctest really did: a lost failure here would hide every other."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_word = f"kitlog-checks-{os.getpid()}"

    def run_ctest(self, *tests, report="ci.xml"):
        lines = []
        for name, script, properties in tests:
            lines.append(f'add_test({name} "/bin/sh" "-c" "{script}")')
            if properties:
                lines.append(f"set_tests_properties({name} PROPERTIES {properties})")
        (self.folder / "CTestTestfile.cmake").write_text("\n".join(lines) + "\n")
        subprocess.run(["ctest", "--output-junit", self.folder / report], cwd=self.folder,
                       env=os.environ | {"KITLOG_TEST_RUN": self.run_word}, capture_output=True, check=False)

    def again(self):
        return subprocess.run([sys.executable, "-B", SOURCE / "tools/test_report.py", "again", self.folder / "ci.xml"],
                              capture_output=True, text=True, check=True).stdout.strip()

    def count(self):
        run = subprocess.run([sys.executable, "-B", SOURCE / "tools/test_report.py", "count",
                              self.folder, self.run_word], capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.splitlines()

    def test_counts_passed_failed_and_skipped_with_its_reason(self):
        self.run_ctest(("good", "true", ""), ("bad", "echo the card is full; false", ""),
                       ("hangs", "sleep 60", "TIMEOUT 1"),
                       ("absent", "echo no browser here; exit 77", "SKIP_RETURN_CODE 77"))
        status, lines = self.count()
        self.assertEqual((status, lines[-1]), (1, "1 passed, 2 failed, 1 skipped"))
        self.assertIn("skipped  ci: absent: no browser here", lines)
        self.assertTrue(any("the card is full" in line for line in lines), lines)

    def test_ends_well_when_all_passed_or_were_skipped(self):
        self.run_ctest(("good", "true", ""))
        (self.folder / "build-ci").write_text("passed\n")
        status, lines = self.count()
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 0 skipped"))

    def test_builds_alone_are_no_test(self):
        nothing = "FAILED   no test ran: does --only match any name?"
        self.assertEqual(self.count(), (1, [nothing, "0 passed, 1 failed, 0 skipped"]))
        (self.folder / "build-ci").write_text("passed\n")
        (self.folder / "check-ci").write_text("0\n")
        self.assertEqual(self.count(), (1, [nothing, "1 passed, 1 failed, 0 skipped"]))

    def test_counts_a_build_that_failed_and_names_one_that_was_left_out(self):
        self.run_ctest(("good", "true", ""))
        (self.folder / "build-asan").write_text("failed\n")
        (self.folder / "build-clang").write_text("clang is not installed\n")
        status, lines = self.count()
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 1 skipped"))
        self.assertIn("skipped  build-clang: clang is not installed", lines)

    def test_counts_a_ctest_that_died_without_a_report(self):
        self.run_ctest(("good", "true", ""))
        for preset, status in (("asan", "137"), ("tsan", "0")):  # tsan: no name matched, ctest is content
            (self.folder / f"build-{preset}").write_text("passed\n")
            (self.folder / f"check-{preset}").write_text(f"{status}\n")
        status, lines = self.count()
        self.assertEqual((status, lines[-1]), (1, "3 passed, 1 failed, 0 skipped"))
        self.assertIn("FAILED   check-asan: ctest left no report; exit status: 137", lines)

    def test_ends_and_reports_a_process_that_a_test_left_behind(self):
        self.run_ctest(("careless", "setsid sleep 300 >/dev/null 2>&1 & echo $! > left.pid", ""))
        status, lines = self.count()
        self.assertEqual(status, 1, lines)
        self.assertTrue(any("sleep 300" in line for line in lines), lines)
        stat = pathlib.Path("/proc", (self.folder / "left.pid").read_text().strip(), "stat")
        self.assertTrue(not stat.exists() or stat.read_text().split()[2] == "Z")

    def test_runs_once_more_what_watches_the_clock_and_says_how_it_failed_before(self):
        flaky = ("system/flaky", "test -e was && exit 0; touch was; echo woke too late; exit 1", "")
        self.run_ctest(flaky, ("unit/wrong", "false", ""))
        self.assertEqual(self.again(), "system/flaky")
        self.run_ctest(flaky, report="ci-again.xml")
        status, lines = self.count()
        self.assertEqual((status, lines[-1]), (1, "1 passed, 1 failed, 0 skipped"))
        self.assertIn("passed when run once more, having failed so  ci: system/flaky: failed", " ".join(lines))
        self.assertTrue(any("woke too late" in line for line in lines), lines)

    def test_what_fails_twice_failed(self):
        self.run_ctest(("web/wrong", "false", ""))
        self.run_ctest(("web/wrong", "false", ""), report="ci-again.xml")
        self.assertEqual(self.count()[1][-1], "0 passed, 1 failed, 0 skipped")

    def test_many_failures_are_not_run_once_more(self):
        self.run_ctest(*((f"web/wrong{number}", "false", "") for number in range(6)))
        self.assertEqual(self.again(), "")


if __name__ == "__main__":
    unittest.main()

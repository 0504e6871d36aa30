#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog kit`: what a maker of kits types, right and wrong, for a folder and a driver."""

import json
import os
import pathlib
import pty
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from sdk import CHANNELS, KITLOG, Sdk  # noqa: E402


class Folder(Sdk):
    def test_a_new_folder_lacks_only_what_nobody_can_make_up(self):
        kit = self.make()
        done = self.kit("check", "--fuzz", "0", "nine-bytes")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "nine-bytes: 2 to mend\n")
        told = [line for line in done.stderr.splitlines() if not line.startswith("hint: ")]
        self.assertEqual(len(told), 2, done.stderr)
        self.assertIn("recordings/unplugged.txt: is missing", told[0])
        self.assertIn("recordings/garbage.txt: is missing", told[1])
        for name in ("README.md", "README.zh-CN.md"):
            self.assertIn(f"hint: nine-bytes/{name}: still has lines with TODO", done.stderr)
        self.assertIn("temp 10\n", (kit / "recordings/normal.expect").read_text())

    def test_copies_of_the_good_recording_do_not_pass_for_the_others(self):
        self.assertEqual(self.kit("new", "a", "--family", "lines", "--channels", "n:number").returncode, 0)
        folder = self.folder / "a/recordings"
        for name in ("unplugged", "garbage"):
            shutil.copy(folder / "normal.txt", folder / f"{name}.txt")
            self.assertEqual(self.kit("replay", "--update", folder / f"{name}.txt").returncode, 0)
        done = self.kit("check", "--fuzz", "0", "a")
        told = [line for line in done.stderr.splitlines() if not line.startswith("hint: ")]
        self.assertEqual((done.returncode, done.stdout, len(told)), (1, "a: 2 to mend\n", 2), done.stderr)
        self.assertIn("a/recordings/garbage.txt: not one thing is bad in it", told[0])
        self.assertIn("a/recordings/unplugged.txt: nothing is unplugged in it", told[1])
        self.assertIn("hint: a/kit.yaml: still has lines with TODO", done.stderr)

        with open(folder / "unplugged.txt", "a") as recording:
            recording.write("0.350000000 < text 4\n0.400000000 unplug\n")
        with open(folder / "garbage.txt", "a") as recording:
            recording.write("0.350000000 < text 4 what? 5\\r\\n\n")
        for name in ("unplugged", "garbage"):
            self.assertEqual(self.kit("replay", "--update", folder / f"{name}.txt").returncode, 0)
        self.assertTrue(self.kit("check", "--fuzz", "0", "a").stdout.startswith("a: good; 1 channel, 3 recordings as "))

    def families(self):
        expected = self.kit("new", "x", "--family", "?").stderr.split("expected: ")[1]
        return expected.strip().split(", ")

    def assert_draft(self, *words, no_value=False):
        """It passes the check but for recordings that nobody can make up, which is said in words."""
        with tempfile.TemporaryDirectory() as folder:
            made = self.kit("new", "a-kit", "--in", folder, *words)
            self.assertEqual((made.returncode, made.stderr), (0, ""), words)
            found = json.loads(self.kit("check", "--json", "--fuzz", "0", f"{folder}/a-kit").stdout)[0]
            left = [told.split("/a-kit/")[1].split(" (")[0] for told in found["problems"]]
            self.assertEqual(left, ["recordings/unplugged.txt: is missing", "recordings/garbage.txt: is missing"] + [
                "recordings/normal.txt: not one value comes out when all is well; record it again"] * no_value, words)
            self.assertEqual(sum("README" in told for told in found["hints"]), 2, found["hints"])  # TODO in them
            self.assertFalse([told for told in found["hints"] if "out of the range" in told], words)
            self.assertIn("TODO", pathlib.Path(folder, "a-kit/kit.yaml").read_text(encoding="utf-8"))

    def test_every_family_makes_a_folder_that_passes_the_check(self):
        given = {"edges": ("count,rate:count-rate,f:frequency:kHz", "t:time:ms,v:speed:km/h", "p:period", "d:distance:cm",
                           "n:turns,rpm:angular-speed", "a:acceleration,x:position:mm", "down:state"),
                 "iio": ("t:temperature,h:humidity,p:pressure:kPa", "x:acceleration,y:acceleration,z:acceleration",
                         "a:voltage,b:voltage:mV", "co2"),
                 "onewire": ("t:temperature:Cel",)}
        usual = (CHANNELS, "t:temperature:K", ",".join(f"c{i}:raw" for i in range(16)))
        for family in self.families():
            self.assert_draft("--family", family)
            for channels in given.get(family, usual):
                self.assert_draft("--family", family, "--channels", channels,
                                  no_value=channels.startswith("d:distance"))
        for transport in ("serial", "usb", "gpio", "iio", "onewire"):
            self.assert_draft("--transport", transport)

    def test_what_a_family_does_not_give_is_refused_with_what_it_does_and_nothing_is_made(self):
        for family, channels, sentence in (
                ("edges", "t:temperature:Cel", '"temperature" does not fit; expected: counter (count, count-rate, frequency), '),
                ("edges", "t:time:s,n:turns", '"turns" does not fit; expected: counter (count'),
                ("edges", "f:frequency:MHz", '"MHz" does not fit; expected: Hz kHz (what edges gives)'),
                ("iio", "a:acceleration,b:acceleration,c:acceleration,d:acceleration",
                 '"d" does not fit; expected: acceleration: at most 3 (what iio gives)'),
                ("iio", "t:temperature:Cel,h:humidity,u:temperature:Cel",
                 '"u" does not fit; expected: temperature: at most 1 (what iio gives)'),
                ("iio", "s:sound-level:dB", '"sound-level" does not fit; expected: temperature, humidity, '),
                ("onewire", "t:temperature:K", '"K" does not fit; expected: Cel (what onewire gives)')):
            done = self.kit("new", "a", "--family", family, "--channels", channels)
            self.assertEqual((done.returncode, done.stdout), (2, ""), channels)
            self.assertIn(sentence, done.stderr)
            self.assertFalse((self.folder / "a").exists())

    def test_a_name_that_yaml_would_read_otherwise_is_refused_and_nothing_is_made(self):
        for name in ("- x", "? x", " x", "-", "a: b", "{a"):
            for option in ("--zh", "--en"):
                done = self.kit("new", "a", option, name)
                self.assertEqual((done.returncode, done.stdout), (2, ""), name)
                self.assertIn(f'kit new {option}: "{name}" does not fit; expected: a short name', done.stderr)
                self.assertFalse((self.folder / "a").exists())

    def test_each_rate_stands_once(self):
        self.kit("new", "a", "--family", "modbus")
        yaml = (self.folder / "a/kit.yaml").read_text(encoding="utf-8")
        self.assertIn("every: 1 s", yaml)
        self.assertNotIn("rate:", yaml)

    def test_the_families_are_listed_for_those_who_ask_and_those_who_are_asked(self):
        families = self.families()
        told = self.kit("new", "--help").stdout
        self.assertNotIn("record", told.split("\n\n")[1])
        ours, theirs = pty.openpty()
        asking = subprocess.Popen([KITLOG, "kit", "new", "a"], stdin=theirs, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, cwd=self.folder, env={**os.environ, "LC_ALL": "C"})
        os.write(ours, b"modbus\nt:temperature:Cel\n\n\n")
        asked = asking.communicate(timeout=60)[1]
        self.assertEqual(asking.returncode, 0, asked)
        os.close(ours)
        os.close(theirs)
        for family in families:
            self.assertRegex(told, rf"(?m)^  {family} +\S")
            self.assertRegex(asked, rf"(?m)^  {family} +\S")
        self.assertIn("\nmodbus:", (self.folder / "a/kit.yaml").read_text(encoding="utf-8"))

    def test_a_name_that_was_not_said_is_asked_for(self):
        ours, theirs = pty.openpty()
        asking = subprocess.Popen([KITLOG, "kit", "new"], stdin=theirs, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, cwd=self.folder, env={**os.environ, "LC_ALL": "C"})
        os.write(ours, b"asked-for\nlines\n\n\n\n")
        asked = asking.communicate(timeout=60)[1]
        os.close(ours)
        os.close(theirs)
        self.assertEqual(asking.returncode, 0, asked)
        self.assertTrue(asked.startswith("A short name, such as nine-bytes? "), asked)
        self.assertTrue((self.folder / "asked-for/kit.yaml").exists())

    def test_a_wrong_answer_is_asked_for_again(self):
        ours, theirs = pty.openpty()
        asking = subprocess.Popen([KITLOG, "kit", "new"], stdin=theirs, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, cwd=self.folder, env={**os.environ, "LC_ALL": "C"})
        os.write(ours, b"My kit\nmy-kit\nline\nlines\nt:temprature\nt:temperature,t:humidity\nt:temperature,h:humidity\n"
                       b"{\n\xe6\xb8\xa9\n\n")
        told = asking.communicate(timeout=60)[1]
        os.close(ours)
        os.close(theirs)
        self.assertEqual(asking.returncode, 0, told)
        for question, times in (("A short name", 2), ("Which family?", 2), ("Channels, such as", 3),
                                ("Its name in Chinese?", 2), ("Its name in English?", 1)):
            self.assertEqual(told.count(question), times, told)
        self.assertIn("did you mean temperature?", told)
        self.assertRegex(told, r"Quantities: (\S+\s+)*temperature\s")
        yaml = (self.folder / "my-kit/kit.yaml").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"(?m)^  - id: (.*)$", yaml), ["t", "h"])
        self.assertIn("{zh: 温, en: my-kit}", yaml)

    def test_who_leaves_at_a_wrong_answer_has_made_nothing(self):
        ours, theirs = pty.openpty()
        asking = subprocess.Popen([KITLOG, "kit", "new", "a"], stdin=theirs, stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.PIPE, cwd=self.folder, env={**os.environ, "LC_ALL": "C"})
        os.write(ours, b"line\n\4")
        told = asking.communicate(timeout=60)[1]
        os.close(ours)
        os.close(theirs)
        self.assertEqual(asking.returncode, 2, told)
        self.assertFalse((self.folder / "a").exists())

    def test_drafts_lie_beside_each_other_and_each_reads_its_first_recording(self):
        families = self.families()
        (self.folder / "drafts").mkdir()
        for family in families:
            self.assertEqual(self.kit("new", f"a-{family}", "--family", family, "--in", "drafts").returncode, 0)
        said = self.kit("check", "--fuzz", "0", *(f"drafts/a-{family}" for family in families)).stdout
        self.assertNotIn("claim the same", said)
        self.assertNotIn("normal.txt", said)

    def test_nothing_is_overwritten(self):
        kit = self.make()
        before = (kit / "kit.yaml").read_text()
        done = self.kit("new", "nine-bytes", "--family", "frames")
        self.assertEqual(done.returncode, 1)
        self.assertIn("nine-bytes is there already; choose another name", done.stderr)
        self.assertEqual((kit / "kit.yaml").read_text(), before)
        (self.folder / "there.txt").write_text("mine")
        done = self.kit("record", "--output", "there.txt", "/dev/null")
        self.assertEqual(done.returncode, 1)
        self.assertEqual((self.folder / "there.txt").read_text(), "mine")

    def test_wrong_words_are_named_with_what_was_expected(self):
        for words, sentence in (
                ((), "missing: list, new, record, replay, check, probe, bench"),
                (("chekc",), '"chekc" does not fit; expected: list, new'),
                (("new",), "missing: a name such as nine-bytes"),
                (("new", "Nine Bytes"), '"Nine Bytes" does not fit; expected: a short name (31 at most) of small letters'),
                (("new", "my_sensor"), '"my_sensor" does not fit; expected: a short name (31 at most) of small letters, digits and -'),
                (("new", "a", "--family", "frame"), '"frame" does not fit; expected: frames, lines'),
                (("new", "a", "--family", "frames", "--transport", "usb"), '"usb" does not fit; expected: serial'),
                (("new", "a", "--channels", "t:temprature"), "did you mean temperature?"),
                (("new", "a", "--channels", "temp"),
                 '"temp" does not say what it measures; write ID:QUANTITY:UNIT, such as temp:temperature:Cel'),
                (("new", "a", "--channels", "T:temperature"), "expected: ID:QUANTITY:UNIT, such as temp:temperature:Cel"),
                (("record", "gpio:photogate-one"),
                 "gpio in the configuration has no photogate-one; write {kit: photogate-one} with its pins there"),
                (("record", "nowhere"), 'there is no "nowhere"; kitlog kit probe lists what is plugged in'),
                (("record", "--kit", "temprr", "/dev/null"), 'no kit is called "temprr"; did you mean temper?'),
                (("record", "--kit", "my-own", "/dev/null"),
                 'no kit is called "my-own"; kitlog kits lists those there are; a folder of your own'),
                (("new", "a", "--channels", "t:temperature:V"), '"V" does not fit; expected: Cel K'),
                (("new", "a", "--en", "A: b"), '"A: b" does not fit'),
                (("record",), "missing: a port such as /dev/ttyUSB0"),
                (("record", "--for", "long", "/dev/null"), '"long" does not fit; expected: a time such as 10s'),
                (("new", "a", "--channels", "t:temperature, t:temperature:K"),
                 'two channels are called "t"; give one another name'),
                (("new", "a", "--famly", "lines"), 'there is no option "--famly"; see kitlog kit new --help'),
                (("replay",), "missing: a recording such as"),
                (("replay", "."), '"." does not fit; expected: a recording, such as ./recordings/normal.txt'),
                (("replay", "a.expect"), '"a.expect" does not fit; expected: the recording, a.txt; this is what'),
                (("check", "--fuzz", "-1"), '"-1" does not fit; expected: seconds'),
                (("check", "--all", "a"), '"a" is one word too many'),
                (("bench",), "missing: the number on a kit's label"),
                (("list", "--odd"), '"--odd" is one word too many')):
            done = self.kit(*words)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn(sentence, done.stderr)
        self.assertIn("还缺：", self.kit("bench", locale="zh_CN.UTF-8").stderr)

    def test_a_mistake_in_kit_yaml_is_told_in_the_maker_s_language(self):
        self.make()
        self.swap("nine-bytes", 'unit: "lx"', "unit: lux")
        for locale, said in (("C", 'unit: "lux" is not a UCUM unit'), ("zh_CN.UTF-8", "unit：“lux”不对，应是 UCUM 单位")):
            self.assertIn(said, self.kit("check", "nine-bytes", locale=locale).stderr)

    def test_check_of_another_folder_says_so_in_one_sentence(self):
        for words in ((), (str(self.folder),)):
            done = self.kit("check", *words)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
            self.assertIn("has no kit.yaml, so it is no kit's folder; name one, or make one with kitlog kit new",
                          done.stderr)

    def test_a_kit_has_its_folder_s_own_name_whatever_leads_there(self):
        kit = self.make()
        (self.folder / "link").symlink_to("nine-bytes")
        for where, words in ((".", ("nine-bytes/",)), (".", ("nine-bytes/.",)), (".", ("link",)), ("nine-bytes", ()),
                             ("nine-bytes", (".",)), ("nine-bytes/recordings", ("..",))):
            done = subprocess.run([KITLOG, "kit", "check", "--fuzz", "0", *words], text=True, capture_output=True,
                                  timeout=120, cwd=self.folder / where, env={**os.environ, "LC_ALL": "C"})
            self.assertNotIn("is not the name of its folder", done.stderr, (where, words))
            self.assertTrue(done.stdout.endswith(": 2 to mend\n"), (where, words, done))
        done = subprocess.run([KITLOG, "kit", "replay", "recordings/normal.txt"], text=True, capture_output=True,
                              timeout=120, cwd=kit, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.swap("nine-bytes", "kit: nine-bytes", "kit: another")
        self.assertIn('link/kit.yaml:1:6: kit: "another" is not the name of its folder, nine-bytes',
                      self.kit("check", "--fuzz", "0", "link").stderr)

    def test_check_tells_each_mistake_of_kit_yaml_with_its_place(self):
        kit = self.make()
        text = (kit / "kit.yaml").read_text(encoding="utf-8")
        (kit / "kit.yaml").write_text(text.replace("u16be@3", "u16be@30").replace("resolution: 0.1", "resolution: 0.1 C", 1),
                                      encoding="utf-8")
        done = self.kit("check", "--fuzz", "0", "nine-bytes")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"(?m)^nine-bytes/kit\.yaml:\d+:\d+: .*resolution.*0\.1 C")

    def test_check_finds_a_sentence_for_a_word_that_nobody_says(self):
        kit = self.make()
        with (kit / "kit.yaml").open("a", encoding="utf-8") as yaml:
            yaml.write("troubles:\n" + "".join(f"  - {{word: {word}, zh: 看看线, en: See the wire}}\n"
                                              for word in ("timeout", "length", "tiemout")))
        told = self.kit("check", "--fuzz", "0", "nine-bytes").stderr
        self.assertEqual(re.findall(r"nine-bytes/kit\.yaml: troubles: nobody says the word (\S+):", told), ["tiemout"])

    def test_programs_get_the_same_as_json(self):
        self.make()
        found = json.loads(self.kit("check", "--json", "--fuzz", "0", "nine-bytes").stdout)
        self.assertEqual([(kit["kit"], kit["is_good"], len(kit["problems"])) for kit in found],
                         [("nine-bytes", False, 2)])
        found = json.loads(self.kit("replay", "--json", "nine-bytes/recordings/normal.txt").stdout)
        self.assertEqual((found[0]["values"], found[0]["is_good"]), (6, True))
        self.assertIn("kits", json.loads(self.kit("list", "--json").stdout))


class Driver(Sdk):
    """The draft of a driver in C is built into a kitlog of its own, as the build would do it."""

    def build(self, source):
        build = pathlib.Path(os.environ["KITLOG_BUILD"])
        entries = json.loads((build / "compile_commands.json").read_text())
        of_another = next(entry for entry in entries if entry["file"].endswith("kits/temper/driver.c"))
        words = [word for word in shlex.split(of_another["command"]) if not word.endswith("ccache")]
        words[words.index("-o") + 1] = str(self.folder / "driver.o")
        words[words.index("-c") + 1] = str(source)
        subprocess.run([*words, "-Werror"], cwd=of_another["directory"], check=True, timeout=120)
        link = subprocess.run(["ninja", "-t", "commands", "-s", "tools/kitlog/kitlog"], cwd=build, text=True,
                              capture_output=True, check=True).stdout
        link = re.sub(r" -o \S+", f" {self.folder}/driver.o -o {self.folder}/kitlog", link.strip())
        subprocess.run(link, shell=True, cwd=build, check=True, timeout=300, capture_output=True)

    def test_a_new_driver_compiles_in_at_most_60_lines_and_reads_its_first_recording(self):
        for family in ("hid", "usb"):
            done = self.kit("new", f"a-{family}", "--driver", "--family", family, "--channels",
                            ",".join(f"channel_number_{i}:raw" for i in range(16)))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn(f"as kits/a-{family} and build", done.stdout)
            driver = self.folder / f"a-{family}/driver.c"
            lines = driver.read_text().splitlines()
            self.assertLessEqual(len(lines), 60)
            self.assertLessEqual(max(map(len, lines)), 100)
        told = self.kit("check", "--fuzz", "0", "a-usb").stderr
        self.assertIn('driver: "a-usb" is not built into this kitlog; build kitlog with its driver.c', told)

    def test_a_new_driver_is_built_in_and_passes_the_check(self):
        if not shutil.which("ninja") or not (pathlib.Path(os.environ["KITLOG_BUILD"]) / "build.ninja").exists():
            self.skipTest("the build is not ninja's, which tells how kitlog is linked")
        self.assertEqual(self.kit("new", "a-kit", "--driver", "--channels", "t:temperature:Cel,h:humidity").returncode, 0)
        driver = self.folder / "a-kit/driver.c"
        driver.write_text(driver.read_text().replace('"length"', '"odd-length"'))
        self.build(driver)
        run = lambda *words: subprocess.run([self.folder / "kitlog", "kit", *words], cwd=self.folder, text=True,
                                            capture_output=True, timeout=120, env={**os.environ, "LC_ALL": "C"})
        done = run("replay", "--update", "a-kit/recordings/normal.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("0.300000000 t 30\n0.300000000 h 30\n", (self.folder / "a-kit/recordings/normal.expect").read_text())
        found = json.loads(run("check", "--json", "--fuzz", "1", "a-kit").stdout)[0]
        self.assertEqual([told.split(": ")[1].split(" (")[0] for told in found["problems"]], ["is missing"] * 2)
        self.assertGreater(found["damaged"]["values"], 50)
        self.check_own_word(run)

    def check_own_word(self, run):
        """What the driver alone says: that it is said shows a recording."""
        with (self.folder / "a-kit/kit.yaml").open("a", encoding="utf-8") as yaml:
            yaml.write("troubles:\n  - {word: odd-length, zh: 太短, en: Too short}\n")
        nobody = "nobody says the word odd-length"
        self.assertIn(nobody, run("check", "--fuzz", "0", "a-kit").stderr)
        (self.folder / "a-kit/recordings/garbage.txt").write_text(
            "kit: a-kit\nmade: by hand\n\n0.000000000 plug\n0.100000000 < 0A 00\n")
        self.assertEqual(run("replay", "--update", "a-kit/recordings/garbage.txt").returncode, 0)
        told = run("check", "--fuzz", "0", "a-kit").stderr
        self.assertIn("unplugged.txt: is missing", told)
        self.assertNotIn(nobody, told)

    def test_other_families_have_no_draft_of_a_driver(self):
        done = self.kit("new", "a", "--driver", "--family", "lines")
        self.assertEqual(done.returncode, 2)
        self.assertIn('"lines" does not fit; expected: hid or usb', done.stderr)


if __name__ == "__main__":
    unittest.main()

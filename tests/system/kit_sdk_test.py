#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""`kitlog kit`: what a maker of kits types, right and wrong, without a daemon and beside one."""

import json
import os
import pathlib
import pty
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]
KITLOG = os.environ["KITLOG"]
SENSOR = pathlib.Path(os.environ["KITLOG_SOURCE"]) / "tests/support/emulate/my_sensor.py"
CHANNELS = "temp:temperature:Cel,light:illuminance:lx"


class Sdk(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def kit(self, *words, locale="C", **more):
        return subprocess.run([KITLOG, "kit", *map(str, words)], text=True, timeout=120, capture_output=True,
                              cwd=self.folder, env={**os.environ, "LC_ALL": locale, **more})

    def make(self, name="nine-bytes"):
        done = self.kit("new", name, "--family", "frames", "--channels", CHANNELS)
        self.assertEqual(done.returncode, 0, done.stderr)
        return self.folder / name

    def swap(self, kit, old, new):
        yaml = self.folder / kit / "kit.yaml"
        text = yaml.read_text(encoding="utf-8")
        self.assertIn(old, text)
        yaml.write_text(text.replace(old, new), encoding="utf-8")

    def virtual(self, name):
        port = self.folder / name
        self.running = subprocess.Popen([VIRTUAL, "--quiet", "--link", port, "--model", name])
        self.addCleanup(self.running.wait)
        self.addCleanup(self.running.kill)
        daemon.wait_for("the kit", port.exists)
        return port


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


class Claims(Sdk):
    """Two kits that could be the same device: whoever plugs it in gets one of them by chance."""

    def draft(self, name, family, channels="t:temperature:Cel"):
        done = self.kit("new", name, "--family", family, "--channels", channels)
        self.assertEqual(done.returncode, 0, done.stderr)
        yaml = self.folder / name / "kit.yaml"  # by its ids alone
        yaml.write_text(re.sub(r"(?m)^ +product: .*\n", "", yaml.read_text(encoding="utf-8")), encoding="utf-8")

    def test_two_kits_of_one_usb_id_are_named_with_their_lines(self):
        self.draft("one", "hid")
        self.draft("two", "hid")
        for name, other in (("one", "two"), ("two", "one")):
            done = self.kit("check", "--fuzz", "0", name)
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"{name}/kit.yaml:4: match: {name} and {other} (./{other}/kit.yaml:4) claim the same device, "
                          "USB 1209:0001; give one of them a product", done.stderr)
        found = json.loads(self.kit("check", "--json", "--fuzz", "0", "one", "two").stdout)
        self.assertEqual([sum("claim the same" in told for told in kit["problems"]) for kit in found], [1, 1])
        self.swap("two", "1209:0001", "1209:0002")
        self.assertNotIn("claim", self.kit("check", "--fuzz", "0", "one", "two").stderr)

    def test_two_kits_of_one_kernel_sensor_are_named(self):
        self.draft("weather", "iio")
        self.swap("weather", "[weather]", "[bme280]")
        told = self.kit("check", "--fuzz", "0", "weather").stderr
        self.assertRegex(told, r"(?m)^weather/kit\.yaml:3: iio: weather and bme280 \(\S+/bme280/kit\.yaml:\d+\) claim "
                               "the same sensor, bme280; take it out of one of them$")

    def test_all_kits_of_a_board_are_compared_and_one_that_mends_ours_is_no_claim(self):
        kits = self.folder / "kits"
        kits.mkdir()
        for name in ("bme280", "weather"):
            self.assertEqual(self.kit("new", name, "--family", "iio", "--in", kits).returncode, 0)
        self.swap("kits/weather", "[weather]", "[bme280]")
        config = self.folder / "kitlogd.yaml"
        config.write_text(f"kits: [{kits}]\n")
        done = subprocess.run([KITLOG, "--config", config, "kit", "check", "--fuzz", "0", "--all"], text=True,
                              capture_output=True, timeout=300, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        claims = sorted(line.split(": ")[2].split(" (")[0] for line in done.stderr.splitlines() if "claim the same" in line)
        self.assertEqual(claims, ["bme280 and weather", "weather and bme280"], done.stderr)


class Replay(Sdk):
    def test_a_value_that_is_no_number_is_a_row_without_it(self):
        (self.folder / "ff/recordings").mkdir(parents=True)
        (self.folder / "ff/kit.yaml").write_text("""kit: ff
name: {zh: 浮点, en: Float}
serial: 9600 8N1
frames: {start: BE EF, length: 7, checksum: xor8 0..5 @6}
rate: 2 Hz
channels:
  - {id: v, name: {zh: 电压, en: Volt}, quantity: voltage, unit: V, range: [-5, 5], resolution: 0.001, from: f32be@2}
""", encoding="utf-8")
        (self.folder / "ff/recordings/normal.txt").write_text("""kit: ff
made: by hand

0.000000000 plug
0.100000000 < BE EF 3F 80 00 00 EE
0.600000000 < BE EF 7F C0 00 00 EE
1.100000000 < BE EF 7F 80 00 00 AE
1.600000000 < BE EF FF 80 00 00 2E
2.100000000 < BE EF 40 A0 00 00 B1
""")
        done = self.kit("replay", "--update", "ff/recordings/normal.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.folder / "ff/recordings/normal.expect").read_text().splitlines()[4:], [
            "0.100000000 v 1", "0.600000000 v -", "1.100000000 v -", "1.600000000 v -", "2.100000000 v 5",
            "2.100000000 end bytes 35 rows 5 bad 0 lost 0"])

    def test_one_changed_digit_is_found_and_named(self):
        kit = self.make()
        expect = kit / "recordings/normal.expect"
        expect.write_text(expect.read_text().replace("temp 20\n", "temp 21\n"))
        done = self.kit("replay", "nine-bytes/recordings/normal.txt")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn('normal.expect:7: it says "0.200000000 temp 21", the replay gives "0.200000000 temp 20"',
                      done.stderr)
        told = self.kit("check", "--fuzz", "0", "nine-bytes")
        self.assertIn('nine-bytes/recordings/normal.expect:7: it says "0.200000000 temp 21", the replay gives '
                      '"0.200000000 temp 20"', told.stderr)
        self.assertEqual(told.stdout, "nine-bytes: 3 to mend\n")
        self.assertEqual(self.kit("replay", "--update", "nine-bytes/recordings/normal.txt").returncode, 0)
        self.assertIn("temp 20\n", expect.read_text())

    def test_the_difference_itself_is_shown_also_at_the_end_of_a_long_line_or_file(self):
        kit = self.make()
        expect = kit / "recordings/normal.expect"
        right = expect.read_text()
        lines = right.splitlines()
        for wrong, sentence in (
                (right.replace(lines[3], lines[3] + " " + "x" * 200),
                 ':4: it says "...0000 device nine-bytes temp=Cel light=lx ' + "x" * 59 + '...", the replay'),
                ("\n".join(lines[:-1]) + "\n", f':{len(lines)}: it says nothing more, the replay gives "{lines[-1]}"'),
                (right + "0.5 more\n", f':{len(lines) + 1}: it says "0.5 more", the replay gives nothing more'),
                (right[:-1], f":{len(lines)}: a line break is missing at the end")):
            expect.write_text(wrong)
            self.assertIn("normal.expect" + sentence, self.kit("replay", "nine-bytes/recordings/normal.txt").stderr)

    def test_a_mistake_in_a_recording_has_its_line(self):
        kit = self.make()
        recording = kit / "recordings/normal.txt"
        recording.write_text(recording.read_text().replace("< AA", "< GA", 1))
        done = self.kit("replay", "nine-bytes/recordings/normal.txt")
        self.assertEqual(done.returncode, 1)
        self.assertIn('normal.txt:5:15: "GA', done.stderr)

    def test_a_driver_that_bears_damage_is_good_and_its_figures_are_told(self):
        kit = self.make()
        text = (kit / "recordings/normal.txt").read_text()
        (kit / "recordings/unplugged.txt").write_text(text + "0.400000000 < AA 55\n0.410000000 unplug\n")
        (kit / "recordings/garbage.txt").write_text(text + "0.400000000 < FF AA 55 00\n")
        self.kit("replay", "--update", "nine-bytes/recordings/unplugged.txt", "nine-bytes/recordings/garbage.txt")
        found = json.loads(self.kit("check", "--json", "--fuzz", "1", "nine-bytes").stdout)[0]
        self.assertEqual((found["is_good"], found["problems"], found["recordings"]), (True, [], 3))
        self.assertGreater(found["damaged"]["inputs"], 50)
        self.assertGreater(found["damaged"]["values"], 50)
        self.assertLess(found["damaged"]["slowest_ms"], 10)

    def test_damaged_recordings_cost_no_fresh_memory_each(self):
        """That was nine tenths of the time: counted, since a busy machine is slow for other reasons."""
        if "san" in pathlib.Path(os.environ["KITLOG_BUILD"]).name:
            self.skipTest("a sanitizer has an allocator of its own")
        self.make()
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt
        found = json.loads(self.kit("check", "--json", "--fuzz", "2", "nine-bytes").stdout)[0]
        faults = resource.getrusage(resource.RUSAGE_CHILDREN).ru_minflt - before
        self.assertLess(faults, 10000 + 20 * found["damaged"]["inputs"], found["damaged"])


class Ports(Sdk):
    def test_what_was_captured_from_a_board_with_a_clock_replays_to_the_byte(self):
        """Its pings go out at random instants: the replay sends them at the same ones."""
        done = self.kit("record", "--for", "3s", "--output", "cup.txt", self.virtual("cup"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("(virtual-cup)", done.stderr)
        for _ in range(2):
            done = self.kit("replay", "--update", "cup.txt")
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("nothing changed", done.stdout)
        expect = (self.folder / "cup.expect").read_text()
        self.assertGreater(expect.count(" water "), 10)  # a busy machine is late
        self.assertIn("bad 0 lost 0", expect)

    def test_unplugging_ends_a_recording(self):
        port = self.folder / "my-sensor"
        self.make()
        subprocess.run([SENSOR, "--frames", "60", "--cut", port], check=True, timeout=30)  # it waits for nobody
        done = self.kit("record", "--for", "0", "--output", "nine-bytes/recordings/unplugged.txt", port)
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / "nine-bytes/recordings/unplugged.txt").read_text()
        self.assertTrue(text.startswith("kit: nine-bytes\ncaptured: "))
        self.assertTrue(text.endswith(" unplug\n"))

    def test_a_port_that_kitlogd_holds_is_told_with_the_way_out(self):
        port = self.virtual("cup")
        board = daemon.Daemon(self.folder, [port]).start().wait_ready()
        self.addCleanup(board.end)
        board.wait_device()
        done = self.kit("record", "--output", "cup.txt", port)
        self.assertEqual(done.returncode, 1)
        self.assertIn("another program holds", done.stderr)
        self.assertIn("systemctl stop kitlogd", done.stderr)
        self.assertFalse((self.folder / "cup.txt").exists())

    def test_bench_tells_the_rate_asked_and_got(self):
        port = self.virtual("cup")
        board = daemon.Daemon(self.folder, [port]).start().wait_ready()
        self.addCleanup(board.end)
        number = board.wait_device()[0]["sticker"]
        done = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--json", "--for", "3s", str(number)],
                              text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
        found = json.loads(done.stdout)
        self.assertEqual((found["kit"], found["bad_frames"], found["lost_rows"]), ("virtual-cup", 0, 0))
        self.assertAlmostEqual(found["streams"][0]["asked_hz"], 10)
        self.assertAlmostEqual(found["streams"][0]["got_hz"], 10, delta=0.5)
        self.assertLess(found["streams"][0]["jitter"]["median_us"], 5000)
        self.assertGreater(found["bytes"], 100)
        self.assertGreaterEqual(found["seconds"], 3)
        self.assertEqual(found["rows"], found["streams"][0]["rows"])  # one window for all
        self.assertAlmostEqual(found["streams"][0]["rows"], 10 * found["seconds"], delta=0.05 * 10 * found["seconds"] + 2)
        told = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--for", "2s", str(number)],
                              text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertRegex(told, r"^Within \d+\.\d s: \d+ bytes \(\d+ a second\), \d+ rows, 0 bad frames, "
                               r"0 questions without an answer, 0 rows lost\n"
                               r"stream +asked +got +stamps +intervals off by")
        self.assertNotIn("too few rows", told)
        self.running.send_signal(signal.SIGSTOP)
        self.addCleanup(self.running.send_signal, signal.SIGCONT)
        few = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "--for", "1s", str(number)],
                             text=True, capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"}).stdout
        self.assertRegex(few, r"(?m)^temperature +10 Hz .* too few rows; measure for longer$")
        done = subprocess.run([KITLOG, "--config", board.config, "kit", "bench", "99"], text=True,
                              capture_output=True, timeout=60, env={**os.environ, "LC_ALL": "C"})
        self.assertEqual(done.returncode, 1)
        self.assertIn("there is no kit 99; kitlog devices lists them", done.stderr)


class Probe(Sdk):
    """On a made-up /sys and /dev."""

    def setUp(self):
        super().setUp()
        self.sys, self.dev = self.folder / "sys", self.folder / "dev"
        self.dev.mkdir()
        kits = self.folder / "kits"
        kits.mkdir()
        subprocess.run([KITLOG, "kit", "new", "nine-bytes", "--family", "frames", "--channels", CHANNELS, "--in", kits],
                       check=True, capture_output=True)
        yaml = kits / "nine-bytes" / "kit.yaml"
        yaml.write_text(yaml.read_text(encoding="utf-8").replace("product: nine-bytes", "product: Nine*"), encoding="utf-8")
        self.config = self.folder / "kitlogd.yaml"
        self.config.write_text(f"kits: [{kits}]\n")

    def plug(self, name, vendor, product, text, tty=None):
        device = self.sys / "devices" / name
        device.mkdir(parents=True)
        for file, word in (("idVendor", vendor), ("idProduct", product), ("product", text), ("busnum", "1"),
                           ("devnum", "7"), ("bDeviceClass", "00"), ("serial", name)):
            (device / file).write_text(word + "\n")
        usb = self.sys / "bus/usb/devices"
        usb.mkdir(parents=True, exist_ok=True)
        (usb / name).symlink_to(device)
        if tty:
            (device / "interface" / tty).mkdir(parents=True)
            (self.sys / "class/tty" / tty).mkdir(parents=True)
            (self.sys / "class/tty" / tty / "device").symlink_to(device / "interface" / tty)
            (self.dev / tty).write_text("")

    def probe(self, *words):
        done = subprocess.run([KITLOG, "--config", self.config, "kit", "probe", *words], text=True, timeout=60,
                              capture_output=True, env={**os.environ, "LC_ALL": "C", "KITLOG_SYSFS": str(self.sys),
                                                        "KITLOG_DEV": str(self.dev)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def kits_at(self, path):
        places = json.loads(self.probe("--json"))["places"]
        return {kit["kit"]: (kit["fits"], kit["why"]) for place in places if place["path"].endswith(path)
                for kit in place["kits"]}

    def test_the_kit_that_fits_is_named_and_why_another_does_not(self):
        self.plug("1-1", "1209", "0001", "Nine bytes", "ttyACM0")
        self.plug("1-2", "1209", "0001", "Ten bytes", "ttyACM1")
        self.plug("1-3", "1209", "0002", "Nine bytes", "ttyACM2")
        self.assertEqual(self.kits_at("ttyACM0"), {"nine-bytes": (True, "")})
        self.assertEqual(self.kits_at("ttyACM1"), {"nine-bytes": (False, 'product is "Ten bytes", wanted is "Nine*"')})
        self.assertEqual(self.kits_at("ttyACM2"), {"nine-bytes": (False, "its product is 0002, wanted is 0001")})
        words = self.probe()
        self.assertRegex(words, r"(?m)^serial +\S+/ttyACM0 +1209:0001 +Nine bytes$")
        self.assertIn("+ nine-bytes", words)
        self.assertIn('- nine-bytes  nine-bytes: product is "Ten bytes"', words)

    def test_a_sensor_of_the_kernel_is_known_by_its_name(self):
        for name, word in (("iio:device0", "bme280"), ("iio:device1", "unheard-of")):
            (self.sys / "bus/iio/devices" / name).mkdir(parents=True)
            (self.sys / "bus/iio/devices" / name / "name").write_text(word + "\n")
        (self.sys / "bus/w1/devices/28-00000a1b2c3d").mkdir(parents=True)
        self.assertEqual(self.kits_at("iio:device0"), {"bme280": (True, "")})
        self.assertEqual(self.kits_at("28-00000a1b2c3d"), {"ds18b20": (True, "")})
        self.assertIn("no kit names unheard-of", self.probe())

    def test_buses_without_anything_and_missing_nodes_are_told(self):
        self.plug("1-1", "1234", "5678", "A stranger")
        words = self.probe()
        self.assertIn("no kit has the ids 1234:5678", words)
        self.assertIn("there is no " + str(self.dev / "bus/usb/001/007"), words)
        self.assertIn("no serial port on USB", words)
        self.assertIn("no GPIO", words)

    @unittest.skipIf(os.geteuid() == 0, "root may open everything")
    def test_a_port_that_may_not_be_opened_names_the_group(self):
        self.plug("1-1", "1209", "0001", "Nine bytes", "ttyACM0")
        (self.dev / "ttyACM0").chmod(0)
        self.assertIn("no permission; add the user to the group", self.probe())


if __name__ == "__main__":
    unittest.main()

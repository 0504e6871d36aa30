#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Adds up what tools/test has run, and ends what the tests left running.

    tools/test_report.py count FOLDER RUN    FOLDER: ctest's JUnit files, build-PRESET with "passed", "failed" or
                                             why it was left out, check-PRESET with ctest's exit status
    tools/test_report.py again FILE          prints a pattern of the tests in a JUnit file that deserve a second
                                             run; nothing when there are none
    tools/test_report.py sweep RUN           RUN: the word in KITLOG_TEST_RUN of every test's process

A test that leaves a process behind would disturb the next one, so that is a failure of its own."""

import os
import pathlib
import signal
import sys
import time
import xml.etree.ElementTree as xml


CLOCK_WATCHERS = ("flow/", "system/", "vm/", "web/")  # a busy machine can fail them
MOST_AGAIN = 5  # more have another reason than a busy machine


def last_words(case):
    """The last line that a test printed: by custom its reason."""
    lines = [line for line in (case.findtext("system-out") or "").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "without a word"


def cases(path):
    return xml.parse(path).getroot().iter("testcase")


def has_failed(case):
    return case.find("skipped") is None and case.get("status") != "run"


def again(path):
    """The pattern of what failed in a file and shall run once more; empty: nothing shall."""
    failed = [case.get("name") for case in cases(path) if has_failed(case)]
    watchers = [name for name in failed if name.startswith(CLOCK_WATCHERS)]
    return "|".join(watchers) if len(failed) <= MOST_AGAIN else ""


def read_junit(path):
    """(number passed, [failed], [skipped], [passed when run once more]) of one build's tests"""
    passed, failed, skipped, twice = 0, [], [], []
    second = path.with_name(f"{path.stem}-again.xml")
    mended = {case.get("name") for case in cases(second) if case.get("status") == "run"} \
        if second.exists() else set()
    for case in cases(path):
        name = f"{path.stem}: {case.get('name')}"
        status = case.get("status")
        if case.find("skipped") is not None:
            skipped.append(f"{name}: {last_words(case)}")
        elif status == "run":
            passed += 1
        else:
            output = (case.findtext("system-out") or "").strip().splitlines()
            failure = case.find("failure")
            why = status if failure is None else failure.get("message") or "failed"
            told = "\n    ".join([f"{name}: {why}"] + output[-40:])
            if case.get("name") in mended:
                passed += 1
                twice.append(told)
            else:
                failed.append(told)
    return passed, failed, skipped, twice


def is_alive(folder):
    """Whether the process of a folder in /proc still runs (Z: dead, waiting for its parent)."""
    try:
        return (folder / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def sweep(run):
    """Ends the processes of this run that are still there; returns what they were."""
    word = f"KITLOG_TEST_RUN={run}".encode()
    left = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            if word not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if not command:
                continue  # already dead, waiting for its parent
            os.kill(int(folder.name), signal.SIGKILL)
            left.append(command.strip())
            deadline = time.monotonic() + 2
            while is_alive(folder) and time.monotonic() < deadline:
                time.sleep(0.01)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return left


def count(folder, run):
    passed, failed, skipped, twice = 0, [], [], []
    for path in sorted(folder.glob("*.xml")):
        if path.stem.endswith("-again"):
            continue
        more = read_junit(path)
        passed += more[0]
        failed, skipped, twice = failed + more[1], skipped + more[2], twice + more[3]
    if passed + len(failed) + len(skipped) == 0:
        failed.append("no test ran: does --only match any name?")
    for path in sorted(folder.glob("check-*")):
        status = path.read_text().strip()
        if status != "0" and not (folder / f"{path.name.removeprefix('check-')}.xml").exists():
            failed.append(f"{path.name}: ctest left no report; exit status: {status}")
    for path in sorted(p for p in folder.glob("build-*") if p.suffix != ".log"):
        word = path.read_text().strip()
        if word == "passed":
            passed += 1
        elif word == "failed":
            failed.append(f"{path.name}: does not build; its words are above")
        else:
            skipped.append(f"{path.name}: {word}")
    left = sweep(run)
    if left:
        failed.append("processes left behind by tests: " + "; ".join(left))

    for words in skipped:
        print(f"skipped  {words}")
    for words in twice:
        print(f"passed when run once more, having failed so  {words}")
    for words in failed:
        print(f"FAILED   {words}")
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed else 0


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "count":
        return count(pathlib.Path(sys.argv[2]), sys.argv[3])
    if len(sys.argv) == 3 and sys.argv[1] == "again":
        print(again(pathlib.Path(sys.argv[2])))
        return 0
    if len(sys.argv) == 3 and sys.argv[1] == "sweep":
        sweep(sys.argv[2])
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Promise: kitlogd's memory is flat. An hour of eight kits at 100 Hz and 20 viewers, as tests/bench/bench.py
measures it, so it runs with tools/test --long only. What is allowed to grow is SQLite's page cache."""

import os
import pathlib
import re
import subprocess
import sys

SOURCE = pathlib.Path(os.environ["KITLOG_SOURCE"])
MOST_MIB = 1.0


def main():
    if not os.environ.get("KITLOG_LONG"):
        print("skipped: it takes an hour; tools/test --long runs it")
        return 77
    bench = [sys.executable, "-B", SOURCE / "tests/bench/bench.py", "--build", os.environ["KITLOG_BUILD"], "memory"]
    words = subprocess.run(bench, stdout=subprocess.PIPE, text=True, check=True).stdout
    print(words)
    seconds, growth = re.search(r"growth over (\d+) s +([+-][\d.]+) MiB", words).groups()
    print(f"{growth} MiB in {seconds} s; allowed are {MOST_MIB}")
    return 0 if int(seconds) >= 3600 and float(growth) <= MOST_MIB else 1


if __name__ == "__main__":
    sys.exit(main())

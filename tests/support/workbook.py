# SPDX-License-Identifier: GPL-3.0-or-later
"""A workbook as another program sees it, for tests."""

import json
import pathlib
import subprocess
import sys

READ = pathlib.Path(__file__).with_name("read_sheet.py")


def read(test, path):
    """What read_sheet.py says of it, by whichever Python has openpyxl; without any the test is skipped."""
    for python in (sys.executable, "/usr/bin/python3"):
        said = subprocess.run([python, "-B", READ, path], capture_output=True, text=True)
        if said.returncode == 0:
            return json.loads(said.stdout)
        if "ModuleNotFoundError" not in said.stderr:
            break
    if "No module named 'openpyxl'" in said.stderr:
        test.skipTest("openpyxl is not installed: install python3-openpyxl")
    return test.fail(said.stderr)

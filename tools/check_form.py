#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the form that every source file keeps: licence line, no stray whitespace, clang-format.

    tools/check_form.py [ROOT]

clang-format 14 (Debian 12) decides; another version lays some lines out differently, so there
the layout is not judged, which is said."""

import pathlib
import re
import shutil
import subprocess
import sys

TOPS = ["daemon", "firmware", "kits", "lessons", "tools", "tests"]
LAYOUT = {".c", ".h", ".cc", ".cpp"}
LICENSED = LAYOUT | {".S", ".py", ".sh", ".js", ".mjs", ".css", ".cmake"}
LICENSE = "SPDX-License-Identifier: GPL-3.0-or-later"
FORMATTER_VERSION = "14"


def is_source(path):
    if path.suffix in LICENSED or path.name == "CMakeLists.txt":
        return True
    if path.suffix or not path.is_file():
        return False
    with path.open("rb") as file:  # a script without a suffix
        return file.read(2) == b"#!"


def complaints_of(path):
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return [f"is not UTF-8 ({error.reason} at byte {error.start})"]
    found = []
    if LICENSE not in "\n".join(text.splitlines()[:3]):
        found.append(f'says no "{LICENSE}" in its first three lines')
    for number, line in enumerate(text.split("\n"), 1):
        if re.search(r"[ \t\r]$", line):
            found.append(f"line {number}: ends in whitespace")
    if text and not text.endswith("\n"):
        found.append("has no newline at its end")
    return found


def formatter():
    """(path of the clang-format that decides, or None and why there is none)"""
    for name in (f"clang-format-{FORMATTER_VERSION}", "clang-format"):
        path = shutil.which(name)
        if not path:
            continue
        words = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        version = re.search(r"version (\d+)", words)
        if version and version[1] == FORMATTER_VERSION:
            return path, None
    return None, f"layout not judged: no clang-format {FORMATTER_VERSION} on this machine"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    sources = [p for top in TOPS for p in sorted((root / top).rglob("*"))
               if "node_modules" not in p.parts and "__pycache__" not in p.parts
               and p.is_file() and is_source(p)]
    if not sources:
        print(f"{root}: no source found; give the root of the project")
        return 1
    complaints = [f"{p.relative_to(root)}: {c}" for p in sources for c in complaints_of(p)]
    clang_format, why_not = formatter()
    laid_out = [p for p in sources if p.suffix in LAYOUT]
    if clang_format and laid_out:
        run = subprocess.run([clang_format, "--dry-run", "-Werror", "--style=file", *map(str, laid_out)],
                             cwd=root, capture_output=True, text=True, check=False)
        spots = re.findall(r"^(.*?):(\d+):\d+: error:", run.stderr, re.MULTILINE)
        first = {}
        for name, line in spots:
            first.setdefault(name, line)
        complaints += [f"{pathlib.Path(n).relative_to(root)}: line {line}: clang-format -i would change it"
                       for n, line in first.items()]
        if run.returncode and not spots:
            complaints.append(run.stderr.strip())
    print("\n".join(complaints + ([why_not] if why_not else [])))
    print(f"{len(sources)} files, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

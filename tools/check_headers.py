#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles each header alone, with every warning as an error, and names those that need another.

    tools/check_headers.py [ROOT] [COMPILER]

A header that only compiles after another one has a secret; its reader should find all in it.
firmware/boards is left out: its headers belong to one microcontroller's compiler each."""

import concurrent.futures
import pathlib
import subprocess
import sys
import tempfile

TOPS = ["firmware/link", "firmware/core", "daemon", "kits", "tools/kitlog"]
FLAGS = ("-std=c17 -D_GNU_SOURCE -DKITLOG_VERSION=\"0\" -fsyntax-only -Wall -Wextra -Wpedantic "
         "-Wconversion -Wshadow -Wstrict-prototypes -Werror").split()


def complaint_of(root, compiler, header):
    """The compiler's words, or nothing when the header stands alone, twice in a row."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as unit:
        unit.write(f'#include "{header}"\n#include "{header}"\ntypedef int it_is_not_empty;\n')
        unit.flush()
        roots = [f"-I{root / r}" for r in ("daemon", "firmware", ".")]
        run = subprocess.run([compiler, *FLAGS, *roots, unit.name],
                             capture_output=True, text=True, check=False)
    return run.stderr if run.returncode else ""


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    compiler = sys.argv[2] if len(sys.argv) > 2 else "cc"
    headers = [h for top in TOPS for h in sorted((root / top).rglob("*.h"))
               if "node_modules" not in h.parts]
    if not headers:
        print(f"{root}: no header found; give the root of the project")
        return 1
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda h: complaint_of(root, compiler, h), headers))
    failed = 0
    for header, words in zip(headers, results):
        if words:
            failed += 1
            print(f"{header.relative_to(root)}: does not compile alone\n{words}")
    print(f"{len(headers)} headers, {failed} do not compile alone")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

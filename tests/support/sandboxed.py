#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program with the system calls that a systemd unit leaves it, and kills it at any other.

    sandboxed.py UNIT PROGRAM [ARGUMENT...]

The unit answers EPERM, which a program may live with in silence; a test wants to know. Exits with 77 where
libseccomp for Python or systemd-analyze is missing."""

import functools
import os
import pathlib
import subprocess
import sys

try:
    import seccomp
except ImportError:
    sys.exit(77)


@functools.cache
def calls_of(name):
    """A set, or one call, as systemd.exec(5) reads it."""
    if not name.startswith("@"):
        return frozenset([name])
    lines = subprocess.run(["systemd-analyze", "syscall-filter", name], check=True, text=True,
                           stdout=subprocess.PIPE).stdout.splitlines()[1:]
    words = [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]
    return frozenset().union(*(calls_of(word) for word in words))


def allowed_by(unit):
    calls = set()
    for line in pathlib.Path(unit).read_text().splitlines():
        key, _, value = line.partition("=")
        if key != "SystemCallFilter":
            continue
        named = frozenset().union(*(calls_of(word) for word in value.lstrip("~").split()))
        calls = calls - named if value.startswith("~") else calls | named
    assert len(calls) > 100, f"{unit}: no filter"
    calls.add("execve")  # ours, below
    if os.geteuid() == 0:
        calls.add("fchown")  # SQLite's, of what root creates; a service has a user of its own
    return calls


def main():
    unit, *command = sys.argv[1:]
    rules = seccomp.SyscallFilter(seccomp.KILL_PROCESS)
    for call in sorted(allowed_by(unit)):
        try:
            rules.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, OSError):
            pass  # not of this architecture
    rules.load()
    os.execv(command[0], command)


if __name__ == "__main__":
    main()

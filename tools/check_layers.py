#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when an #include climbs a floor or modules include each other in a circle.

    tools/check_layers.py [ROOT]

A folder is a floor on the way of a reading, a file is a station, and includes only point down.
A module is x.c with x.h and its private parts, x_part.c and x_part.h beside it. FLOORS says
what each floor stands on; a file may include its own floor and those, and no circle of modules
may close inside a floor: who includes each other cannot be read or tested one by one."""

import collections
import pathlib
import re
import sys

LINK = ["firmware/link"]
BASE = LINK + ["daemon/base"]
DATA = BASE + ["daemon/data"]
FIT = ["daemon/fit"]  # on DATA, beside the way of a reading
SENSE = DATA + ["daemon/sense"]
KITS = SENSE + ["kits"]
KEEP = KITS + ["daemon/keep"]
HISTORY = KEEP + FIT + ["daemon/history"]
SHIP = HISTORY + ["daemon/ship"]
HTTP = HISTORY + ["daemon/http"]
LIVE = HTTP + ["daemon/live"]
CLASS = LIVE + ["daemon/class"]
EXPORT = CLASS + ["daemon/ship", "daemon/export"]
ROOM = ["daemon/room"]  # on SHIP, beside the way to the pages
API = EXPORT + ROOM + ["daemon/api"]

# floor: the floors below it. The longest name that a path begins with is its floor.
FLOORS = {
    "firmware/link": [],
    "firmware/core": LINK,
    "firmware/boards": LINK + ["firmware/core"],
    "daemon/base": LINK,
    "daemon/data": BASE,
    "daemon/fit": DATA,
    "daemon/sense": DATA,
    "kits": SENSE,
    "daemon/keep": KITS,
    "daemon/history": KEEP + FIT,
    "daemon/ship": HISTORY,
    "daemon/http": HISTORY,
    "daemon/live": HTTP,
    "daemon/class": LIVE,
    "daemon/export": CLASS + ["daemon/ship"],
    "daemon/room": SHIP,
    "daemon/api": EXPORT + ROOM,
    "daemon": API,
    "tools/kitlog": API,
}
INCLUDE_ROOTS = ["daemon", "firmware", "."]  # as in the root CMakeLists.txt
SUFFIXES = {".c", ".h", ".cc", ".cpp"}
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)


def floor_of(path):
    return max((f for f in FLOORS if path.is_relative_to(f)), key=len, default=None)


def resolve(root, source, quote, name):
    """The project's file that an include names, as the compiler would find it."""
    folders = [source.parent] if quote == '"' else []
    for folder in folders + [pathlib.Path(r) for r in INCLUDE_ROOTS]:
        if (root / folder / name).is_file():
            return (root / folder / name).resolve().relative_to(root)
    return None


def module_of(root, source):
    """x for the private part x_part of a module x; a file's own name otherwise."""
    parts = source.stem.split("_")
    for n in range(1, len(parts)):
        door = source.with_name("_".join(parts[:n]) + ".h")
        if (root / door).is_file():
            return door.with_suffix("")
    return source.with_suffix("")


def way(below, start, end):
    """The shortest way down from one module to another, both ends included, or None."""
    queue, came_from = collections.deque([start]), {}
    while queue:
        module = queue.popleft()
        for lower in sorted(below.get(module, ())):
            if lower not in came_from:
                came_from[lower] = module
                queue.append(lower)
            if lower == end:
                steps = [end]
                while len(steps) == 1 or steps[-1] != start:
                    steps.append(came_from[steps[-1]])
                return steps[::-1]
    return None


def circles(below):
    """The shortest circle through each module that stands in one; each circle once."""
    found = {}
    for module in sorted(below):
        steps = way(below, module, module)
        if steps:
            found.setdefault(frozenset(steps), steps)
    return ["circle: " + " -> ".join(map(str, steps)) for steps in found.values()]


def check(root):
    """(number of files, number of modules, list of complaints)"""
    complaints, below, count = [], {}, 0
    tops = sorted({f.split("/")[0] for f in FLOORS if f != "tools/kitlog"}) + ["tools/kitlog"]
    for top in tops:
        for path in sorted((root / top).rglob("*")):
            if path.suffix not in SUFFIXES or "node_modules" in path.parts:
                continue
            source, count = path.relative_to(root), count + 1
            floor = floor_of(source)
            if floor is None or (floor == "daemon" and source.parent.name != "daemon"):
                complaints.append(f"{source}: lies on no floor; add its folder to FLOORS "
                                  f"in tools/check_layers.py")
                continue
            for quote, name in INCLUDE.findall(path.read_text(encoding="utf-8")):
                target = resolve(root, source, quote, name)
                if target is None:
                    if quote == '"':
                        complaints.append(f'{source}: includes "{name}", which is no file of the project')
                    continue
                if floor_of(target) not in FLOORS[floor] + [floor]:
                    complaints.append(f"{source}: climbs from {floor} to {target}")
                upper, lower = module_of(root, source), module_of(root, target)
                if upper != lower:
                    below.setdefault(upper, set()).add(lower)
    return count, len(below), complaints + circles(below)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    count, modules, complaints = check(root)
    if count == 0:
        complaints.append(f"{root}: no source found; give the root of the project")
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print(f"{count} files, {modules} modules: no climb, no circle")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when a sentence about a mistake in a file has no Chinese, or a Chinese one is of no use.

    tools/check_chinese.py [ROOT]

daemon/data/chinese.h says how the two belong together: by the form of the printf, word for word. The
forms are the texts in the files below that have a space in them; NO_WORDS are those that say nothing to
a person. In the Chinese %1 &1 ^1 stand for the first conversion; each one that is a text or a number
must stand there, but for those of FEWER."""

import pathlib
import re
import sys

DATA = """checksum config field formula lesson library load model quantity report schema syntax tree
    word""".split()
SENSE = "catalogue_claims catalogue_lesson recording replay_port".split()
KITS = "*_plan fields hid iio onewire usb".split()
# Whatever such a file is split into is one of them.
SOURCES = (
    [f"daemon/data/{name}*.c" for name in DATA]
    + [f"daemon/sense/{name}*.c" for name in SENSE]
    + [f"kits/protocols/{name}.c" for name in KITS]
    + ["daemon/http/certificate.c"]
)
NO_SOURCES = ["daemon/data/config_print.c", "daemon/sense/recording_write.c"]
TABLES = ["daemon/data/chinese_sentences.c", "daemon/data/chinese_phrases.c"]

# Glue between words, words of a format, names of quantities with their units, libyaml's own words.
NO_WORDS = re.compile(
    r"""\ ?(or|and|of|in|,\ )\ ?|[ ,;:%()a-z0-9"\n.*]{0,2}
    |,\ USB\ .*|\ \\?"%s\\?"|:\ %s\n|%s%s:\ %s|%s%s\ of\ %s
    |bits\ |digital\ |analog\ |column\ |every\ |text\ |feature\ |output\ |or\ |\ samples
    |between\ %|\ and\ %|expected\ |deg\ C|9600\ 8N1|sqrt\(\ \)|(pulse|edge|note|lost|get|plug)\ .*
    |;\ did\ you\ mean\ %s\?|sqrt\ ln\ .*
    |quoted\ scalar|mapping\ values\ are\ not\ allowed|cannot\ start\ any\ token|expected\ ','\ or
    |block\ (mapping|collection)""",
    re.X,
)
# Where English has a plural.
FEWER = {"%s: %u %s; expected %s %u%s"}

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
CONVERSION = re.compile(r"%(?!%)[0-9.*lz]*[a-zA-Z]")
# kernel's, libc's: not in our sources
FOREIGN = re.compile(r"(No such|Permission|Not a dir|Input/out|File (name )?too|Too many levels).*")


def unescape(text):
    def sign(m):
        if m[1][:1] == b"x" and len(m[1]) == 3:
            return bytes([int(m[1][1:], 16)])
        return {b"n": b"\n", b"t": b"\t", b"r": b"\r"}.get(m[1], m[1])

    return re.sub(rb"\\(x[0-9A-Fa-f]{2}|.)", sign, text.encode()).decode(errors="replace")


def texts_of(source):
    """Each text of a C source with its line; those that stand beside each other are one."""
    source = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.S)
    source = re.sub(r"^#include.*$", "", source, flags=re.M)
    for m in re.finditer(rf"{LITERAL}(?:\s*{LITERAL})*", source):
        pieces = re.findall(r'"((?:[^"\\\n]|\\.)*)"', m[0])
        yield "".join(unescape(p) for p in pieces), source.count("\n", 0, m.start()) + 1


def sources_of(root):
    for pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            if name not in NO_SOURCES:
                yield name, path.read_text()


def forms_of(root):
    forms = {}
    for name, source in sources_of(root):
        for text, line in texts_of(source):
            is_table = name.endswith("quantity.c") and not text.startswith("a quantity")
            is_table |= name.endswith("lesson_file.c") and bool(re.fullmatch(r"[A-Za-z ]{3,13}", text))
            if " " in text and re.search("[A-Za-z]", text) and not NO_WORDS.fullmatch(text) and not is_table:
                text = text.removeprefix("%s/kit.yaml:%d: ")  # the place
                forms.setdefault(text.rstrip("\n"), f"{name}:{line}")
    return forms


def entries_of(root):
    for name in TABLES:
        texts = list(texts_of((root / name).read_text()))
        yield from ((name, line, en, zh) for (en, line), (zh, _) in zip(texts[::2], texts[1::2]))


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    forms, wrong, known, glue = forms_of(root), [], {}, set()
    sources = "\n".join(source for _, source in sources_of(root))

    for name, line, en, zh in entries_of(root):
        n = len(CONVERSION.findall(en))
        used = {int(d) for d in re.findall(r"[%&^]([1-9])", zh)}
        plain = en.replace("%%", "%")
        if en in known:
            wrong.append(f'{name}:{line}: "{en}" stands here twice')
        known[en] = known[plain] = line
        if used and max(used) > n:
            wrong.append(f'{name}:{line}: "{zh}" has %{max(used)}, but "{en}" has {n} conversions')
        if en not in FEWER and len(used) < n:
            wrong.append(f'{name}:{line}: "{zh}" tells not all that "{en}" does')
        if ";" in re.sub(r'\([^)]*\)|"[^"]*"', "", en) and "；" not in zh:
            wrong.append(f'{name}:{line}: "{zh}" lacks the step behind ；')
        if not re.search("[\u4e00-\u9fff]|%|&", zh) and zh not in ("yes 或 no",):
            wrong.append(f'{name}:{line}: "{zh}" is no Chinese')
        # A form that is put together of pieces stands in the sources by those.
        pieces = [p for p in CONVERSION.split(en) if p.strip(" ,;?")]
        if en not in forms and plain not in forms and not FOREIGN.match(en):
            if not all(p.replace('"', '\\"') in sources.replace('"\n', "") or p in sources for p in pieces):
                glue.add((name, line, en))
    wrong += [f'{place}: "{text}" has no Chinese; add it to {TABLES[0]}' for text, place in forms.items()
              if not {text, text.replace("%%", "%"), text + "%s"} & known.keys()]
    wrong += [f'{name}:{line}: nothing says "{en}" any more; take it out' for name, line, en in sorted(glue)]
    print("\n".join(wrong) or f"all of {len(forms)} forms have their Chinese")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: GPL-3.0-or-later
"""A GQ GMC Geiger counter on a pty:

    gmc.py LINK [VERSION] [COUNTS]

VERSION is what it answers to <GETVER>> ("GMC-300Re 4.22"; from GMC-500 on counts have 32 bits); COUNTS
is counts a second. It is found with the heartbeat on, as after a logger that was killed."""

import re
import sys

from line_port import Beat, LinePort


def main(link, version="GMC-300Re 4.22", counts="3"):
    port, beat, is_beating, heard = LinePort(link), Beat(1.0), True, b""
    width = 4 if int(re.match(r"GMC-(\d+)", version)[1]) >= 500 else 2
    value = int(counts).to_bytes(width, "big")
    while True:
        heard += port.read(beat.left())
        if beat.is_due() and is_beating:
            port.write(value)
        while command := re.search(rb"<([^>]*)>>", heard):
            heard = heard[command.end():]
            name = command[1].decode("ascii", "replace")
            if name == "GETVER":
                port.write(version.encode())
            elif name == "GETSERIAL":
                port.write(bytes.fromhex("F488007EB00711"))
            elif name == "GETCPM":
                port.write((60 * int(counts)).to_bytes(width, "big"))
            elif name.startswith("HEARTBEAT"):
                is_beating = name.endswith("1")


if __name__ == "__main__":
    main(*sys.argv[1:])

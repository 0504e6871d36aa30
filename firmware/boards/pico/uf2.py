#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the file that is dragged onto the drive of a Pico in BOOTSEL mode.

    uf2.py PROGRAM.bin PROGRAM.uf2

First puts the checksum of the first 252 bytes behind them, without which the chip's boot program would
not start them (RP2040 Datasheet, 2.8.1.3.1). UF2: https://github.com/microsoft/uf2."""

import pathlib
import struct
import sys

FLASH, FAMILY_RP2040 = 0x10000000, 0xE48BFF56
MAGIC_BEGIN, MAGIC_END, HAS_FAMILY = (0x0A324655, 0x9E5D5157), 0x0AB16F30, 0x2000
PAGE, BOOT2 = 256, 252


def crc32(data):
    """CRC-32/MPEG-2: polynomial 04C11DB7, start all ones, neither reflected nor inverted."""
    register = 0xFFFFFFFF
    for byte in data:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFFFFFF
    return register


def blocks(program):
    count = -(-len(program) // PAGE)
    for n in range(count):
        page = program[n * PAGE:(n + 1) * PAGE].ljust(PAGE, b"\0")
        yield struct.pack("<8I", *MAGIC_BEGIN, HAS_FAMILY, FLASH + n * PAGE, PAGE, n, count,
                          FAMILY_RP2040) + page.ljust(476, b"\0") + struct.pack("<I", MAGIC_END)


def main(source, target):
    program = bytearray(pathlib.Path(source).read_bytes())
    if len(program) <= PAGE or any(program[BOOT2:PAGE]):
        sys.exit(f"{source}: no program with a second boot stage of at most {BOOT2} bytes in front")
    program[BOOT2:PAGE] = struct.pack("<I", crc32(program[:BOOT2]))
    pathlib.Path(target).write_bytes(b"".join(blocks(program)))


if __name__ == "__main__":
    main(*sys.argv[1:])

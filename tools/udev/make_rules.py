#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the udev rules: whoever is at the machine, and the group dialout, may open USB kits and the
kernel's sensors; the group gpio the board's pins. hidraw needs none: HID kits are opened as USB.

    tools/udev/make_rules.py [FOLDER...] > 70-kitlog.rules

From the `match` of every kits/KIT/kit.yaml with a USB family, or of a school's own folders. The rules
beside this file are those of kitlog's own kits; a test holds the two together."""

import pathlib
import re
import sys

OURS = pathlib.Path(__file__).resolve().parents[2] / "kits"
HEAD = """# SPDX-License-Identifier: GPL-3.0-or-later
# Kits may be opened by whoever is at the machine and by the group dialout, as serial ports are.
# Made by tools/udev/make_rules.py from the kits; copy it to /etc/udev/rules.d, then
#     udevadm control --reload
# and plug the kit in again.
ACTION=="remove", GOTO="kitlog_end"
# Buffers of the kernel's sensors are switched on and read by the same people (buffered: yes).
SUBSYSTEM=="iio", KERNEL=="iio:device*", MODE="0660", GROUP="dialout", TAG+="uaccess", \\
  RUN+="/bin/sh -c 'cd /sys%p && chgrp -R dialout buffer scan_elements trigger *_clock *sampling_frequency; chmod -R g+rwX buffer scan_elements trigger *_clock *sampling_frequency'"
# The board's pins, for the group gpio, as Raspberry Pi OS has it (elsewhere: groupadd --system gpio).
SUBSYSTEM=="gpio", KERNEL=="gpiochip[0-9]*", MODE="0660", GROUP="gpio", TAG+="uaccess"
# The pulse of a satellite receiver, each second.
SUBSYSTEM=="pps", MODE="0640", GROUP="dialout", TAG+="uaccess"
SUBSYSTEM!="usb", GOTO="kitlog_end"
ENV{DEVTYPE}!="usb_device", GOTO="kitlog_end"
"""
FAMILY = re.compile(r"^(hid|usb):", re.MULTILINE)
USB = re.compile(r"^\s*-\s*\{?\s*usb:\s*\"?([0-9a-fA-F]{4}):([0-9a-fA-F]{4}|\*)", re.MULTILINE)


def rules_of(kit):
    text = kit.read_text(encoding="utf-8")
    lines = []
    for vendor, product in USB.findall(text) if FAMILY.search(text) else []:
        which = "" if product == "*" else f', ATTR{{idProduct}}=="{product.lower()}"'
        line = (f'ATTR{{idVendor}}=="{vendor.lower()}"{which}, MODE="0660", GROUP="dialout", '
                'TAG+="uaccess"')
        if line not in lines:
            lines.append(line)
    return [f"# {kit.parent.name}", *lines] if lines else []


def rules(folders):
    kits = sorted(kit for folder in folders for kit in pathlib.Path(folder).glob("*/kit.yaml"))
    lines = [line for kit in kits for line in rules_of(kit)]
    return HEAD + "\n".join(lines) + '\nLABEL="kitlog_end"\n'


if __name__ == "__main__":
    sys.stdout.write(rules(sys.argv[1:] or [OURS]))

#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What systemd runs by the words "systemd.run=/boot/firmware/kitlog/start.sh" in cmdline.txt, before the board's
# first ordinary boot: takes those words out, leaves the unit that installs kitlog, and boots again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
boot=$(dirname "$here")
# First of all: whatever fails below, the board must not come here for ever.
if [ -e "$boot/cmdline.txt" ]; then
	sed -i -E 's/ ?systemd\.(run|run_success_action|run_failure_action|unit)=[^ ]*//g' "$boot/cmdline.txt"
	sync
fi
install -D -m 755 "$here/install.sh" /usr/local/lib/kitlog-firstboot
sed "s,@BOOT@,$boot,g" "$here/kitlog-firstboot.service" >/etc/systemd/system/kitlog-firstboot.service
systemctl --quiet enable kitlog-firstboot.service
sync

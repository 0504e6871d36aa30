#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs kitlog from a folder (install.sh FOLDER, the one that tools/packaging/image-files made) with no
# network, names the board, and opens its hotspot if settings.txt says so. What came of it, with the address
# and the PIN, is FOLDER/board.txt: whoever has no screen at the board reads it on another computer.
set -eu
folder=$1
log=$folder/install.log
exec >"$log" 2>&1

# setting NAME: what settings.txt says; written by any editor, so with or without carriage returns.
setting() { sed -n "s/^$1=[[:space:]]*\([^#[:space:]]*\).*/\1/p" "$folder/settings.txt" | tail -n 1; }

tell() { printf '%s\r\n' "$@" >>"$folder/board.txt"; }
: >"$folder/board.txt"
ended() {
	status=$?
	if [ $status != 0 ]; then
		tell "kitlog 没有装好；每次开机都会再试。原因在 install.log 的最后几行。" \
			"kitlog is not installed; each start of the board tries again. The last lines of install.log say why."
	fi
	sync
	exit $status
}
trap ended EXIT

# Four figures that no other board in the room has: of the board's serial number, or of its network card.
figures() {
	for file in /sys/firmware/devicetree/base/serial-number /sys/class/net/e*/address /sys/class/net/w*/address \
		/etc/machine-id; do
		if [ -r "$file" ]; then
			tr -dc '0-9a-fA-F' <"$file" | tail -c 4 | tr 'A-F' 'a-f'
			return
		fi
	done
}

# is_host_name NAME: would Linux, mDNS and every browser take it?
is_host_name() {
	case $1 in '' | -* | *- | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-]*) return 1 ;; esac
	[ ${#1} -le 63 ]
}

# own_name WANTED: the board's name; if what is wanted is none, one that is, and board.txt says so.
own_name() {
	if is_host_name "$1"; then
		echo "$1"
		return
	fi
	own=kitlog-$(figures)
	[ -z "$1" ] || tell "“$1”不能作主机名（只能用英文字母、数字和中间的 -，最多 63 个）；这块板叫 $own。" \
		"\"$1\" is no host name (letters a-z, figures, - between them, 63 at most); this board is $own."
	echo "$own"
}

name=$(own_name "$(setting hostname)")
old=$(cat /etc/hostname 2>/dev/null || true)
hostname "$name"
echo "$name" >/etc/hostname
if grep -q '^127\.0\.1\.1' /etc/hosts 2>/dev/null; then
	sed -i "s/^127\.0\.1\.1.*/127.0.1.1\t$name/" /etc/hosts
else
	printf '127.0.1.1\t%s\n' "$name" >>/etc/hosts
fi
echo "this board was \"$old\" and is \"$name\""

# Settings that somebody put here are the board's, before the package brings its own.
if [ -e "$folder/kitlogd.yaml" ]; then
	install -D -m 644 "$folder/kitlogd.yaml" /etc/kitlog/kitlogd.yaml
fi

# A source of packages of its own: apt takes from it what the board lacks, and nothing else is asked.
work=$(mktemp -d)
mkdir -p "$work/lists/partial" "$work/archives/partial"
echo "deb [trusted=yes] file:$folder/packages ./" >"$work/sources.list"
cat >"$work/apt.conf" <<WORDS
Dir::Etc::SourceList "$work/sources.list";
Dir::Etc::SourceParts "-";
Dir::State::Lists "$work/lists";
Dir::Cache::Archives "$work/archives";
Dir::Cache::PkgCache "";
Dir::Cache::SrcPkgCache "";
APT::Sandbox::User "root";
DPkg::Lock::Timeout "900";
Dpkg::Options { "--force-confdef"; "--force-confold"; };
WORDS
export APT_CONFIG="$work/apt.conf" DEBIAN_FRONTEND=noninteractive
dpkg --configure -a # the power may have gone in the middle of it
apt-get -q update
more=
[ "$(setting hotspot)" != yes ] || more="network-manager dnsmasq-base wpasupplicant"
# shellcheck disable=SC2086 # words on purpose
apt-get -qy --no-remove install kitlog $more
rm -rf "$work"

if [ -e /etc/systemd/system/kitlog-firstboot.service ]; then
	systemctl --quiet disable kitlog-firstboot.service
	rm -f /etc/systemd/system/kitlog-firstboot.service /usr/local/lib/kitlog-firstboot
	systemctl daemon-reload
fi
! systemctl --quiet is-active avahi-daemon || systemctl restart avahi-daemon # by the new name
if [ "$(setting hotspot)" = yes ]; then
	systemctl start NetworkManager || true
	hotspot=$(kitlog hotspot on --name "$name" 2>&1) ||
		tell "热点没有打开 / the hotspot is not open: $hotspot"
	echo "$hotspot"
	tell "$(kitlog hotspot status 2>&1 || true)"
fi
# The daemon makes its PIN at its first start.
tries=0
until systemctl --quiet is-active kitlogd.service || [ $tries = 60 ]; do
	tries=$((tries + 1))
	sleep 1
done
tell "$(kitlog teacher 2>&1)"
echo "kitlog is installed"

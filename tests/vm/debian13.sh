#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A Debian 13 root, where libgpiod has version 2, with what kitlog is built from; to build kitlogd
# there and run it in the test machine by chroot.
#
#     tests/vm/debian13.sh            prints its path; makes it unless it is cached (5 minutes, root)
#     tests/vm/debian13.sh --find     prints its path if it is there, else ends with status 1
#     tests/vm/debian13.sh --build    also builds the present programs there, in /kitlog/build/default
#
# KITLOG_DEBIAN13=/path names a root that is ready. The cache is ${XDG_CACHE_HOME:-~/.cache}/kitlog;
# the name holds a hash of the list of packages.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kitlog

fail() {
	echo "debian13.sh: $*" >&2
	exit 1
}

# in_root COMMAND...: as root of that system, with its own idea of where programs are.
in_root() {
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive chroot "$@"
}

# make ROOT: into a folder of another name first, so that half of one is never taken for a whole.
make() {
	[ "$(id -u)" = 0 ] || fail "only root can make a Debian 13 root; run it as root"
	command -v debootstrap >/dev/null || fail "no debootstrap; run tools/packages/install vm"
	mkdir -p "$cache"
	work=$(mktemp -d "$cache/debian13-work.XXXXXX")
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# Joined: where a command's status is asked for at once, -e does not hold.
	{
		debootstrap --variant=minbase --include=ca-certificates trixie "$work" &&
			mkdir -p "$work/packages" &&
			cp "$source"/tools/packages/* "$work/packages" &&
			in_root "$work" /packages/install build &&
			in_root "$work" apt-get clean
	} >"$cache/debian13.log" 2>&1 || {
		tail -n 20 "$cache/debian13.log" >&2
		fail "it could not be made; the last words are above, all in $cache/debian13.log"
	}
	chmod 755 "$work"
	mv "$work" "$1"
	trap - EXIT
}

# build ROOT: the present sources. They are copied, for a root may be where nothing can be mounted.
build() {
	mkdir -p "$1/kitlog"
	# What is gone here must not be built there.
	find "$1/kitlog" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
	tar -C "$source" --exclude=./build --exclude=./.git -c . | tar -C "$1/kitlog" -x
	{
		in_root "$1" sh -c 'cd /kitlog && cmake --preset default &&
			cmake --build --preset default --target kitlogd kitlog kitlog-virtual'
	} >"$cache/debian13-build.log" 2>&1 || {
		tail -n 20 "$cache/debian13-build.log" >&2
		fail "kitlog does not build there; all words are in $cache/debian13-build.log"
	}
}

root=${KITLOG_DEBIAN13:-}
if [ -z "$root" ]; then
	hash=$(sha256sum <"$source/tools/packages/build" | cut -c 1-16)
	root=$cache/debian13-$hash
fi
if [ ! -d "$root" ]; then
	[ "${1:-}" != --find ] || exit 1
	[ -z "${KITLOG_DEBIAN13:-}" ] || fail "KITLOG_DEBIAN13 names $root, which is not there"
	make "$root"
fi
[ "${1:-}" != --build ] || build "$root"
echo "$root"

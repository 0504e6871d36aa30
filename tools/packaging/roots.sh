# shellcheck shell=bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Clean roots of Debian, for the scripts beside this file; sourced, with set -e. A root of another processor
# runs by qemu-user-static.

codename() {
	case $1 in 12) echo bookworm ;; 13) echo trixie ;; esac
}

# in_root ROOT COMMAND...: as root of that system, which sees kernel and devices but nothing else of ours. Its
# mounts end with it.
in_root() {
	unshare --mount --propagation private bash -c '
		root=$1
		shift
		mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" &&
			mount -t tmpfs tmpfs "$root/run" && mount -t tmpfs tmpfs "$root/tmp" || exit 1
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
			NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
			${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
			chroot "$root" "$@"' in_root "$@"
}

# mirror RELEASE: where this machine gets Debian from.
mirror() {
	local uri
	uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		sed -n -E 's,^([^ ]+) (bookworm|trixie)$,\1,p' | head -n 1)
	echo "${uri:-http://deb.debian.org/debian}"
}

# new_root RELEASE ARCH ROOT [debootstrap's options]: a small system whose apt works as this machine's does.
new_root() {
	local release=$1 arch=$2 root=$3 name
	shift 3
	name=$(codename "$release")
	rm -rf "$root"
	# What it mounts ends with it, too.
	unshare --mount --propagation private debootstrap --arch="$arch" --variant=minbase --include=ca-certificates \
		"$@" "$name" "$root" "$(mirror "$release")" || return 1
	rm -rf "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d
	mkdir -p "$root"/etc/apt/sources.list.d "$root"/usr/local/share/ca-certificates
	find /etc/apt/sources.list /etc/apt/sources.list.d -name '*.list' -o -name '*.sources' 2>/dev/null |
		while read -r file; do
			# Debian's own only, and of the release that the root has.
			if grep -q -E '\b(bookworm|trixie)\b' "$file"; then
				sed -E "s/\b(bookworm|trixie)\b/$name/g" "$file" >"$root$file"
			fi
		done
	[ -n "$(find "$root/etc/apt" -name '*.list' -o -name '*.sources')" ] ||
		echo "deb $(mirror "$release") $name main" >"$root/etc/apt/sources.list"
	# What no package brought is this machine's way to the packages; what one brought, it brings there, too.
	for file in /etc/apt/apt.conf.d/*; do
		dpkg -S "$file" >/dev/null 2>&1 || cp -a "$file" "$root/etc/apt/apt.conf.d/"
	done
	cp -a /usr/local/share/ca-certificates/. "$root/usr/local/share/ca-certificates/"
	for file in /etc/npmrc "$HOME/.npmrc"; do
		[ ! -e "$file" ] || install -m 600 "$file" "$root/${file/#$HOME/root}"
	done
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	# Nobody starts services in a root; and one that a power cut spoils is made again.
	echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	in_root "$root" update-ca-certificates
	in_root "$root" apt-get -q update
}

# lone_apt RELEASE ARCH COMMAND...: an apt-get for another processor that believes that nothing is installed. What it
# downloads is in the folder that lone_archives prints.
lone_root() {
	# That in which packages are built will do.
	local root=$KITLOG_ROOTS/build-$1
	[ -d "$root" ] || root=$KITLOG_ROOTS/files-$1
	if [ ! -d "$root" ]; then
		new_root "$1" "$(dpkg --print-architecture)" "$root.new" --include=dpkg-dev >/dev/null || return 1
		mv "$root.new" "$root"
	fi
	echo "$root"
}
lone_archives() {
	echo "$(lone_root "$1")/files-$2/archives"
}
lone_apt() {
	local root work
	root=$(lone_root "$1")
	work=files-$2
	mkdir -p "$root/$work/lists/partial" "$root/$work/archives/partial"
	: >"$root/$work/status"
	cat >"$root/$work/apt.conf" <<-WORDS
		APT::Architecture "$2";
		APT::Architectures { "$2"; };
		Dir::State::status "/$work/status";
		Dir::State::Lists "/$work/lists";
		Dir::Cache "/$work";
	WORDS
	in_root "$root" env APT_CONFIG="/$work/apt.conf" apt-get -qy --no-install-recommends "${@:3}"
}

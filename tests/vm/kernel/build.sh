#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The kernel of the test machine, from Debian's linux-source-6.1 and the fragments beside this file.
#
#     tests/vm/kernel/build.sh            prints its path; builds it unless it is cached (20 minutes)
#     tests/vm/kernel/build.sh --find     prints its path if it is there, else ends with status 1
#
# KITLOG_VM_KERNEL=/path/to/bzImage names one that is ready. The cache is
# ${XDG_CACHE_HOME:-~/.cache}/kitlog; the name holds a hash of the fragments and the version of
# the source, so that a change of either builds anew.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/kitlog
source=/usr/src/linux-source-6.1.tar.xz

fail() {
	echo "build.sh: $*" >&2
	exit 1
}

if [ -n "${KITLOG_VM_KERNEL:-}" ]; then
	[ -r "$KITLOG_VM_KERNEL" ] || fail "KITLOG_VM_KERNEL names $KITLOG_VM_KERNEL," \
		"which cannot be read; unset it or name a bzImage"
	echo "$KITLOG_VM_KERNEL"
	exit 0
fi

[ "$(uname -m)" = x86_64 ] || fail "the test machine is x86_64, this one is $(uname -m);" \
	"name a bzImage in KITLOG_VM_KERNEL"
# Without the source, whatever was built from these fragments will do.
version=$(dpkg-query -W -f '${Version}' linux-source-6.1 2>/dev/null || true)
version=${version:-*}
hash=$(cat "$here/machine.config" "$here/kits.config" | sha256sum | cut -c 1-16)
image=$cache/kernel-$version-$hash
# shellcheck disable=SC2012,SC2086 # the version may be a pattern
found=$(ls -t $image 2>/dev/null | head -n 1)
if [ -n "$found" ]; then
	echo "$found"
	exit 0
fi
[ "${1:-}" != --find ] || exit 1
[ "$version" != '*' ] || fail "there is no Linux source; run tools/packages/install vm"

mkdir -p "$cache"
work=$(mktemp -d "$cache/kernel-build.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
echo "build.sh: unpacking linux-source-6.1 $version" >&2
tar -C "$work" --strip-components 1 -xf "$source"
cd "$work"

# The same sources give the same image.
export KBUILD_BUILD_TIMESTAMP='2024-01-01' KBUILD_BUILD_USER=kitlog KBUILD_BUILD_HOST=vm
{
	make -s allnoconfig
	scripts/kconfig/merge_config.sh -m .config "$here/machine.config" "$here/kits.config"
	make -s olddefconfig
} >"$work/config.log" 2>&1 || { tail -n 20 "$work/config.log" >&2; fail "no configuration"; }
missing=$(cat "$here/machine.config" "$here/kits.config" |
	grep -E '^CONFIG_[A-Z0-9_]+=' | grep -v '=n$' | sort -u | grep -vxFf .config || true)
# shellcheck disable=SC2086 # a line
[ -z "$missing" ] || fail "this source does not take:" $missing

echo "build.sh: compiling; some 20 minutes on two processors" >&2
make -s -j"${KITLOG_VM_JOBS:-$(nproc)}" bzImage >"$work/build.log" 2>&1 ||
	{ tail -n 30 "$work/build.log" >&2; fail "the kernel could not be compiled"; }
cp arch/x86/boot/bzImage "$work/image"
mv "$work/image" "$image"
echo "$image"

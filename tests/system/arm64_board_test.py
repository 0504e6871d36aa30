#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock
"""A board with an arm64 processor: Debian's kernel in QEMU starts kitlogd, and a browser of this machine charts a
virtual kit; and from a card whose boot partition is that of tools/packaging/image-files it installs itself. Emulated
without KVM, so each takes a quarter of an hour: KITLOG_LONG=1, root, and a package by tools/packaging/build --arch
arm64. KITLOG_SHOT=FILE keeps the picture."""

import json
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import container  # noqa: E402
import daemon  # noqa: E402

RELEASE = os.environ.get("KITLOG_RELEASE", "13")
SUPPORT = pathlib.Path(__file__).resolve().parents[1] / "support"
PATIENCE = 2400.0  # seconds; this is another processor, played by a busy one
CPU_SECONDS = 60
PLAIN = "systemd.show_status=1 quiet\n"
# What systemd believes to be a fault is this processor's pace.
SLOW = "systemd.default_timeout_start_sec=1800 systemd.default_device_timeout_sec=1800"
KIT = """[Unit]
Description=a kit without hardware
StartLimitIntervalSec=0
[Service]
User=kitlog
RuntimeDirectory=kit
ExecStart=/usr/bin/kitlog-virtual --quiet --link /run/kit/cup
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
"""
# What the test cannot see from outside: when it was up, and the processor's time that the daemon took. The terminal is
# opened for each line, since the getty of ttyAMA0 hangs up whoever has it open; systemd would fill in a $pid.
WATCH = """[Unit]
Description=tells the test
[Service]
ExecStart=/bin/sh -c 'while sleep 10; do pid=$(pidof kitlogd) || continue; \
 echo "WATCH $(cut -d " " -f 1 /proc/uptime) $(cut -d " " -f 14,15 /proc/$$pid/stat) \
 $(sed -n "s/VmRSS:[^0-9]*//p" /proc/$$pid/status)" >/dev/console; done'
[Install]
WantedBy=multi-user.target
"""
SETTINGS = "http: {listen: 0.0.0.0, port: 8080}\nserial:\n  ports:\n    - {path: /run/kit/cup}\n"
NETWORK = "[Match]\nType=ether\n[Network]\nDHCP=ipv4\n"


def cannot():
    why = container.cannot()
    for program in ("qemu-system-aarch64", "mkfs.vfat", "mcopy", "mkfs.ext4", "cpio", "depmod"):
        if not why and not shutil.which(program):
            why = f"no {program}; tools/packages/install package"
    if not why and not container.package(RELEASE, "arm64"):
        why = f"no package; tools/packaging/build --release {RELEASE} --arch arm64"
    return why


def kernel(folder):
    """Debian's kernel for arm64 and what mounts the disk; taken apart here, for under qemu-user it would take minutes.
    Returns the paths of both and the folder of all its modules."""
    container.roots(f"lone_apt {RELEASE} arm64 update; "
                    f"lone_apt {RELEASE} arm64 install --download-only linux-image-arm64 busybox-static")
    archives = pathlib.Path(container.roots(f"lone_archives {RELEASE} arm64").strip())
    whole = folder / "kernel"
    for pattern in ("linux-image-*", "busybox-static_*"):
        for package in archives.glob(pattern):
            subprocess.run(["dpkg-deb", "--extract", package, whole], check=True)
    image = next((whole / "boot").glob("vmlinuz-*"))
    modules = next(whole.glob("**/lib/modules/*"))
    version = modules.name
    base = modules.parents[2]
    subprocess.run(["depmod", "--basedir", base, version], check=True)
    tree = folder / "initrd"
    for name in ("bin", "proc", "dev", "root"):
        (tree / name).mkdir(parents=True)
    shutil.copy(next(whole.glob("**/bin/busybox")), tree / "bin/busybox")
    lines = ["#!/bin/busybox sh", "bin=/bin/busybox", "$bin mount -t proc proc /proc",
             "$bin mount -t devtmpfs dev /dev"]
    for wanted in ("virtio_pci", "virtio_blk", "ext4"):
        for line in subprocess.run(["modprobe", "--dirname", base, "--set-version", version, "--show-depends", wanted],
                                   check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines():
            if line.startswith("insmod "):
                path = pathlib.Path(line.split()[1])
                name = path.name.removesuffix(".xz")
                if not (tree / name).exists():
                    told = path.read_bytes()
                    (tree / name).write_bytes(lzma.decompress(told) if path.suffix == ".xz" else told)
                    lines.append(f"$bin insmod /{name}")
    lines += ["until $bin mount -t ext4 /dev/vda /root; do $bin sleep 0.2; done",
              "exec $bin switch_root /root /sbin/init"]
    (tree / "init").write_text("\n".join(lines) + "\n")
    (tree / "init").chmod(0o755)
    initrd = folder / "initrd.img"
    with open(initrd, "wb") as file:
        subprocess.run("find . | cpio --quiet -o -H newc", shell=True, cwd=tree, stdout=file, check=True)
    return image, initrd, modules


class Machine:
    def __init__(self, folder, root, card):
        self.folder, self.card, self.port, self.process = folder, card, daemon.free_port(), None
        self.disk, self.console = folder / "disk", folder / "console"
        self.kernel, self.initrd, modules = kernel(folder)
        shutil.copytree(modules, root / "lib/modules" / modules.name, symlinks=True)
        subprocess.run(["mkfs.ext4", "-q", "-d", root, self.disk, "4G"], check=True)

    def boot(self):
        """By the words that cmdline.txt of the card has now, as a Raspberry Pi does it."""
        words = subprocess.run(["mtype", "-i", self.card, "::cmdline.txt"], check=True, stdout=subprocess.PIPE,
                               text=True).stdout.strip()
        with open(self.console, "ab") as log:
            self.process = subprocess.Popen(
                ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72", "-smp", "2", "-m", "1024",
                 "-nographic", "-no-reboot", "-kernel", self.kernel, "-initrd", self.initrd,
                 "-append", f"console=ttyAMA0 root=/dev/vda rw {SLOW} {words}",
                 "-drive", f"file={self.disk},format=raw,if=virtio,cache=unsafe",
                 "-drive", f"file={self.card},format=raw,if=virtio,cache=unsafe",
                 # A network that leads nowhere but to the pages.
                 "-netdev", f"user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{self.port}-:8080",
                 "-device", "virtio-net-pci,netdev=net"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def said(self):
        return self.console.read_text(errors="replace")

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return answer.read().decode()

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Arm64Board(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="kitlog-arm64-")))
        self.root = container.clean_root(RELEASE, self.folder / "root", "arm64")
        (self.root / "etc/fstab").write_text("/dev/vda / ext4 defaults 0 0\n"
                                             "/dev/vdb /boot/firmware vfat defaults 0 0\n")
        (self.root / "boot/firmware").mkdir()
        # As after its first boot: what Debian puts into caches then takes this processor ten minutes.
        for folder in ("etc", "var"):
            (self.root / folder / ".updated").touch()
        (self.root / "etc/hostname").write_text("raspberrypi\n")
        (self.root / "etc/systemd/network/80-wired.network").write_text(NETWORK)
        wanted = self.root / "etc/systemd/system/multi-user.target.wants"
        wanted.mkdir(parents=True, exist_ok=True)
        for name, text in (("kit", KIT), ("watch", WATCH)):
            (self.root / f"etc/systemd/system/{name}.service").write_text(text)
            (wanted / f"{name}.service").symlink_to(f"/etc/systemd/system/{name}.service")
        (wanted / "systemd-networkd.service").symlink_to("/usr/lib/systemd/system/systemd-networkd.service")
        self.partition = self.folder / "partition"
        self.partition.mkdir()
        (self.partition / "cmdline.txt").write_text(PLAIN)

    def fills_the_partition(self):
        made = subprocess.run([container.SOURCE / "tools/packaging/image-files", "--release", RELEASE,
                               "--arch", "arm64", self.partition],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(made.returncode, 0, made.stdout)
        print(made.stdout.strip())

    def machine(self):
        """What was prepared becomes a disk and a card."""
        card = self.folder / "card"
        subprocess.run(["mkfs.vfat", "-n", "BOOTFS", "-C", card, str(512 * 1024)], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["mcopy", "-s", "-i", card, *self.partition.iterdir(), "::"], check=True)
        machine = Machine(self.folder, self.root, card)
        self.addCleanup(machine.end)
        return machine

    def charts(self, machine, begun):
        daemon.wait_for("the pages", lambda: "<html" in machine.get("/"), PATIENCE)
        print(f"pages {time.monotonic() - begun:.0f} s after the start")
        stream = daemon.wait_for(
            "the kit", lambda: json.loads(machine.get("/api/v1/devices"))["devices"][0]["streams"][0]["id"]
            if json.loads(machine.get("/api/v1/devices"))["devices"] else None, PATIENCE)
        shot = os.environ.get("KITLOG_SHOT", str(self.folder / "chart.png"))
        node = shutil.which("node") or shutil.which("nodejs")
        if node:
            charted = subprocess.run([node, SUPPORT / "chart_shot.mjs", f"http://127.0.0.1:{machine.port}", shot],
                                     stdout=subprocess.PIPE, text=True)
            if charted.returncode == 77:
                print("no browser here:", charted.stdout)
            else:
                self.assertEqual(charted.returncode, 0, charted.stdout)
                self.assertEqual(json.loads(charted.stdout)["faults"], [])
                print("charted", charted.stdout.strip())
        rows = daemon.wait_for("a minute of readings", lambda: (
            rows := json.loads(machine.get(f"/api/v1/streams/{stream}/columns?columns=4000"))) and
            rows["t_us"][-1] - rows["t_us"][0] > CPU_SECONDS * 1_000_000 and rows, PATIENCE)
        print(f"{len(rows['t_us'])} columns in {(rows['t_us'][-1] - rows['t_us'][0]) / 1e6:.0f} s, "
              f"{len(rows.get('gaps', []))} gaps")
        watched = daemon.wait_for("its own account", lambda: (
            found := re.findall(r"WATCH ([\d.]+) (\d+) (\d+)\s+(\d+)", machine.said())) and len(found) > 6
            and found, PATIENCE)
        (up, user, kernel_time, memory), (up0, user0, kernel0, _) = watched[-1], watched[-7]
        used = (int(user) + int(kernel_time) - int(user0) - int(kernel0)) / 100
        print(f"kitlogd: {100 * used / (float(up) - float(up0)):.1f} % of one emulated processor, "
              f"{int(memory) / 1024:.0f} MB")

    def test_charts_a_kit(self):
        """Installed under qemu-user; started by its own kernel."""
        self.fills_the_partition()
        (self.partition / "cmdline.txt").write_text(PLAIN)  # nothing is asked of the card here
        (self.root / "etc/kitlog").mkdir()
        (self.root / "etc/kitlog/kitlogd.yaml").write_text(SETTINGS)
        # An apt that knows these packages only: all of Debian's would take it minutes to read.
        shutil.move(self.partition / "kitlog/packages", self.root / "var/packages")
        (self.root / "etc/apt/sources.list").write_text("deb [trusted=yes] file:/var/packages ./\n")
        begun = time.monotonic()
        container.roots(f"rm -rf {self.root}/etc/apt/sources.list.d {self.root}/var/lib/apt/lists/*; "
                        f"in_root {self.root} apt-get -q update; in_root {self.root} apt-get install -qy "
                        "--no-install-recommends -o Dpkg::Options::=--force-confold kitlog")
        print(f"installed under qemu-user in {time.monotonic() - begun:.0f} s")
        machine = self.machine()
        begun = time.monotonic()
        machine.boot()
        self.charts(machine, begun)

    def test_installs_itself_from_a_card(self):
        self.fills_the_partition()
        (self.partition / "kitlog/kitlogd.yaml").write_text(SETTINGS)
        machine = self.machine()
        begun = time.monotonic()
        machine.boot()
        try:
            machine.process.wait(PATIENCE)  # it wants to boot again
        except subprocess.TimeoutExpired:
            self.fail(machine.said()[-3000:])
        print(f"prepared after {time.monotonic() - begun:.0f} s")
        begun = time.monotonic()
        machine.boot()
        self.charts(machine, begun)
        self.assertRegex(json.loads(machine.get("/api/v1/status"))["board"], r"^kitlog-[0-9a-f]{4}$")
        machine.end()
        told = subprocess.run(["mtype", "-i", machine.card, "::kitlog/board.txt"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(told, r"kitlog-[0-9a-f]{4}.*/teacher")
        self.assertRegex(told, r"\d{4,}")


if __name__ == "__main__":
    if why := cannot():
        print(why)
        sys.exit(77)
    unittest.main(verbosity=2)

# SPDX-License-Identifier: GPL-3.0-or-later
"""A small machine with a kernel of our own, to meet GPIO, USB and serial as a board does.

QEMU's q35 without KVM, so that it runs wherever tests run. Its root is the root of this machine,
read-only over 9p: the programs just built and everything they link with are there under their own
paths. What the kernel offers inside is in kernel/*.config; what a test does inside is in inside.py.

A test file is run twice: `machine.main(__file__)` boots the machine, which runs the same file, and
there `main` runs its unittests. Output and status come back, so that a failed test reads as if it
had run here. Where the machine cannot be had the test is skipped, and says why."""

import faulthandler
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = "KITLOG_INSIDE"  # in the environment of what runs in the machine
SOCKETS = "KITLOG_SOCKETS"  # there, too: QEMU's folder of sockets
SKIPPED = 77
UDCS = 9  # of dummy_hcd: so many USB kits at once
BOOT_SECONDS = 60  # on a busy machine; ten when it is idle
STEADY_SHIFT = 3  # 2^3 ns an instruction: slower than a board
BOARD_SHIFT = 1  # 2 ns: about half as fast as one processor of a small board
FTDIS = 2  # adapters that QEMU emulates

QEMU = "qemu-system-x86_64"


class Missing(Exception):
    """The machine cannot be had here; says what is missing and what to do."""


class Hung(AssertionError):
    """The machine did not come to an end."""


def made(script, *how, otherwise):
    """The path that a script beside this file prints: of what it made before, or, with KITLOG_LONG,
    makes now."""
    command = [HERE / script, *([] if os.environ.get("KITLOG_LONG") else ["--find"])]
    for words in (command, [HERE / script, *how]):
        found = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if found.returncode:
            raise Missing(found.stderr.strip() or otherwise)
    return found.stdout.strip()


def kernel():
    return made("kernel/build.sh", "--find", otherwise="no kernel for the test machine has been "
                "built; run tests/vm/kernel/build.sh (20 minutes, once) or tools/test --long")


def debian13():
    """A Debian 13 root with the present kitlogd in it. Without one a part of the tests is skipped,
    which is said inside."""
    try:
        return {"KITLOG_DEBIAN13": made(
            "debian13.sh", "--build", otherwise="there is no Debian 13 root; run "
            "tests/vm/debian13.sh as root (5 minutes, once) or tools/test --long")}
    except Missing as missing:
        return {"KITLOG_NO_DEBIAN13": str(missing)}


class Machine:
    """Each `run` is a boot. `folder` is what host and guest share (/run/share inside).

    Steady: its clock counts instructions (of 2^shift ns), so that it stands still when a busy host lets
    the machine stand still, and a test of instants says nothing about the host.

    One processor: when this machine is busy a second one would stand still while the first moves a
    line again, and gpio-sim would make one edge of two."""

    def __init__(self, folder, processors=1, megabytes=1024, is_steady=False, shift=STEADY_SHIFT):
        if not shutil.which(QEMU):
            raise Missing(f"{QEMU} is not installed; run tools/packages/install test")
        self.kernel = kernel()
        self.folder = pathlib.Path(folder)
        self.processors, self.megabytes, self.is_steady = processors, megabytes, is_steady
        self.shift = shift

    def command(self, sockets):
        share = "security_model=none,multidevs=remap"
        append = ("root=root rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=262144,"
                  f"cache=loose ro init={HERE}/guest/init console=ttyS0 quiet loglevel=4 panic=-1 "
                  f"tsc=reliable no_timer_check dummy_hcd.num={UDCS} dummy_hcd.is_super_speed=0")
        arguments = [
            QEMU, "-M", "q35", "-cpu", "max", "-accel", "tcg", "-smp", str(self.processors),
            "-m", str(self.megabytes), "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", self.kernel, "-append", append, "-serial", f"file:{self.folder}/console",
            "-fsdev", f"local,id=root,path=/,readonly=on,{share}",
            "-device", "virtio-9p-pci,fsdev=root,mount_tag=root",
            "-fsdev", f"local,id=share,path={self.folder},{share}",
            "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
            "-device", "virtio-rng-pci", "-device", "virtio-serial-pci", "-device", "qemu-xhci"]
        if self.is_steady:
            arguments += ["-icount", f"shift={self.shift},sleep=on"]
        # The guest steers its own hardware by QEMU's monitor, whose other end is its
        # /dev/virtio-ports/qmp; each ftdiN there waits for an adapter that is connected to it.
        arguments += ["-chardev", f"socket,id=monitor,path={sockets}/qmp,server=on,wait=off",
                      "-mon", "chardev=monitor,mode=control",
                      "-chardev", f"socket,id=qmp,path={sockets}/qmp",
                      "-device", "virtserialport,chardev=qmp,name=qmp"]
        for number in range(FTDIS):
            name = f"ftdi{number}"
            arguments += [
                "-chardev", f"socket,id={name},path={sockets}/{name},server=on,wait=off",
                "-device", f"virtserialport,chardev={name},name={name}"]
        return arguments

    def run(self, command, environment=None, seconds=300):
        """Boots, runs a shell command as root, ends. Returns (exit status, output)."""
        for name in ("status", "output", "console"):
            (self.folder / name).unlink(missing_ok=True)
        (self.folder / "command").write_text(command + "\n")
        # A path of a socket has at most 107 characters.
        with tempfile.TemporaryDirectory(prefix="vm-", dir="/tmp") as sockets:
            words = (environment or {}) | {SOCKETS: sockets}
            (self.folder / "environment").write_text("".join(
                f"{name}={shlex.quote(value)}\n" for name, value in words.items()))
            qemu = subprocess.Popen(self.command(sockets), stdin=subprocess.DEVNULL)
            try:
                qemu.wait(seconds)
            except subprocess.TimeoutExpired:
                raise Hung(f"the machine ran for more than {seconds} s\n{self.told()}") from None
            finally:
                qemu.kill()
                qemu.wait()
        status = self.folder / "status"
        if not status.exists():
            raise Hung(f"the machine ended with status {qemu.returncode} before its command\n"
                       f"{self.told()}")
        return int(status.read_text()), self.read("output")

    def read(self, name):
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    def told(self):
        """What a failed run said last."""
        return self.read("output")[-4000:] + "\n--- console\n" + self.read("console")[-4000:]


def passed_on():
    """What of our environment a test may ask for inside as well."""
    return {name: value for name, value in os.environ.items()
            if name.startswith("KITLOG") or name.endswith("SAN_OPTIONS")} | {INSIDE: "1"}


def main(script, seconds=300, needs=dict, **hardware):
    """The end of each test file: boots and runs the file inside; inside, runs its tests. What hangs
    is ended after that time, and shows where it stood. `needs` is asked for more environment:
    debian13."""
    if os.environ.get(INSIDE):
        faulthandler.dump_traceback_later(seconds, exit=True)
        unittest.main(verbosity=2)
    with tempfile.TemporaryDirectory() as folder:
        try:
            machine = Machine(folder, **hardware)
            words = [sys.executable, "-B", os.path.abspath(script), *sys.argv[1:]]
            status, output = machine.run(
                shlex.join(words), passed_on() | needs(), seconds + BOOT_SECONDS)
        except Missing as missing:
            print(f"skipped: {missing}")
            sys.exit(SKIPPED)
        except Hung as hung:
            sys.exit(str(hung))
        print(output, end="")
        if status and status != SKIPPED:
            print("--- console\n" + machine.read("console")[-4000:])
        sys.exit(status)

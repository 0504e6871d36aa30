# SPDX-License-Identifier: GPL-3.0-or-later
"""What a test does to the hardware from inside the test machine: plug kits in and pull them out,
and turn GPIO lines. Each object is unplugged at the end of its test."""

import contextlib
import json
import os
import pathlib
import select
import subprocess
import sys
import tempfile
import threading
import tty

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from daemon import PROGRAM, Daemon, wait_for  # noqa: E402

PROGRAMS = pathlib.Path(os.environ.get("KITLOG_BUILD", ""), "tests", "vm")
CONFIGFS = pathlib.Path("/sys/kernel/config")


class Gadget:
    """An emulated USB kit, gadgets/NAME_gadget.c. `plug` and `unplug` as often as wished;
    unplugging kills it in the middle of whatever transfer is under way."""

    def __init__(self, test, name, udc=0, **words):
        self.command = [PROGRAMS / f"{name}_gadget", "--udc", f"dummy_udc.{udc}"]
        for word, value in words.items():
            self.command += [word, str(value)]
        self.process, self.listener = None, None
        self.said, self.lock = [], threading.Lock()
        test.addCleanup(self.unplug)

    def plug(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.listener = threading.Thread(target=self._listen, args=[self.process.stdout],
                                         daemon=True)
        self.listener.start()
        return self

    def _listen(self, lines):
        for line in lines:
            with self.lock:
                self.said.append(line.strip())

    def heard(self, line):
        """How often it said that."""
        with self.lock:
            return self.said.count(line)

    def wait_said(self, line, times=1):
        wait_for(f"{line!r} from {self.command[0].name}", lambda: self.heard(line) >= times)
        return self

    def tell(self, word, value):
        self.process.stdin.write(f"{word} {value}\n")
        self.process.stdin.flush()

    def unplug(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.listener.join()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


class Cable:
    """Carries bytes both ways between two serial ports until one of them hangs up, or `cut`."""

    def __init__(self, near, far):
        self.ends = [os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK) for path in (near, far)]
        for end in self.ends:
            if os.isatty(end):
                tty.setraw(end)
        self.stop = os.eventfd(0)
        self.carried = 0  # bytes towards the far end
        self.thread = threading.Thread(target=self._carry, daemon=True)
        self.thread.start()

    def _carry(self):
        near, far = self.ends
        while True:
            readable = select.select([near, far, self.stop], [], [])[0]
            if self.stop in readable:
                return
            for end in readable:
                try:
                    data = os.read(end, 4096)
                    os.write(far if end == near else near, data)
                except BlockingIOError:
                    continue  # as a wire: what nobody takes is lost
                except OSError:
                    return
                if not data:
                    return
                self.carried += len(data) if end == near else 0

    def cut(self):
        os.eventfd_write(self.stop, 1)
        self.thread.join()
        for end in (*self.ends, self.stop):
            os.close(end)


class VirtualKit:
    """Our firmware as a program, with its pty joined to some other port. It starts anew with each
    plugging, as a board that the plug gives its power."""

    def __init__(self, uid, model="wave", rate=100):
        self.options = ["--quiet", "--uid", uid, "--model", model, "--rate", str(rate)]
        self.process = self.cable = None
        self.link = f"/run/kit-{uid}"

    def start(self, port):
        self.process = subprocess.Popen([os.environ["KITLOG_VIRTUAL"], "--link", self.link,
                                         *self.options])
        wait_for(self.link, lambda: os.path.exists(self.link))
        self.cable = Cable(self.link, port)

    def stop(self):
        if self.process:
            self.cable.cut()
            self.process.terminate()
            self.process.wait()
            self.process = None


class AcmKit:
    """A virtual kit behind a CDC-ACM port of its own, as an Uno: the kernel's f_acm."""

    def __init__(self, test, uid, udc=0, **options):
        self.kit, self.udc = VirtualKit(uid, **options), f"dummy_udc.{udc}"
        self.folder = CONFIGFS / "usb_gadget" / uid
        function = self.folder / "functions" / "acm.0"
        strings = self.folder / "strings" / "0x409"
        configuration = self.folder / "configs" / "c.1"
        for folder in (function, strings, configuration):
            folder.mkdir(parents=True)
        for path, text in ((self.folder / "idVendor", "0x2341"),
                           (self.folder / "idProduct", "0x0043"),
                           (strings / "manufacturer", "Arduino (www.arduino.cc)"),
                           (strings / "serialnumber", uid)):
            path.write_text(text)
        (configuration / "acm.0").symlink_to(function)
        self.port = "/dev/ttyGS" + (function / "port_num").read_text().strip()
        self.folders = [configuration / "acm.0", configuration, function, strings, self.folder]
        test.addCleanup(self.remove)

    def plug(self):
        (self.folder / "UDC").write_text(self.udc)
        self.kit.start(self.port)

    def unplug(self):
        """While bytes are on their way."""
        (self.folder / "UDC").write_text("\n")
        self.kit.stop()

    def remove(self):
        if self.kit.process:
            self.unplug()
        link, *folders = self.folders
        link.unlink()
        for folder in folders:
            folder.rmdir()


class Monitor:
    """QEMU's monitor, by which the machine plugs and pulls its own hardware."""

    def __init__(self):
        self.port = open("/dev/virtio-ports/qmp", "r+b", buffering=0)
        self.rest = b""
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        """Does it and returns the answer; events on the way are passed over."""
        self.port.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            line, end, self.rest = self.rest.partition(b"\n")
            if not end:
                self.rest = line + self.port.read(4096)
                continue
            answer = json.loads(line)
            if "error" in answer:
                raise OSError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]


class FtdiKit:
    """A virtual kit behind QEMU's FTDI adapter number `number`, at the kernel's ftdi_sio."""

    monitor = None  # is there once

    def __init__(self, test, uid, number=0, **options):
        FtdiKit.monitor = FtdiKit.monitor or Monitor()
        self.kit, self.number = VirtualKit(uid, **options), number
        test.addCleanup(self.remove)

    def plug(self):
        path = f"{os.environ['KITLOG_SOCKETS']}/ftdi{self.number}"
        wire = f"wire{self.number}"
        self.monitor.ask("chardev-add", id=wire, backend={"type": "socket", "data": {
            "server": False, "addr": {"type": "unix", "data": {"path": path}}}})
        self.monitor.ask("device_add", driver="usb-serial", id=f"adapter{self.number}",
                         chardev=wire, serial=self.kit.options[2])
        self.kit.start(f"/dev/virtio-ports/ftdi{self.number}")

    def unplug(self):
        """While bytes are on their way."""
        self.monitor.ask("device_del", id=f"adapter{self.number}")
        self.kit.stop()
        wait_for("the adapter to let go of its wire", self.take_wire)

    def take_wire(self):
        self.monitor.ask("chardev-remove", id=f"wire{self.number}")
        return True

    def remove(self):
        if self.kit.process:
            self.unplug()


def kitlogd():
    """The command that runs kitlogd as built for this system."""
    return [PROGRAM]


def debian13(test):
    """The command that runs kitlogd as built in the Debian 13 root, against libgpiod 2. Skips the
    test where there is no such root."""
    root = os.environ.get("KITLOG_DEBIAN13")
    if not root:
        test.skipTest(os.environ.get("KITLOG_NO_DEBIAN13", "no Debian 13 root"))
    for place in ("/proc", "/sys", "/dev", "/run"):
        if not os.path.ismount(root + place):
            subprocess.run(["mount", "--rbind", place, root + place], check=True)
    return ["chroot", root, "/kitlog/build/default/daemon/kitlogd"]


class HotPlugDaemon(Daemon):
    """kitlogd as on a board: it looks for kits by itself. Ends with the test."""

    def __init__(self, test, more="", command=None):
        self.command = command or kitlogd()
        folder = tempfile.TemporaryDirectory(dir="/run")
        test.addCleanup(folder.cleanup)
        super().__init__(folder.name, more=more)
        self.config.write_text(self.config.read_text().replace("scan: no", "scan: yes"))
        test.addCleanup(self.end)

    def start(self):
        with open(self.log, "a") as log:
            self.process = subprocess.Popen([*self.command, "--config", str(self.config)],
                                            stderr=log)
        return self

    def weight(self):
        """(open descriptors, resident memory in kB) of the process. Sockets are left out: a test
        that asks over HTTP opens and closes some all the time."""
        process = pathlib.Path("/proc", str(self.process.pid))
        resident = (process / "status").read_text().split("VmRSS:")[1].split()[0]
        kinds = []
        for link in (process / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                kinds.append(os.readlink(link).split(":")[0])
        return len(kinds) - kinds.count("socket"), int(resident)

    def recording(self, **wanted):
        """The devices that are recording, of those whose properties are the wanted ones."""
        return [device for device in self.devices()
                if device["state"] == "ready" and device["health"] and device["health"]["rows"] and
                all(device[name] == value for name, value in wanted.items())]

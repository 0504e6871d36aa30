#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Two boards that nobody told of each other, each in a network namespace of its own with a real avahi-daemon and
the service file that the package installs: each finds the other by mDNS, and says so when it cannot. Who announces
more than any room holds hides nobody."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

os.environ["PATH"] += ":/usr/sbin:/sbin"
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

SOURCE = pathlib.Path(__file__).resolve().parents[2]
INSIDE = "KITLOG_TEST_HAS_NETWORK"
OWN = ["unshare", "-rnm"]
TRY = "ip link set lo up && ip link add cable type veth peer name far && mount -t tmpfs none /run"

if not os.environ.pop(INSIDE, None):
    for program in ("unshare", "ip", "avahi-daemon", "dbus-daemon"):
        if not shutil.which(program):
            print(f"skipped: there is no {program}")
            sys.exit(77)
    if subprocess.run([*OWN, "sh", "-c", TRY], capture_output=True, check=False).returncode:
        print("skipped: the kernel gives no network of one's own (unshare -rnm)")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp(OWN[0], [*OWN, sys.executable, "-B", *sys.argv])

BUS = """<busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
</policy></busconfig>"""
AVAHI = """[server]
host-name={name}
use-ipv4=yes
use-ipv6=no
[publish]
publish-hinfo=no
publish-workstation=no
"""
# What is beside each board: files of its own where Avahi has fixed ones, a bus, the daemon, the board.
SIDE = """set -e
mount -t tmpfs none /run && mount -t tmpfs none /etc/avahi/services
cp {home}/services/* /etc/avahi/services/
# avahi-daemon wants its folder to be its own user's, and here there is one user.
echo root:x:0:0::/:/bin/sh > {home}/passwd && echo avahi:x:0:0::/:/bin/sh >> {home}/passwd
echo root:x:0: > {home}/group && echo avahi:x:0: >> {home}/group
mount --bind {home}/passwd /etc/passwd && mount --bind {home}/group /etc/group
ip link set lo up
until ip link set {cable} up 2>/dev/null; do sleep 0.01; done
ip address add {address}/24 dev {cable}
dbus-daemon --config-file={home}/bus.conf --nofork & bus=$!
trap 'kill $bus $avahi $board; wait' EXIT
trap 'exit 0' TERM
until [ -S {home}/bus ]; do sleep 0.01; done
start_avahi() {{ avahi-daemon -f {home}/avahi.conf --no-drop-root --no-chroot --no-rlimits >{home}/avahi.log 2>&1 & avahi=$!; echo $avahi > {home}/avahi.pid; }}
start_avahi
{program} --config {home}/kitlogd.yaml 2>>{home}/kitlogd.log </dev/null & board=$!
echo $board > {home}/board.pid
trap 'kill $avahi; wait $avahi' USR1
trap start_avahi USR2
while :; do wait $board || true; kill -0 $board || exit; done
"""


CROWD = 68  # FINDER_MOST is 64
BUS_PATIENCE = 25  # seconds that libdbus waits for an answer


class Side:
    def __init__(self, folder, name, address, cable, crowd):
        """In place of its own service so many others are announced where nobody is."""
        self.home = pathlib.Path(folder) / name
        self.home.mkdir()
        self.board = daemon.Daemon(self.home)
        self.address = address
        self.board.url = lambda path: f"http://{address}:{self.board.port}/api/v1/{path}"
        self.board.config.write_text(self.board.config.read_text()
                                     .replace("board: test", f"board: {name}")
                                     .replace("http: {", "http: {listen: 0.0.0.0, "))
        bus = self.home / "bus"
        (self.home / "bus.conf").write_text(BUS.format(bus=bus))
        (self.home / "avahi.conf").write_text(AVAHI.format(name=name))
        packaged = (SOURCE / "tools/packaging/kitlog.avahi-service").read_text()
        assert packaged.count(">8080<") == 2
        self.service = packaged.replace(">8080<", f">{self.board.port}<")
        services = self.home / "services"
        services.mkdir()
        if crowd:
            for i in range(crowd):
                (services / f"crowd{i}.service").write_text(self.service.replace("%h", f"crowd {i}").replace(
                    f">{self.board.port}<", f">{10000 + i}<"))
        else:
            (services / "kitlog.service").write_text(self.service)
        script = SIDE.format(home=self.home, cable=cable, address=address, program=daemon.PROGRAM)
        self.process = subprocess.Popen(
            ["unshare", "-nm", "sh", "-c", script],
            env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={bus}"})
        daemon.wait_for("a network of its own", lambda: os.readlink(f"/proc/{self.process.pid}/ns/net") !=
                        os.readlink("/proc/self/ns/net"))

    def end(self):
        self.process.terminate()
        self.process.wait(daemon.PATIENCE)

    def signal(self, which, what):
        os.kill(int((self.home / f"{which}.pid").read_text()), what)

    def has_ended(self):
        return not pathlib.Path("/proc", (self.home / "board.pid").read_text().strip()).exists()

    def tell(self):
        print(f"--- {self.home.name}:", (self.home / "avahi.log").read_text(), self.board.said(), sep="\n")

    def announce(self):
        """Its own service, too."""
        self.services().joinpath("kitlog.service").write_text(self.service)
        self.signal("avahi", daemon.signal.SIGHUP)

    def end_crowd(self):
        for path in self.services().glob("crowd*"):
            path.unlink()
        self.signal("avahi", daemon.signal.SIGHUP)

    def services(self):
        return pathlib.Path(f"/proc/{self.process.pid}/root/etc/avahi/services")

    def others(self):
        return {board["name"]: board for board in self.board.get("boards")["boards"]}


def run(*words):
    subprocess.run(words, check=True)


class Mdns(unittest.TestCase):
    def test_boards_find_each_other(self):
        """This process stands at a switch to which both are plugged, so that it can ask either."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "switch", "type", "bridge")
        run("ip", "address", "add", "10.9.0.1/24", "dev", "switch")
        run("ip", "link", "set", "switch", "up")
        sides = []
        for i, name in enumerate(["window", "door"]):
            side = Side(folder, name, f"10.9.0.{i + 2}", f"far{i}", CROWD if name == "door" else 0)
            self.addCleanup(side.end)
            run("ip", "link", "add", f"near{i}", "type", "veth", "peer", "name", f"far{i}", "netns", str(side.process.pid))
            run("ip", "link", "set", f"near{i}", "master", "switch", "up")
            sides.append(side)
        try:
            self.meet(*sides)
        except AssertionError:
            for side in sides:
                side.tell()
            raise

    def meet(self, *sides):
        window, door = sides
        for side in sides:
            side.board.wait_ready()
        daemon.wait_for("a crowd", lambda: len(window.board.get("boards")["boards"]) > 60)
        door.announce()
        found = daemon.wait_for("the door's board", lambda: [
            b for b in window.board.get("boards")["boards"] if b["state"] == "locked"])[0]
        door.end_crowd()
        daemon.wait_for("an end of the crowd", lambda: len(window.board.get("boards")["boards"]) == 1)
        self.assertEqual(found["name"], "door")
        self.assertEqual(found["address"], f"http://10.9.0.3:{door.board.port}/")
        self.assertEqual(list(window.others()), ["door"])  # not itself
        self.assertEqual(daemon.wait_for("the window's board", lambda: list(door.others())), ["window"])
        self.assertIsNone(window.board.get("boards")["trouble"])
        window.board.sign_in()
        pin = (door.board.data / "pin").read_text().strip()
        self.assertEqual(window.board.post(f"boards/{found['id']}/key", {"pin": pin})["state"], "here")
        # Without avahi-daemon it says so, goes on with whom it knows, and finds again when that is back.
        window.process.send_signal(daemon.signal.SIGUSR1)
        trouble = daemon.wait_for("the trouble", lambda: window.board.get("boards")["trouble"])
        self.assertIn("avahi-daemon", trouble["en"])
        self.assertEqual(window.others()["door"]["state"], "here")
        window.process.send_signal(daemon.signal.SIGUSR2)
        daemon.wait_for("an end of the trouble", lambda: window.board.get("boards")["trouble"] is None)
        # One that hangs does not hold up the end.
        window.signal("avahi", daemon.signal.SIGSTOP)
        try:
            window.signal("board", daemon.signal.SIGTERM)
            daemon.wait_for("the board to end", window.has_ended, BUS_PATIENCE / 2)
        finally:
            window.signal("avahi", daemon.signal.SIGCONT)


if __name__ == "__main__":
    unittest.main()

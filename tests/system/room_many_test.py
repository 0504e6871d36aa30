#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""What other boards cost this one: fifty of them little, and none where nobody looks for any."""

import http.server
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

BOARDS, SECONDS, MOST = 50, 10 if os.environ.get("KITLOG_LONG") else 3, 0.05
TRACE = [round(20 + i / 10, 1) for i in range(60)]
GROUPS = [{"number": n, "animal": {"zh": "兔", "en": "Rabbit"}, "phase": "running", "run": n,
           "channels": [{"name": {"zh": "温度", "en": "Temperature"}, "unit": "Cel", "value": 21.5, "resolution": 0.1,
                         "trace": TRACE}]} for n in range(1, 7)]


class Simulated(http.server.BaseHTTPRequestHandler):
    """A board with six groups that record."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        number = self.server.server_address[1]
        body = json.dumps({
            "interface": 1, "id": f"{number:016x}", "life": f"{number:016x}", "name": f"board {number}", "version": "1.0",
            "is_teacher": False, "now_us": time.monotonic_ns() // 1000, "lesson": "thermometer", "session": 1,
            "groups": GROUPS}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


def used_s(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def threads(process):
    return sorted(path.read_text().strip() for path in pathlib.Path(f"/proc/{process.pid}/task").glob("*/comm"))


class Many(unittest.TestCase):
    def start(self, more=""):
        board = daemon.Daemon(self.enterContext(tempfile.TemporaryDirectory()), more=more)
        self.addCleanup(board.end)
        return board.start().wait_ready()

    def spent(self, board):
        used, since = used_s(board.process), time.monotonic()
        time.sleep(SECONDS)
        return (used_s(board.process) - used) / (time.monotonic() - since)

    def test_fifty_boards_cost_little(self):
        servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Simulated) for _ in range(BOARDS)]
        for server in servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        listed = ", ".join(f'"127.0.0.1:{server.server_address[1]}"' for server in servers)
        board = self.start(f"boards: [{listed}]\n")
        alone = self.spent(board)
        daemon.wait_for("fifty boards", lambda: [b["state"] for b in board.get("boards")["boards"]] == ["locked"] * BOARDS)
        self.assertEqual(len(board.get("boards")["boards"][0]["groups"]), 6)
        cost = self.spent(board) - alone
        print(f"{BOARDS} boards cost {cost:.1%} of a processor, beside {alone:.1%}")
        self.assertLess(cost, MOST)

    def test_nobody_looks(self):
        board = self.start('boards: ["127.0.0.1:9"]\n')
        self.assertNotIn("kitlog-room", threads(board.process))
        board.get("room")  # who is asked looks for nobody
        self.assertNotIn("kitlog-room", threads(board.process))
        board.get("boards")
        daemon.wait_for("the thread", lambda: "kitlog-room" in threads(board.process))


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""Data and keys go to a server by https only if it is the one that is meant: never by a certificate that nobody
vouches for, that has run out, or that is another server's. What a school's own authority vouches for is
trusted where `ca` names that authority, and there alone."""

import http.server
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402
from certificates import certify  # noqa: E402

VIRTUAL = os.environ["KITLOG_VIRTUAL"]


class Take(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.taken.append((self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass  # who does not trust us breaks off, as it should


def serve(test, certificate, key):
    """A server that takes what is posted, and where it is."""
    server = Server(("127.0.0.1", 0), Take)
    server.taken = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    # The handshake is the handler's thread's.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    test.addCleanup(server.server_close)
    test.addCleanup(server.shutdown)
    return server


class Trust(unittest.TestCase):
    def test_only_the_server_that_is_meant_gets_anything(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        kit = subprocess.Popen([VIRTUAL, "--quiet", "--model", "wave", "--rate", "20", "--link", folder / "tty"])
        self.addCleanup(kit.wait)
        self.addCleanup(kit.kill)
        good, past = certify(folder, "good"), certify(folder, "past", ends="20200201000000Z")
        other = certify(folder, "other", host="other.school.example", address=None)
        secret = folder / "secret"
        secret.write_text("a password that is for one server only\n")
        secret.chmod(0o600)
        cases = {  # what it shows, what the board trusts
            "meant": (good, good[0]),
            "unknown": (good, None),
            "wrong-ca": (good, other[0]),
            "ended": (past, past[0]),
            "other-name": (other, other[0]),
            "no-ca-file": (good, folder / "nothing"),
        }
        sinks, servers = "sinks:\n", {}
        for name, (files, authority) in cases.items():
            servers[name] = serve(self, *files)
            trust = f", ca: {authority}" if authority else ""
            sinks += (f"  - {{name: {name}, kind: influxdb1, url: 'https://127.0.0.1:{servers[name].server_port}', "
                      f"database: d, user: u, secret: {secret}{trust}}}\n")
        board = daemon.Daemon(folder, [folder / "tty"], sinks)
        self.addCleanup(board.end)
        board.start().wait_ready().wait_device()
        daemon.wait_for("lines at the server that is meant", lambda: servers["meant"].taken)

        def told():
            found = {sink["name"]: sink["sentence"]["en"] for sink in board.get("sinks")["sinks"] if sink["sentence"]}
            return found if len(found) == len(cases) - 1 else None
        for name, sentence in daemon.wait_for("a sentence about each other one", told).items():
            self.assertIn(f"{name}: the certificate of 127.0.0.1:{servers[name].server_port} cannot be trusted", sentence)
            self.assertEqual(servers[name].taken, [], name)


if __name__ == "__main__":
    unittest.main(verbosity=2)

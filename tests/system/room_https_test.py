#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
# Watches no clock: may run beside other tests.
"""A board that speaks https to others: it is found without being told so, what is typed goes only to whoever has
the certificate that was shown, and one that shows another is believed no longer."""

import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import daemon  # noqa: E402

if not shutil.which("openssl"):
    print("skipped: there is no openssl")
    sys.exit(77)


def make_certificate(folder, name):
    path = pathlib.Path(folder) / f"{name}.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-keyout", path, "-out", f"{path}.crt"],
                   check=True, capture_output=True)
    path.write_text(path.read_text() + pathlib.Path(f"{path}.crt").read_text())
    return path


def end_certificate(folder, path):
    """The same with dates long past."""
    folder = pathlib.Path(folder)
    (folder / "index.txt").write_text("")
    (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\n"
                                   "default_md=sha256\nrand_serial=yes\npolicy=p\n[p]\ncommonName=supplied\n")
    subprocess.run(["openssl", "req", "-new", "-key", path, "-subj", "/CN=ended", "-out", folder / "request"],
                   check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-config", folder / "ca.cnf", "-batch", "-notext", "-selfsign", "-keyfile", path,
                    "-in", folder / "request", "-startdate", "20200101000000Z", "-enddate", "20200102000000Z",
                    "-out", folder / "ended.crt"], check=True, capture_output=True)
    key = path.read_text().split("-----BEGIN CERTIFICATE-----")[0]
    path.write_text(key + (folder / "ended.crt").read_text())
    return path


class Front:
    """TLS before a board, byte by byte; remembers what it carried by the certificate that it shows now."""

    def __init__(self, board):
        self.board, self.context, self.carried = board, None, {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def show(self, certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.carried[context] = b""
        self.context = context

    @property
    def heard(self):
        return self.carried[self.context]

    def accept(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(peer, self.context), daemon=True).start()

    def carry(self, peer, context):
        try:
            if peer.recv(1, socket.MSG_PEEK) != b"\x16":  # as a board does that is asked by http
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: https://192.0.2.1/\r\n"
                             b"Content-Length: 0\r\nConnection: close\r\n\r\n")
                peer.close()
                return
            with context.wrap_socket(peer, server_side=True) as near, \
                    socket.create_connection(("127.0.0.1", self.board.port)) as far:
                threading.Thread(target=self.back, args=(far, near), daemon=True).start()
                while self.context is context and (data := near.recv(65536)):
                    self.carried[context] += data
                    far.sendall(data)
        except OSError:
            pass

    @staticmethod
    def back(far, near):
        try:
            while data := far.recv(65536):
                near.sendall(data)
        except OSError:
            pass


class Https(unittest.TestCase):
    def test_what_is_secret_goes_to_the_certificate_that_was_joined(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        boards = []
        for name in ("one", "two"):
            (pathlib.Path(folder) / name).mkdir()
            boards.append(daemon.Daemon(pathlib.Path(folder) / name))
            self.addCleanup(boards[-1].end)
        one, two = boards
        front = Front(two)
        front.show(make_certificate(folder, "first"))
        one.config.write_text(one.config.read_text() + f'boards: ["127.0.0.1:{front.port}"]\n')
        for board in boards:
            board.start().wait_ready()

        def other(state):
            return [board for board in one.get("boards")["boards"] if board["state"] == state]
        seen, = daemon.wait_for("a board that speaks https", lambda: other("locked"))
        self.assertEqual(seen["address"], f"https://127.0.0.1:{front.port}/")
        one.sign_in()
        pin = (two.data / "pin").read_text().strip()
        self.assertEqual(one.post(f"boards/{seen['id']}/key", {"pin": pin})["state"], "here")
        done = one.post("boards/acts", {"do": "begin", "lesson": "pendulum"})["boards"]
        self.assertEqual([board["ok"] for board in done], [True, True])
        self.assertIn(b"Cookie: kitlog=", front.heard)
        # Somebody else at that address is shown nothing.
        front.show(end_certificate(folder, make_certificate(folder, "second")))
        seen, = daemon.wait_for("a certificate that is not believed", lambda: other("locked"))
        self.assertIn("another certificate", seen["sentence"]["en"])
        one.post("boards/acts", {"do": "end"})
        self.assertNotIn(b"kitlog=", front.heard)
        # Unless the teacher says that it is the one; when it ends is no matter, for who knows the hour?
        self.assertEqual(one.post(f"boards/{seen['id']}/key", {"pin": pin})["state"], "here")


if __name__ == "__main__":
    unittest.main()

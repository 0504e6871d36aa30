# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates and names of a school's network, in a world of the daemon's own (a mount namespace, which needs
root): which authority it trusts, and which names are known. The machine's own are not touched."""

import os
import pathlib
import ssl
import subprocess

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"


def is_possible():
    return os.geteuid() == 0 and os.path.exists(BUNDLE) and \
        subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0


class SchoolNet:
    """`good`, `expired`, `own` (signed by itself), `other` (for another host): contexts for a server."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.run("req", "-x509", *self.new_key("ca"), "-out", "ca.pem", "-subj", "/CN=School", "-days", "30")
        self.good = self.certificate("good", "IP:127.0.0.1", 30)
        self.expired = self.certificate("expired", "IP:127.0.0.1", 0)
        self.other = self.certificate("other", "DNS:elsewhere.school.test", 30)
        self.run("req", "-x509", *self.new_key("own"), "-out", "own.pem", "-subj", "/CN=127.0.0.1",
                 "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30")
        self.own = self.context("own")
        (self.folder / "hosts").write_text("127.0.0.1 localhost\n")
        (self.folder / "nsswitch.conf").write_text("hosts: files\npasswd: files\ngroup: files\n")

    def run(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key"]

    def certificate(self, name, subject, days):
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={subject}\n")
        self.run("req", *self.new_key(name), "-out", f"{name}.csr", "-subj", f"/CN={name}")
        self.run("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                 "-out", f"{name}.pem", "-days", str(days), "-extfile", f"{name}.ext")
        return self.context(name)

    def context(self, name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        return context

    def name(self, host):
        """From now on this one is known."""
        with open(self.folder / "hosts", "a") as hosts:
            hosts.write(f"127.0.0.1 {host}\n")

    def program(self, folder, program):
        """A program that runs `program` in that world."""
        path = pathlib.Path(folder) / "in-school"
        binds = " && ".join(f"mount --bind {self.folder}/{name} {where}" for name, where in (
            ("ca.pem", BUNDLE), ("hosts", "/etc/hosts"), ("nsswitch.conf", "/etc/nsswitch.conf")))
        path.write_text(f"#!/bin/sh\nexec unshare -m sh -c '{binds} && exec {program} \"$@\"' sh \"$@\"\n")
        path.chmod(0o755)
        return str(path)

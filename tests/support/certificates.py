# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys and certificates by openssl, good ones and others, for boards and servers of tests."""

import pathlib
import subprocess


def openssl(*words):
    done = subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr


def certify(folder, name="board", host="localhost", address="127.0.0.1", ends=None):
    """A key and a certificate that it signed itself, as paths; `ends`: like 20200201000000Z, else in a month."""
    certificate, key = pathlib.Path(folder) / f"{name}.crt", pathlib.Path(folder) / f"{name}.key"
    names = f"subjectAltName=DNS:{host}" + (f",IP:{address}" if address else "")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
            certificate, "-subj", f"/CN={name}", "-days", 30, "-addext", names)
    key.chmod(0o600)
    if ends:
        end(certificate, key, names, ends)
    return certificate, key


def end(certificate, key, names, ends):
    """Signs it again, for other dates: `req` knows none that have gone by."""
    folder, name = certificate.parent, certificate.stem
    request, settings, index = folder / f"{name}.csr", folder / f"{name}.conf", folder / f"{name}.index"
    settings.write_text(f"[ca]\ndefault_ca=a\n[a]\ndatabase={index}\nnew_certs_dir={folder}\nrand_serial=yes\n"
                        f"default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n"
                        f"[e]\n{names}\nbasicConstraints=critical,CA:TRUE\n")
    index.write_text("")
    openssl("x509", "-x509toreq", "-in", certificate, "-signkey", key, "-out", request)
    openssl("ca", "-batch", "-config", settings, "-selfsign", "-keyfile", key, "-in", request, "-out", certificate,
            "-notext", "-startdate", "20200101000000Z", "-enddate", ends)

# SPDX-License-Identifier: BSD-2-Clause
"""A throw-away CA with a server's and a client's certificate."""

import os
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def make_certificates(folder):
    """Leaves ca.pem, server.pem, server.key, client.pem and client.key in `folder`.

    All are good for 127.0.0.1, too, where a server of a test may be.
    """
    os.makedirs(folder, exist_ok=True)
    os.chmod(folder, 0o755)
    _openssl(folder, "req", "-x509", *KEY, "-days", "2", "-subj", "/O=Test/CN=Test CA",
             "-keyout", "ca.key", "-out", "ca.pem")
    with open(os.path.join(folder, "names.ext"), "w", encoding="utf-8") as file:
        file.write("subjectAltName=IP:127.0.0.1\n")
    for name, subject in (("server", "mail.test"), ("client", "alice@acme.example")):
        _openssl(folder, "req", *KEY, "-subj", f"/O=Test/CN={subject}",
                 "-keyout", f"{name}.key", "-out", f"{name}.csr")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem",
                 "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names.ext",
                 "-out", f"{name}.pem")
        os.chmod(os.path.join(folder, f"{name}.key"), 0o600)


def _openssl(folder, *arguments):
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, timeout=30,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

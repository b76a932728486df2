# SPDX-License-Identifier: BSD-2-Clause
"""A throw-away CA and certificates for servers on the loopback address, good and bad."""

import os
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
HERE = "DNS:localhost,IP:127.0.0.1,IP:127.0.0.2"
ELSEWHERE = "DNS:elsewhere.test,IP:127.9.9.9"


class Certificates:
    """NAME.pem and NAME.key for good, wrong-name, self-signed and expired; ca.pem."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        os.chmod(folder, 0o755)
        self._self_signed("ca", "Test CA", "DNS:ca.test")
        self._self_signed("other-ca", "Other CA", "DNS:ca.test")
        self._self_signed("self-signed", "localhost", HERE)
        self._signed("good", HERE, "2")
        self._signed("wrong-name", ELSEWHERE, "2")
        self._signed("expired", HERE, "-1")

    def path(self, name):
        return os.path.join(self.folder, name)

    def pair(self, name):
        """The certificate and its key."""
        return self.path(f"{name}.pem"), self.path(f"{name}.key")

    def _self_signed(self, name, subject, names):
        self._openssl("req", "-x509", *KEY, "-days", "2", "-subj", f"/O=Test/CN={subject}",
                      "-addext", f"subjectAltName={names}",
                      "-keyout", f"{name}.key", "-out", f"{name}.pem")

    def _signed(self, name, names, days):
        with open(self.path(f"{name}.ext"), "w", encoding="utf-8") as file:
            file.write(f"subjectAltName={names}\n")
        self._openssl("req", *KEY, "-subj", "/O=Test/CN=localhost",
                      "-keyout", f"{name}.key", "-out", f"{name}.csr")
        self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
                      "-CAcreateserial", "-days", days, "-extfile", f"{name}.ext",
                      "-out", f"{name}.pem")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, timeout=30,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

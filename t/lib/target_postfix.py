# SPDX-License-Identifier: BSD-2-Clause
"""A private Postfix whose listeners offer AUTH in different ways, to be asked whether a
password is right."""

from mta_postfix import Postfix

LISTENER = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_milters=
  -o smtpd_tls_cert_file={certificate}
  -o smtpd_tls_key_file={key}
"""

# What each listener has beside that.
OPTIONS = {
    "auth": "",
    "auth-after-tls": "  -o smtpd_tls_auth_only=yes\n",
    "login": "  -o smtpd_sasl_mechanism_filter=login\n",
    "no-auth": "  -o smtpd_sasl_auth_enable=no\n",
    "no-tls": "  -o smtpd_tls_security_level=none\n",
    "implicit": "  -o smtpd_tls_wrappermode=yes\n",
}


class TargetPostfix(Postfix):
    def __init__(self, folder, certificates, sasl):
        self.certificates = certificates
        bad = [f"bad:{name}" for name in ("wrong-name", "self-signed", "expired")]
        super().__init__(folder, certificates.folder, sasl, "", "", [*OPTIONS, *bad])

    def _listeners(self, _narrow_milter):
        text = ""
        for name, port in self.ports.items():
            certificate, key = self.certificates.pair(name.partition(":")[2] or "good")
            text += LISTENER.format(port=port, certificate=certificate, key=key)
            text += OPTIONS.get(name, "")
        return text

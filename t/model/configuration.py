# SPDX-License-Identifier: BSD-2-Clause
"""The configuration as plain data: what is written, and the defaults."""

from canonical import parse_login

DEFAULT = "default"     # `source` of a setting that stands in no file
SECTION = "{"           # the key of where a section begins


class Section:
    """A section of the configuration.  `options` holds only what is written;
    an option that is not has its default.  `lines` is where each one stands, and the
    section itself by SECTION."""

    DEFAULTS = {}

    def __init__(self, name="", **options):
        self.name = name
        self.options = options
        self.lines = {}

    def __getattr__(self, option):
        if option.startswith("__") or option in ("options", "lines"):
            raise AttributeError(option)
        if option in self.options:
            return self.options[option]
        if option in self.DEFAULTS:
            return self.DEFAULTS[option]
        raise AttributeError(option)

    def source(self, option):
        return self.lines.get(option, DEFAULT)

    @property
    def header(self):
        """Where the section itself begins."""
        return self.lines.get(SECTION, DEFAULT)

    @property
    def monitored(self):
        return self.mode == "monitor"


class User(Section):
    DEFAULTS = {"smtp_auth": "off", "password": "", "senders": [], "clients": []}
    file = ""               # the users_file it stands in, or "" for a section

    @property
    def login(self):
        return parse_login(self.name)


class OU(Section):
    DEFAULTS = {
        "domains": [],
        "mode": "enforce",
        "help": "",
        "require_inbound_domain_authentication": "no",
        "inbound_scope": "domain",
        "require_sending_domain_authentication": False,
        "match_auth_user": False,
        "recipient_delimiter": "",
        "accept_other_ous": False,
        "ip_exception_mode": "allow",
        "ip_exceptions": [],
        "auth_username_restriction": "disabled",
        "auth_username_filter": [],
        "users_file": "",
        "senders_file": [],
        "refuse_unknown_senders": False,
        "known_senders": [],
        "match_header_from": "no",
        "require_aligned": False,
        "refuse_address_in_display_name": False,
    }

    def __init__(self, name, users=(), file="", **options):
        super().__init__(name, **options)
        self.users = list(users)
        self.file = file        # the ou_directory file it stands in, or ""


class Interface(Section):
    DEFAULTS = {
        "daemon_names": [],
        "ports": [],
        "clients": [],
        "mode": "enforce",
        "authentication": "enabled",
        "require_authentication": False,
        "auth_ip_restriction": "disabled",
        "auth_ip_filter": [],
        "auth_username_restriction": "disabled",
        "auth_username_filter": [],
        "relay_check": False,
        "allow_relay_if_authenticated": False,
        "allow_relay_ous": [],
        "relay_clients": [],
        "default_domain": "",
        "strip_realms": [],
    }


class Policy(Section):
    DEFAULTS = {
        "authentication_state": "any",
        "interfaces": [],
        "ous": [],
        "clients": [],
        "senders": [],
        "recipients": [],
        "action": "accept",
        "value": "",
    }


class Config(Section):
    """The whole configuration.  `files` are the pattern files and the sender maps by
    their path."""

    DEFAULTS = {"mode": "enforce", "local_domains": [], "ou_directory": "", "help": ""}

    def __init__(self, interfaces=(), ous=(), files=None, policies=(), **options):
        super().__init__("", **options)
        self.interfaces = list(interfaces)
        self.ous = list(ous)
        self.policies = list(policies)
        self.files = dict(files or {})

    def users(self):
        return [(ou, user) for ou in self.ous for user in ou.users]

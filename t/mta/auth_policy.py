# SPDX-License-Identifier: BSD-2-Clause
"""One configuration for gatepost-milter and gatepost-auth, and its users.

An interface is a listener of Postfix. To gatepost-auth all listeners of Sendmail
are called "smtp".
"""

from auth import cheap

# Name: password, options of the user section besides smtp_auth = any_sender.
USERS = {
    "alice@acme.example": ("pw-alice", ""),
    "alice+work@acme.example": ("pw-work", ""),
    "a=b@acme.example": ("pw-equals", ""),
    "jürgen@acme.example": ("pw-jürgen", ""),
    "ida@xn--bcher-kva.example": ("pw-ida", ""),
    "Carol@acme.example": ("pw-carol", ""),
    "guest7@acme.example": ("pw-guest", ""),
    "printer@acme.example": ("pw-printer", 'senders = { "desk-*@acme.example" }'),
    "scanner@acme.example": ("pw-scanner", "smtp_auth = matching_sender"),
    "retired@acme.example": ("pw-retired", "smtp_auth = off"),
    "kiosk@acme.example": ("pw-kiosk", 'clients = { "127.0.20.1" }'),
    "device": ("pw-device", ""),
    "stranger@acme.example": ("pw-stranger", ""),
    "gadget@acme.example": ("pw-gadget", ""),
}
BETA_USERS = {
    "joe@beta.example": ("pw-joe", ""),
    "old-joe@beta.example": ("pw-old-joe", ""),
    "retired@beta.example": ("pw-retired", "smtp_auth = off"),
}
DELTA_USERS = {
    "dora@delta.example": ("pw-dora", ""),
    "old-dora@delta.example": ("pw-old-dora", ""),
}

POLICY = """
mode = enforce
mta  = auto
local_domains = { "mail.test" }

interface "mx" {
  daemon_names = { "MX", "DISABLED", "HIDDEN" }
  authentication = disabled
}
interface "submission" {
  daemon_names = { "SUBMISSION", "SMTPS", "TLS" }
  authentication = encrypted
  require_authentication = true
  auth_ip_restriction = deny
  auth_ip_filter = { "127.0.19.0/24", "2001:db8:7::/48" }
}
interface "allow" {
  daemon_names = { "ALLOW", "SHOWN" }
  auth_ip_restriction = allow
  auth_ip_filter = { "127.0.13.1", "2001:db8:1::/48" }
}
interface "deny" {
  daemon_names = { "DENY" }
  auth_ip_restriction = deny
  auth_ip_filter = { "127.0.14.128/25" }
}
interface "monitored" {
  daemon_names = { "MONITORED" }
  mode = monitor
  authentication = disabled
}
interface "bare-names" {
  daemon_names = { "BARE" }
  default_domain = "acme.example"
  strip_realms = { "mail.test" }
}
interface "open" {
  daemon_names = { "OPEN", "smtp" }
  auth_username_restriction = deny
  auth_username_filter = { "guest*@*" }
  default_domain = "acme.example"
  strip_realms = { "mail.test" }
}

ou "acme" {
  domains = { "acme.example", "bücher.example" }
  match_auth_user = true
  recipient_delimiter = "+"
@acme@
}
ou "beta" {
  domains = { "beta.example" }
  auth_username_restriction = deny
  auth_username_filter = { "old-*" }
@beta@
}
ou "gamma" {
  domains = { "gamma.example" }
  match_auth_user = true
  target "directory" {
    url  = "@target@"
    auth = true
    ca_file = "@ca@"
@target_options@
  }
}
ou "delta" {
  domains = { "delta.example" }
  mode = monitor
  auth_username_restriction = deny
  auth_username_filter = { "old-*" }
@delta@
}
ou "epsilon" {
  domains = { "epsilon.example" }
  target "dead" {
    url  = "ldap://127.0.0.1:@closed_port@"
    auth = true
    bind_dn = "uid=%n,dc=test"
  }
}
"""


def users(table):
    text = ""
    for name, (password, options) in table.items():
        if "smtp_auth" not in options:
            options = f"smtp_auth = any_sender\n    {options}"
        text += (f'  user "{name}" {{\n    {options}\n'
                 f'    password = "{cheap(password)}"\n  }}\n')
    return text


def password(login):
    """Of a login as it may be typed."""
    known = {**USERS, **BETA_USERS, **DELTA_USERS, **TARGET_USERS}
    return {name.lower(): value[0] for name, value in known.items()}.get(login.lower(), "wrong")


# Whom the target knows.
TARGET_USERS = {"gina@gamma.example": ("pw-gina", ""), "gus@gamma.example": ("pw-gus", "")}


def policy(target, target_options, ca_file, closed_port):
    text = POLICY
    for name, value in {"acme": users(USERS), "beta": users(BETA_USERS),
                        "delta": users(DELTA_USERS), "target": target,
                        "target_options": target_options, "ca": ca_file,
                        "closed_port": str(closed_port)}.items():
        text = text.replace(f"@{name}@", value)
    return text

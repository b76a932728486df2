# SPDX-License-Identifier: BSD-2-Clause
"""The configuration for whole messages: OUs that ask who wrote one, and policies that
are chosen by the recipient, each by a word of its own.
"""

AUTHSERV_ID = "Filter.Test"

LOGINS = ("alice@acme.example", "printer@acme.example", "device", "joe@beta.example",
          "gina@gamma.example", "dora@delta.example", "olga@omega.example",
          "pat@plain.example", "b&b-%{ou}$i@plain.example")

INTERFACES = """
interface "monitored" {
  clients = { "127.0.19.0/24" }
  mode = monitor
}
interface "inner;office" {
  clients = { "127.0.20.0/24" }
}
"""

OUS = """
ou "acme" {
  domains = { "acme.example" }
  match_header_from = from
  recipient_delimiter = "+"
  ip_exceptions = { "127.0.22.0/24" }
  user "printer@acme.example" {
    smtp_auth = any_sender
    senders = { "desk-*@acme.example" }
  }
  user "device" {
    smtp_auth = any_sender
  }
}
ou "beta" {
  domains = { "beta.example" }
  match_header_from = from_or_sender
}
ou "gamma" {
  domains = { "gamma.example" }
  require_aligned = true
  ip_exceptions = { "127.0.22.0/24" }
}
ou "delta" {
  domains = { "delta.example" }
  refuse_address_in_display_name = true
}
ou "omega" {
  domains = { "omega.example" }
  mode = monitor
  match_header_from = from
  require_aligned = true
  refuse_address_in_display_name = true
}
ou "plain" {
  domains = { "plain.example" }
}
"""

# In order; the recipient's local part names what happens.
POLICIES = r"""
policy "accept" {
  recipients = { "kept@policy.example" }
  action = accept
}
policy "refuse" {
  recipients = { "refused@policy.example", "kept@policy.example" }
  action = refuse
  value = "Not today, 100% sure"
}
policy "defer" {
  recipients = { "deferred@policy.example" }
  action = defer
  value = "Come back later"
}
policy "refuse-default" {
  recipients = { "silent@policy.example" }
  action = refuse
}
policy "count" {
  recipients = { "*@policy.example" }
  action = log
  value = "seen at \"policy\""
}
policy "discard" {
  recipients = { "gone@policy.example", "\"odd one\"@policy.example", "/^team@alias/",
                 "gone+*@policy.example", "group@mail.test", "group", "bare" }
  action = discard
}
policy "hold" {
  recipients = { "held@policy.example", "both@policy.example" }
  action = quarantine
  value = "held for a look"
}
policy "hold-again" {
  recipients = { "both@policy.example" }
  action = quarantine
}
policy "move" {
  recipients = { "moved@policy.example", "moved-too@policy.example", "both@policy.example" }
  action = redirect
  value = "archive@sink.example"
}
policy "move-again" {
  recipients = { "moved@policy.example" }
  action = redirect
  value = "nobody@sink.example"
}
policy "stamp" {
  recipients = { "stamped@policy.example", "both@policy.example" }
  action = add_header
  value = "X-Site-Auth: login=%{login} client=%{client} ou=%{ou} interface=%{interface}"
}
policy "stamp-sender" {
  recipients = { "stamped@policy.example" }
  action = add_header
  value = "X-Site-Sender: <%{sender}> 100%%"
}
policy "stamp-twice" {
  recipients = { "stamped@policy.example" }
  action = add_header
  value = "x-site-auth: second"
}
policy "state-in" {
  authentication_state = authenticated
  recipients = { "state@policy.example" }
  action = add_header
  value = "X-State: in"
}
policy "state-out" {
  authentication_state = unauthenticated
  recipients = { "state@policy.example" }
  action = add_header
  value = "X-State: out"
}
policy "only-interface" {
  interfaces = { "inner;office" }
  recipients = { "condition@policy.example" }
  action = add_header
  value = "X-Condition: interface"
}
policy "only-ou" {
  ous = { "plain" }
  recipients = { "condition@policy.example" }
  action = add_header
  value = "X-Condition: ou"
}
policy "only-client" {
  clients = { "127.0.21.0/24" }
  recipients = { "condition@policy.example" }
  action = add_header
  value = "X-Condition: client"
}
policy "only-null" {
  senders = { "<>" }
  recipients = { "condition@policy.example" }
  action = add_header
  value = "X-Condition: null"
}
policy "all-of-them" {
  authentication_state = unauthenticated
  clients = { "127.0.21.0/24" }
  senders = { "boss@*" }
  recipients = { "condition@policy.example" }
  action = add_header
  value = "X-Condition: all"
}
"""

RESULTS = f"""
authentication_results = true
authserv_id = "{AUTHSERV_ID}"
"""

GENERAL = """
mode = enforce
mta  = auto
help = "see https://mail.test/help"
"""

POLICY = GENERAL + RESULTS + INTERFACES + OUS + POLICIES
# Nobody looks at a message.
WITHOUT_HEADERS = GENERAL + INTERFACES + 'ou "plain" {\n  domains = { "plain.example" }\n}\n'

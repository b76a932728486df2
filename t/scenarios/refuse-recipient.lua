-- SPDX-License-Identifier: BSD-2-Clause
-- One recipient is refused; those before and after it are not, and the message goes.
-- refusals: inbound-domain-auth relay-denied
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("MX", "203.0.113.5")
session.helo(conn)
session.mail(conn, "<alice@acme.example>", nil, SMFIR_CONTINUE)
session.rcpt(conn, "<postmaster>", SMFIR_CONTINUE)
session.rcpt(conn, "<carol@acme.example>", SMFIR_REPLYCODE)
session.rcpt(conn, "<stranger@far.example>", SMFIR_REPLYCODE)
session.rcpt(conn, "<postmaster>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

-- SPDX-License-Identifier: BSD-2-Clause
-- Two messages in one session, of two senders with two fates.
-- refusals: inbound-domain-auth
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("MX", "203.0.113.5")
session.helo(conn)
session.mail(conn, "<alice@acme.example>", nil, SMFIR_CONTINUE)
session.rcpt(conn, "<carol@acme.example>", SMFIR_REPLYCODE)
session.rcpt(conn, "<postmaster>", SMFIR_CONTINUE)
session.message(conn)
mt.abort(conn)
session.mail(conn, "<stranger@far.example>", nil, SMFIR_CONTINUE)
session.rcpt(conn, "<carol@acme.example>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

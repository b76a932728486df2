-- SPDX-License-Identifier: BSD-2-Clause
-- RSET after MAIL and after RCPT: the next MAIL starts from nothing.
-- refusals: auth-required auth-required
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("SUBMISSION", "203.0.113.5")
session.helo(conn, "TLSv1.3")
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_CONTINUE)
mt.abort(conn)
session.mail(conn, "<alice@acme.example>", nil, SMFIR_REPLYCODE)
mt.abort(conn)
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_CONTINUE)
session.rcpt(conn, "<stranger@far.example>", SMFIR_CONTINUE)
mt.abort(conn)
session.mail(conn, "<alice@acme.example>", nil, SMFIR_REPLYCODE)
mt.disconnect(conn)

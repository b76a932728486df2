-- SPDX-License-Identifier: BSD-2-Clause
-- A login counts only once STARTTLS has brought a second EHLO with TLS macros.
-- refusals: auth-encryption
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("SUBMISSION", "203.0.113.5")
session.helo(conn)
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_REPLYCODE)
session.helo(conn, "TLSv1.3")
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_CONTINUE)
session.rcpt(conn, "<stranger@far.example>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

-- SPDX-License-Identifier: BSD-2-Clause
-- Refused at MAIL: no login where one is required; another's address with one.
-- refusals: auth-required sender-mismatch
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("SUBMISSION", "203.0.113.5")
session.helo(conn, "TLSv1.3")
session.mail(conn, "<alice@acme.example>", nil, SMFIR_REPLYCODE)
session.mail(conn, "<carol@acme.example>", "alice@acme.example", SMFIR_REPLYCODE)
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_CONTINUE)
mt.disconnect(conn)

-- SPDX-License-Identifier: BSD-2-Clause
-- A stranger's message to the tenant, then a user's message to the world.
-- refusals: none
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("MX", "203.0.113.5")
session.helo(conn)
session.mail(conn, "<stranger@far.example>", nil, SMFIR_CONTINUE)
session.rcpt(conn, "<alice@acme.example>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

conn = session.connect("SUBMISSION", "203.0.113.5")
session.helo(conn, "TLSv1.3")
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_CONTINUE)
session.rcpt(conn, "<stranger@far.example>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

-- SPDX-License-Identifier: BSD-2-Clause
-- A client whose address the MTA does not know may not log in where addresses are
-- restricted, and is a stranger like any other elsewhere.
-- refusals: auth-ip
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("OFFICE", "unspec")
session.helo(conn)
session.mail(conn, "<alice@acme.example>", "alice@acme.example", SMFIR_REPLYCODE)
session.mail(conn, "<stranger@far.example>", nil, SMFIR_CONTINUE)
mt.disconnect(conn)

conn = session.connect("MX", "unspec")
session.helo(conn)
session.mail(conn, "<stranger@far.example>", nil, SMFIR_CONTINUE)
session.rcpt(conn, "<alice@acme.example>", SMFIR_CONTINUE)
session.message(conn)
mt.disconnect(conn)

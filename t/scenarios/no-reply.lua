-- SPDX-License-Identifier: BSD-2-Clause
-- No reply to CONNECT and HELO where the MTA can do without; one where it cannot.
-- refusals: inbound-domain-auth inbound-domain-auth
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local function a_session(steps, unanswered)
  local conn = session.connect("MX", "203.0.113.5", steps)
  if mt.test_option(conn, SMFIP_NR_CONN) ~= unanswered then error("NR_CONN") end
  if mt.test_option(conn, SMFIP_NR_HELO) ~= unanswered then error("NR_HELO") end
  session.helo(conn)
  session.mail(conn, "<alice@acme.example>", nil, SMFIR_CONTINUE)
  session.rcpt(conn, "<carol@acme.example>", SMFIR_REPLYCODE)
  session.rcpt(conn, "<postmaster>", SMFIR_CONTINUE)
  session.message(conn)
  mt.disconnect(conn)
end

a_session(nil, true)
a_session(0x7f, false)

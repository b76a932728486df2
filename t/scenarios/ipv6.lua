-- SPDX-License-Identifier: BSD-2-Clause
-- Clients by IPv6: one on the list, one beside it, and IPv4 in IPv6's clothes.
-- refusals: auth-ip auth-ip
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local function login_from(address, wanted)
  local conn = session.connect("OFFICE", address)
  session.helo(conn)
  session.mail(conn, "<alice@acme.example>", "alice@acme.example", wanted)
  mt.disconnect(conn)
end

login_from("2001:db8:1::25", SMFIR_CONTINUE)
login_from("2001:db8:2::25", SMFIR_REPLYCODE)
login_from("::ffff:192.0.2.25", SMFIR_CONTINUE)
login_from("::ffff:203.0.113.25", SMFIR_REPLYCODE)

-- SPDX-License-Identifier: BSD-2-Clause
-- What the filter asks of an MTA that offers everything.
-- refusals: none
local session = dofile(os.getenv("SCENARIOS") .. "/lib/session.lua")

local conn = session.connect("MX", "203.0.113.5")

local function option(bit, wanted, name)
  if mt.test_option(conn, bit) ~= wanted then
    error((wanted and "does not ask for " or "asks for ") .. name)
  end
end

local function no_action(bit, name)
  if mt.test_action(conn, bit) then error("asks for the right to " .. name) end
end

option(SMFIP_NOMAIL, false, "no MAIL")
option(SMFIP_NORCPT, false, "no RCPT")
option(SMFIP_NR_MAIL, false, "no reply to MAIL")
option(SMFIP_NR_RCPT, false, "no reply to RCPT")
option(SMFIP_NOHDRS, true, "no header")
option(SMFIP_NOEOH, true, "no end of header")
option(SMFIP_NOBODY, true, "no body")
option(SMFIP_NODATA, true, "no DATA")
option(SMFIP_NOUNKNOWN, true, "no unknown commands")
no_action(SMFIF_CHGBODY, "change the body")
no_action(SMFIF_ADDRCPT, "add recipients")
no_action(SMFIF_DELRCPT, "delete recipients")
no_action(SMFIF_CHGFROM, "change the sender")
mt.disconnect(conn)

-- SPDX-License-Identifier: BSD-2-Clause
-- Steps of an SMTP session as the filter sees them; each asserts what it got.

local session = {}

local function check(err, what)
  if err ~= nil then error(what .. ": " .. tostring(err), 2) end
end

local names = {
  [SMFIR_CONTINUE] = "continue", [SMFIR_ACCEPT] = "accept", [SMFIR_REJECT] = "reject",
  [SMFIR_TEMPFAIL] = "tempfail", [SMFIR_REPLYCODE] = "reply", [SMFIR_DISCARD] = "discard",
}

function session.expect(conn, wanted, what)
  local got = mt.getreply(conn)
  if got ~= wanted then
    error(string.format("%s: wanted %s, got %s", what, names[wanted],
                        names[got] or tostring(got)), 2)
  end
end

-- A connection with CONNECT done, to one of policy.conf's listeners.
function session.connect(listener, address, steps)
  local conn = mt.connect(os.getenv("GATEPOST_SOCKET"), 40, 0.05)
  if conn == nil then error("no connection to the filter") end
  -- The steps come before the actions, whatever miltertest(8) says.
  check(mt.negotiate(conn, 6, steps, nil), "negotiate")
  mt.macro(conn, SMFIC_CONNECT, "j", "mx.example", "v", "Postfix 3.7.11",
           "{daemon_name}", listener, "{daemon_port}", "25",
           "{client_name}", "client.example", "{client_resolve}", "OK")
  check(mt.conninfo(conn, "client.example", address), "connect")
  session.expect(conn, SMFIR_CONTINUE, "connect")
  return conn
end

function session.helo(conn, tls)
  if tls then
    mt.macro(conn, SMFIC_HELO, "{tls_version}", tls, "{cipher}", "AES256-SHA")
  end
  check(mt.helo(conn, "client.example"), "helo")
  session.expect(conn, SMFIR_CONTINUE, "helo")
end

-- MAIL, with {auth_authen} if a login is given.
function session.mail(conn, sender, login, wanted)
  local address = string.gsub(sender, "[<>]", "")
  if login then
    mt.macro(conn, SMFIC_MAIL, "{mail_addr}", address, "{auth_type}", "PLAIN",
             "{auth_authen}", login)
  else
    mt.macro(conn, SMFIC_MAIL, "{mail_addr}", address)
  end
  check(mt.mailfrom(conn, sender, "SIZE=100"), "mail")
  session.expect(conn, wanted, "MAIL FROM:" .. sender)
end

function session.rcpt(conn, recipient, wanted)
  mt.macro(conn, SMFIC_RCPT, "{rcpt_addr}", (string.gsub(recipient, "[<>]", "")))
  check(mt.rcptto(conn, recipient), "rcpt")
  session.expect(conn, wanted, "RCPT TO:" .. recipient)
end

-- The rest of a message; stages the filter has declined are passed over.
function session.message(conn)
  if not mt.test_option(conn, SMFIP_NODATA) then
    check(mt.data(conn), "data")
  end
  if not mt.test_option(conn, SMFIP_NOHDRS) then
    check(mt.header(conn, "Subject", "scenario"), "header")
  end
  if not mt.test_option(conn, SMFIP_NOEOH) then
    check(mt.eoh(conn), "eoh")
  end
  if not mt.test_option(conn, SMFIP_NOBODY) then
    check(mt.bodystring(conn, "scenario\r\n"), "body")
  end
  check(mt.eom(conn), "eom")
  local got = mt.getreply(conn)
  if got ~= SMFIR_CONTINUE and got ~= SMFIR_ACCEPT then
    error("end of message: " .. (names[got] or tostring(got)), 2)
  end
end

return session

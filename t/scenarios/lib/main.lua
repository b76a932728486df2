-- SPDX-License-Identifier: BSD-2-Clause
-- Runs the scenario named in the environment; miltertest itself does not say what
-- an error was.

local ok, message = pcall(dofile, os.getenv("SCENARIO"))
if not ok then
  print(message)
  os.exit(1)
end

-- Reads every secret in turn, to fill the caches before a measurement.
--
-- Arguments: vault id, number of secrets, bearer token, which secret to begin with. See read.lua.

require "report"

local path, count, headers, next_secret

function init(args)
  path = "/v1/vaults/" .. args[1] .. "/secrets/bench/s"
  count = tonumber(args[2])
  headers = { ["Authorization"] = "Bearer " .. args[3] }
  next_secret = tonumber(args[4])
end

function request()
  local secret = next_secret % count
  next_secret = next_secret + 1
  return wrk.format("GET", path .. secret, headers)
end

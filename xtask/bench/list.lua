-- Lists the secrets below a random prefix that 111 of 100,000 names begin with (s123, s1230 to s1239, s12300 to s12399).
--
-- Arguments: vault id, number of secrets (not used), bearer token. See read.lua.

require "report"

local requests = {}

function init(args)
  local vault, token = args[1], args[3]
  local headers = { ["Authorization"] = "Bearer " .. token }
  for i = 100, 999 do
    requests[#requests + 1] = wrk.format("GET", "/v1/vaults/" .. vault .. "/secrets?prefix=bench/s" .. i, headers)
  end
  math.randomseed(1)
end

function request()
  return requests[math.random(#requests)]
end

-- Reads a random secret per request.
--
-- Arguments: vault id, number of secrets, bearer token. The secrets are named bench/s0, bench/s1 and so on.
-- Every request is formatted before the clock starts, so that the load generator costs the same for any server.

require "report"

local requests = {}

function init(args)
  local vault, count, token = args[1], tonumber(args[2]), args[3]
  local headers = { ["Authorization"] = "Bearer " .. token }
  for i = 0, count - 1 do
    requests[#requests + 1] = wrk.format("GET", "/v1/vaults/" .. vault .. "/secrets/bench/s" .. i, headers)
  end
  math.randomseed(1)
end

function request()
  return requests[math.random(#requests)]
end

-- Writes a new version of a random secret per request.
--
-- Arguments: vault id, number of secrets, bearer token. See read.lua.

require "report"

local requests = {}

function init(args)
  local vault, count, token = args[1], tonumber(args[2]), args[3]
  local headers = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
  local body = '{"type":"generic","value":"' .. string.rep("v", 64) .. '"}'
  for i = 0, count - 1 do
    requests[#requests + 1] = wrk.format("PUT", "/v1/vaults/" .. vault .. "/secrets/bench/s" .. i, headers, body)
  end
  math.randomseed(1)
end

function request()
  return requests[math.random(#requests)]
end

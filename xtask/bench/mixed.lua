-- A mixed load: of 100 requests 90 read a random secret, 5 write one, 5 exchange a key for a token.
--
-- Arguments: vault id, number of secrets, bearer token, agent id, API key. See read.lua.

require "report"

local reads, writes, exchange = {}, {}, nil

function init(args)
  local vault, count, token = args[1], tonumber(args[2]), args[3]
  local headers = { ["Authorization"] = "Bearer " .. token }
  local sending = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
  local body = '{"type":"generic","value":"' .. string.rep("v", 64) .. '"}'
  for i = 0, count - 1 do
    local path = "/v1/vaults/" .. vault .. "/secrets/bench/s" .. i
    reads[#reads + 1] = wrk.format("GET", path, headers)
    writes[#writes + 1] = wrk.format("PUT", path, sending, body)
  end
  local credential = string.format('{"agent_id":"%s","api_key":"%s"}', args[4], args[5])
  exchange = wrk.format("POST", "/v1/auth/agent-token", { ["Content-Type"] = "application/json" }, credential)
  math.randomseed(1)
end

function request()
  local kind = math.random(100)
  if kind <= 90 then
    return reads[math.random(#reads)]
  elseif kind <= 95 then
    return writes[math.random(#writes)]
  end
  return exchange
end

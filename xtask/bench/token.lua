-- Exchanges an agent's API key for a token, over and over.
--
-- Arguments: agent id, API key.

require "report"

local message

function init(args)
  local body = string.format('{"agent_id":"%s","api_key":"%s"}', args[1], args[2])
  message = wrk.format("POST", "/v1/auth/agent-token", { ["Content-Type"] = "application/json" }, body)
end

function request()
  return message
end

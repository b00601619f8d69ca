#!/usr/bin/env bash
# An agent's whole journey with curl and jq.
set -euo pipefail

API=${ONECLAW_BASE_URL:?the address of the vault}
: "${ONECLAW_HUMAN:?the address of the human who decides}"

# call METHOD PATH [< BODY]: a request; a refusal ends the script with the server's sentence. Tokens, keys and values are
# never arguments of a program, because arguments can be seen by everybody on the machine.
TOKEN=
call() {
  local answer status
  answer=$(curl -sS -X "$1" "$API$2" -H 'Content-Type: application/json' -w '\n%{http_code}' \
    --config <(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN") --data-binary @-)
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  case $status in
  2*) printf '%s\n' "$answer" ;;
  *) echo "$1 $2: HTTP $status: $(jq -r '.detail // "no explanation"' <<<"$answer")" >&2 && return 1 ;;
  esac
}

# 1. Ask to be let in. No credential is needed, and the answer holds none.
ENROLLMENT=$(jq -n '{name: "deploy-bot", human_email: env.ONECLAW_HUMAN, description: "an example in curl"}' |
  call POST /v1/agents/enroll)
jq -r '"Pending: \(.message) \(.approval_url // "")"' <<<"$ENROLLMENT"

# 2. The human approves, and hands over what the agent needs.
read -r AGENT_ID
read -rs API_KEY
read -r VAULT_ID
export AGENT_ID API_KEY

# 3. Exchange the key for a token.
TOKEN=$(jq -n '{agent_id: env.AGENT_ID, api_key: env.API_KEY}' | call POST /v1/auth/agent-token | jq -r .access_token)

# 4. Read one secret, store another.
SECRET=$(call GET "/v1/vaults/$VAULT_ID/secrets/api-keys/deploy-token" </dev/null)
echo "Read: version $(jq .version <<<"$SECRET") of $(jq -r .path <<<"$SECRET")"
SECRET_ID=$(head -c 24 /dev/urandom | base64 | jq -R '{type: "api_key", value: .}' |
  call PUT "/v1/vaults/$VAULT_ID/secrets/credentials/session-key" | jq -r .id)

# 5. Share it back. Nobody has to be named: the vault knows whose agent this is.
SHARE_ID=$(jq -n '{recipient_type: "creator", expires_at: (now + 30 * 86400 | todate)}' |
  call POST "/v1/secrets/$SECRET_ID/share" | jq -r .id)
echo "Shared: $SHARE_ID"

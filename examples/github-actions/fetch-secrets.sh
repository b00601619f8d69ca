#!/usr/bin/env bash
# Reads secrets from the vault into the environment of the following steps of a GitHub workflow.
set -euo pipefail

API=${ONECLAW_BASE_URL:?the address of the vault}
VAULT=${ONECLAW_VAULT_ID:?the id of the vault}
: "${ONECLAW_AGENT_API_KEY:?the key of the agent}" "${ONECLAW_SECRETS:?lines of NAME=path}"

# Whatever a log shows from here on, it is not these. Every line, because masks work by line.
mask() {
  while IFS= read -r line || [ -n "$line" ]; do
    [ -z "$line" ] || printf '::add-mask::%s\n' "${line//'%'/%25}"
  done <<<"$1"
}

# request [ARGUMENT...]: the answer of a request; a refusal ends the step with the server's sentence. What is secret comes
# by standard input, because arguments can be seen by everybody on the machine.
request() {
  local answer status
  answer=$(curl -sS --retry 2 -w '\n%{http_code}' "$@")
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
  if [[ $status != 2* ]]; then
    echo "::error::the vault answered HTTP $status: $(jq -r '.detail // "no explanation"' <<<"$answer" 2>/dev/null)" >&2
    return 1
  fi
  printf '%s' "$answer"
}

KEY=$(jq -n '{api_key: env.ONECLAW_AGENT_API_KEY}')
TOKEN=$(request "$API/v1/auth/agent-token" -H 'Content-Type: application/json' --data @- <<<"$KEY" | jq -r .access_token)
mask "$TOKEN"

while IFS='=' read -r name path; do
  [ -n "$name" ] || continue
  if ! [[ $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
    echo "::error::not the name of a variable: $name" >&2
    exit 1
  fi
  secret=$(printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" | request "$API/v1/vaults/$VAULT/secrets/$path" --config -)
  value=$(jq -r .value <<<"$secret")
  mask "$value"
  # A delimiter that nobody can know, so that a value cannot end itself and set another variable.
  end="end-$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  printf '%s<<%s\n%s\n%s\n' "$name" "$end" "$value" "$end" >>"${GITHUB_ENV:?set by GitHub}"
  echo "$name is version $(jq .version <<<"$secret") of $path"
done <<<"$ONECLAW_SECRETS"

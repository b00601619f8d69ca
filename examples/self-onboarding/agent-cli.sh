#!/usr/bin/env bash
# An agent's whole journey with the commands of 1claw.
set -euo pipefail

: "${ONECLAW_BASE_URL:?the address of the vault}" "${ONECLAW_HUMAN:?the address of the human who decides}"

# 1. Ask to be let in. No credential is needed, and the answer holds none.
echo "Pending: $(1claw agent enroll deploy-bot --email "$ONECLAW_HUMAN" --description 'an example with commands')"

# 2. The human approves, and hands over what the agent needs.
read -r ONECLAW_AGENT_ID
read -rs ONECLAW_AGENT_API_KEY
read -r ONECLAW_VAULT_ID
export ONECLAW_AGENT_ID ONECLAW_AGENT_API_KEY ONECLAW_VAULT_ID

# 3. Read one secret, store another. Commands exchange the key for a token by themselves.
echo "Read: $(1claw secret get api-keys/deploy-token --quiet | wc -c) characters"
head -c 24 /dev/urandom | base64 | 1claw secret set credentials/session-key --type api_key

# 4. Share it back. Nobody has to be named: the vault knows whose agent this is.
1claw share create credentials/session-key --to creator --expires-in 30d

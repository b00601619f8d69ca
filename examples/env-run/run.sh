#!/usr/bin/env bash
# A program that needs a secret, without a file that holds it: the vault fills its environment, and nothing else's.
set -euo pipefail

# The key of an agent that may read below `app`; the program itself does not get it.
: "${ONECLAW_AGENT_API_KEY:?the key of the agent}" "${ONECLAW_VAULT_ID:?the vault}"

# `app/database-url` becomes DATABASE_URL. What the program answers is what this script ends with.
exec 1claw env run --prefix app -- ./program.sh

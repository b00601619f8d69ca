#!/usr/bin/env bash
# Stands for any program that takes its settings from the environment.
set -euo pipefail

echo "database: ${DATABASE_URL:+is set, ${#DATABASE_URL} characters}"
echo "key of the vault: ${ONECLAW_AGENT_API_KEY-not here}"

"""An agent's whole journey with the published Python SDK."""

import os
import secrets
import sys
from datetime import datetime, timedelta, timezone

from oneclaw import create_client

BASE_URL = os.environ["ONECLAW_BASE_URL"]


def data(answer):
    """The data of a success; a refusal ends the program with the server's sentence."""
    if answer.error:
        sys.exit(f"HTTP {answer.meta.status}: {answer.error.message}")
    return answer.data


# 1. Ask to be let in. No credential is needed, and the answer holds none.
with create_client(base_url=BASE_URL) as stranger:
    enrollment = data(stranger.agents.enroll("deploy-bot", human_email=os.environ["ONECLAW_HUMAN"]))
print("Pending:", enrollment["message"], enrollment.get("approval_url", ""), flush=True)

# 2. The human approves, and hands over what the agent needs.
agent_id, api_key, vault_id = (sys.stdin.readline().strip() for _ in range(3))

with create_client(base_url=BASE_URL, agent_id=agent_id, api_key=api_key) as client:
    # 3. and 4. The key is exchanged for a token on the way. Read one secret, store another.
    secret = data(client.secrets.get(vault_id, "api-keys/deploy-token"))
    print(f"Read: version {secret['version']} of {secret['path']}")
    stored = data(client.secrets.set(vault_id, "credentials/session-key", secrets.token_urlsafe(24), type="api_key"))

    # 5. Share it back. Nobody has to be named: the vault knows whose agent this is.
    end = (datetime.now(timezone.utc) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    share = data(client.sharing.create(stored["id"], recipient_type="creator", expires_at=end))
    print("Shared:", share["id"])

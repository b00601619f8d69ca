"""A real server for the tests, and the human's side of it in plain HTTP, so that no client is tested with itself."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

DEVELOPMENT_BUILD = Path(__file__).parents[2] / "target" / "debug" / "1claw"


def binary() -> str:
    return os.environ.get("ONECLAW_TEST_BINARY", str(DEVELOPMENT_BUILD))


def next_month() -> str:
    return (datetime.now(timezone.utc) + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Vault:
    """The server, in a folder of its own, with the owner of a demonstration signed in.

    Limits per network are off, because all tests are one network; `limits` leaves them on.
    """

    def __init__(
        self, *, limits: bool = False, options: Sequence[str] = (), environment: dict[str, str] | None = None
    ) -> None:
        self._limits, self._options, self._environment = limits, options, environment or {}

    def __enter__(self) -> Vault:
        self._folder = tempfile.TemporaryDirectory()
        data = Path(self._folder.name) / "data"
        self._process = subprocess.Popen(
            [binary(), "server", "--dev", "--json", f"--flood-limits={str(self._limits).lower()}", "--listen=127.0.0.1:0", "--outbound-allow=127.0.0.1/32", "--data-dir", data, *self._options],
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server ended before it was ready")
        notice = json.loads(line)
        self.url = f"http://{notice['listen']}"
        self.owner = notice["owner"]
        self.token = None
        self.token = self.call("POST", "/v1/auth/token", self.owner)["access_token"]
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        self._folder.cleanup()

    def call(self, method: str, path: str, body: object = None) -> dict:
        """A request of the owner; a refusal is an exception."""
        headers = {"content-type": "application/json"}
        if self.token is not None:
            headers["authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else {}

    def new_vault(self) -> str:
        return self.call("POST", "/v1/vaults", {"name": f"v-{uuid.uuid4()}"})["id"]

    def new_agent(self) -> tuple[str, str]:
        """The id and key of an agent that may do nothing yet."""
        created = self.call("POST", "/v1/agents", {"name": f"a-{uuid.uuid4()}"})
        return created["agent"]["id"], created["api_key"]

    def grant(self, vault: str, agent: str, permissions: list[str], pattern: str = "**") -> dict:
        policy = {
            "principal_type": "agent",
            "principal_id": agent,
            "secret_path_pattern": pattern,
            "permissions": permissions,
        }
        return self.call("POST", f"/v1/vaults/{vault}/policies", policy)

    def put(self, vault: str, path: str, value: str) -> dict:
        return self.call("PUT", f"/v1/vaults/{vault}/secrets/{path}", {"value": value})

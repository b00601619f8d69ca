"""An assistant without any credential: it asks, a human decides, and then the tools are there. No key passes through it."""

from __future__ import annotations

import asyncio
import json
import tempfile
import unittest
from pathlib import Path

import mcp_types as types
from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from .test_mcp import ON_STDIO, is_error, structured, text
from .vault import Vault, binary, next_month

VALUE = "sk-live-0b7de1a94c"


class Enrolling(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.vault = cls.enterClassContext(Vault())

    def setUp(self) -> None:
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.parameters = StdioServerParameters(
            command=binary(),
            args=["mcp", "--api-url", self.vault.url],
            env={"HOME": self.home, "XDG_STATE_HOME": f"{self.home}/state", "XDG_CONFIG_HOME": f"{self.home}/config"},
            cwd=self.home,
        )

    def found(self, asked: dict) -> dict:
        """What the human finds behind the link."""
        token = asked["approval_url"].rsplit("/", 1)[1]
        return self.vault.call("POST", "/v1/enrollments/lookup", {"token": token})

    def approve(self, asked: dict, vault: str) -> None:
        request = self.found(asked)
        grants = [{"vault_id": vault, "path_pattern": "db/**", "permissions": ["read", "write"]}]
        answer = {"phrase": asked["phrase"], "grants": grants, "request_hash": request["request_hash"]}
        self.vault.call("POST", f"/v1/enrollments/{request['id']}/approve", answer)

    def wish(self, name: str, vault: str) -> dict:
        return {
            "name": name,
            "human_email": self.vault.owner["email"],
            "description": "Migrates the database",
            "access": [{"vault": vault, "path_pattern": "db/**", "permissions": ["read", "write"]}],
            "reason": "The migration",
        }

    async def works(self, session: ClientSession | Client, vault: str) -> None:
        """Get, put and share, as the agent that was let in."""
        names = [tool.name for tool in (await session.list_tools()).tools]
        self.assertEqual((len(names), "enroll" in names), (ON_STDIO, False))
        for tool, arguments in [
            ("get_secret", {"vault_id": vault, "path": "db/prod"}),
            ("put_secret", {"vault_id": vault, "path": "db/new", "value": f"{VALUE}-2"}),
            (
                "share_secret",
                {"vault_id": vault, "path": "db/new", "recipient_type": "creator", "expires_at": next_month()},
            ),
        ]:
            result = await session.call_tool(tool, arguments)
            self.assertFalse(is_error(result), text(result))
        inbound = self.vault.call("GET", "/v1/shares/inbound")["shares"]
        self.assertIn(structured(result)["share_id"], [share["id"] for share in inbound])

    async def test_the_journey_in_the_older_revision(self) -> None:
        vault = self.vault.new_vault()
        self.vault.put(vault, "db/prod", VALUE)
        changed = asyncio.Event()

        async def hear(message: object) -> None:
            if isinstance(message, types.ToolListChangedNotification):
                changed.set()

        async with stdio_client(self.parameters) as streams:
            async with ClientSession(*streams, message_handler=hear) as session:
                await session.initialize()
                self.assertEqual([tool.name for tool in (await session.list_tools()).tools], ["enroll"])
                self.assertTrue(is_error(await session.call_tool("enroll", {})))
                asked = structured(await session.call_tool("enroll", self.wish("older", vault)))
                self.assertEqual(asked["status"], "approval_required")
                self.assertEqual(self.found(asked)["name"], "older")
                pending = structured(await session.call_tool("enroll", {"name": "older", "wait_seconds": 0}))
                self.assertEqual((pending["status"], pending["phrase"]), ("pending", asked["phrase"]))
                self.approve(asked, vault)
                approved = structured(await session.call_tool("enroll", {"name": "older"}))
                self.assertEqual(approved["status"], "approved")
                await asyncio.wait_for(changed.wait(), 10)
                await self.works(session, vault)
        # Started again, it is that agent at once; and its key was nowhere but in a file of its owner.
        kept = Path(self.home, "state", "1claw", "agents.json")
        self.assertEqual(kept.stat().st_mode & 0o777, 0o600)
        self.assertIn("older", json.loads(kept.read_text())[self.vault.url])
        async with Client(self.parameters) as client:
            self.assertEqual(structured(await client.call_tool("whoami", {}))["name"], "older")

    async def test_the_journey_in_the_newest_revision(self) -> None:
        vault = self.vault.new_vault()
        self.vault.put(vault, "db/prod", VALUE)
        async with Client(self.parameters) as client:
            self.assertEqual(client.protocol_version, "2026-07-28")
            async with client.listen(tools_list_changed=True) as changes:
                asked = structured(await client.call_tool("enroll", self.wish("newest", vault)))
                self.approve(asked, vault)
                await asyncio.wait_for(anext(aiter(changes)), 20)
            await self.works(client, vault)

    async def test_a_no_is_a_no(self) -> None:
        async with Client(self.parameters) as client:
            asked = structured(await client.call_tool("enroll", {"name": "unwanted"}))
            request = self.found(asked)
            token = asked["approval_url"].rsplit("/", 1)[1]
            self.vault.call("POST", f"/v1/enrollments/{request['id']}/deny", {"token": token})
            refused = await client.call_tool("enroll", {"name": "unwanted"})
            self.assertTrue(is_error(refused))
            self.assertIn("denied", text(refused))
            self.assertEqual([tool.name for tool in (await client.list_tools()).tools], ["enroll"])


if __name__ == "__main__":
    unittest.main()

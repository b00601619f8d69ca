"""The official Python client of the Model Context Protocol against the tools, over stdio and over HTTP."""

from __future__ import annotations

import asyncio
import json
import unittest
import urllib.error
import urllib.request

from mcp import Client, ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from .vault import Vault, binary, next_month

VALUE = "sk-live-9f2c77d1e0"
BOTH = "application/json, text/event-stream"


class Stdio:
    """`1claw mcp` with an agent's key."""

    def __init__(self, vault: Vault, key: str, **environment: str) -> None:
        self.parameters = StdioServerParameters(
            command=binary(),
            args=["mcp", "--api-url", vault.url],
            env={"ONECLAW_AGENT_API_KEY": key, **environment},
        )

    async def __aenter__(self) -> ClientSession:
        self._streams = stdio_client(self.parameters)
        self._session = ClientSession(*await self._streams.__aenter__())
        await self._session.__aenter__()
        await self._session.initialize()
        return self._session

    async def __aexit__(self, *problem: object) -> None:
        await self._session.__aexit__(*problem)
        await self._streams.__aexit__(*problem)


class Http:
    """`/mcp` of the server with an agent's token."""

    def __init__(self, vault: Vault, key: str) -> None:
        token = vault.call("POST", "/v1/auth/agent-token", {"api_key": key})["access_token"]
        self.url = f"{vault.url}/mcp"
        self.headers = {"authorization": f"Bearer {token}"}

    async def __aenter__(self) -> ClientSession:
        self._http = create_mcp_http_client(headers=self.headers)
        await self._http.__aenter__()
        self._streams = streamable_http_client(self.url, http_client=self._http)
        read, write, *_ = await self._streams.__aenter__()
        self._session = ClientSession(read, write)
        await self._session.__aenter__()
        await self._session.initialize()
        return self._session

    async def __aexit__(self, *problem: object) -> None:
        await self._session.__aexit__(*problem)
        await self._streams.__aexit__(*problem)
        await self._http.__aexit__(*problem)


def text(result: object) -> str:
    return result.content[0].text


class Tools(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.vault = cls.enterClassContext(Vault())

    async def ok(self, session: ClientSession, tool: str, **arguments: object) -> dict:
        result = await session.call_tool(tool, arguments)
        self.assertFalse(is_error(result), text(result))
        return structured(result)

    async def refused(self, session: ClientSession, tool: str, **arguments: object) -> str:
        result = await session.call_tool(tool, arguments)
        self.assertTrue(is_error(result), text(result))
        return text(result)

    async def journey(self, session: ClientSession, agent: str) -> None:
        listed = await session.list_tools()
        self.assertEqual(len(listed.tools), 17)
        self.assertEqual((await self.ok(session, "whoami"))["id"], agent)
        own = await self.ok(session, "create_vault", name=f"vault of {agent}")
        first = await self.ok(session, "put_secret", vault_id=own["id"], path="keys/one", value=VALUE)
        self.assertEqual((first["version"], first["type"]), (1, "api_key"))
        again = await self.ok(session, "rotate_and_store", path="keys/one", value=f"{VALUE}-2")
        self.assertEqual((again["version"], again["type"]), (2, "api_key"))
        made = await session.call_tool("generate_secret", {"path": "keys/made", "type": "password", "length": 40})
        self.assertFalse(is_error(made), text(made))
        made_value = self.vault.call("GET", f"/v1/vaults/{own['id']}/secrets/keys/made")["value"]
        self.assertEqual(len(made_value), 40)
        self.assertNotIn(made_value, str(made))
        read = await self.ok(session, "get_secret", path="keys/one")
        self.assertEqual(read["value"], f"{VALUE}-2")
        for tool, arguments in [
            ("list_vaults", {}),
            ("list_secrets", {"prefix": "keys/"}),
            ("describe_secret", {"path": "keys/one"}),
        ]:
            result = await session.call_tool(tool, arguments)
            self.assertFalse(is_error(result), text(result))
            self.assertNotIn(VALUE, str(result))
        share = await self.ok(session, "share_secret", path="keys/one", recipient_type="creator", expires_at=next_month())
        inbound = self.vault.call("GET", "/v1/shares/inbound")["shares"]
        self.assertIn(share["share_id"], [item["id"] for item in inbound])
        await self.ok(session, "put_secret", path="env/prod", type="env_bundle", value="A=1\n# note\nB=x=y")
        bundle = await self.ok(session, "get_env_bundle", path="env/prod")
        self.assertEqual(bundle["variables"], {"A": "1", "B": "x=y"})
        self.assertIn("api_key", await self.refused(session, "get_env_bundle", path="keys/one"))
        blocked = await self.refused(session, "create_vault", name="x", description=f"see {VALUE}-2")
        self.assertIn("exfiltration", blocked)
        self.assertNotIn(VALUE, blocked)
        await self.ok(session, "delete_secret", path="keys/made")
        self.assertIn("keys/made", await self.refused(session, "get_secret", path="keys/made"))
        resource = await session.read_resource("vault://secrets")
        names = [secret["path"] for secret in json.loads(resource.contents[0].text)]
        self.assertEqual(names, ["env/prod", "keys/one"])

    async def test_the_whole_journey_over_stdio(self) -> None:
        agent, key = self.vault.new_agent()
        async with Stdio(self.vault, key) as session:
            await self.journey(session, agent)

    async def test_the_whole_journey_over_http(self) -> None:
        agent, key = self.vault.new_agent()
        async with Http(self.vault, key) as session:
            await self.journey(session, agent)

    async def test_a_denial_leads_to_a_human_and_back(self) -> None:
        vault = self.vault.new_vault()
        agent, key = self.vault.new_agent()
        self.vault.put(vault, "db/prod", VALUE)
        async with Stdio(self.vault, key, ONECLAW_VAULT_ID=vault) as session:
            denied = await self.refused(session, "get_secret", path="db/prod")
            self.assertIn("Access denied", denied)
            self.assertIn("request_access", denied)
            why = await self.ok(session, "explain_access", path="db/prod")
            self.assertFalse(why["allowed"])
            asked = await self.ok(session, "request_access", reason="The backup reads it.", **why["request_access"])
            self.assertEqual(asked["status"], "approval_required")
            waiting = await self.ok(session, "wait_for_approval", approval_id=asked["approval_id"], wait_seconds=0)
            self.assertEqual(waiting["status"], "pending")
            self.vault.call("POST", f"/v1/approvals/{asked['approval_id']}/approve")
            answered = await self.ok(session, "wait_for_approval", approval_id=asked["approval_id"])
            self.assertEqual(answered["status"], "approved")
            read = await self.ok(session, "get_secret", path="db/prod")
            self.assertEqual(read["value"], VALUE)

    async def test_values_can_be_kept_out(self) -> None:
        vault = self.vault.new_vault()
        agent, key = self.vault.new_agent()
        self.vault.put(vault, "db/prod", VALUE)
        self.vault.grant(vault, agent, ["read"])
        async with Stdio(self.vault, key, ONECLAW_VAULT_ID=vault, ONECLAW_MCP_VALUES="never") as session:
            read = await self.ok(session, "get_secret", path="db/prod")
            self.assertIsNone(read["value"])
            self.assertIn("note", read)

    async def test_the_newest_revision_needs_no_handshake(self) -> None:
        agent, key = self.vault.new_agent()
        over_http, over_stdio = Http(self.vault, key), Stdio(self.vault, key)
        async with create_mcp_http_client(headers=over_http.headers) as http:
            for server in [streamable_http_client(over_http.url, http_client=http), over_stdio.parameters]:
                async with Client(server) as client:
                    self.assertEqual(client.protocol_version, "2026-07-28")
                    self.assertEqual(len((await client.list_tools()).tools), 17)
                    me = await client.call_tool("whoami", {})
                    self.assertEqual(structured(me)["id"], agent)

    async def test_a_thousand_calls_at_a_time_and_everybody_stays_themselves(self) -> None:
        (one, one_key), (two, two_key) = self.vault.new_agent(), self.vault.new_agent()
        async with Http(self.vault, one_key) as first, Http(self.vault, two_key) as second:
            for _ in range(10):
                calls = [session.call_tool("whoami", {}) for _ in range(50) for session in (first, second)]
                answers = [structured(answer)["id"] for answer in await asyncio.gather(*calls)]
                self.assertEqual(answers, [one, two] * 50)

    async def test_what_one_agent_has_read_another_cannot_find_out(self) -> None:
        vault = self.vault.new_vault()
        (reader, reader_key), (_, other_key) = self.vault.new_agent(), self.vault.new_agent()
        self.vault.put(vault, "db/prod", VALUE)
        self.vault.grant(vault, reader, ["read"])
        async with Http(self.vault, reader_key) as first, Http(self.vault, other_key) as second:
            await self.ok(first, "get_secret", vault_id=vault, path="db/prod")
            guess = {"content": f"is it {VALUE}?", "context": "input"}
            known = await self.ok(first, "inspect_content", **guess)
            self.assertEqual([threat["type"] for threat in known["threats"]], ["exfiltration"])
            self.assertTrue((await self.ok(second, "inspect_content", **guess))["safe"])

    def raw(self, headers: dict[str, str]) -> int:
        ping = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        headers = {"content-type": "application/json", "accept": BOTH, **headers}
        request = urllib.request.Request(f"{self.vault.url}/mcp", json.dumps(ping).encode(), headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    async def test_only_the_holder_of_a_token_gets_in_and_only_from_our_own_pages(self) -> None:
        _, key = self.vault.new_agent()
        token = self.vault.call("POST", "/v1/auth/agent-token", {"api_key": key})["access_token"]
        good = {"authorization": f"Bearer {token}"}
        self.assertEqual(self.raw({}), 401)
        self.assertEqual(self.raw({"authorization": "Bearer nonsense"}), 401)
        self.assertEqual(self.raw({**good, "x-vault-id": "nonsense"}), 400)
        own = self.vault.url.removeprefix("http://")
        hosts = {own: True, "127.0.0.1": True, "localhost:1": True, "evil.example": False, "127.0.0.1.evil.example": False}
        origins = {
            None: True,
            self.vault.url: True,
            "http://evil.example": False,
            "https://127.0.0.1": False,
            "null": False,
            "http://127.0.0.1:1": False,
            f"{self.vault.url}.evil.example": False,
            "file://": False,
        }
        for host, host_is_good in hosts.items():
            for origin, origin_is_good in origins.items():
                headers = {**good, "host": host, **({} if origin is None else {"origin": origin})}
                expected = 200 if host_is_good and origin_is_good else 403
                self.assertEqual(self.raw(headers), expected, (host, origin))


def structured(result: object) -> dict:
    return getattr(result, "structured_content", None) or result.structuredContent


def is_error(result: object) -> bool:
    return bool(result.is_error if hasattr(result, "is_error") else result.isError)


if __name__ == "__main__":
    unittest.main()

"""The official Python client of the Model Context Protocol, let in by OAuth: from nothing but the address of the tools."""

from __future__ import annotations

import datetime
import html
import http.server
import ipaddress
import json
import re
import ssl
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from mcp import ClientSession
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from .vault import Vault

REDIRECT = "http://127.0.0.1:33418/callback"


class Person:
    """Somebody at a browser: keeps the session, reads forms, sends them, and stops where it is sent away from the vault."""

    class _Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self.cookies: dict[str, str] = {}
        self.opener = urllib.request.build_opener(self._Stay)
        _, location = self.send("/signin", {"email": vault.owner["email"], "password": vault.owner["password"]})
        assert location == "/", location

    def send(self, path: str, fields: list[tuple[str, str]] | dict[str, str] | None = None) -> tuple[str, str]:
        """The page, and where it leads."""
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        data = None
        if fields is not None:
            data = urllib.parse.urlencode(fields).encode()
            headers |= {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
        url = path if path.startswith("http") else self.vault.url + path
        try:
            answer = self.opener.open(urllib.request.Request(url, data, headers))
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            for cookie in answer.headers.get_all("set-cookie") or []:
                name, value = cookie.split(";")[0].split("=", 1)
                self.cookies[name] = value
            return answer.read().decode(), answer.headers.get("location", "")

    def allow(self, url: str, scopes: list[str], agent: str | None = None) -> dict[str, str]:
        """Lets an assistant in, and gives what its redirect URI gets."""
        page, _ = self.send(url)
        form = page.split('action="/oauth/consent">')[1].split("</form>")[0]
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
        fields = [(name, html.unescape(value)) for name, value in hidden]
        fields += [("scopes", scope) for scope in scopes] + [("days", "1")]
        fields += [("act_as", "existing"), ("agent", agent)] if agent else [("act_as", "new"), ("name", "a client of others")]
        page, location = self.send("/oauth/consent", fields)
        assert location.startswith(REDIRECT), page
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query))


class Storage:
    """What a client keeps."""

    def __init__(self, client: OAuthClientInformationFull | None = None) -> None:
        self.client, self.tokens = client, None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Assistant:
    """A client whose human ticks what the test says, each time that it asks."""

    def __init__(self, vault: Vault, ticks: list[list[str]], storage: Storage, document: str | None = None) -> None:
        self.person, self.ticks, self.storage, self.asked, self.answer = Person(vault), ticks, storage, [], {}
        self.agent: str | None = None
        metadata = OAuthClientMetadata(
            client_name="A client of others",
            redirect_uris=[AnyUrl(REDIRECT)],
            grant_types=["authorization_code", "refresh_token"],
            response_types=["code"],
            token_endpoint_auth_method="none",
        )
        self.provider = OAuthClientProvider(
            f"{vault.url}/mcp", metadata, storage, self._open, self._wait, client_metadata_url=document
        )
        self.url = f"{vault.url}/mcp"

    async def _open(self, url: str) -> None:
        self.asked.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)))
        self.answer = self.person.allow(url, self.ticks.pop(0), self.agent)

    async def _wait(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(
            code=self.answer["code"], state=self.answer["state"], iss=self.answer["iss"]
        )

    async def __aenter__(self) -> ClientSession:
        self._http = create_mcp_http_client(auth=self.provider)
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


class Publisher:
    """Publishes the description of a client over TLS, with a certificate of its own."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.certificate = Path(self._folder.name) / "certificate.pem"
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
        now = datetime.datetime.now(datetime.timezone.utc)
        hour = datetime.timedelta(hours=1)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - hour, now + hour)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        (Path(self._folder.name) / "key.pem").write_bytes(private)
        publisher = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps(publisher.document()).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, Path(self._folder.name) / "key.pem")
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}/client.json"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def document(self) -> dict:
        return {
            "client_id": self.url,
            "client_name": "A client of others",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


class Oauth(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.publisher = Publisher()
        cls.addClassCleanup(cls.publisher.close)
        cls.vault = cls.enterClassContext(
            Vault(
                options=["--oauth-registration", "--outbound-allow=127.0.0.0/8"],
                environment={"SSL_CERT_FILE": str(cls.publisher.certificate)},
            )
        )

    async def whoami(self, session: ClientSession) -> dict:
        result = await session.call_tool("whoami", {})
        self.assertFalse(failed(result), result)
        return structured(result)

    async def journey(self, assistant: Assistant, client_id: str | None) -> None:
        """Discovery, consent, a tool, a refresh, and one scope more."""
        async with assistant as session:
            asked = assistant.asked[0]
            if client_id is not None:
                self.assertEqual(asked["client_id"], client_id)
            self.assertEqual(asked["resource"], assistant.url)
            self.assertEqual(asked["code_challenge_method"], "S256")
            self.assertNotIn("vault:admin", asked["scope"])
            self.assertEqual(assistant.storage.tokens.scope, "names:read")
            me = await self.whoami(session)
            self.assertEqual(me["name"], "a client of others")
            names = [tool.name for tool in (await session.list_tools()).tools]
            self.assertIn("list_secrets", names)
            self.assertNotIn("put_secret", names)

            before = assistant.storage.tokens
            assistant.provider.context.token_expiry_time = 1
            self.assertEqual((await self.whoami(session))["id"], me["id"])
            after = assistant.storage.tokens
            self.assertNotEqual(before.refresh_token, after.refresh_token)
            self.assertNotEqual(before.access_token, after.access_token)
            self.assertEqual(len(assistant.asked), 1, "a refresh asks no human")

            assistant.agent = me["id"]
            own = structured(await session.call_tool("create_vault", {"name": f"vault of {me['id']}"}))
            self.assertEqual(len(assistant.asked), 2, "one scope more does")
            self.assertEqual(set(assistant.asked[1]["scope"].split()) >= {"names:read", "vault:admin"}, True)
            self.assertIn("id", own)
            self.assertEqual((await self.whoami(session))["id"], me["id"])
        log = self.vault.call("GET", f"/v1/audit/events?actor_id={me['id']}")["events"]
        self.assertIn("vault.create", [event["action"] for event in log])

    def ticks(self) -> list[list[str]]:
        return [["names:read"], ["names:read", "vault:admin"]]

    async def test_a_client_that_describes_itself(self) -> None:
        assistant = Assistant(self.vault, self.ticks(), Storage(), self.publisher.url)
        await self.journey(assistant, self.publisher.url)

    async def test_a_client_that_an_admin_registered(self) -> None:
        made = self.vault.call("POST", "/v1/oauth/clients", {"client_name": "By hand", "redirect_uris": [REDIRECT]})
        known = OAuthClientInformationFull(
            client_id=made["client_id"], redirect_uris=[AnyUrl(REDIRECT)], token_endpoint_auth_method="none"
        )
        await self.journey(Assistant(self.vault, self.ticks(), Storage(known)), made["client_id"])

    async def test_a_client_that_registers_itself(self) -> None:
        await self.journey(Assistant(self.vault, self.ticks(), Storage()), None)

    async def test_a_client_that_was_put_out_asks_again(self) -> None:
        made = self.vault.call("POST", "/v1/oauth/clients", {"client_name": "Put out", "redirect_uris": [REDIRECT]})
        known = OAuthClientInformationFull(
            client_id=made["client_id"], redirect_uris=[AnyUrl(REDIRECT)], token_endpoint_auth_method="none"
        )
        assistant = Assistant(self.vault, [["names:read"], ["names:read"]], Storage(known))
        async with assistant as session:
            first = await self.whoami(session)
            grants = self.vault.call("GET", "/v1/oauth/grants")["grants"]
            (grant,) = [grant["id"] for grant in grants if grant["client_id"] == made["client_id"]]
            self.vault.call("DELETE", f"/v1/oauth/grants/{grant}")
            second = await self.whoami(session)
            self.assertEqual(len(assistant.asked), 2)
            self.assertNotEqual(first["id"], second["id"])


def structured(result: object) -> dict:
    return getattr(result, "structured_content", None) or result.structuredContent


def failed(result: object) -> bool:
    return bool(result.is_error if hasattr(result, "is_error") else result.isError)


if __name__ == "__main__":
    unittest.main()

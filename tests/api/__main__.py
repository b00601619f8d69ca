"""Sends what the description of the API allows, and what it does not, to a running vault, and compares the answers.

Three callers: nobody, an agent, and a person. No answer may be a fault of the server, have a status or a content type
that is not described, or a body that does not follow its schema. Requests follow from a fixed seed, so that a run can
be repeated. The last line has the form that the project's test command counts.

`ONECLAW_TEST_BINARY` names the program. Arguments go to schemathesis, to look longer: `--max-examples 200 --seed 7`.
"""

import base64
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from pathlib import Path

PASSWORD = "copper-meadow-signal-84"
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
)
# They end what the caller signed in with, and with it the run.
ENDING = ["deleteMe", "revokeToken", "revokeSession", "revokeAllSessions", "deleteAgent", "batchDeleteAgents"]
EXAMPLES = "10"
SEED = "1"


class Vault:
    """A demonstration on this machine, with everything that can be set up without the outside world."""

    def __init__(self, folder, keys_url):
        self.folder = folder
        self.log = open(Path(folder) / "server.log", "w+")
        self.process = subprocess.Popen(
            [
                os.environ["ONECLAW_TEST_BINARY"],
                "server",
                "--json",
                "--dev",
                "--flood-limits=false",
                "--listen=127.0.0.1:0",
                "--public-url=http://vault.localhost",
                "--federation",
                "--outbound-allow=127.0.0.1/32",
                "--google-client-id=vault",
                f"--google-jwks-url={keys_url}",
                f"--data-dir={folder}/data",
            ],
            env={},
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        notice = json.loads(self.process.stdout.readline())
        self.url = "http://" + notice["listen"]

    def call(self, method, path, body=None, token=None):
        headers = {"content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.log.seek(0)
        return self.log.read()


def populate(vault):
    """A person and an agent that may read and write one vault, by name."""
    account = {"email": "alice@example.com", "password": PASSWORD}
    human = vault.call("POST", "/v1/auth/signup", account)["access_token"]
    place = vault.call("POST", "/v1/vaults", {"name": "main"}, human)["id"]
    created = vault.call("POST", "/v1/agents", {"name": "worker"}, human)
    policy = {
        "secret_path_pattern": "**",
        "principal_type": "agent",
        "principal_id": created["agent"]["id"],
        "permissions": ["read", "write"],
    }
    vault.call("POST", f"/v1/vaults/{place}/policies", policy, human)
    key = {"api_key": created["api_key"]}
    agent = vault.call("POST", "/v1/auth/agent-token", key)["access_token"]
    # A person last: what people may do ends agents.
    return {"nobody": (None, None), "an agent": (agent, "/v1/agents/me"), "a person": (human, "/v1/auth/me")}


def try_as(vault, token, arguments):
    """Runs schemathesis as one caller. True when everything was as described."""
    command = [
        Path(sys.executable).with_name("st"),
        "run",
        f"{vault.url}/openapi.json",
        "--phases=examples,coverage,fuzzing",
        f"--checks={CHECKS}",
        f"--max-examples={EXAMPLES}",
        f"--seed={SEED}",
        "--workers=2",
        "--no-shrink",
        "--continue-on-failure",
        "--suppress-health-check=all",
        "--warnings=off",
        "--generation-database=none",
        "--output-sanitize=true",
        *(f"--exclude-operation-id={name}" for name in ENDING),
        *arguments,
    ]
    if token:
        command.append(f"--header=Authorization: Bearer {token}")
    return subprocess.run(command, cwd=vault.folder).returncode == 0


class Keys(http.server.BaseHTTPRequestHandler):
    """Stands in for the keys of an identity provider: one that signed nothing, so no token of it is good."""

    def do_GET(self):
        modulus = base64.urlsafe_b64encode(b"\xc5" * 256).rstrip(b"=").decode()
        key = {"kty": "RSA", "n": modulus, "e": "AQAB", "kid": "nobody", "alg": "RS256", "use": "sig"}
        body = json.dumps({"keys": [key]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(arguments):
    keys = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    threading.Thread(target=keys.serve_forever, daemon=True).start()
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        vault = Vault(folder, f"http://127.0.0.1:{keys.server_port}/")
        for name, (token, myself) in populate(vault).items():
            print(f"\n== the API as {name}", flush=True)
            good = try_as(vault, token, arguments)
            # A credential that ended on the way would have tried nothing but refusals.
            try:
                if token:
                    vault.call("GET", myself, token=token)
            except urllib.error.HTTPError as error:
                print(f"the credential of {name} did not last: {error}", flush=True)
                good = False
            passed += good
            failed += not good
        said = vault.stop()
    if "ERROR" in said or "panicked" in said:
        print(said, flush=True)
        failed += 1
    word = "ok" if failed == 0 else "FAILED"
    print(f"test result: {word}. {passed} passed; {failed} failed; 0 ignored", flush=True)
    return failed != 0


sys.exit(main(sys.argv[1:]))

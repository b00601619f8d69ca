"""Each example is run as a person would run it, in an empty folder with the packed SDK installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from .vault import Vault

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
QUIET = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]


def folder_with_sdk(folder: str) -> None:
    """What `npm install @1claw/sdk` does, from the packed package."""
    subprocess.run(
        ["npm", "pack", "--pack-destination", folder, *QUIET], cwd=ROOT / "sdk/typescript", check=True, capture_output=True
    )
    (package,) = Path(folder).glob("*.tgz")
    Path(folder, "package.json").write_text('{ "private": true }')
    subprocess.run(["npm", "install", "--offline", f"./{package.name}", *QUIET], cwd=folder, check=True, capture_output=True)


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        folder_with_sdk(folder)
        shutil.copytree(EXAMPLES, Path(folder, "examples"))
        cls.folder = Path(folder, "examples")

    def start(self, vault: Vault, example: str, script: str, **more: str) -> subprocess.Popen:
        program = {".mjs": "node", ".py": sys.executable, ".sh": "bash"}[Path(script).suffix]
        environment = {
            "PATH": os.environ["PATH"],
            "ONECLAW_BASE_URL": vault.url,
            "ONECLAW_EMAIL": vault.owner["email"],
            "ONECLAW_PASSWORD": vault.owner["password"],
            **more,
        }
        process = subprocess.Popen(
            [program, script],
            cwd=self.folder / example,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(process.__exit__, None, None, None)
        self.addCleanup(process.kill)
        return process

    def finish(self, process: subprocess.Popen, said: str | None = None) -> list[str]:
        """The lines that it printed, of a success."""
        out, err = process.communicate(said, timeout=120)
        self.assertEqual((process.returncode, err), (0, ""), out)
        return out.splitlines()

    def test_self_onboarding_in_curl(self) -> None:
        self.onboard("agent.sh")

    def test_self_onboarding_in_typescript(self) -> None:
        self.onboard("agent.mjs")

    def test_self_onboarding_in_python(self) -> None:
        self.onboard("agent.py")

    def onboard(self, script: str) -> None:
        vault = self.enterContext(Vault())
        agent = self.start(vault, "self-onboarding", script, ONECLAW_HUMAN=vault.owner["email"])
        self.assertRegex(agent.stdout.readline(), r"^Pending: \S")
        # The human's part.
        waiting = vault.call("GET", "/v1/enrollments")["enrollments"][0]["id"]
        approved = vault.call("POST", f"/v1/enrollments/{waiting}/approve")
        agent_id = approved["agent"]["id"]
        reveal = {"token": approved["reveal_url"].rsplit("/", 1)[1]}
        key = vault.call("POST", f"/v1/agents/{agent_id}/reveal-key", reveal)["api_key"]
        place = vault.new_vault()
        vault.put(place, "api-keys/deploy-token", "dt-1")
        vault.grant(place, agent_id, ["read", "write"])

        read, shared = self.finish(agent, f"{agent_id}\n{key}\n{place}\n")
        self.assertEqual(read, "Read: version 1 of api-keys/deploy-token")
        share = shared.removeprefix("Shared: ")
        inbound = vault.call("GET", "/v1/shares/inbound")["shares"]
        self.assertEqual([item["id"] for item in inbound], [share])
        vault.call("POST", f"/v1/shares/{share}/accept")
        opened = vault.call("GET", f"/v1/share/{share}")["value"]
        stored = vault.call("GET", f"/v1/vaults/{place}/secrets/credentials/session-key")
        self.assertEqual((opened, stored["type"]), (stored["value"], "api_key"))
        self.assertGreaterEqual(len(opened), 32)

    def test_give_agent_access(self) -> None:
        vault = self.enterContext(Vault())
        lines = self.finish(self.start(vault, "give-agent-access", "give-access.mjs"))
        self.assertEqual(
            lines[:3],
            [
                "api-keys/openai: allowed",
                "database/password: refused",
                "the agent read the key: true - and the password: false",
            ],
        )
        self.assertNotIn("still open", lines[3])

    def test_agent_fleet_with_the_limits_of_a_real_vault(self) -> None:
        vault = self.enterContext(Vault(limits=True))
        agents, sees, reads, end = self.finish(self.start(vault, "agent-fleet", "fleet.mjs"))
        self.assertEqual(agents, "50 agents")
        self.assertRegex(sees, r"^worker-\w+-01 sees 2 paths; another's result: \S")
        self.assertNotIn("undefined", sees)
        self.assertEqual(reads, "50 agents read, 50 readings")
        self.assertRegex(end, r"^worker-\w+-01: stopped, worker-\w+-02: running$")

    def test_sharing(self) -> None:
        vault = self.enterContext(Vault())
        self.assertEqual(
            self.finish(self.start(vault, "sharing", "sharing.mjs")),
            [
                "without the words: 403",
                "with them: first password",
                "and again, after a change: second password",
                "a third time: 410",
                "before accepting: 403",
                "after: second password",
                "after revoking: 404",
                "inbound: printer/token",
                "opened: made by the agent",
            ],
        )

    def test_langchain_agent(self) -> None:
        vault = self.enterContext(Vault())
        agent, key = vault.new_agent()
        place = vault.new_vault()
        vault.grant(place, agent, ["read", "write"])
        lines = self.finish(self.start(vault, "langchain-agent", "agent.py", ONECLAW_AGENT_API_KEY=key))
        self.assertEqual(lines[2], "oneclaw_get_secret: a value")
        self.assertEqual(lines[-1], "The key was stored, used, and replaced.")
        stored = vault.call("GET", f"/v1/vaults/{place}/secrets/weather/api-key")
        self.assertEqual((stored["version"], stored["type"]), (2, "api_key"))
        self.assertNotIn(stored["value"], "\n".join(lines))

    def github(self, vault: Vault, secrets: str, **values: str) -> tuple[subprocess.Popen, Path]:
        """The step of the workflow, with an agent that may read some secrets."""
        agent, key = vault.new_agent()
        place = vault.new_vault()
        vault.grant(place, agent, ["read"], "ci/**")
        for name, value in values.items():
            vault.put(place, f"ci/{name}", value)
        folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        more = {"ONECLAW_VAULT_ID": place, "ONECLAW_AGENT_API_KEY": key, "ONECLAW_SECRETS": secrets}
        script = self.start(vault, "github-actions", "fetch-secrets.sh", GITHUB_ENV=str(folder / "env"), **more)
        return script, folder / "env"

    def test_github_actions_masks_and_sets(self) -> None:
        vault = self.enterContext(Vault())
        values = {"one": "v%1", "two": "line 1\nNAME=other\nline 3"}
        script, written = self.github(vault, "ONE=ci/one\nTWO=ci/two\n", **values)
        lines = self.finish(script)
        masks = {line.removeprefix("::add-mask::") for line in lines if line.startswith("::add-mask::")}
        self.assertLessEqual({"v%251", "line 1", "NAME=other", "line 3"}, masks)
        self.assertEqual([line for line in lines if not line.startswith("::")], ["ONE is version 1 of ci/one", "TWO is version 1 of ci/two"])
        # GitHub's own rules for the file: a name, a delimiter, lines up to the delimiter.
        found, rest = {}, written.read_text().splitlines()
        while rest:
            name, end = rest.pop(0).split("<<")
            length = rest.index(end)
            found[name] = "\n".join(rest[:length])
            rest = rest[length + 1 :]
        self.assertEqual(found, {"ONE": values["one"], "TWO": values["two"]})

    def test_github_actions_ends_with_a_sentence(self) -> None:
        vault = self.enterContext(Vault())
        for secrets, sentence in [("ONE=other/one", "HTTP 403"), ("1ONE=ci/one", "not the name of a variable")]:
            with self.subTest(secrets):
                script, written = self.github(vault, secrets, one="v1")
                out, err = script.communicate(timeout=60)
                self.assertEqual(script.returncode, 1)
                self.assertIn(sentence, err)
                self.assertIn("::error::", err)
                self.assertNotIn("v1", out)
                self.assertFalse(written.exists())

    def test_the_workflow_runs_the_script_with_what_it_needs(self) -> None:
        workflow = (EXAMPLES / "github-actions/workflow.yml").read_text()
        script = (EXAMPLES / "github-actions/fetch-secrets.sh").read_text()
        self.assertIn("run: ./fetch-secrets.sh", workflow)
        for name in ["ONECLAW_BASE_URL", "ONECLAW_VAULT_ID", "ONECLAW_AGENT_API_KEY", "ONECLAW_SECRETS"]:
            self.assertIn(f"{name}:", workflow)
            self.assertIn(name, script)

    def test_every_example_is_in_the_list(self) -> None:
        listed = (EXAMPLES / "README.md").read_text()
        for folder in EXAMPLES.iterdir():
            if folder.is_dir() and folder.name != "node_modules":
                self.assertIn(f"({folder.name}/)", listed)
                self.assertTrue((folder / "README.md").is_file(), folder)

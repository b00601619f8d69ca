"""The published Python SDK, `oneclaw`."""

import unittest
import uuid

from oneclaw import create_client

from .vault import Vault, next_month

PASSWORD = "copper-meadow-signal-84"


class PythonSdk(unittest.TestCase):
    def setUp(self) -> None:
        self.vault = self.enterContext(Vault())

    def ok(self, answer):
        """The data of a success."""
        self.assertIsNone(answer.error, answer)
        return answer.data

    def refused(self, answer, status: int, kind: str) -> None:
        self.assertIsNone(answer.data)
        self.assertEqual((answer.meta.status, answer.error.type), (status, kind), answer)
        self.assertTrue(answer.error.message)

    def human(self):
        """The owner, through the client."""
        client = self.enterContext(create_client(base_url=self.vault.url))
        self.ok(client.auth.login(self.vault.owner["email"], self.vault.owner["password"]))
        return client

    def agent(self, permissions=("read", "write")):
        """An agent, through the client, and a vault that is open to it."""
        vault = self.vault.new_vault()
        agent, key = self.vault.new_agent()
        if permissions:
            self.vault.grant(vault, agent, list(permissions))
        return self.enterContext(create_client(base_url=self.vault.url, api_key=key)), vault, agent, key

    def test_the_whole_way_of_an_agent(self) -> None:
        human = self.human()
        stranger = self.enterContext(create_client(base_url=self.vault.url))
        enrollment = self.ok(
            stranger.agents.enroll("my-agent", human_email=self.vault.owner["email"], description="CI pipeline agent")
        )
        self.assertEqual(enrollment["agent_id"], str(uuid.UUID(int=0)))
        waiting = self.vault.call("GET", "/v1/enrollments")["enrollments"][0]["id"]
        approved = self.vault.call("POST", f"/v1/enrollments/{waiting}/approve")
        agent_id = approved["agent"]["id"]
        reveal = {"token": approved["reveal_url"].rsplit("/", 1)[1]}
        key = self.vault.call("POST", f"/v1/agents/{agent_id}/reveal-key", reveal)["api_key"]

        vault = self.ok(human.vaults.create("production"))["id"]
        self.ok(human.secrets.set(vault, "api-keys/openai", "sk-example", type="api_key"))
        agent = self.enterContext(create_client(base_url=self.vault.url, agent_id=agent_id, api_key=key))
        self.refused(agent.secrets.get(vault, "api-keys/openai"), 403, "auth_error")
        self.ok(
            human.policies.create(
                vault,
                principal_type="agent",
                principal_id=agent_id,
                secret_path_pattern="**",
                permissions=["read", "write"],
            )
        )
        self.assertEqual(self.ok(agent.secrets.get(vault, "api-keys/openai"))["value"], "sk-example")
        stored = self.ok(agent.secrets.set(vault, "credentials/db-password", "s3cret!", type="password"))
        share = self.ok(
            agent.sharing.create(stored["id"], recipient_type="creator", expires_at=next_month(), max_access_count=10)
        )
        self.assertIn(share["id"], [item["id"] for item in self.ok(human.sharing.list_inbound())["shares"]])
        self.ok(human.sharing.accept(share["id"]))
        self.assertEqual(self.ok(human.sharing.access(share["id"]))["value"], "s3cret!")
        reads = self.ok(human.audit.list(action="secret.read"))
        self.assertGreaterEqual(reads["count"], 1)
        self.assertTrue(self.ok(human.audit.verify())["chain_valid"])

    def test_signing_up_and_the_account(self) -> None:
        client = self.enterContext(create_client(base_url=self.vault.url))
        self.ok(client.auth.signup("p@example.com", PASSWORD, display_name="P"))
        self.ok(client.auth.login("p@example.com", PASSWORD))
        self.assertEqual(self.ok(client.auth.me())["email"], "p@example.com")
        self.ok(client.auth.refresh())
        self.assertEqual(self.ok(client.auth.forgot_password("p@example.com"))["status"], "email_sent")
        self.ok(client.auth.change_password(PASSWORD, "willow-harbor-signal-85"))
        self.ok(client.auth.login("p@example.com", "willow-harbor-signal-85"))
        self.ok(client.auth.revoke_token())

    def test_wrong_credentials(self) -> None:
        client = self.enterContext(create_client(base_url=self.vault.url))
        self.refused(client.auth.login("owner@example.com", "not-the-password"), 401, "auth_error")
        self.refused(client.auth.agent_token("ocv_" + "a" * 43), 401, "auth_error")

    def test_secrets_and_their_versions(self) -> None:
        agent, vault, _, _ = self.agent()
        first = self.ok(agent.secrets.set(vault, "db/main/password", "one", metadata={"team": "core"}))
        second = self.ok(agent.secrets.rotate(vault, "db/main/password", "two"))
        self.assertEqual((first["id"], 2), (second["id"], second["version"]))
        made = self.ok(agent.secrets.rotate_generate(vault, "db/main/password", length=40, charset="hex"))
        self.assertNotIn("value", made)
        self.assertRegex(self.ok(agent.secrets.get(vault, "db/main/password"))["value"], "^[0-9a-f]{40}$")
        versions = self.ok(agent.secrets.list_versions(vault, "db/main/password"))["versions"]
        self.assertEqual([version["version"] for version in versions], [3, 2, 1])
        self.assertEqual(self.ok(agent.secrets.get_version(vault, "db/main/password", 1))["value"], "one")
        self.assertEqual(agent.secrets.disable_version(vault, "db/main/password", 1).meta.status, 204)
        self.refused(agent.secrets.get_version(vault, "db/main/password", 1), 410, "unknown")
        self.ok(agent.secrets.set(vault, "other", "x"))
        listed = self.ok(agent.secrets.list(vault, prefix="db/"))["secrets"]
        self.assertEqual([secret["path"] for secret in listed], ["db/main/password"])
        self.assertEqual(agent.secrets.delete(vault, "other").meta.status, 204)
        self.refused(agent.secrets.get(vault, "other"), 410, "unknown")
        self.refused(agent.secrets.get(vault, "never/there"), 404, "not_found")

    def test_vaults_and_policies(self) -> None:
        human = self.human()
        agent, key = self.vault.new_agent()
        vault = self.ok(human.vaults.create("v", "what it is for"))["id"]
        self.refused(human.vaults.create("v"), 409, "unknown")
        self.assertEqual(self.ok(human.vaults.get(vault))["description"], "what it is for")
        self.assertIn(vault, [item["id"] for item in self.ok(human.vaults.list())["vaults"]])
        target = {"principal_type": "agent", "principal_id": agent, "secret_path_pattern": "a/**"}
        policy = self.ok(human.policies.create(vault, **target))["id"]
        self.ok(human.policies.update(vault, policy, permissions=["read", "write"]))
        listed = self.ok(human.policies.list(vault))["policies"]
        self.assertEqual([item["permissions"] for item in listed if item["id"] == policy], [["read", "write"]])
        client = self.enterContext(create_client(base_url=self.vault.url, api_key=key))
        self.ok(client.secrets.set(vault, "a/b", "x"))
        self.refused(client.secrets.set(vault, "b/a", "x"), 403, "auth_error")
        self.assertEqual(human.policies.delete(vault, policy).meta.status, 204)
        self.assertIsNone(client.secrets.get(vault, "a/b").data)
        self.assertEqual(human.vaults.delete(vault).meta.status, 204)

    def test_agents(self) -> None:
        human = self.human()
        created = self.ok(human.agents.create("worker", description="d", scopes=["vaults:read"]))
        agent_id, key = created["agent"]["id"], created["api_key"]
        client = self.enterContext(create_client(base_url=self.vault.url, api_key=key))
        self.assertEqual(self.ok(client.agents.me())["id"], agent_id)
        self.assertEqual(client.resolved_agent_id, agent_id)
        self.assertIn(agent_id, [agent["id"] for agent in self.ok(human.agents.list())["agents"]])
        self.assertEqual(self.ok(human.agents.update(agent_id, description="e"))["description"], "e")
        self.assertEqual(self.ok(human.agents.get(agent_id))["description"], "e")
        new_key = self.ok(human.agents.rotate_key(agent_id))["api_key"]
        self.refused(client.auth.agent_token(key), 401, "auth_error")
        self.ok(client.auth.agent_token(new_key))
        vault = self.ok(human.org.agent_keys_vault_id())["vault_id"]
        self.assertEqual(self.ok(human.vaults.get(vault))["name"], "__agent-keys")
        self.assertEqual(human.agents.delete(agent_id).meta.status, 204)
        self.refused(human.agents.get(agent_id), 404, "not_found")

    def test_sharing_with_a_passphrase_sent_in_the_body_of_a_get(self) -> None:
        human = self.human()
        vault = self.vault.new_vault()
        secret = self.ok(human.secrets.set(vault, "p", "x"))["id"]
        share = self.ok(
            human.sharing.create(
                secret, recipient_type="anyone_with_link", expires_at=next_month(), passphrase="open sesame now"
            )
        )
        stranger = self.enterContext(create_client(base_url=self.vault.url))
        self.refused(stranger.sharing.access(share["id"], passphrase="wrong words here"), 403, "auth_error")
        self.assertEqual(self.ok(stranger.sharing.access(share["id"], passphrase="open sesame now"))["value"], "x")
        outbound = self.ok(human.sharing.list_outbound())["shares"]
        self.assertEqual([item["access_count"] for item in outbound], [1])
        self.assertEqual(human.sharing.revoke(share["id"]).meta.status, 204)
        self.refused(stranger.sharing.access(share["id"]), 404, "not_found")

    def test_approvals(self) -> None:
        human = self.human()
        agent, vault, _, _ = self.agent(permissions=())
        target = {"action": "deploy", "target_type": "service", "target_id": "api"}
        asked = agent.approvals.request(**target, summary="Deploy version 2", reason="the fix is urgent")
        self.assertEqual(asked.meta.status, 202)
        first = self.ok(asked)["id"]
        self.assertEqual(self.ok(agent.approvals.get(first))["status"], "pending")
        self.assertEqual([item["id"] for item in self.ok(human.approvals.list(status="pending"))["approvals"]], [first])
        self.assertEqual(self.ok(human.approvals.decide(first, "approve"))["status"], "approved")
        self.assertEqual(self.ok(agent.approvals.get(first))["status"], "approved")
        self.refused(human.approvals.decide(first, "reject"), 409, "unknown")
        second = self.ok(agent.approvals.request(**target, summary="Deploy version 3"))["id"]
        self.assertEqual(self.ok(human.approvals.decide(second, "denied"))["status"], "rejected")
        third = self.ok(agent.approvals.request(**target, summary="Deploy version 4"))["id"]
        self.assertEqual(self.ok(agent.approvals.cancel(third, "not needed"))["status"], "cancelled")

    def test_what_went_wrong_in_the_input(self) -> None:
        human = self.human()
        self.refused(human.vaults.create(""), 400, "validation_error")
        self.refused(human.vaults.get("not-an-id"), 400, "validation_error")
        self.assertEqual([member["role"] for member in self.ok(human.org.members())["members"]], ["owner"])

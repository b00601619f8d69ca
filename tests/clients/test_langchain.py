"""The published LangChain tools, `langchain-1claw`. No model is called: the tools are invoked as a model would."""

import json
import unittest

from langchain_1claw import OneclawAuthError, OneclawClient, OneclawNotFoundError, get_all_tools

from .vault import Vault


class LangChain(unittest.TestCase):
    def setUp(self) -> None:
        self.vault = self.enterContext(Vault())
        self.id = self.vault.new_vault()
        self.agent, key = self.vault.new_agent()
        self.vault.grant(self.id, self.agent, ["read", "write"])
        self.client = OneclawClient(api_key=key, base_url=self.vault.url)
        self.tools = {tool.name: tool for tool in get_all_tools(client=self.client)}

    def test_a_secret_is_put_listed_read_and_rotated_in_the_vault_that_the_token_names(self) -> None:
        put = json.loads(self.tools["oneclaw_put_secret"].invoke({"path": "api-keys/openai", "value": "sk-1"}))
        self.assertEqual((put["path"], put["version"]), ("api-keys/openai", 1))
        self.assertEqual(self.tools["oneclaw_get_secret"].invoke({"path": "api-keys/openai"}), "sk-1")
        self.assertEqual(self.tools["oneclaw_get_secret"].invoke({"path": "/api-keys/openai"}), "sk-1")
        listed = self.tools["oneclaw_list_secrets"].invoke({"prefix": "api-keys/"})
        self.assertEqual([secret["path"] for secret in json.loads(listed)], ["api-keys/openai"])
        self.assertNotIn("sk-1", listed)
        rotated = self.tools["oneclaw_rotate_secret"].invoke({"path": "api-keys/openai"})
        self.assertNotIn("error", rotated)
        value = self.tools["oneclaw_get_secret"].invoke({"path": "api-keys/openai"})
        self.assertEqual(len(value), 32)
        stored = self.vault.call("GET", f"/v1/vaults/{self.id}/secrets/api-keys/openai")
        self.assertEqual((stored["value"], stored["version"]), (value, 2))

    def test_a_tool_says_what_is_not_allowed_and_what_is_not_there(self) -> None:
        self.assertIn("[1claw error]", self.tools["oneclaw_get_secret"].invoke({"path": "nothing/here"}))
        with self.assertRaises(OneclawNotFoundError):
            self.client.get_secret("nothing/here")
        stranger = OneclawClient(api_key="ocv_" + "a" * 43, base_url=self.vault.url)
        with self.assertRaises(OneclawAuthError):
            stranger.get_secret("api-keys/openai")

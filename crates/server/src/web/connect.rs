//! How an agent connects: snippets for the places where agents live, filled with this instance's
//! address and the agent's id, and whether its first call has come.
//!
//! Invariant: a snippet never holds a key. It names the place where the key goes.

use oneclaw_core::id::{AgentId, VaultId};
use serde_json::json;

/// What stands where a key goes.
const KEY: &str = "ocv_…";

/// A way to connect.
pub(super) struct Snippet {
    /// In the address of the page.
    pub(super) slug: &'static str,
    /// On its tab.
    pub(super) title: &'static str,
    /// What to do with it.
    pub(super) intro: &'static str,
    /// What to copy.
    pub(super) text: String,
}

/// What snippets are filled with.
pub(super) struct Place<'a> {
    /// The address of this instance.
    pub(super) base: &'a str,
    /// Whose snippets they are.
    pub(super) agent: AgentId,
    /// A vault that it may be given access to.
    pub(super) vault: Option<VaultId>,
}

impl Place<'_> {
    fn vault(&self) -> String {
        self.vault
            .map_or_else(|| "<vault id>".to_owned(), |vault| vault.to_string())
    }

    fn mcp_environment(&self) -> serde_json::Value {
        json!({
            "ONECLAW_BASE_URL": self.base,
            "ONECLAW_AGENT_ID": self.agent.to_string(),
            "ONECLAW_AGENT_API_KEY": KEY,
            "ONECLAW_VAULT_ID": self.vault(),
        })
    }

    /// The usual file of MCP clients, with servers under `root`.
    fn mcp_file(&self, root: &str) -> String {
        let server = json!({ "command": "1claw", "args": ["mcp"], "env": self.mcp_environment() });
        pretty(&json!({ root: { "1claw": server } }))
    }

    /// Every snippet, in the order in which people use them.
    pub(super) fn snippets(&self) -> Vec<Snippet> {
        let (base, agent, vault) = (self.base, self.agent, self.vault());
        let snippet = |slug, title, intro, text| Snippet {
            slug,
            title,
            intro,
            text,
        };
        vec![
            snippet(
                "claude-code",
                "Claude Code",
                "Run this where Claude Code runs. The key is then in its settings, readable by you only.",
                format!(
                    "claude mcp add 1claw \\\n  --env ONECLAW_BASE_URL={base} \\\n  --env ONECLAW_AGENT_ID={agent} \\\n  --env ONECLAW_AGENT_API_KEY={KEY} \\\n  --env ONECLAW_VAULT_ID={vault} \\\n  -- 1claw mcp"
                ),
            ),
            snippet(
                "claude-desktop",
                "Claude Desktop",
                "Put this into claude_desktop_config.json and start Claude again.",
                self.mcp_file("mcpServers"),
            ),
            snippet(
                "cursor",
                "Cursor",
                "Put this into ~/.cursor/mcp.json. Other MCP clients take the same form.",
                self.mcp_file("mcpServers"),
            ),
            snippet(
                "vscode",
                "VS Code",
                "Put this into .vscode/mcp.json, and keep that file out of version control.",
                self.mcp_file("servers"),
            ),
            snippet(
                "codex",
                "Codex",
                "Put this into ~/.codex/config.toml.",
                format!(
                    "[mcp_servers.1claw]\ncommand = \"1claw\"\nargs = [\"mcp\"]\n\n[mcp_servers.1claw.env]\nONECLAW_BASE_URL = \"{base}\"\nONECLAW_AGENT_ID = \"{agent}\"\nONECLAW_AGENT_API_KEY = \"{KEY}\"\nONECLAW_VAULT_ID = \"{vault}\""
                ),
            ),
            snippet(
                "typescript",
                "TypeScript",
                "npm install @1claw/sdk. The key comes from the environment.",
                format!(
                    "import {{ createClient }} from \"@1claw/sdk\";\n\nconst client = createClient({{\n  baseUrl: \"{base}\",\n  agentId: \"{agent}\",\n  apiKey: process.env.ONECLAW_AGENT_API_KEY,\n}});\nconst {{ data, error }} = await client.secrets.get(\"{vault}\", \"api-keys/openai\");"
                ),
            ),
            snippet(
                "python",
                "Python",
                "pip install oneclaw. The key comes from the environment.",
                format!(
                    "import os\nfrom oneclaw import create_client\n\nwith create_client(\n    base_url=\"{base}\",\n    agent_id=\"{agent}\",\n    api_key=os.environ[\"ONECLAW_AGENT_API_KEY\"],\n) as client:\n    answer = client.secrets.get(\"{vault}\", \"api-keys/openai\")"
                ),
            ),
            snippet(
                "curl",
                "curl",
                "Two requests: the key gives a token, the token reads. The key is read from standard input, so it is in no process list.",
                format!(
                    "printf '{{\"agent_id\":\"{agent}\",\"api_key\":\"%s\"}}' \"$ONECLAW_AGENT_API_KEY\" |\n  curl -s {base}/v1/auth/agent-token -H 'Content-Type: application/json' -d @-\n\ncurl -s {base}/v1/vaults/{vault}/secrets/api-keys/openai \\\n  -H \"Authorization: Bearer $TOKEN\""
                ),
            ),
            snippet(
                "cli",
                "Command line",
                "Runs a program with the variables of the vault in its environment, and nowhere else.",
                format!(
                    "export ONECLAW_BASE_URL={base}\nexport ONECLAW_VAULT_ID={vault}\nread -rs ONECLAW_AGENT_API_KEY && export ONECLAW_AGENT_API_KEY\n1claw env run -- ./my-program"
                ),
            ),
            snippet(
                "docker",
                "Docker",
                "Hand the key in by a file that only you can read, not on the command line.",
                format!(
                    "# agent.env, with mode 600:\n#   ONECLAW_AGENT_API_KEY={KEY}\ndocker run --env-file agent.env \\\n  -e ONECLAW_BASE_URL={base} \\\n  -e ONECLAW_AGENT_ID={agent} \\\n  -e ONECLAW_VAULT_ID={vault} \\\n  my-image"
                ),
            ),
            snippet(
                "github-actions",
                "GitHub Actions",
                "Keep the key as a secret of the repository, the rest as variables.",
                format!(
                    "      - name: Read a secret from the vault\n        env:\n          ONECLAW_BASE_URL: {base}\n          ONECLAW_AGENT_ID: {agent}\n          ONECLAW_VAULT_ID: {vault}\n          ONECLAW_AGENT_API_KEY: ${{{{ secrets.ONECLAW_AGENT_API_KEY }}}}\n        run: ./fetch-secrets.sh"
                ),
            ),
        ]
    }
}

fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_snippet_knows_this_instance_and_no_key() {
        let place = Place {
            base: "https://vault.example.org",
            agent: AgentId::NIL,
            vault: None,
        };
        let snippets = place.snippets();
        assert_eq!(snippets.len(), 11);
        for snippet in snippets {
            let text = &snippet.text;
            assert!(text.contains("https://vault.example.org"), "{text}");
            assert!(text.contains("ONECLAW_AGENT_API_KEY"), "{text}");
            let after_prefix = text.split("ocv_").skip(1);
            for rest in after_prefix {
                assert!(rest.starts_with('…'), "{text}");
            }
        }
    }
}

import type { OneclawClient } from "../client.js";
import type { ErrorInfo, Result } from "../result.js";
import type { InputSchema, Values } from "./arguments.js";

/** A tool as a registry wants it. */
export interface McpToolDefinition {
  name: string;
  description: string;
  inputSchema: InputSchema;
}

/** What a tool did: an answer with a `status` word, or why not. */
export type ToolOutcome = { answer: { status: string; [name: string]: unknown }; error: null } | { error: ErrorInfo };

export interface Tool {
  definition: McpToolDefinition;
  run(client: OneclawClient, args: Values): Promise<ToolOutcome>;
}

const text = (description: string) => ({ type: "string" as const, description });
const VAULT = text("Id of the vault.");
const KEY = text("Path of the secret in the vault, such as api-keys/openai.");

function tool(
  name: string,
  description: string,
  properties: InputSchema["properties"],
  required: string[],
  run: Tool["run"],
): Tool {
  return { definition: { name, description, inputSchema: { type: "object", properties, required } }, run };
}

async function outcome<T>(
  call: Promise<Result<T>>,
  answer: (data: T) => { status: string; [name: string]: unknown },
): Promise<ToolOutcome> {
  const result = await call;
  return result.error === null ? { answer: answer(result.data), error: null } : { error: result.error };
}

export const tools: Tool[] = [
  tool(
    "1claw_get_secret",
    "Read the value of a secret. The reading is logged. The status is pending_approval when a human has to agree first.",
    { vault_id: VAULT, key: KEY, reason: text("Why it is needed.") },
    ["vault_id", "key"],
    (client, args) =>
      outcome(client.secrets.get(args.text("vault_id"), args.text("key")), ({ id, path, type, value, version }) => ({
        status: "available",
        id,
        path,
        type,
        value,
        version,
      })),
  ),
  tool(
    "1claw_set_secret",
    "Store a secret. When the path is taken this adds a version.",
    {
      vault_id: VAULT,
      key: KEY,
      value: text("The value to encrypt and store."),
      type: { ...text("What it is, such as api_key, password or token."), default: "generic" },
    },
    ["vault_id", "key", "value"],
    (client, args) => {
      const { secrets } = client;
      const type = args.text("type");
      const stored = secrets.set(args.text("vault_id"), args.text("key"), args.text("value"), { type });
      return outcome(stored, ({ id, path, version }) => ({ status: "stored", id, path, version }));
    },
  ),
  tool(
    "1claw_list_secret_keys",
    "List the secrets of a vault that may be read: paths, types and versions, never values.",
    { vault_id: VAULT, prefix: text("Only paths that begin with this.") },
    ["vault_id"],
    (client, args) =>
      outcome(client.secrets.list(args.text("vault_id"), args.optionalText("prefix")), ({ secrets }) => ({
        status: "ok",
        keys: secrets.map(({ id, path, type, version }) => ({ id, path, type, version })),
      })),
  ),
  tool(
    "1claw_delete_secret",
    "Delete a secret with all its versions.",
    { vault_id: VAULT, key: KEY },
    ["vault_id", "key"],
    (client, args) =>
      outcome(client.secrets.delete(args.text("vault_id"), args.text("key")), () => ({
        status: "deleted",
        path: args.text("key"),
      })),
  ),
  tool("1claw_list_vaults", "List the vaults that this identity may see.", {}, [], (client) =>
    outcome(client.vault.list(), ({ vaults }) => ({
      status: "ok",
      vaults: vaults.map(({ id, name, description }) => ({ id, name, description })),
    })),
  ),
  tool(
    "1claw_create_vault",
    "Make a vault. The human who answers for this agent gets access to it too.",
    { name: text("A name that is free in the organisation."), description: text("What it is for.") },
    ["name"],
    (client, args) => {
      const vault = { name: args.text("name"), description: args.optionalText("description") };
      return outcome(client.vault.create(vault), ({ id, name }) => ({ status: "created", id, name }));
    },
  ),
  tool(
    "1claw_request_approval",
    "Ask the human who answers for this agent for leave to read a secret.",
    { vault_id: VAULT, secret_path: KEY, reason: text("Why it is needed; the human reads this.") },
    ["vault_id", "secret_path"],
    (client, args) => {
      const question = client.approvals.request({
        action: "access",
        target_type: "secret",
        target_id: args.text("secret_path"),
        summary: { vault_id: args.text("vault_id"), path_pattern: args.text("secret_path"), permissions: ["read"] },
        reason: args.optionalText("reason"),
      });
      return outcome(question, ({ id, review_url }) => ({ status: "pending", approval_request_id: id, review_url }));
    },
  ),
  tool(
    "1claw_check_approval_status",
    "See whether a human has answered: pending, approved, rejected, expired or cancelled.",
    { request_id: text("The approval_request_id.") },
    ["request_id"],
    (client, args) =>
      outcome(client.approvals.check(args.text("request_id")), ({ status, decided_by, decided_at }) => ({
        status,
        decided_by,
        decided_at,
      })),
  ),
  tool(
    "1claw_share_secret",
    "Share a secret: with the human who answers for this agent, or, where the caller is a human, with an address.",
    {
      secret_id: text("Id of the secret, as storing or listing gives it."),
      email: text("Address of the recipient; left out, the share goes to this agent's human."),
      expires_at: text("When the share ends, such as 2030-12-31T00:00:00Z."),
      max_access_count: { type: "number", description: "How often it may be opened.", default: 5 },
    },
    ["secret_id", "expires_at"],
    (client, args) => {
      const email = args.optionalText("email");
      const share = client.sharing.create(args.text("secret_id"), {
        recipient_type: email === undefined ? "creator" : "external_email",
        email,
        expires_at: args.text("expires_at"),
        max_access_count: args.optionalNumber("max_access_count"),
      });
      return outcome(share, ({ id, recipient_email, expires_at }) => ({
        status: "shared",
        share_id: id,
        recipient_email,
        expires_at,
      }));
    },
  ),
];

/** The definitions of all tools. */
export function getMcpToolDefinitions(): McpToolDefinition[] {
  return tools.map(({ definition }) => structuredClone(definition));
}

import type { OneclawClient } from "../client.js";
import { tools, type ToolOutcome } from "./tools.js";
import { readArguments } from "./arguments.js";

/** The result of a tool call as the protocol has it: one text, which is JSON with a `status` word when it went well. */
export interface McpToolResult {
  content: { type: "text"; text: string }[];
  isError?: boolean;
}

/** Carries out tool calls with a client. It never throws: what went wrong is a result that the model can read. */
export class McpHandler {
  readonly #client: OneclawClient;

  constructor(client: OneclawClient) {
    this.#client = client;
  }

  getToolNames(): string[] {
    return tools.map(({ definition }) => definition.name);
  }

  async handle(name: string, args: Record<string, unknown>): Promise<McpToolResult> {
    const tool = tools.find(({ definition }) => definition.name === name);
    if (tool === undefined) return refused("there is no such tool");
    const read = readArguments(tool.definition.inputSchema, args);
    if (read.error !== null) return refused(read.error);
    try {
      return shown(await tool.run(this.#client, read.values));
    } catch (error) {
      // Arguments that no request can be made of, such as an empty path.
      return refused(error instanceof TypeError ? error.message : "the call failed");
    }
  }
}

function shown(outcome: ToolOutcome): McpToolResult {
  if (outcome.error === null) return { content: [{ type: "text", text: JSON.stringify(outcome.answer) }] };
  const { error } = outcome;
  if (error.type !== "approval_required") return refused(error.message);
  const waiting = {
    status: "pending_approval",
    approval_request_id: error.approvalRequestId,
    message: error.message,
  };
  return { content: [{ type: "text", text: JSON.stringify(waiting) }] };
}

function refused(text: string): McpToolResult {
  return { content: [{ type: "text", text }], isError: true };
}

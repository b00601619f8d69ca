/** The vault as tools for a model: definitions for a registry, and a handler for the calls. */
export { McpHandler, type McpToolResult } from "./handler.js";
export { getMcpToolDefinitions, type McpToolDefinition } from "./tools.js";

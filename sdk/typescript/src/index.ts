export { createClient, OneclawClient, type ClientOptions } from "./client.js";
export { cmekDecrypt, cmekEncrypt, cmekFingerprint, fromBase64, generateCmekKey, toBase64 } from "./cmek.js";
export * from "./errors.js";
export { AccessResource, type GrantOptions, type Permission, type PolicyView } from "./resources/access.js";
export { AgentsResource, type Agent } from "./resources/agents.js";
export {
  ApprovalsResource,
  type Approval,
  type ApprovalFilter,
  type ApprovalQuestion,
  type DecideOptions,
  type Grant,
  type Outcome,
  type SubscribeOptions,
  type WaitOptions,
} from "./resources/approvals.js";
export { AuditResource, type AuditEvent, type AuditFilter } from "./resources/audit.js";
export { AuthResource } from "./resources/auth.js";
export { ApiKeysResource } from "./resources/api-keys.js";
export { BillingResource } from "./resources/billing.js";
export { BindingsResource } from "./resources/bindings.js";
export { DevicesResource } from "./resources/devices.js";
export { EnvVarsResource } from "./resources/env-vars.js";
export { AssistantsResource } from "./resources/assistants.js";
export { IpRulesResource } from "./resources/ip-rules.js";
export { MfaResource } from "./resources/mfa.js";
export { PasskeysResource } from "./resources/passkeys.js";
export { SessionsResource } from "./resources/sessions.js";
export { WebhooksResource } from "./resources/webhooks.js";
export { EnrollmentsResource, type Enrollment } from "./resources/enrollments.js";
export { OrgResource, type OrgMember } from "./resources/org.js";
export { RiskResource, type Honeytoken, type RiskEvent, type RiskVerdict } from "./resources/risk.js";
export { SecretsResource, type SecretMetadata, type SetSecretOptions } from "./resources/secrets.js";
export { SharingResource, type ShareView } from "./resources/sharing.js";
export { VaultResource, type Vault } from "./resources/vault.js";
export { unwrap, type ErrorInfo, type ErrorType, type Failure, type Meta, type Result, type Success } from "./result.js";
export type { AttemptInfo } from "./transport.js";
export type { Answer, Body, Input, Operation, RequestOptions, Schema } from "./types.js";
export { VERSION } from "./version.js";

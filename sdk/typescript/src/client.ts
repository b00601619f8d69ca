/** The client: credentials, and the resources that use them. */
import { AccessResource } from "./resources/access.js";
import { AgentsResource } from "./resources/agents.js";
import { ApiKeysResource } from "./resources/api-keys.js";
import { BindingsResource } from "./resources/bindings.js";
import { BillingResource } from "./resources/billing.js";
import { DevicesResource } from "./resources/devices.js";
import { EnvVarsResource } from "./resources/env-vars.js";
import { AssistantsResource } from "./resources/assistants.js";
import { IpRulesResource } from "./resources/ip-rules.js";
import { MfaResource } from "./resources/mfa.js";
import { PasskeysResource } from "./resources/passkeys.js";
import { SessionsResource } from "./resources/sessions.js";
import { WebhooksResource } from "./resources/webhooks.js";
import { ApprovalsResource } from "./resources/approvals.js";
import { AuditResource } from "./resources/audit.js";
import { AuthResource } from "./resources/auth.js";
import { EnrollmentsResource } from "./resources/enrollments.js";
import { OrgResource } from "./resources/org.js";
import { RiskResource } from "./resources/risk.js";
import { SecretsResource } from "./resources/secrets.js";
import { SharingResource } from "./resources/sharing.js";
import { VaultResource } from "./resources/vault.js";
import type { Result } from "./result.js";
import { Transport, type Surroundings, type TransportOptions } from "./transport.js";
import type { Answer, Input, Operation, RequestOptions } from "./types.js";

/**
 * Where the server is and who asks: a `token`, an agent's key (`ocv_…`, with or without its id), or a person's (`1ck_…`).
 * Keys are exchanged for tokens when they are needed, and tokens replaced before they end.
 */
export type ClientOptions = TransportOptions;

export class OneclawClient {
  readonly access: AccessResource;
  readonly agents: AgentsResource;
  readonly apiKeys: ApiKeysResource;
  readonly bindings: BindingsResource;
  readonly billing: BillingResource;
  readonly devices: DevicesResource;
  readonly envVars: EnvVarsResource;
  readonly assistants: AssistantsResource;
  readonly ipRules: IpRulesResource;
  readonly mfa: MfaResource;
  readonly passkeys: PasskeysResource;
  readonly sessions: SessionsResource;
  readonly risk: RiskResource;
  readonly webhooks: WebhooksResource;
  readonly approvals: ApprovalsResource;
  readonly audit: AuditResource;
  readonly auth: AuthResource;
  readonly enrollments: EnrollmentsResource;
  readonly org: OrgResource;
  readonly secrets: SecretsResource;
  readonly sharing: SharingResource;
  readonly vault: VaultResource;
  readonly #transport: Transport;

  constructor(options: ClientOptions, surroundings?: Surroundings) {
    const transport = new Transport(options, surroundings);
    this.#transport = transport;
    this.access = new AccessResource(transport);
    this.agents = new AgentsResource(transport);
    this.apiKeys = new ApiKeysResource(transport);
    this.bindings = new BindingsResource(transport);
    this.billing = new BillingResource(transport);
    this.devices = new DevicesResource(transport);
    this.envVars = new EnvVarsResource(transport);
    this.assistants = new AssistantsResource(transport);
    this.ipRules = new IpRulesResource(transport);
    this.mfa = new MfaResource(transport);
    this.passkeys = new PasskeysResource(transport);
    this.sessions = new SessionsResource(transport);
    this.risk = new RiskResource(transport);
    this.webhooks = new WebhooksResource(transport);
    this.approvals = new ApprovalsResource(transport);
    this.audit = new AuditResource(transport);
    this.auth = new AuthResource(transport);
    this.enrollments = new EnrollmentsResource(transport);
    this.org = new OrgResource(transport);
    this.secrets = new SecretsResource(transport);
    this.sharing = new SharingResource(transport);
    this.vault = new VaultResource(transport);
  }

  /** The agent that the key belongs to, known after the first request where it was not given. */
  get resolvedAgentId(): string | undefined {
    return this.#transport.session.agentId;
  }

  /** Uses this token from now on; an empty one signs out. */
  setToken(token: string): void {
    this.#transport.session.set(token);
  }

  /** Calls any operation of the API by its name, with the types of its description. */
  call<O extends Operation>(operation: O, input: Input<O>, options?: RequestOptions): Promise<Result<Answer<O>>> {
    return this.#transport.call(operation, input, options);
  }
}

/** Makes a client. Nothing is sent until the first request. */
export function createClient(options: ClientOptions): OneclawClient {
  return new OneclawClient(options);
}

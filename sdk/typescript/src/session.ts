/**
 * Who the client is, and the token that proves it.
 *
 * Signing in happens when the first request needs it, once however many requests wait for it, and again shortly before
 * the token ends. Nothing is fetched while a client is made, so making one cannot fail in the background.
 */
import type { Body, RequestOptions } from "./types.js";
import { cancelled } from "./attempt.js";
import type { Failure, Result } from "./result.js";

/** A token is replaced this long before its end, so that it does not end on the way. */
const MARGIN_MS = 60_000;

/** What every answer that may hold a token has in common. */
export interface TokenAnswer {
  access_token?: string;
  expires_in?: number;
  refresh_token?: string;
  agent_id?: string;
}

/** How the session asks for tokens; the transport without authentication. */
export interface SignIn {
  agentToken(body: Body<"agentToken">): Promise<Result<TokenAnswer>>;
  apiKeyToken(body: Body<"apiKeyToken">): Promise<Result<TokenAnswer>>;
  refreshToken(body: Body<"refreshToken">): Promise<Result<TokenAnswer>>;
}

export interface Credentials {
  token?: string | undefined;
  apiKey?: string | undefined;
  agentId?: string | undefined;
}

interface Held {
  token: string;
  /** In the client's time; `undefined` for a token whose end is not known. */
  endsAt: number | undefined;
  refreshToken: string | undefined;
}

export class Session {
  readonly #credentials: Credentials;
  readonly #signIn: SignIn;
  readonly #now: () => number;
  #held: Held | undefined;
  #signingIn: Promise<Failure | null> | undefined;
  #agentId: string | undefined;
  /** Counts the tokens given from outside: an answer to an older question must not replace a newer token. */
  #generation = 0;

  constructor(credentials: Credentials, signIn: SignIn, now: () => number) {
    this.#credentials = credentials;
    this.#signIn = signIn;
    this.#now = now;
    this.#agentId = credentials.agentId;
    if (credentials.token !== undefined) this.set(credentials.token);
  }

  /** The agent that the key belongs to, known after signing in where it was not given. */
  get agentId(): string | undefined {
    return this.#agentId;
  }

  /** Uses this token from now on; an empty one signs out. */
  set(token: string, refreshToken?: string): void {
    this.#generation += 1;
    this.#held = token === "" ? undefined : { token, endsAt: endOf(token), refreshToken };
  }

  /** Keeps the tokens of an answer, when it has any: a sign-in that asks for a second factor has none. */
  keep(answer: TokenAnswer): void {
    if (answer.access_token) this.#accept(answer, answer.access_token);
  }

  /** The token for the next request, `undefined` when there is nobody to sign in. */
  async token(options: RequestOptions): Promise<string | undefined | Failure> {
    if (this.#isFresh()) return this.#held?.token;
    if (!this.#canRenew()) return this.#held?.token;
    this.#signingIn ??= this.#renew().finally(() => {
      this.#signingIn = undefined;
    });
    const failure = await abandonable(this.#signingIn, options.signal);
    // The old token is good for another minute; a server that is busy right now need not stop anybody.
    const stillGood = this.#held?.endsAt !== undefined && this.#now() < this.#held.endsAt;
    return failure === null || stillGood ? this.#held?.token : failure;
  }

  /** The server does not take this token any more. True when another can be had. */
  reject(token: string): boolean {
    if (this.#held?.token === token) this.#held.endsAt = this.#now();
    return this.#canRenew();
  }

  #isFresh(): boolean {
    const { endsAt } = this.#held ?? {};
    return this.#held !== undefined && (endsAt === undefined || this.#now() < endsAt - MARGIN_MS);
  }

  #canRenew(): boolean {
    return this.#credentials.apiKey !== undefined || this.#held?.refreshToken !== undefined;
  }

  async #renew(): Promise<Failure | null> {
    const generation = this.#generation;
    const result = await this.#ask();
    if (result.error !== null) {
      const { error, meta } = result;
      if (meta.status === 401 && this.#held !== undefined) this.#held.refreshToken = undefined;
      const message = `signing in failed (HTTP ${meta.status}): ${error.message}`;
      return { data: null, error: { ...error, message }, meta };
    }
    if (generation === this.#generation) this.keep(result.data);
    return null;
  }

  #ask(): Promise<Result<TokenAnswer>> {
    const { apiKey: api_key, agentId: agent_id } = this.#credentials;
    const refresh_token = this.#held?.refreshToken;
    if (refresh_token !== undefined) return this.#signIn.refreshToken({ refresh_token });
    if (api_key === undefined) throw new Error("asked to sign in without a credential");
    if (agent_id !== undefined) return this.#signIn.agentToken({ api_key, agent_id });
    return api_key.startsWith("ocv_")
      ? this.#signIn.agentToken({ api_key })
      : this.#signIn.apiKeyToken({ api_key });
  }

  #accept(answer: TokenAnswer, token: string): void {
    this.#generation += 1;
    const endsAt = answer.expires_in === undefined ? endOf(token) : this.#now() + answer.expires_in * 1000;
    // An API key outlives any refresh token, so a client that has one does not need the other.
    const refreshToken = this.#credentials.apiKey === undefined ? answer.refresh_token : undefined;
    this.#held = { token, endsAt, refreshToken };
    this.#agentId = answer.agent_id ?? this.#agentId;
  }
}

/** The end that a token names itself, in milliseconds. */
function endOf(token: string): number | undefined {
  const payload = token.split(".")[1];
  if (payload === undefined) return undefined;
  try {
    const { exp } = JSON.parse(atob(payload.replace(/-/g, "+").replace(/_/g, "/"))) as { exp?: unknown };
    return typeof exp === "number" ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Lets one caller stop waiting without stopping the others. */
function abandonable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | Failure> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => resolve(cancelled());
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

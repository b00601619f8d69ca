import type { Result } from "../result.js";
import type { TokenAnswer } from "../session.js";
import type { Body, Optional, RequestOptions } from "../types.js";
import { Resource, confirmed, type Called } from "./resource.js";

/** Signing in and the account. What gives a token makes the client use it from then on. */
export class AuthResource extends Resource {
  /** Signs in with a password. With `mfa_required` in the answer there is no token yet. */
  login(credentials: Body<"login">, options?: RequestOptions): Called<"login"> {
    return this.#keeping(this.transport.call("login", { body: credentials }, options));
  }

  signup(account: Optional<Body<"signup">>, options?: RequestOptions): Called<"signup"> {
    return this.#keeping(this.transport.call("signup", { body: account }, options));
  }

  verifyEmail(token: string, options?: RequestOptions): Called<"verifyEmail"> {
    return this.#keeping(this.transport.call("verifyEmail", { body: { token } }, options));
  }

  agentToken(credentials: Optional<Body<"agentToken">>, options?: RequestOptions): Called<"agentToken"> {
    return this.#keeping(this.transport.call("agentToken", { body: credentials }, options));
  }

  apiKeyToken(credentials: Body<"apiKeyToken">, options?: RequestOptions): Called<"apiKeyToken"> {
    return this.#keeping(this.transport.call("apiKeyToken", { body: credentials }, options));
  }

  /** The client refreshes by itself; this is for programs that keep tokens. */
  refresh(refreshToken: string, options?: RequestOptions): Called<"refreshToken"> {
    const body = { refresh_token: refreshToken };
    return this.#keeping(this.transport.anonymously("refreshToken", { body }, options));
  }

  /** Revokes the token and forgets it. */
  async logout(options?: RequestOptions): Called<"revokeToken"> {
    const result = await this.transport.call("revokeToken", {}, options);
    this.transport.session.set("");
    return result;
  }

  getMe(options?: RequestOptions): Called<"getMe"> {
    return this.transport.call("getMe", {}, options);
  }

  updateMe(change: Optional<Body<"updateMe">>, options?: RequestOptions): Called<"updateMe"> {
    return this.transport.call("updateMe", { body: change }, options);
  }

  changePassword(change: Body<"changePassword">, options?: RequestOptions): Called<"changePassword"> {
    return this.transport.call("changePassword", { body: change }, options);
  }

  forgotPassword(request: Body<"forgotPassword">, options?: RequestOptions): Called<"forgotPassword"> {
    return this.transport.call("forgotPassword", { body: request }, options);
  }

  resetPassword(request: Body<"resetPassword">, options?: RequestOptions): Called<"resetPassword"> {
    return this.transport.call("resetPassword", { body: request }, options);
  }

  /** Proves once more who is there, for one purpose; the token goes where `confirm` is asked for. */
  reauth(proof: Optional<Body<"reauth">>, options?: RequestOptions): Called<"reauth"> {
    return this.transport.call("reauth", { body: proof }, options);
  }

  /** Mails a code that is the `code` of {@link reauth}, to accounts without a second factor. */
  sendReauthCode(options?: RequestOptions): Called<"reauthSendCode"> {
    return this.transport.call("reauthSendCode", {}, options);
  }

  /** Everything that is kept about the account, without values. `confirm` is a token of {@link reauth}, or the password. */
  exportData(confirm: string, options?: RequestOptions): Called<"exportUserData"> {
    return this.transport.call("exportUserData", { headers: { "x-auth-confirm": confirm } }, options);
  }

  async #keeping<T extends TokenAnswer>(call: Promise<Result<T>>): Promise<Result<T>> {
    const result = await call;
    if (result.error === null) this.transport.session.keep(result.data);
    return result;
  }

  changeEmail(request: Optional<Body<"changeEmail">>, options?: RequestOptions): Called<"changeEmail"> {
    return this.transport.call("changeEmail", { body: request }, options);
  }

  verifyEmailChange(
    request: Optional<Body<"verifyEmailChange">>,
    options?: RequestOptions,
  ): Called<"verifyEmailChange"> {
    return this.transport.call("verifyEmailChange", { body: request }, options);
  }

  setPassword(request: Optional<Body<"setPassword">>, options?: RequestOptions): Called<"setPassword"> {
    return this.transport.call("setPassword", { body: request }, options);
  }

  sendEmailOtp(request: Optional<Body<"sendEmailOtp">>, options?: RequestOptions): Called<"sendEmailOtp"> {
    return this.transport.anonymously("sendEmailOtp", { body: request }, options);
  }

  verifyEmailOtp(request: Optional<Body<"verifyEmailOtp">>, options?: RequestOptions): Called<"verifyEmailOtp"> {
    return this.transport.anonymously("verifyEmailOtp", { body: request }, options);
  }

  google(request: Optional<Body<"googleAuth">>, options?: RequestOptions): Called<"googleAuth"> {
    return this.transport.anonymously("googleAuth", { body: request }, options);
  }

  socialLogin(request: Optional<Body<"socialLogin">>, options?: RequestOptions): Called<"socialLogin"> {
    return this.transport.anonymously("socialLogin", { body: request }, options);
  }

  exchangeFederatedToken(
    request: Optional<Body<"exchangeFederatedToken">>,
    options?: RequestOptions,
  ): Called<"exchangeFederatedToken"> {
    return this.transport.call("exchangeFederatedToken", { body: request }, options);
  }

  getSettings(options?: RequestOptions): Called<"getSecuritySettings"> {
    return this.transport.call("getSecuritySettings", {}, options);
  }

  updateSettings(
    request: Optional<Body<"updateSecuritySettings">>,
    confirm?: string,
    options?: RequestOptions,
  ): Called<"updateSecuritySettings"> {
    return this.transport.call("updateSecuritySettings", { body: request, headers: confirmed(confirm) }, options);
  }

  deleteMe(request: Optional<Body<"deleteMe">>, confirm: string, options?: RequestOptions): Called<"deleteMe"> {
    return this.transport.call("deleteMe", { body: request, headers: { "x-auth-confirm": confirm } }, options);
  }
}

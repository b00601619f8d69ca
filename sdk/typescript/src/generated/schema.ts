// Generated from docs/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key that signs tokens: ours, and those for other services (RFC 7517). */
        get: operations["jwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who issues the tokens (RFC 8414). */
        get: operations["openidConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This description (OpenAPI 3.1). */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an agent or a person reaches in the vaults that the caller controls. Opens nothing. */
        get: operations["listReach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the agents of the organisation. For people only. */
        get: operations["listAgents"];
        put?: never;
        /** Make an agent with a key. For people only. */
        post: operations["createAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agent: for people of its organisation, and for itself. */
        get: operations["getAgent"];
        put?: never;
        post?: never;
        /** Remove an agent with the policies that concern it. Its trail in the audit log stays. */
        delete: operations["deleteAgent"];
        options?: never;
        head?: never;
        /** Change an agent. Switching it off ends its tokens at once. */
        patch: operations["updateAgent"];
        trace?: never;
    };
    "/v1/agents/{agent_id}/bindings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the bindings of an agent: for the people who manage it, and for itself. */
        get: operations["listBindings"];
        put?: never;
        /** Give an agent a credential to use without seeing it. For people only. */
        post: operations["createBinding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/bindings/{binding_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One binding. For people only. */
        get: operations["getBinding"];
        put?: never;
        post?: never;
        /** Remove a binding with the credential kept in it. For people only. */
        delete: operations["deleteBinding"];
        options?: never;
        head?: never;
        /** Change a binding. For people only. Another server needs the credential again, if it is kept in the binding. */
        patch: operations["updateBinding"];
        trace?: never;
    };
    "/v1/agents/{agent_id}/bindings/{binding_id}/rotate-credential": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace a credential that is kept in a binding. For people only. */
        post: operations["rotateBindingCredential"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/bindings/{binding_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Call the base URL of a binding with its credential and say how that went. */
        post: operations["testBinding"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a call with a credential that stays hidden. For the agent itself and the people who manage it. */
        post: operations["executeIntent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What an agent did with its bindings. For the agent itself and the people who manage it. */
        get: operations["listExecutions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/exposure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What an agent got to see, and what is to be replaced because of it: for those who manage the agent. Agents that
         *     were deleted are found too.
         */
        get: operations["getAgentExposure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/reveal-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make and show the first key of an agent that the caller let in, with the token of the reveal link. */
        post: operations["revealAgentKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/rotate-identity-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace an agent's identity keys; the private ones become new versions of their secrets. */
        post: operations["rotateAgentIdentityKeys"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/{agent_id}/rotate-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace an agent's key. The old one and its tokens end at once. */
        post: operations["rotateAgentKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/batch-delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove several agents. One that cannot be removed keeps no other. */
        post: operations["batchDeleteAgents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/enroll": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask to join. The answer is the same whatever address is named. */
        post: operations["enrollAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/enroll/{pairing_id}/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What became of a request that came with a key. Its API key is in the first approved answer only, within 15 minutes. */
        get: operations["enrollmentStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agents/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The calling agent, as it sees itself. */
        get: operations["getAgentSelf"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the questions that the caller may answer. For people only. */
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One question: for those who may answer it, and for the agent that asks. */
        get: operations["getApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say yes to a question. For people only. */
        post: operations["approveApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take a question back: the agent its own, people those they may answer. One that was answered stays as it is. */
        post: operations["cancelApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answer a question. For people only. */
        post: operations["decideApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{approval_id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say no to a question. For people only. */
        post: operations["denyApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/quick-decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Leads to the page on which a question is answered. It answers nothing itself, whoever opens it. */
        get: operations["quickDecideApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/request": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask the human who let this agent in. For agents only. */
        post: operations["requestApproval"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoint": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The present state of the log, signed. Keep it: nothing before it can be changed unnoticed. */
        get: operations["getAuditCheckpoint"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List events: people see their organisation's, agents their own. */
        get: operations["queryAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The whole log, one JSON object per line, oldest first. For people only. */
        get: operations["exportAuditLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/proof/consistency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that the log grew out of an earlier one (RFC 9162, 2.1.4). For people only. */
        get: operations["getConsistencyProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/proof/inclusion": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Proof that an event is in the log of a given size (RFC 9162, 2.1.3). For people only. */
        get: operations["getInclusionProof"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Have the server check its own log. An export and a checkpoint allow an independent check. For people only. */
        get: operations["verifyAuditChain"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/agent-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange an agent's key for a token. */
        post: operations["agentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/api-key-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange a key for a token. Clients that cannot tell the kinds of keys apart send agents' keys here too. */
        post: operations["apiKeyToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your personal keys, newest first. */
        get: operations["listApiKeys"];
        put?: never;
        /** Make a personal key. It is shown once. */
        post: operations["createApiKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/api-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a personal key, and all tokens it was exchanged for. */
        delete: operations["revokeApiKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/change-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a code at the new address of the account. The answer does not tell whether the address is taken. */
        post: operations["changeEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password with the current one. */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the program in: it is signed in as you. */
        post: operations["deviceApprove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign a program in: it shows a code, a human types it in a browser. */
        post: operations["deviceCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device/code/{user_code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What has become of a code. */
        get: operations["deviceCodeStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the program away. */
        post: operations["deviceDeny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/device/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask whether a human has answered. Always 200; `error` says why there is no token. */
        post: operations["deviceToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/email-otp/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a code to sign in with. The answer is the same for every address. */
        post: operations["sendEmailOtp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/email-otp/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with the code. An address without an account gets one. */
        post: operations["verifyEmailOtp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/export-data": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get all that is stored about you and that you may see, without values. */
        post: operations["exportUserData"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/federated-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchange an agent's token or key for a token for another service. 503 where this is not set up. */
        post: operations["exchangeFederatedToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/forgot-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a mail with a link to set a new password. The answer is the same for every address. */
        post: operations["forgotPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/google": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in, or up, with an identity token of Google's. 503 where this is not set up. */
        post: operations["googleAuth"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/jwt-public-key": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The key that signs access tokens now. */
        get: operations["getJwtPublicKey"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who the caller is. */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /** Delete your account, and every organisation that nobody else belongs to. */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        /** Change what one may change of one's own account. */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/v1/auth/mfa": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Switch the second factor off: with a code of it, or confirmed by the header. */
        delete: operations["mfaDisable"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/mfa/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a secret for an authenticator app. It counts once its first code was given. */
        post: operations["mfaSetup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/mfa/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether signing in asks for a code. */
        get: operations["mfaStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/mfa/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Finish signing in, with a code of the app or a recovery code. */
        post: operations["mfaVerify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/mfa/verify-setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch the second factor on, with the code that the app shows. */
        post: operations["mfaVerifySetup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey-assert/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The other spelling of `passkeyAssertBegin`. */
        post: operations["passkeyAssertBeginAlias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkey-assert/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The other spelling of `passkeyAssertComplete`. */
        post: operations["passkeyAssertCompleteAlias"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your passkeys. */
        get: operations["listPasskeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkeys/{passkey_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a passkey. The last way into an account stays. */
        delete: operations["deletePasskey"];
        options?: never;
        head?: never;
        /** Give a passkey another name. */
        patch: operations["renamePasskey"];
        trace?: never;
    };
    "/v1/auth/passkeys/assert/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to sign in by a passkey. The answer is the same for everybody. */
        post: operations["passkeyAssertBegin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkeys/assert/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in by a passkey. */
        post: operations["passkeyAssertComplete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkeys/register/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to add a passkey. */
        post: operations["passkeyRegisterBegin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/passkeys/register/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a passkey. An account that has a second factor or a passkey already wants it confirmed. */
        post: operations["passkeyRegisterComplete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reauth": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prove once more who you are, and get a token that confirms one act. */
        post: operations["reauth"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reauth/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Have a code mailed that proves once more who you are. For accounts without a second factor: it is the `code` of
         *     `POST /v1/auth/reauth`.
         */
        post: operations["reauthSendCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get the next token: for a refresh token in the body, or without one for the user's token in the header. */
        post: operations["refreshToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/reset-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a new password with the token from the mail. Every session ends. */
        post: operations["resetPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where you are signed in. */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/sessions/{session_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Sign out somewhere else. */
        delete: operations["revokeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/set-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Set a password for an account that has none, within 15 minutes after signing in. */
        post: operations["setPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What you chose for your own safety. */
        get: operations["getSecuritySettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change what you chose for your own safety. What makes the account less safe has to be confirmed. */
        patch: operations["updateSecuritySettings"];
        trace?: never;
    };
    "/v1/auth/signup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign up. Until the address is proven, the answer is the same whether or not it has an account. */
        post: operations["signup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/social-login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same, with a word for the provider. */
        post: operations["socialLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with a password. */
        post: operations["login"];
        /** End the presented token, and the session it belongs to. */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Prove an address with the token from its mail. */
        post: operations["verifyEmail"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth/verify-email-change": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the address of the account with the code. All other sessions end. */
        post: operations["verifyEmailChange"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The latest requests: all of the organisation for owners and admins, one's own for others. */
        get: operations["billingHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billing/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many requests the organisation made this month. */
        get: operations["billingUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrollments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the requests that the caller may decide or has decided. */
        get: operations["listEnrollments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrollments/{enrollment_id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the agent in. It joins the caller's organisation, with the access in `grants` and no other. */
        post: operations["approveEnrollment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrollments/{enrollment_id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the agent away. */
        post: operations["denyEnrollment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/enrollments/lookup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an approval link stands for. */
        post: operations["lookupEnrollment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server answers. */
        get: operations["healthCheck"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/health/hsm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the key provider can unwrap keys. The master key is held in memory, so it can from the start on. */
        get: operations["healthHsm"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oauth/clients": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the assistants that the organisation registered. */
        get: operations["listOauthClients"];
        put?: never;
        /** Register an assistant that publishes no description of itself. For owners and admins. */
        post: operations["createOauthClient"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oauth/clients/{client_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an assistant, and end what it was allowed. */
        delete: operations["deleteOauthClient"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oauth/grants": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what people allowed assistants: your own grants and those for agents that you let in; all for owners and admins. */
        get: operations["listOauthGrants"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/oauth/grants/{grant_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a grant. Its tokens are worth nothing from the next request on. */
        delete: operations["revokeOauthGrant"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/agent-keys-vault": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The vault that holds the identity keys of the organisation's agents. For people only. */
        get: operations["getAgentKeysVault"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/env-vars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the variables of the organisation. For owners and admins. */
        get: operations["listOrgEnvVars"];
        put?: never;
        /** Make a variable of the organisation; it holds where it is linked. For owners and admins. */
        post: operations["createOrgEnvVar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/env-vars/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a variable of the organisation from everywhere, by its id. For owners and admins. */
        delete: operations["deleteOrgEnvVar"];
        options?: never;
        head?: never;
        /** Change a variable of the organisation. For owners and admins. */
        patch: operations["updateOrgEnvVar"];
        trace?: never;
    };
    "/v1/org/env-vars/{key}/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a variable of the organisation hold in a vault. For owners and admins. */
        post: operations["linkOrgEnvVar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/env-vars/{key}/links/{vault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Let a variable of the organisation hold in a vault no longer. For owners and admins. */
        delete: operations["unlinkOrgEnvVar"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/freeze-agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop all agents of the organisation at once. For owners and admins. */
        post: operations["freezeAgents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the invitations that wait. For owners and admins. */
        get: operations["listInvitations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/invitations/{invitation_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Withdraw an invitation. For owners and admins. */
        delete: operations["withdrawInvitation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Join the organisation that a mailed link invites to, with the account of the invited address. */
        post: operations["acceptInvitation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Invite somebody by mail. For owners and admins. The answer does not tell who has an account. */
        post: operations["inviteMember"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many vaults, secrets and agents there are and may be. For people only. */
        get: operations["getOrgLimits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Set or lift limits. For owners and admins. What there is already stays. */
        patch: operations["updateOrgLimits"];
        trace?: never;
    };
    "/v1/org/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members. For people only. */
        get: operations["listOrgMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member, or leave. Their sessions, shares and policies here end at once, and their agents are switched off. */
        delete: operations["removeMember"];
        options?: never;
        head?: never;
        /** Give a member another role. For owners and admins; only owners make or change owners. */
        patch: operations["updateMemberRole"];
        trace?: never;
    };
    "/v1/org/memberships": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the organisations the caller belongs to. For people only. */
        get: operations["listMemberships"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The settings of the organisation. For people only. */
        get: operations["getOrgSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Change the settings of the organisation. For owners and admins. */
        patch: operations["updateOrgSettings"];
        trace?: never;
    };
    "/v1/org/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Act in another organisation from now on. For people who signed in. */
        post: operations["switchOrg"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/org/unfreeze-agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the agents of the organisation go on. For owners and admins. */
        post: operations["unfreezeAgents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what should not have happened, newest first. For owners and admins. */
        get: operations["listRiskEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/honeytokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the decoys in vaults that the caller controls. For people only. */
        get: operations["listHoneytokens"];
        put?: never;
        /** Make a secret a decoy: an agent that reads it is stopped by that. For people who control the vault. */
        post: operations["createHoneytoken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/honeytokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Make a decoy an ordinary secret again. What happened to it stays on record. */
        delete: operations["deleteHoneytoken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/verdicts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List those who caused events in the last 30 days, the worst first. For owners and admins. */
        get: operations["listRiskVerdicts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/risk/verdicts/{principal_type}/{principal_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What speaks against somebody; `null` when nothing does. For owners and admins. */
        get: operations["getRiskVerdict"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets/{secret_id}/share": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Share a secret with somebody. */
        post: operations["createShare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/security/ip-rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the rules of the organisation. */
        get: operations["listIpRules"];
        put?: never;
        /** Write a rule. It holds from the next request on. */
        post: operations["createIpRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/security/ip-rules/{rule_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a rule. */
        delete: operations["deleteIpRule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/share/{share_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Open a share. Counts as one open. Browsers and link previews are sent to its page instead. */
        get: operations["accessShare"];
        put?: never;
        /** Open a share. Counts as one open. The passphrase, if it has one, is in the body. */
        post: operations["accessShareByPost"];
        /** Withdraw a share. From then on there is none. */
        delete: operations["revokeShare"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shares/{share_id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept a share, so that it can be opened. */
        post: operations["acceptShare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shares/{share_id}/decline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Decline a share. */
        post: operations["declineShare"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shares/inbound": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was shared with the caller. */
        get: operations["listInboundShares"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/shares/outbound": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the caller has shared. */
        get: operations["listOutboundShares"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the vaults that the caller may know of. */
        get: operations["listVaults"];
        put?: never;
        /** Make a vault. One made by an agent is opened to the human who let the agent in. */
        post: operations["createVault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One vault. */
        get: operations["getVault"];
        put?: never;
        post?: never;
        /** Destroy a vault with all that is in it. */
        delete: operations["deleteVault"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who may do something at a path, and why; for those who control the vault. Opens nothing. */
        get: operations["listPathAccess"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/cmek": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that clients encrypt the values of a vault with a key of their own. For people only. */
        post: operations["enableCmek"];
        /** Say that clients no longer encrypt what they write. What they encrypted stays encrypted. For people only. */
        delete: operations["disableCmek"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/cmek-rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move all values of a vault from one key of the clients to another. Both keys are used for that and forgotten.
         *     For people only.
         */
        post: operations["rotateCmek"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/cmek-rotate/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far a rotation is. For people only. */
        get: operations["getCmekRotationJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/env-vars": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the variables of a vault that the caller may read. Those that are sensitive come without their values. */
        get: operations["listEnvVars"];
        put?: never;
        /** Make a variable. Needs `write` on `env/` and its key. */
        post: operations["createEnvVar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/env-vars/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One variable. A sensitive one comes without its value. */
        get: operations["getEnvVar"];
        put?: never;
        post?: never;
        /** Remove a variable. */
        delete: operations["deleteEnvVar"];
        options?: never;
        head?: never;
        /** Change a variable; key and branch stay. */
        patch: operations["updateEnvVar"];
        trace?: never;
    };
    "/v1/vaults/{vault_id}/env-vars/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The variables that a program gets in an environment. An agent that is tagged with one need not name it. */
        get: operations["resolveEnvVars"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/environments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the environments of a vault. */
        get: operations["listVaultEnvironments"];
        put?: never;
        /** Add an environment to a vault, if wanted with copies of the variables of another one. */
        post: operations["createVaultEnvironment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/environments/{slug}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an environment. Variables that hold nowhere else go with it. */
        delete: operations["deleteVaultEnvironment"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the policies of a vault, for those who control it. */
        get: operations["listPolicies"];
        put?: never;
        /** Write a policy. It holds from the next request on. */
        post: operations["createPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/policies/{policy_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change a policy; pattern and principal stay. */
        put: operations["updatePolicy"];
        post?: never;
        /** Remove a policy. What it allowed is refused from the next request on. */
        delete: operations["deletePolicy"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/policies/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would be decided, and by which policy. Opens nothing. */
        post: operations["explainPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/policies/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a policy would do if it were saved now, for those who may save it. Saves nothing. */
        post: operations["previewPolicy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secret-rotate/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace the value by a random one that the server makes. It is not returned. */
        post: operations["rotateSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secret-version-disable/{path}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch one version off. */
        post: operations["disableSecretVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secret-version/{path}/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read one version. Counts as one read. */
        get: operations["getSecretVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secret-versions/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the versions of a secret, without values. */
        get: operations["listSecretVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the secrets that the caller may read, without values. */
        get: operations["listSecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vaults/{vault_id}/secrets/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a secret. Counts as one read. */
        get: operations["getSecret"];
        /** Write a secret: the first version at a path, or the next. */
        put: operations["putSecret"];
        post?: never;
        /** Delete a secret, all its versions. */
        delete: operations["deleteSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the webhooks of the organisation. */
        get: operations["listWebhooks"];
        put?: never;
        /** Make a webhook. */
        post: operations["createWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["getWebhook"];
        put?: never;
        post?: never;
        /** Remove a webhook with what it was still to receive. */
        delete: operations["deleteWebhook"];
        options?: never;
        head?: never;
        /** Change a webhook. Switched on again it begins anew. */
        patch: operations["updateWebhook"];
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a webhook was sent in the last 30 days. */
        get: operations["listWebhookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace the secret of a webhook. The old one signs nothing from now on. */
        post: operations["rotateWebhookSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a test event now. It is tried once. */
        post: operations["testWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Body of `POST /v1/org/invitations/accept`. */
        AcceptInvitationRequest: {
            /** @description The last segment of the mailed link. */
            token: string;
        };
        /** @description Body of `POST /v1/share/{share_id}` (and of `GET`, which one published client sends it with); may be missing. */
        AccessShareRequest: {
            /**
             * Format: password
             * @description The passphrase, when the share has one.
             */
            passphrase?: string | null;
        };
        /** @description Access to paths of a vault, as the `summary` of a request names it. */
        AccessSummary: {
            /** @description Glob over its paths. */
            path_pattern: string;
            /** @description What for. */
            permissions: string[];
            /**
             * Format: uuid
             * @description The vault.
             */
            vault_id: string;
        };
        /** @description A request for access that would be enough: a body for `POST /v1/approvals/request` that lacks nothing but a reason. */
        AccessTemplate: {
            /** @description `access`. */
            action: string;
            /** @description The smallest access that would have been enough. */
            summary: components["schemas"]["AccessSummary"];
            /** @description Id of the vault. */
            target_id: string;
            /** @description `vault`. */
            target_type: string;
        };
        /** @description Answer of `POST /v1/agents`. Exactly these two keys may appear. */
        AgentCreatedResponse: {
            /** @description The new agent. */
            agent: components["schemas"]["AgentResponse"];
            /**
             * Format: password
             * @description Its API key, shown this once.
             */
            api_key?: string;
        };
        /** @description Answer of `GET /v1/agents/{agent_id}/exposure`. */
        AgentExposureResponse: {
            /**
             * Format: uuid
             * @description Which agent.
             */
            agent_id: string;
            /** @description What it is called. */
            agent_name: string;
            /**
             * Format: date-time
             * @description Until when this is complete.
             */
            as_of: string;
            /** @description False once it is switched off or deleted. */
            is_active: boolean;
            /** @description Whether it was deleted. */
            is_deleted: boolean;
            /** @description By thing: first what is to be replaced. */
            items: components["schemas"]["ExposureItem"][];
            /**
             * Format: int32
             * @description How many things are to be replaced: those whose `status` is `open`.
             */
            open: number;
            /** @description What it handed on, newest first. */
            shares: components["schemas"]["ExposureShare"][];
        };
        /** @description Answer of `POST /v1/agents/{agent_id}/rotate-key`. The old key is dead already. */
        AgentKeyRotatedResponse: {
            /**
             * Format: password
             * @description The new API key, shown this once.
             */
            api_key: string;
        };
        /** @description Answer of `GET /v1/org/agent-keys-vault`. */
        AgentKeysVaultResponse: {
            /**
             * Format: uuid
             * @description Id of the vault named `__agent-keys`.
             */
            vault_id: string;
        };
        /** @description Answer of `GET /v1/agents`. */
        AgentListResponse: {
            /** @description The agents of the organisation, oldest first. */
            agents: components["schemas"]["AgentResponse"][];
        };
        /** @description An agent as its organisation sees it. */
        AgentResponse: {
            /**
             * Format: date-time
             * @description When its key stops working.
             */
            api_key_expires_at?: string;
            /** @description How it proves who it is: `api_key`. */
            auth_method: string;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /** @description What it is for, `""` when nobody said. */
            description?: string;
            /** @description Its P-256 identity key, base64 of the 65-byte uncompressed point. */
            ecdh_public_key?: string;
            /** @description Environment it runs in. */
            environment?: string;
            /** @description Set when the environment is fixed; left out otherwise. */
            environment_locked?: boolean;
            /** @description Whether it may make calls with its bindings; left out when not. */
            execution_intents_enabled?: boolean;
            /**
             * Format: date-time
             * @description When it stops working.
             */
            expires_at?: string;
            /**
             * Format: int32
             * @description Life of those tokens in seconds, when it differs from the server's default.
             */
            federated_token_ttl_seconds?: number;
            /** @description The services it may get them for. */
            federation_audiences?: string[];
            /** @description Set when it may get tokens for other services; left out otherwise. */
            federation_enabled?: boolean;
            /**
             * Format: uuid
             * @description Id of the agent.
             */
            id: string;
            /** @description Whether it is refused secrets of type `private_key` and `ssh_key`. */
            intents_api_enabled: boolean;
            /** @description Whether it may do anything at all. */
            is_active: boolean;
            /**
             * Format: date-time
             * @description When it was last seen.
             */
            last_active_at?: string;
            /** @description Name of the agent. */
            name: string;
            /** @description Its scopes as they were given. */
            scopes?: string[];
            /** @description Always `false`. */
            shroud_enabled: boolean;
            /** @description Its Ed25519 identity key, base64 of 32 bytes. */
            ssh_public_key?: string;
            /**
             * Format: int32
             * @description Life of its access tokens in seconds, when it differs from the server's default.
             */
            token_ttl_seconds?: number;
            /** @description The only vaults it may ever use; any vault when empty. */
            vault_ids?: string[];
        };
        /** @description Answer of `GET /v1/agents/me`: an agent as it sees itself. */
        AgentSelfResponse: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description The human whom a share with `creator` goes to.
             */
            created_by: string;
            /** @description What it is for, `""` when nobody said. */
            description?: string;
            /** @description Its P-256 identity key, base64 of the 65-byte uncompressed point. */
            ecdh_public_key?: string;
            /**
             * Format: date-time
             * @description When it stops working.
             */
            expires_at?: string;
            /**
             * Format: uuid
             * @description Id of the agent.
             */
            id: string;
            /** @description Whether it is refused secrets of type `private_key` and `ssh_key`. */
            intents_api_enabled: boolean;
            /** @description Whether it may do anything at all. */
            is_active: boolean;
            /**
             * Format: date-time
             * @description When it was last seen.
             */
            last_active_at?: string;
            /** @description Name of the agent. */
            name: string;
            /**
             * Format: uuid
             * @description Its organisation.
             */
            org_id: string;
            /** @description Its scopes as they were given. */
            scopes?: string[];
            /** @description Always `false`. */
            shroud_enabled: boolean;
            /** @description Its Ed25519 identity key, base64 of 32 bytes. */
            ssh_public_key?: string;
        };
        /** @description Body of `POST /v1/auth/agent-token`. */
        AgentTokenRequest: {
            /**
             * Format: uuid
             * @description Id of the agent; without it the key alone identifies the agent.
             */
            agent_id?: string | null;
            /**
             * Format: password
             * @description The agent's API key, `ocv_` and 43 base64url characters. Left out with an assertion.
             */
            api_key?: string;
            /** @description A JWT signed with the key that the agent enrolled with, in place of an API key. */
            client_assertion?: string;
            /** @description `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, with an assertion (RFC 7523). */
            client_assertion_type?: string;
            /** @description A public key (JWK) that the token is to be bound to: it is worth nothing without proofs by that key (RFC 9449). */
            dpop_jwk?: Record<string, unknown> | null;
        };
        /** @description Answer of `POST /v1/auth/agent-token`. Clients with a strict decoder get [`TokenResponse`] instead. */
        AgentTokenResponse: {
            /** @description The JWT for the `Authorization: Bearer` header. */
            access_token: string;
            /**
             * Format: uuid
             * @description Id of the agent that the key belongs to.
             */
            agent_id: string;
            /**
             * Format: int32
             * @description Seconds until it expires; always more than 60.
             */
            expires_in: number;
            /** @description `Bearer`. */
            token_type: string;
            /** @description The vaults the agent is bound to; for an unbound agent those it can reach, oldest first. For discovery only. */
            vault_ids: string[];
        };
        /** @description Body of `POST /v1/approvals/{approval_id}/approve`, `/deny` and `/cancel`; may be missing. */
        AnswerApprovalRequest: {
            grant?: components["schemas"]["GrantChoice"] | null;
            /** @description Why. */
            reason?: string | null;
            /** @description With `approve`: as in `decide`. */
            value?: string | null;
        };
        /** @description Answer of `POST /v1/auth/api-keys`. */
        ApiKeyCreatedResponse: {
            /**
             * Format: password
             * @description The key itself, `1ck_` and 43 base64url characters. It is not shown again.
             */
            api_key: string;
            /** @description The key as it is listed. */
            key: components["schemas"]["ApiKeyResponse"];
        };
        /** @description Answer of `GET /v1/auth/api-keys`. */
        ApiKeyListResponse: {
            /** @description Every key of the caller, newest first, revoked ones too. */
            keys: components["schemas"]["ApiKeyResponse"][];
        };
        /** @description A personal key, without the key. */
        ApiKeyResponse: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends by itself.
             */
            expires_at?: string;
            /**
             * Format: uuid
             * @description Id of the key.
             */
            id: string;
            /** @description Whether it works; `false` once it was revoked. */
            is_active: boolean;
            /** @description Its first 12 characters. */
            key_prefix: string;
            /**
             * Format: date-time
             * @description When it was last used, to the minute.
             */
            last_used_at?: string;
            /** @description What it is for. */
            name: string;
            /** @description What it was limited to. */
            scopes: string[];
        };
        /** @description Answer of `GET /v1/approvals`. */
        ApprovalListResponse: {
            /** @description The questions, newest first. */
            approvals: components["schemas"]["ApprovalResponse"][];
        };
        /** @description A question of an agent, as both sides see it. */
        ApprovalResponse: {
            /** @description What the agent wants to do. Text chosen by the agent. */
            action: string;
            /**
             * Format: uuid
             * @description Who asks.
             */
            agent_id: string;
            /**
             * Format: date-time
             * @description When it was asked.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was answered or taken back.
             */
            decided_at?: string | null;
            /**
             * Format: uuid
             * @description Who answered.
             */
            decided_by?: string | null;
            /** @description What the human said to it. */
            decision_reason?: string | null;
            /**
             * Format: int64
             * @description For how long access is asked.
             */
            duration_seconds?: number | null;
            /**
             * Format: date-time
             * @description When it lapses, or lapsed.
             */
            expires_at?: string | null;
            /** @enum {string} */
            grant_mode?: "once" | "duration" | "always";
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description The organisation.
             */
            org_id: string;
            /** @description The permissions it asks for; empty when it asks for none. */
            permissions: string[];
            /**
             * Format: uuid
             * @description The policy that came of it.
             */
            policy_id?: string;
            /** @description Why it asks. Text chosen by the agent. */
            reason?: string | null;
            /**
             * Format: uuid
             * @description The same, for clients that know it by this name.
             */
            requester_id: string;
            /** @description `agent`. */
            requester_type: string;
            /** @description The page on which the human answers. It needs signing in, and opening it changes nothing. */
            review_url: string;
            /**
             * Format: int32
             * @description 1 to 3.
             */
            risk_tier: number;
            /** @description The path or pattern it concerns, `""` when none. */
            secret_path: string;
            /** @enum {string} */
            status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
            /** @description What the agent says about it. Chosen by the agent. */
            summary: Record<string, unknown>;
            /** @description Which one. Text chosen by the agent. */
            target_id: string;
            /** @description What kind of thing it concerns. Text chosen by the agent. */
            target_type: string;
            /**
             * Format: uuid
             * @description Whom it is put to.
             */
            user_id: string;
            /** @description The vault it concerns, `""` when none. */
            vault_id: string;
        };
        /** @description Body of `POST /v1/enrollments/{enrollment_id}/approve`; may be missing. */
        ApproveEnrollmentRequest: {
            /** @description What the agent is given at once; nothing, when left out. In one transaction with the agent. */
            grants?: components["schemas"]["EnrollmentGrant"][];
            /** @description Name to give the agent in place of the one it proposed. */
            name?: string | null;
            /** @description The four words that the agent shows. Needed where the agent brought a key; five wrong ones deny the request. */
            phrase?: string | null;
            /** @description The `request_hash` of what was looked at: anything else is 409. */
            request_hash?: string | null;
            /**
             * @description The last segment of the approval link. Needed for an enrolment that is bound to no address: whoever holds the
             *     link may decide it.
             */
            token?: string | null;
        };
        /** @description Answer of `POST /v1/enrollments/{enrollment_id}/approve`. */
        ApproveEnrollmentResponse: {
            /** @description The new agent. It has no access until a policy grants some. */
            agent: components["schemas"]["AgentResponse"];
            /** @description The enrolment, now approved. */
            enrollment: components["schemas"]["EnrollmentResponse"];
            /** @description How its key gets to the approver. */
            key_delivery: components["schemas"]["KeyDelivery"];
            /** @description The policies that came with the agent. */
            policy_ids?: string[];
            /**
             * Format: uri
             * @description With [`KeyDelivery::Link`]: the page that reveals the key once. Its last segment is a secret.
             */
            reveal_url?: string;
        };
        /** @description Answer of `GET /v1/audit/checkpoint`. */
        AuditCheckpointResponse: {
            /** @description The signed note (C2SP `signed-note`), verbatim. The other fields are only what it says. */
            note: string;
            /** @description Name of the log. */
            origin: string;
            /** @description Root of the tree of those leaves. */
            root_hash: string;
            /**
             * Format: int64
             * @description Number of leaves it commits to.
             */
            size: number;
            /** @description The key to verify the note with, `<name>+<hash>+<key>` as in C2SP `signed-note`. Pin it; do not trust it anew. */
            verifier_key: string;
        };
        /** @description One entry of the log. Never holds a value, passphrase, key or token. */
        AuditEvent: {
            /** @description What happened, such as `secret.read`. */
            action: string;
            /** @description Id of who did it, `system` for the server itself. */
            actor_id: string;
            /** @description What `actor_id` is: `user`, `agent` or `system`. */
            actor_type: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            created_at: string;
            /** @description Particulars of the action. */
            details: Record<string, unknown>;
            /**
             * Format: uuid
             * @description Id of the event.
             */
            id: string;
            /** @description The same as `leaf_hash`, under the name the API uses for its hash chain. */
            integrity_hash: string;
            /** @description Address the request came from. */
            ip_address?: string;
            /** @description The RFC 6962 leaf hash of the event. */
            leaf_hash: string;
            /** @description The same as `details`, under the name an earlier version of the API used. */
            metadata?: Record<string, unknown>;
            /**
             * Format: uuid
             * @description The organisation whose log this is.
             */
            org_id: string;
            /**
             * Format: uuid
             * @description The event before this one, `null` for the first.
             */
            prev_event_id?: string | null;
            /** @description The `leaf_hash` of that event, zeros for the first. */
            prev_hash: string;
            /** @description Id of that thing. */
            resource_id: string;
            /** @description What it happened to, such as `secret`. */
            resource_type: string;
            /**
             * Format: int64
             * @description Place in the organisation's log, from 0: the index of its leaf.
             */
            seq: number;
            /**
             * Format: date-time
             * @description The same as `created_at`, under the name an earlier version of the API used.
             */
            timestamp: string;
        };
        /** @description Answer of `GET /v1/audit/events`. */
        AuditEventsResponse: {
            /**
             * Format: int32
             * @description How many are in this answer.
             */
            count: number;
            /** @description The events, newest first. */
            events: components["schemas"]["AuditEvent"][];
        };
        /** @description How the hashes of the log are made. */
        AuditScheme: {
            /** @description The hash function and leaf encoding. */
            algorithm: string;
            /** @description How leaves depend on each other. */
            chain_structure: string;
            /**
             * Format: uri
             * @description Where all of it is written down.
             */
            documentation: string;
            /** @description Field of an event that holds its hash. */
            hash_field: string;
            /** @description Field of an event that names the one before it. */
            link_field: string;
        };
        /** @description Answer of `GET /v1/audit/verify`: the server's own check. A checkpoint and an export allow an independent one. */
        AuditVerifyResponse: {
            /**
             * Format: uuid
             * @description The first bad one, `null` when there is none.
             */
            broken_at_event_id?: string | null;
            /** @description Whether every hash came out as recorded. */
            chain_valid: boolean;
            /**
             * Format: int64
             * @description How many were looked at.
             */
            events_checked: number;
            /**
             * Format: int64
             * @description How many events were found good.
             */
            events_verified: number;
            /** @description How the hashes are made. */
            scheme: components["schemas"]["AuditScheme"];
        };
        /** @description What authenticators to ask for. */
        AuthenticatorSelection: {
            /** @description Any: absent. */
            authenticator_attachment?: string | null;
            /** @description `required`: signing in names no account. */
            resident_key: string;
            /** @description `required`: a passkey counts as two factors. */
            user_verification: string;
        };
        /** @description Body of `POST /v1/agents/batch-delete`. */
        BatchDeleteAgentsRequest: {
            /** @description Which agents, at most 500. */
            agent_ids: string[];
        };
        /** @description Answer of `POST /v1/agents/batch-delete`. */
        BatchDeleteAgentsResponse: {
            /**
             * Format: int32
             * @description How many were removed.
             */
            deleted: number;
            /** @description Those that were not. */
            errors: components["schemas"]["BatchDeleteError"][];
            /**
             * Format: int32
             * @description How many were not.
             */
            failed: number;
        };
        /** @description An agent that was not removed. */
        BatchDeleteError: {
            /**
             * Format: uuid
             * @description Which one.
             */
            id: string;
            /** @description Why, for people. */
            reason: string;
        };
        /** @description Answer of `GET /v1/agents/{agent_id}/bindings`. */
        BindingListResponse: {
            /** @description The bindings, by name. */
            bindings: components["schemas"]["BindingResponse"][];
        };
        /** @description A binding. */
        BindingResponse: {
            /**
             * Format: uuid
             * @description Who may use it.
             */
            agent_id: string;
            /** @description `http`. */
            binding_type: string;
            /** @description Where calls go. */
            config: Record<string, unknown>;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description The path in the vault. */
            credential_path?: string | null;
            /** @description Whether a credential is kept in it. */
            credential_set: boolean;
            /** @description `inline` or `vault_ref`. */
            credential_source_type?: string | null;
            /**
             * Format: uuid
             * @description The vault that the credential is read from.
             */
            credential_vault_id?: string | null;
            /** @description What may be called. */
            guardrails: Record<string, unknown>;
            /**
             * Format: uuid
             * @description Id of the binding.
             */
            id: string;
            /** @description Whether it is switched on. */
            is_active: boolean;
            /** @description Its name. */
            name: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
        };
        /** @description Body of `POST /v1/auth/change-email`. */
        ChangeEmailRequest: {
            /** @description The address that the account shall have. */
            new_email: string;
        };
        /** @description Answer of `POST /v1/auth/change-email`. */
        ChangeEmailResponse: {
            /**
             * Format: int32
             * @description Seconds until the code stops working.
             */
            expires_in_seconds: number;
            /** @description What happens next, in a sentence. */
            message: string;
            /** @description The address as it was understood. */
            new_email: string;
        };
        /** @description Body of `POST /v1/auth/change-password`. */
        ChangePasswordRequest: {
            /**
             * Format: password
             * @description The password until now.
             */
            current_password: string;
            /**
             * Format: password
             * @description The password to set, under the rules of signing up.
             */
            new_password: string;
        };
        /**
         * @description Alphabet of a value that the server generates.
         * @enum {string}
         */
        Charset: "hex" | "base64" | "alphanumeric" | "ascii";
        /** @description Body of `POST /v1/vaults/{vault_id}/cmek-rotate`. */
        CmekRotateRequest: {
            /** @description SHA-256 of the new key, 64 hexadecimal digits. */
            new_fingerprint: string;
        };
        /** @description A rotation of the clients' key of a vault. */
        CmekRotationJobResponse: {
            /**
             * Format: date-time
             * @description When it ended.
             */
            completed_at?: string;
            /**
             * Format: date-time
             * @description When it was asked for.
             */
            created_at: string;
            /** @description Why it failed. */
            error?: string;
            /**
             * Format: uuid
             * @description Id of the rotation.
             */
            id: string;
            /** @description SHA-256 of the key after. */
            new_fingerprint?: string;
            /** @description SHA-256 of the key before. */
            old_fingerprint?: string;
            /**
             * Format: int32
             * @description Versions that are moved.
             */
            processed: number;
            /**
             * Format: date-time
             * @description When it began.
             */
            started_at?: string;
            /** @description How far it is. */
            status: components["schemas"]["CmekRotationStatus"];
            /**
             * Format: int32
             * @description Versions that are to be moved.
             */
            total_secrets: number;
            /**
             * Format: uuid
             * @description Id of the vault.
             */
            vault_id: string;
        };
        /**
         * @description How far a rotation is.
         * @enum {string}
         */
        CmekRotationStatus: "running" | "completed" | "failed";
        /** @description Answer of `GET /v1/audit/proof/consistency`: proof that a tree grew out of an older one (RFC 9162, 2.1.4). */
        ConsistencyProofResponse: {
            /**
             * Format: int64
             * @description Size of the older tree.
             */
            from: number;
            /** @description The hashes. */
            hashes: string[];
            /**
             * Format: int64
             * @description Size of the newer tree.
             */
            to: number;
        };
        /** @description Body of `POST /v1/agents`. */
        CreateAgentRequest: {
            /**
             * Format: date-time
             * @description When its key stops working.
             */
            api_key_expires_at?: string | null;
            /** @description How it proves who it is; `api_key` when absent. */
            auth_method?: string | null;
            /** @description What it is for. */
            description?: string | null;
            /** @description Environment it runs in, for `environment_in` conditions. */
            environment?: string | null;
            /** @description Whether the environment is fixed from here on. */
            environment_locked?: boolean | null;
            /** @description Lets it make calls with its bindings. */
            execution_intents_enabled?: boolean | null;
            /**
             * Format: date-time
             * @description When the agent stops working.
             */
            expires_at?: string | null;
            /** @description Refuses it secrets of type `private_key` and `ssh_key`. */
            intents_api_enabled?: boolean | null;
            /** @description Name of the agent. */
            name: string;
            /** @description Path patterns are a ceiling on what policies may grant; label-like entries are kept and restrict nothing. */
            scopes?: string[] | null;
            /**
             * Format: int32
             * @description Life of its access tokens in seconds, 120 to 86400.
             */
            token_ttl_seconds?: number | null;
            /** @description The only vaults it may ever use; any vault when empty. */
            vault_ids?: string[] | null;
        };
        /** @description Body of `POST /v1/auth/api-keys`. */
        CreateApiKeyRequest: {
            /**
             * Format: date-time
             * @description When the key ends by itself.
             */
            expires_at?: string | null;
            /** @description What the key is for, 1 to 255 characters after trimming. */
            name: string;
            /** @description Path patterns such as `prod/**` are all that the key reaches; labels such as `vault:read` are kept. */
            scopes?: string[] | null;
        };
        /** @description Body of `POST /v1/approvals/request`. */
        CreateApprovalRequest: {
            /**
             * @description What the agent wants to do. `access` and `policy_change` get the access in `summary` when they are approved;
             *     `secret.provide` gets
             *     the value that the human types into the vault; any other action is a question whose answer is recorded.
             */
            action: string;
            /**
             * Format: int64
             * @description For how long access is asked, in seconds. The human may answer with another time.
             */
            duration_seconds?: number | null;
            /** @description Why, in the agent's words. */
            reason?: string | null;
            /**
             * Format: int32
             * @description 1 to 5; what the server finds riskier counts as that. From 2 on the answer must be confirmed.
             */
            risk_tier?: number | null;
            /**
             * @description Anything that helps the human. For `access` and `policy_change`: `vault_id`, `path_pattern`, `permissions`;
             *     for `secret.provide`: `vault_id`, `path` and perhaps `type`.
             */
            summary: Record<string, unknown>;
            /** @description Which one; may be empty. */
            target_id: string;
            /** @description What kind of thing it concerns. */
            target_type: string;
        };
        /** @description Body of `POST /v1/agents/{agent_id}/bindings`. */
        CreateBindingRequest: {
            /** @description `http`. */
            binding_type: string;
            /** @description Where calls go: `base_url`, and if wanted `auth`, `headers` and `timeout_ms`. */
            config?: Record<string, unknown> | null;
            /** @description The credential, kept in the binding: `token`, `api_key`, `value`, or `username` and `password`. */
            credential?: Record<string, unknown> | null;
            credential_source?: components["schemas"]["CredentialSource"] | null;
            /** @description What may be called: `allowed_hosts`, `allowed_paths`, `methods`. Without `methods`, `GET` and `HEAD`. */
            guardrails?: Record<string, unknown> | null;
            /** @description Its name, unique for the agent. */
            name: string;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/environments`. */
        CreateEnvironmentRequest: {
            /** @description Begin with copies of the variables of this environment. */
            copy_from?: string | null;
            /** @description Free text. */
            description?: string | null;
            /** @description 2 to 30 small letters, digits and hyphens. */
            slug: string;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/env-vars`. */
        CreateEnvVarRequest: {
            /** @description Free text. */
            comment?: string | null;
            /** @description Where it holds; `production`, `preview` and `development` when absent. */
            environments?: string[] | null;
            /** @description The branch it is for. */
            git_branch?: string | null;
            /** @description 1 to 256 capital letters, digits and underscores. */
            key: string;
            /** @description People cannot read it back. */
            sensitive?: boolean | null;
            /**
             * Format: password
             * @description Its value, at most 64 KiB.
             */
            value: string;
        };
        /** @description Body of `POST /v1/risk/honeytokens`. */
        CreateHoneytokenRequest: {
            /** @description Free text. */
            notes?: string | null;
            /** @description Path of a secret whose value looks real and opens nothing. */
            secret_path: string;
            /**
             * Format: uuid
             * @description The vault.
             */
            vault_id: string;
        };
        /** @description Body of `POST /v1/security/ip-rules`. */
        CreateIpRuleRequest: {
            /** @description `all`, `users` or `agents`; `all` when absent. */
            applies_to?: string | null;
            /** @description A network such as `203.0.113.0/24`, or one address. */
            cidr: string;
            /** @description Another name of `label`. */
            description?: string | null;
            /** @description For people. */
            label?: string | null;
            /** @description `allow` or `deny`; `block` is another name of `deny`. */
            rule_type: string;
        };
        /** @description Body of `POST /v1/oauth/clients`. */
        CreateOauthClientRequest: {
            /** @description What people are shown. */
            client_name: string;
            /** @description Where the answer may go: `https`, this computer, or a scheme that a program claimed. */
            redirect_uris: string[];
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/policies`. */
        CreatePolicyRequest: {
            /** @description What must be true of the caller: `principal_role`, `auth_method` and others. All must hold. */
            attribute_conditions?: Record<string, unknown> | null;
            /** @description When it applies: `ip_allowlist`, `time_window`, `environment_in`, `require_approval`. All must hold. */
            conditions?: Record<string, unknown> | null;
            /** @enum {string} */
            effect?: "allow" | "deny";
            /**
             * Format: date-time
             * @description When it stops applying.
             */
            expires_at?: string | null;
            permissions: ("read" | "write" | "delete" | "rotate" | "use")[];
            /**
             * Format: uuid
             * @description The user or agent it is about.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /**
             * Format: int32
             * @description The highest matching priority decides; 0 when absent, never negative.
             */
            priority?: number | null;
            /** @description Paths it covers: segments, `*` for exactly one, `**` for any number. */
            secret_path_pattern: string;
        };
        /** @description Body of `POST /v1/secrets/{secret_id}/share`. */
        CreateShareRequest: {
            /**
             * Format: email
             * @description The address, for `external_email`.
             */
            email?: string | null;
            /**
             * Format: date-time
             * @description When it ends; must be in the future.
             */
            expires_at: string;
            /** @description Addresses or CIDR ranges it may be opened from; anywhere when absent. */
            ip_allowlist?: string[] | null;
            /**
             * Format: int32
             * @description How often it may be opened; 5 for links and addresses, 1000 otherwise, when absent.
             */
            max_access_count?: number | null;
            /**
             * Format: password
             * @description Asked for at every open.
             */
            passphrase?: string | null;
            permissions?: ("read" | "write" | "delete" | "rotate" | "use")[];
            /**
             * Format: uuid
             * @description The user or agent, for those recipient types.
             */
            recipient_id?: string | null;
            /** @enum {string} */
            recipient_type: "creator" | "user" | "agent" | "external_email" | "anyone_with_link";
        };
        /** @description Body of `POST /v1/vaults`. */
        CreateVaultRequest: {
            /** @description Free text. */
            description?: string | null;
            /** @description 1 to 255 characters after trimming, unique in the organisation. */
            name: string;
        };
        /** @description Body of `POST /v1/webhooks`. */
        CreateWebhookRequest: {
            /** @description For people. */
            description?: string | null;
            /** @description Names of events, such as `secret.written`. Unknown ones are kept and never fire. */
            events: string[];
            /**
             * Format: password
             * @description Signs what is sent; made when absent.
             */
            secret?: string | null;
            /**
             * Format: uri
             * @description Where events are posted to: `https://`, on the public internet.
             */
            url: string;
        };
        /** @description A passkey, as browsers name it. */
        CredentialDescriptor: {
            /** @description Its id. */
            id: string;
            /** @description How browsers reach it. */
            transports?: string[];
            /** @description `public-key`. */
            type: string;
        };
        /** @description A kind of key to ask for. */
        CredentialParameters: {
            /**
             * Format: int64
             * @description The number of a COSE algorithm.
             */
            alg: number;
            /** @description `public-key`. */
            type: string;
        };
        /** @description Where the credential of a binding comes from. */
        CredentialSource: {
            /** @description The path in the vault. */
            path?: string | null;
            /** @description `inline` or `vault_ref`. */
            type: string;
            /** @description The credential, when it is kept in the binding. */
            value?: Record<string, unknown> | null;
            /**
             * Format: uuid
             * @description The vault, when it is a secret.
             */
            vault_id?: string | null;
        };
        /** @description Answer of `POST /v1/auth/export-data`: everything but values. */
        DataExportResponse: {
            /** @description Agents of the organisation. */
            agents: components["schemas"]["ExportedAgent"][];
            /** @description `1.0`. */
            export_version: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            exported_at: string;
            /** @description Policies of the vaults that the account controls. */
            policies: components["schemas"]["ExportedPolicy"][];
            /** @description Secrets whose names the account may see. */
            secrets_metadata: components["schemas"]["ExportedSecret"][];
            /** @description The account. */
            user: components["schemas"]["ExportedUser"];
            /** @description Vaults that the account may see. */
            vaults: components["schemas"]["ExportedVault"][];
        };
        /** @description Body of `POST /v1/approvals/{approval_id}/decide`. */
        DecideApprovalRequest: {
            /** @description `approve` or `reject`; `approved`, `rejected`, `deny` and `denied` are understood too. */
            decision: string;
            grant?: components["schemas"]["GrantChoice"] | null;
            /** @description Why, for the agent and the log. */
            reason?: string | null;
            /** @description For a `secret.provide`: the value that the agent lacks. It goes into the vault, as the caller's. */
            value?: string | null;
        };
        /** @description Body of `DELETE /v1/auth/me`. Published clients disagree on the name, so either is read. */
        DeleteAccountRequest: {
            /** @description The same, by its other name. */
            confirm?: string | null;
            /** @description `DELETE MY ACCOUNT`. */
            confirmation?: string | null;
        };
        /** @description Body of `POST /v1/enrollments/{enrollment_id}/deny`; may be missing. */
        DenyEnrollmentRequest: {
            /** @description Why, for the audit log. */
            reason?: string | null;
            /**
             * @description Report it too: for a week, requests from its network are neither shown nor mailed to you. They are answered like
             *     all others.
             */
            report?: boolean | null;
            /** @description The last segment of the approval link, as for approving. */
            token?: string | null;
        };
        /** @description Body of `POST /v1/auth/device/approve` and `/deny`. */
        DeviceApproveRequest: {
            /** @description The code that the program shows, with or without its hyphen. */
            user_code: string;
        };
        /** @description Body of `POST /v1/auth/device/code`. */
        DeviceCodeRequest: {
            /** @description What the program is called; the human sees it as its own claim. */
            client_id?: string | null;
            /** @description The only account that may answer. */
            email?: string | null;
        };
        /** @description Answer of `POST /v1/auth/device/code`. */
        DeviceCodeResponse: {
            /** @description For the program alone. */
            device_code: string;
            /**
             * Format: int32
             * @description Seconds until it is too late.
             */
            expires_in: number;
            /**
             * Format: int32
             * @description Seconds between two questions.
             */
            interval: number;
            /** @description For the human to type: `XXXX-XXXX`. */
            user_code: string;
            /** @description Where to type it. */
            verification_uri: string;
        };
        /**
         * @description What has become of a code.
         * @enum {string}
         */
        DeviceCodeStatus: "pending" | "approved" | "denied" | "expired";
        /** @description Answer of `GET /v1/auth/device/code/{user_code}`, and of approving and denying. */
        DeviceStatusResponse: {
            /** @description What has become of the code. */
            status: components["schemas"]["DeviceCodeStatus"];
        };
        /**
         * @description Why there is no token.
         * @enum {string}
         */
        DeviceTokenError: "authorization_pending" | "slow_down" | "access_denied" | "expired_token" | "unsupported_grant_type";
        /** @description Body of `POST /v1/auth/device/token`. */
        DeviceTokenRequest: {
            /** @description The program's code. */
            device_code: string;
            /** @description `urn:ietf:params:oauth:grant-type:device_code`. */
            grant_type?: string | null;
        };
        /** @description Answer of `POST /v1/auth/device/token`: a token, or why there is none (yet). Always 200. */
        DeviceTokenResponse: {
            /** @description The JWT for the `Authorization: Bearer` header. */
            access_token?: string;
            /** @description Address of the account. */
            email?: string;
            /** @description Why there is no token. */
            error?: components["schemas"]["DeviceTokenError"];
            /**
             * Format: int32
             * @description Seconds until the token expires.
             */
            expires_in?: number;
            /**
             * Format: uuid
             * @description Organisation that the session acts in.
             */
            org_id?: string;
            /** @description Gets the next access token. */
            refresh_token?: string;
            /** @description `Bearer`. */
            token_type?: string;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            user_id?: string;
        };
        /**
         * @description What `POST /v1/auth/email-otp/send` says it did.
         * @enum {string}
         */
        EmailOtpStatus: "sent";
        /** @description Answer of `POST /v1/auth/email-otp/verify`. */
        EmailOtpVerifyResponse: {
            /** @description The JWT for the `Authorization: Bearer` header. */
            access_token: string;
            /** @description Address of the account, lower-case. */
            email: string;
            /**
             * Format: int32
             * @description Seconds until it expires.
             */
            expires_in: number;
            /** @description Whether this made the account. */
            is_new: boolean;
            /** @description The same as `is_new`. */
            is_new_user: boolean;
            /** @description Whether the second factor is still to come, at `POST /v1/auth/mfa/verify`. Then there is no token yet. */
            mfa_required?: boolean;
            /** @description Goes back with the code of the second factor. */
            mfa_token?: string | null;
            /**
             * Format: uuid
             * @description Organisation that the session acts in.
             */
            org_id: string;
            /** @description Gets the next access token. */
            refresh_token?: string | null;
            /** @description The same as `access_token`. */
            token: string;
            /** @description `Bearer`. */
            token_type: string;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            user_id: string;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/cmek`. */
        EnableCmekRequest: {
            /** @description SHA-256 of the clients' key, 64 hexadecimal digits. */
            fingerprint: string;
        };
        /** @description Body of `POST /v1/agents/enroll`. */
        EnrollAgentRequest: {
            /**
             * @description With a key: `api_key` (collected once from the status endpoint; the default) or `private_key_jwt`, where the agent
             *     signs in with its key and is never sent anything secret.
             */
            credential?: string;
            /** @description What the agent is for. */
            description?: string | null;
            /**
             * Format: email
             * @description Address of the human who should decide; without it whoever holds the link and is signed in may.
             */
            human_email?: string | null;
            /** @description Name that the agent proposes for itself. */
            name: string;
            /** @description The agent's Ed25519 key, `ssh-ed25519 AAAA…` or base64 of 32 bytes; opens a pairing. */
            public_key?: string | null;
            /** @description What it would like to reach: at most 10 entries. Nothing of it holds before its human grants it. */
            requested_access?: components["schemas"]["RequestedAccess"][];
        };
        /** @description Answer of `POST /v1/agents/enroll`. */
        EnrollAgentResponse: {
            /**
             * Format: uuid
             * @description The nil UUID.
             */
            agent_id: string;
            /**
             * Format: uri
             * @description The page where a signed-in human decides. Its last segment is a secret.
             */
            approval_url: string;
            /**
             * Format: date-time
             * @description When the request lapses.
             */
            expires_at: string;
            /** @description Pairing only: fingerprint of the key, `SHA256:` and unpadded base64, as `ssh-keygen -l` prints it. */
            fingerprint?: string;
            /** @description What happens next; the same sentence for everyone. */
            message: string;
            /**
             * Format: uuid
             * @description Pairing only: id for [`EnrollmentStatusResponse`].
             */
            pairing_id?: string;
            /** @description Pairing only: four words for the agent to show its human, who picks them to approve. */
            phrase?: string;
            /** @description Pairing only: proves to the status endpoint that the caller is the one who asked. */
            poll_token?: string;
        };
        /** @description Access that a human gives a new agent. */
        EnrollmentGrant: {
            /**
             * Format: int64
             * @description For how long, from a minute to a year; always, when absent.
             */
            duration_seconds?: number | null;
            /** @description In place of `vault_id`: the name of a vault that is made with the agent. */
            new_vault?: string | null;
            /** @description Paths, as in a policy. */
            path_pattern: string;
            /** @description At least one of `read`, `write`, `delete`, `rotate`, `use`. */
            permissions: string[];
            /**
             * Format: uuid
             * @description The vault.
             */
            vault_id?: string | null;
        };
        /** @description Answer of `GET /v1/enrollments`. */
        EnrollmentListResponse: {
            /** @description The enrolments the caller may decide or has decided, newest first. */
            enrollments: components["schemas"]["EnrollmentResponse"][];
        };
        /** @description Body of `POST /v1/enrollments/lookup`. */
        EnrollmentLookupRequest: {
            /** @description The last segment of an approval link. */
            token: string;
        };
        /** @description Where an enrolment came from, as far as the server can tell. */
        EnrollmentOrigin: {
            /** @description Address of the requester. */
            ip?: string;
            /** @description What the requester says it is. Text chosen by a stranger. */
            user_agent?: string;
        };
        /** @description An enrolment as the human who may decide sees it. */
        EnrollmentResponse: {
            /**
             * Format: uuid
             * @description The agent that came of it.
             */
            agent_id?: string;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it was decided.
             */
            decided_at?: string;
            /**
             * Format: uuid
             * @description Who decided.
             */
            decided_by?: string;
            /** @description What the requester says the agent is for, `""` when nothing. Text chosen by a stranger. */
            description?: string;
            /**
             * Format: date-time
             * @description When it lapses, or lapsed.
             */
            expires_at: string;
            /** @description Fingerprint of the key that the agent brought, if it brought one; on one enrolment, not in lists. */
            fingerprint?: string;
            /** @description The address it is bound to, if any. */
            human_email?: string;
            /**
             * Format: uuid
             * @description Id of the enrolment.
             */
            id: string;
            /** @description Name of the agent. */
            name: string;
            /** @description Whether `name` is text of the stranger who asked, as opposed to one the approver gave. */
            name_chosen_by_requester: boolean;
            /** @description Names what is shown here, for [`ApproveEnrollmentRequest`]; on one enrolment, not in lists. */
            request_hash?: string;
            /** @description The access that the agent asks for; on one enrolment, not in lists. */
            requested_access?: components["schemas"]["RequestedAccess"][];
            /** @description Where it came from. */
            requested_from: components["schemas"]["EnrollmentOrigin"];
            /** @enum {string} */
            status: "pending" | "approved" | "denied" | "expired";
        };
        /** @description Answer of `GET /v1/agents/enroll/{pairing_id}/status`. */
        EnrollmentStatusResponse: {
            /**
             * Format: uuid
             * @description The new agent, once approved.
             */
            agent_id?: string;
            /**
             * Format: password
             * @description Its API key, in the first approved answer only.
             */
            api_key?: string;
            /** @enum {string} */
            status: "pending" | "approved" | "denied" | "expired";
            /** @description The vaults it may use, beside the key. */
            vault_ids?: string[];
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/environments`. */
        EnvironmentListResponse: {
            /** @description Those that every vault has first, then the others, oldest first. */
            environments: components["schemas"]["VaultEnvironment"][];
        };
        /** @description A variable. */
        EnvVar: {
            /** @description Free text. */
            comment?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who made it, `user:…` or `agent:…`. */
            created_by?: string | null;
            /** @description Where it holds. */
            environments: string[];
            /** @description The branch it is for, `null` for any. */
            git_branch?: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Its name. */
            key: string;
            /** @description People cannot read it back. */
            sensitive: boolean;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: password
             * @description Its value, `null` when it is sensitive or was not sent along with a change.
             */
            value?: string | null;
            /**
             * Format: int32
             * @description Grows with every value.
             */
            version: number;
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/env-vars`. */
        EnvVarListResponse: {
            /** @description By key. */
            env_vars: components["schemas"]["EnvVar"][];
        };
        /**
         * @description Where a resolved value came from.
         * @enum {string}
         */
        EnvVarSource: "shared" | "vault" | "branch_override";
        /** @description Body of `POST /v1/agents/{agent_id}/execute`. */
        ExecuteRequest: {
            /** @description Name or id of a binding. */
            binding: string;
            /** @description `vault`, which is the only one. */
            execution_mode?: string | null;
            /** @description `http` or `http_request`. */
            intent_type: string;
            /** @description `method`, `path`, `headers`, `query`, `body`, `timeout_ms`; all may be absent. */
            params: Record<string, unknown>;
        };
        /** @description Answer of `POST /v1/agents/{agent_id}/execute`. */
        ExecuteResponse: {
            /**
             * Format: int64
             * @description How long it took.
             */
            duration_ms: number;
            /** @description Why it did not. */
            error?: string | null;
            /**
             * Format: uuid
             * @description Id of the call.
             */
            execution_id: string;
            /** @description `vault`. */
            execution_surface: string;
            /**
             * Format: int64
             * @description How often the credential was taken out of the answer.
             */
            redactions_applied: number;
            result?: components["schemas"]["ExecuteResult"] | null;
            /** @description `success` when the server answered, whatever it said; `error` when not. */
            status: string;
        };
        /** @description What a server answered, without the credential. */
        ExecuteResult: {
            /** @description The body. */
            body: string;
            /** @description `utf8`, or `base64` for what is no text. */
            body_encoding: string;
            /** @description Headers, names in lower case, values of the same name joined with a comma. No cookies. */
            headers: {
                [key: string]: string;
            };
            /**
             * Format: int32
             * @description HTTP status.
             */
            status: number;
        };
        /** @description A call that was made. */
        ExecutionEventResponse: {
            /**
             * Format: uuid
             * @description Whose credential was used.
             */
            agent_id: string;
            /**
             * Format: uuid
             * @description Which.
             */
            binding_id: string;
            /**
             * Format: int64
             * @description Always absent: calls cost nothing here.
             */
            cost_cents?: number | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: int64
             * @description How long it took.
             */
            duration_ms: number;
            /** @description Why there was no answer. */
            error_message?: string | null;
            /** @description `vault`. */
            execution_mode: string;
            /**
             * Format: uuid
             * @description Id of the call.
             */
            id: string;
            /** @description `http`. */
            intent_type: string;
            /**
             * Format: int64
             * @description How often the credential was taken out of the answer.
             */
            redactions_applied: number;
            /** @description `method`, `host` and `path`. */
            request_summary?: Record<string, unknown> | null;
            /** @description `status` of the answer. */
            result_summary?: Record<string, unknown> | null;
            /** @description `started`, `success` or `error`. */
            status: string;
        };
        /** @description Answer of `GET /v1/agents/{agent_id}/executions`. */
        ExecutionListResponse: {
            /** @description The calls, newest first. */
            events: components["schemas"]["ExecutionEventResponse"][];
        };
        /** @description What part one policy had in a decision. */
        ExplainedPolicy: {
            /** @description Whether it decided. */
            decided: boolean;
            /** @enum {string} */
            effect: "allow" | "deny";
            /** @description Whether it matches. */
            matched: boolean;
            /**
             * Format: uuid
             * @description Which policy.
             */
            policy_id: string;
            /**
             * Format: int32
             * @description The highest matching priority decides.
             */
            priority: number;
            /** @description Paths it covers. */
            secret_path_pattern: string;
            /** @description Why it matches, or why not. */
            why: string;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/policies/explain`: a question that is decided as a request would be. */
        ExplainPolicyRequest: {
            /** @enum {string} */
            action: "read" | "list" | "write" | "delete" | "rotate" | "use" | "share";
            /**
             * Format: date-time
             * @description When; now when absent.
             */
            at?: string | null;
            /** @description In which environment; the agent's own when absent. */
            environment?: string | null;
            /** @description From which address; unknown when absent, which no `ip_allowlist` contains. */
            ip?: string | null;
            /** @description At which path; it need not exist. */
            path: string;
            /**
             * Format: uuid
             * @description Who would ask.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
        };
        /** @description Answer of `POST /v1/vaults/{vault_id}/policies/explain`. */
        ExplainPolicyResponse: {
            /** @description The decision. */
            allowed: boolean;
            /**
             * Format: uuid
             * @description The policy that decided, if one did.
             */
            decided_by?: string;
            /** @description `rule`, `vault_owner`, `vault_binding`, `scope_ceiling`, `deny_rule` or `no_matching_rule`. */
            reason: string;
            /** @description Every policy of the vault, the strongest first. */
            rules: components["schemas"]["ExplainedPolicy"][];
            /** @description The reason for people. */
            sentence: string;
        };
        /** @description An agent in an export. */
        ExportedAgent: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the agent.
             */
            id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description A policy in an export. */
        ExportedPolicy: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the policy.
             */
            id: string;
            /** @description What it allows or denies. */
            permissions: string[];
            /**
             * Format: uuid
             * @description Who it is about.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /** @description The paths that it is about. */
            secret_path_pattern: string;
            /**
             * Format: uuid
             * @description Vault that it is about.
             */
            vault_id: string;
        };
        /** @description A secret in an export, without its value. */
        ExportedSecret: {
            /**
             * Format: date-time
             * @description When that version was written.
             */
            created_at: string;
            /** @description Its path. */
            path: string;
            /** @description What kind of value it is. */
            type: string;
            /**
             * Format: uuid
             * @description Vault that it is in.
             */
            vault_id: string;
            /**
             * Format: int32
             * @description Newest version.
             */
            version: number;
        };
        /** @description The account in an export. */
        ExportedUser: {
            /** @description How the account signs in. */
            auth_method: string;
            /**
             * Format: date-time
             * @description When the account was created.
             */
            created_at: string;
            /** @description Name shown to other members, `""` when there is none. */
            display_name: string;
            /** @description Address, lower-case. */
            email: string;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            id: string;
        };
        /** @description A vault in an export. */
        ExportedVault: {
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the vault.
             */
            id: string;
            /** @description Its name. */
            name: string;
        };
        /** @description One thing that an agent got to see or use. */
        ExposureItem: {
            /**
             * Format: int64
             * @description The newest version there is; absent once the thing is gone.
             */
            current_version?: number;
            /**
             * Format: uuid
             * @description Which.
             */
            id: string;
            /** @enum {string} */
            kind: "secret" | "variable" | "binding";
            /**
             * Format: int64
             * @description The newest version that the agent knows; absent where it only used it.
             */
            newest_seen_version?: number;
            /** @description Path of the secret, name of the variable, or host that the credential was sent to. */
            path: string;
            /**
             * Format: date-time
             * @description When it was replaced.
             */
            replaced_at?: string;
            /** @enum {string} */
            status: "open" | "deleted" | "replaced" | "only_used";
            /**
             * Format: uuid
             * @description Its vault.
             */
            vault_id?: string;
            /** @description What the vault is called, while it is there. */
            vault_name?: string;
            /** @description By version and way. */
            versions: components["schemas"]["ExposureVersion"][];
        };
        /** @description What an agent handed on. */
        ExposureShare: {
            /**
             * Format: int64
             * @description How often it was opened.
             */
            access_count: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the share; absent for links, where it is all that protects the value.
             */
            id?: string;
            /** @description Whether it can still be opened. */
            is_open: boolean;
            /** @description Path of the secret. */
            path: string;
            /**
             * Format: uuid
             * @description The user or agent it is for, once known.
             */
            recipient_id?: string;
            /** @enum {string} */
            recipient_type: "creator" | "user" | "agent" | "external_email" | "anyone_with_link";
        };
        /** @description One version, and how the agent got to it. */
        ExposureVersion: {
            /**
             * Format: date-time
             * @description First time.
             */
            first_at: string;
            /** @enum {string} */
            how: "read" | "wrote" | "used";
            /**
             * Format: date-time
             * @description Last time.
             */
            last_at: string;
            /**
             * Format: int64
             * @description How often.
             */
            times: number;
            /**
             * Format: int64
             * @description Which version; 0 where there are none.
             */
            version: number;
        };
        /** @description Body of `POST /v1/auth/forgot-password`. */
        ForgotPasswordRequest: {
            /** @description Address of the account. */
            email: string;
        };
        /** @description Answer of `POST /v1/auth/forgot-password`. */
        ForgotPasswordResponse: {
            /** @description The same sentence for every address. */
            message: string;
            /** @description The same word for every address. */
            status: components["schemas"]["ForgotPasswordStatus"];
        };
        /**
         * @description What `POST /v1/auth/forgot-password` says it did: always the same, so that it tells nothing about the address.
         * @enum {string}
         */
        ForgotPasswordStatus: "email_sent";
        /** @description Body of `POST /v1/auth/google`. */
        GoogleAuthRequest: {
            /** @description What Google gave the client. */
            id_token: string;
        };
        /** @description How long granted access lasts, and what it comes down to. */
        GrantChoice: {
            /** @enum {string} */
            mode: "once" | "duration" | "always";
            permissions?: ("read" | "write" | "delete" | "rotate" | "use")[];
            /**
             * Format: int64
             * @description With `duration`: how long; the time asked for when absent. With `once`: in what time; a day when absent.
             */
            seconds?: number | null;
        };
        /** @description Answer of `GET /v1/health`. */
        HealthResponse: {
            /** @description Overall state. */
            status: components["schemas"]["HealthStatus"];
            /** @description Version of the server. */
            version: string;
        };
        /**
         * @description Overall state of the server.
         * @enum {string}
         */
        HealthStatus: "healthy" | "degraded";
        /** @description A decoy. */
        Honeytoken: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Who laid it out.
             */
            created_by: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it last was.
             */
            last_triggered_at?: string | null;
            /** @description Free text. */
            notes?: string | null;
            /**
             * Format: uuid
             * @description The organisation.
             */
            org_id: string;
            /** @description The path. */
            secret_path: string;
            /**
             * Format: int64
             * @description How often it was read.
             */
            triggered_count: number;
            /**
             * Format: uuid
             * @description The vault.
             */
            vault_id: string;
        };
        /** @description Answer of `POST /v1/risk/honeytokens`. */
        HoneytokenCreatedResponse: {
            /** @description The decoy. */
            honeytoken: components["schemas"]["Honeytoken"];
        };
        /** @description Answer of `DELETE /v1/risk/honeytokens/{id}`. */
        HoneytokenDeletedResponse: {
            /** @description Always true. */
            deleted: boolean;
        };
        /** @description Answer of `GET /v1/risk/honeytokens`. */
        HoneytokenListResponse: {
            /** @description The decoys in vaults that the caller controls, newest first. */
            honeytokens: components["schemas"]["Honeytoken"][];
        };
        /** @description Answer of `GET /v1/audit/proof/inclusion`: proof that an event is in the tree of a given size (RFC 9162, 2.1.3). */
        InclusionProofResponse: {
            /** @description Sibling hashes from the leaf to the root. */
            hashes: string[];
            /** @description Hash of the event. */
            leaf_hash: string;
            /**
             * Format: int64
             * @description The event.
             */
            seq: number;
            /**
             * Format: int64
             * @description The size of the tree.
             */
            size: number;
        };
        /** @description Answer of `GET /v1/org/invitations`. */
        InvitationListResponse: {
            /** @description Those that wait, newest first. */
            invitations: components["schemas"]["InvitationResponse"][];
        };
        /** @description An invitation that waits. */
        InvitationResponse: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description Who is invited. */
            email: string;
            /**
             * Format: date-time
             * @description When it lapses.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: uuid
             * @description By whom.
             */
            invited_by: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
        };
        /** @description Body of `POST /v1/org/invite`. */
        InviteMemberRequest: {
            /**
             * Format: email
             * @description Who to invite.
             */
            email: string;
            /** @enum {string} */
            role?: "owner" | "admin" | "member";
        };
        /** @description Answer of `POST /v1/org/invite`; the same whether or not the address has an account. */
        InviteMemberResponse: {
            /** @description The address. */
            email: string;
            /** @description What happens next. */
            message: string;
        };
        /** @description A rule. */
        IpRuleResponse: {
            /** @description `all`, `users` or `agents`. */
            applies_to: string;
            /** @description The network. */
            cidr: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Who wrote it.
             */
            created_by: string;
            /**
             * Format: uuid
             * @description Id of the rule.
             */
            id: string;
            /** @description For people, possibly empty. */
            label: string;
            /**
             * Format: uuid
             * @description The organisation it belongs to.
             */
            org_id: string;
            /** @description `allow` or `deny`. */
            rule_type: string;
        };
        /** @description Answer of `GET /v1/security/ip-rules`. */
        IpRulesListResponse: {
            /** @description The rules, oldest first. */
            rules: components["schemas"]["IpRuleResponse"][];
        };
        /**
         * @description One verification key as a JSON Web Key (RFC 7517): Ed25519 (RFC 8037), or RSA (RFC 7518) for tokens for other
         *     services.
         */
        JsonWebKey: {
            /** @description Algorithm: `EdDSA`, or `RS256`. */
            alg: string;
            /** @description Curve: `Ed25519`. Absent from an RSA key. */
            crv?: string;
            /** @description Exponent of an RSA key in base64url without padding. */
            e?: string;
            /** @description Names the key; the header of every token carries it. */
            kid: string;
            /** @description Key type: `OKP`, or `RSA`. */
            kty: string;
            /** @description Modulus of an RSA key in base64url without padding. */
            n?: string;
            /** @description Use of the key: `sig`. */
            use: string;
            /** @description The public key in base64url without padding. Absent from an RSA key. */
            x?: string;
        };
        /** @description Answer of `GET /.well-known/jwks.json`: every key whose tokens are still accepted. */
        JsonWebKeySet: {
            /** @description The keys, newest first. */
            keys: components["schemas"]["JsonWebKey"][];
        };
        /** @description Answer of `GET /v1/auth/jwt-public-key`: the key that verifies access tokens now. Exactly these two keys may appear. */
        JwtPublicKeyResponse: {
            /** @description Signature algorithm: `EdDSA` (RFC 8037). */
            alg: string;
            /** @description The raw 32-byte Ed25519 public key in standard base64. */
            public_key_base64: string;
        };
        /**
         * @description How the new agent's API key gets to the human who approved.
         * @enum {string}
         */
        KeyDelivery: "email" | "link" | "agent";
        /** @description Answer of `GET /v1/health/hsm`. */
        KeyProviderHealthResponse: {
            /** @description State of the key provider. */
            status: components["schemas"]["KeyProviderStatus"];
        };
        /**
         * @description State of the key provider that wraps the data keys.
         * @enum {string}
         */
        KeyProviderStatus: "ok" | "degraded" | "unavailable";
        /** @description Body of `POST /v1/org/env-vars/{id}/link`. */
        LinkEnvVarRequest: {
            /**
             * Format: uuid
             * @description The vault in which it is to hold.
             */
            vault_id: string;
        };
        /** @description Body of `POST /v1/auth/token`. */
        LoginRequest: {
            /** @description Address of the account. */
            email: string;
            /**
             * Format: password
             * @description Its password.
             */
            password: string;
        };
        /** @description Answer of `POST /v1/auth/token`: the fields of [`TokenResponse`], or a second-factor challenge. */
        LoginResponse: {
            /** @description The access token. The empty string with a challenge, because clients test it for truth. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds until the access token, or the challenge, expires.
             */
            expires_in: number;
            /** @description Set when a second factor is asked for; left out otherwise. */
            mfa_required?: boolean;
            /** @description Names the challenge. */
            mfa_token?: string;
            /** @description Gets the next access token. */
            refresh_token?: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /** @description Body of `DELETE /v1/auth/mfa`; it may be missing when the header `X-Auth-Confirm` confirms the request. */
        MfaDisableRequest: {
            /** @description A code of the app, or a recovery code. */
            code?: string | null;
        };
        /** @description Answer of `POST /v1/auth/mfa/setup`. */
        MfaSetupResponse: {
            /** @description For a QR code: the secret with what an app needs to know about it. */
            otpauth_uri: string;
            /** @description The secret alone, base32, for typing. */
            secret: string;
        };
        /** @description Answer of `GET /v1/auth/mfa/status`. */
        MfaStatusResponse: {
            /** @description Whether signing in asks for a code. */
            enabled: boolean;
            /**
             * Format: int32
             * @description Recovery codes that were not used yet.
             */
            recovery_codes_remaining: number;
        };
        /** @description Body of `POST /v1/auth/mfa/verify`. */
        MfaVerifyRequest: {
            /** @description A code of the app, or a recovery code. */
            code: string;
            /** @description What the first step of signing in gave. */
            mfa_token: string;
        };
        /** @description Body of `POST /v1/auth/mfa/verify-setup`. */
        MfaVerifySetupRequest: {
            /** @description The code that the app shows now. */
            code: string;
        };
        /** @description Answer of `POST /v1/auth/mfa/verify-setup`. */
        MfaVerifySetupResponse: {
            /** @description Eight codes for whoever has lost the app. Each works once, and they are shown this once. */
            recovery_codes: string[];
        };
        /** @description Answer of `GET /v1/oauth/clients`. */
        OauthClientListResponse: {
            /** @description The assistants, oldest first. */
            clients: components["schemas"]["OauthClientResponse"][];
        };
        /** @description An assistant that the organisation registered. */
        OauthClientResponse: {
            /**
             * Format: uuid
             * @description What it presents as its `client_id`. It has no secret.
             */
            client_id: string;
            /** @description What people are shown. */
            client_name: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Who registered it.
             */
            created_by?: string | null;
            /** @description Where the answer may go. */
            redirect_uris: string[];
        };
        /** @description Answer of `GET /v1/oauth/grants`. */
        OauthGrantListResponse: {
            /** @description The grants that assistants hold, newest first. */
            grants: components["schemas"]["OauthGrantResponse"][];
        };
        /** @description What somebody allowed an assistant. */
        OauthGrantResponse: {
            /**
             * Format: uuid
             * @description The agent that the assistant acts as.
             */
            agent_id: string;
            /** @description The agent's name. */
            agent_name: string;
            /** @description What the assistant is to the server: the address of its description, or an id. */
            client_id: string;
            /** @description What it calls itself. */
            client_name: string;
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends by itself.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Who allowed it.
             */
            granted_by: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When the assistant last got a token.
             */
            last_used_at: string;
            /** @description Which of the tools it may use. */
            scopes: string[];
            /** @description Where its code went: a host, or the scheme of a program. */
            sent_to: string;
        };
        /** @description Answer of `GET /.well-known/openid-configuration`: issuer metadata (RFC 8414). */
        OpenIdConfiguration: {
            /** @description Signature algorithms in use. */
            id_token_signing_alg_values_supported: string[];
            /** @description The public base URL; equals the `iss` claim of every token. */
            issuer: string;
            /** @description Where the verification keys are. */
            jwks_uri: string;
            /** @description Required by the metadata format; tokens here come from exchanges, not from an authorisation endpoint. */
            response_types_supported?: string[];
            /** @description Required by the metadata format: `public`. */
            subject_types_supported?: string[];
            /** @description Where tokens are exchanged (RFC 8693). */
            token_endpoint?: string;
        };
        /** @description A variable of the organisation. */
        OrgEnvVar: {
            /** @description Free text. */
            comment?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Where it holds. */
            environments: string[];
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Its name. */
            key: string;
            /** @description The vaults in which it holds. */
            linked_vaults: string[];
            /** @description People cannot read it back. */
            sensitive: boolean;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: password
             * @description Its value, `null` when it is sensitive or was not sent along with a change.
             */
            value?: string | null;
            /**
             * Format: int32
             * @description Grows with every value.
             */
            version: number;
        };
        /** @description Answer of `GET /v1/org/env-vars`. */
        OrgEnvVarListResponse: {
            /** @description By key. */
            env_vars: components["schemas"]["OrgEnvVar"][];
        };
        /** @description One limit. */
        OrgLimit: {
            /**
             * Format: int32
             * @description How many there may be, `null` for any number.
             */
            maximum?: number | null;
            /** @description `vaults`, `secrets` or `agents`. */
            resource: string;
            /**
             * Format: int64
             * @description How many there are.
             */
            used: number;
        };
        /** @description Answer of `GET` and `PATCH /v1/org/limits`. */
        OrgLimitsResponse: {
            /** @description Every limit there can be. */
            limits: components["schemas"]["OrgLimit"][];
        };
        /** @description Answer of `GET /v1/org/members`. */
        OrgMemberListResponse: {
            /** @description The members, in the order they joined. */
            members: components["schemas"]["OrgMemberResponse"][];
        };
        /** @description A member of the organisation. */
        OrgMemberResponse: {
            /** @description How the account was made to sign in: `password`. */
            auth_method: string;
            /**
             * Format: date-time
             * @description When the user joined.
             */
            created_at: string;
            /** @description Name shown to other members, `""` when there is none. */
            display_name?: string;
            /** @description Address of the account. */
            email: string;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            id: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
        };
        /** @description Answer of `GET /v1/org/memberships`. */
        OrgMembershipListResponse: {
            /** @description The organisation that signing in leads to comes first. */
            memberships: components["schemas"]["OrgMembershipResponse"][];
        };
        /** @description An organisation that the caller belongs to. */
        OrgMembershipResponse: {
            /** @description Its name. */
            name: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            org_id: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
        };
        /** @description The settings of an organisation. */
        OrgSettingsResponse: {
            /** @description Whether all its agents are stopped. */
            agents_frozen: boolean;
            /**
             * Format: date-time
             * @description Since when.
             */
            agents_frozen_at?: string;
            /** @description `email` or `link`; `null` when the instance decides. */
            key_delivery?: string | null;
            /** @description Its name. */
            name: string;
        };
        /** @description Body of `POST /v1/auth/passkeys/assert/begin`; it may be missing. */
        PasskeyAssertBeginRequest: {
            /** @description Ignored: the authenticator says which account it is for. */
            email?: string | null;
        };
        /** @description Answer of `POST /v1/auth/passkeys/assert/begin`: the same for everybody. */
        PasskeyAssertBeginResponse: {
            /** @description Empty: any passkey for this host. */
            allow_credentials: components["schemas"]["CredentialDescriptor"][];
            /** @description Good for five minutes and one sign-in. */
            challenge: string;
            /** @description The host that the passkey is for. */
            rp_id: string;
            /**
             * Format: int32
             * @description Milliseconds until the challenge ends.
             */
            timeout: number;
            /** @description `required`. */
            user_verification: string;
        };
        /** @description Body of `POST /v1/auth/passkeys/assert/complete`. */
        PasskeyAssertCompleteRequest: {
            /** @description The authenticator data. */
            authenticator_data: string;
            /** @description The client data. */
            client_data_json: string;
            /** @description What authenticators call the passkey. */
            credential_id: string;
            /** @description Over both. */
            signature: string;
        };
        /** @description Answer of `POST /v1/auth/passkeys/assert/complete`. */
        PasskeyAssertCompleteResponse: {
            /**
             * Format: int32
             * @description Seconds until the access token ends.
             */
            expires_in: number;
            /** @description Gets the next one. */
            refresh_token: string;
            /** @description The access token. */
            token: string;
            /** @description `Bearer`. */
            token_type: string;
            /** @description Who signed in. */
            user: components["schemas"]["PasskeyUser"];
        };
        /** @description Answer of `GET /v1/auth/passkeys`. */
        PasskeyListResponse: {
            /** @description Oldest first. */
            passkeys: components["schemas"]["PasskeyResponse"][];
        };
        /** @description Answer of `POST /v1/auth/passkeys/register/begin`. */
        PasskeyRegisterBeginResponse: {
            /** @description `none`. */
            attestation: string;
            /** @description What authenticators to ask for. */
            authenticator_selection: components["schemas"]["AuthenticatorSelection"];
            /** @description Good for five minutes and one passkey. */
            challenge: string;
            /** @description Passkeys that the account has already. */
            exclude_credentials: components["schemas"]["CredentialDescriptor"][];
            /** @description Kinds of keys to ask for, best first. */
            pub_key_cred_params: components["schemas"]["CredentialParameters"][];
            /** @description The host that the passkey is for. */
            rp_id: string;
            /** @description What to call it. */
            rp_name: string;
            /**
             * Format: int32
             * @description Milliseconds until the challenge ends.
             */
            timeout: number;
            /** @description What to call the account. */
            user_display_name: string;
            /** @description What authenticators call the account. */
            user_id: string;
            /** @description The address of the account. */
            user_name: string;
        };
        /** @description Body of `POST /v1/auth/passkeys/register/complete`. */
        PasskeyRegisterCompleteRequest: {
            /** @description The attestation object. */
            attestation_object: string;
            /** @description The client data. */
            client_data_json: string;
            /** @description What authenticators call the passkey. */
            credential_id: string;
            /** @description What its owner calls it. */
            name?: string | null;
            /** @description How browsers reach it. */
            transports?: string[] | null;
        };
        /** @description Answer of `POST /v1/auth/passkeys/register/complete`. */
        PasskeyRegisterCompleteResponse: {
            /** @description What authenticators call it. */
            credential_id: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            passkey_id: string;
        };
        /** @description A passkey. */
        PasskeyResponse: {
            /** @description Whether it is synchronised between devices. */
            backed_up: boolean;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description What authenticators call it. */
            credential_id: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When it was last used.
             */
            last_used_at?: string | null;
            /** @description What its owner calls it. */
            name?: string | null;
            /** @description How browsers reach it. */
            transports?: string[] | null;
        };
        /** @description Who signed in. */
        PasskeyUser: {
            /** @description Name for display. */
            display_name?: string | null;
            /** @description Address of the account. */
            email: string;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            id: string;
            /**
             * Format: uuid
             * @description Organisation of the session.
             */
            org_id: string;
        };
        /** @description What can be done at one path. */
        PathAccess: {
            actions: ("read" | "list" | "write" | "delete" | "rotate" | "use" | "share")[];
            /** @description Where. */
            path: string;
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/access`. */
        PathAccessResponse: {
            /** @description The owner of the vault and everybody whom one of its policies names. Nobody else can. */
            principals: components["schemas"]["PrincipalAccess"][];
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/policies`. */
        PolicyListResponse: {
            /** @description The policies of the vault, oldest first. */
            policies: components["schemas"]["PolicyResponse"][];
        };
        /** @description A policy. */
        PolicyResponse: {
            /** @description What must be true of the caller; left out for nothing. */
            attribute_conditions?: Record<string, unknown>;
            /** @description When it applies, `{}` for always. */
            conditions?: Record<string, unknown>;
            /**
             * Format: date-time
             * @description When it was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the user or agent that wrote it.
             */
            created_by: string;
            /** @description What `created_by` is. */
            created_by_type: components["schemas"]["PrincipalType"];
            /** @enum {string} */
            effect?: "allow" | "deny";
            /**
             * Format: date-time
             * @description When it stops applying; left out for never.
             */
            expires_at?: string;
            /**
             * Format: uuid
             * @description Id of the policy.
             */
            id: string;
            permissions: ("read" | "write" | "delete" | "rotate" | "use")[];
            /**
             * Format: uuid
             * @description The user or agent it is about.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /**
             * Format: int32
             * @description The highest matching priority decides; left out for 0.
             */
            priority?: number;
            /** @description Paths it covers. */
            secret_path_pattern: string;
            /**
             * Format: uuid
             * @description The vault it is about.
             */
            vault_id: string;
        };
        /** @description Something that the policy's principal might ask for. */
        PolicyTest: {
            /** @enum {string} */
            action?: "read" | "list" | "write" | "delete" | "rotate" | "use" | "share";
            /** @description At which path; it need not exist. */
            path: string;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/policies/preview`. */
        PreviewPolicyRequest: {
            /** @description The policy as it would be created. */
            policy: components["schemas"]["CreatePolicyRequest"];
            test?: components["schemas"]["PolicyTest"] | null;
        };
        /** @description Answer of `POST /v1/vaults/{vault_id}/policies/preview`. Only paths that the caller could list are named. */
        PreviewPolicyResponse: {
            /** @description What the principal could do then and cannot now. */
            gains: components["schemas"]["PathAccess"][];
            /** @description Whether it says the same as a policy that is there. */
            is_duplicate: boolean;
            /** @description What it can do now and could not then. */
            losses: components["schemas"]["PathAccess"][];
            /** @description Paths that the pattern matches now. It will match future ones too. */
            matches: string[];
            /** @description Paths that it misses, although they begin alike. */
            near_misses: string[];
            test?: components["schemas"]["ExplainPolicyResponse"] | null;
            /**
             * Format: int64
             * @description How many paths the pattern matches whose names are not the caller's to see.
             */
            unnamed: number;
        };
        /** @description Whether somebody may, and why. */
        PrincipalAccess: {
            /** @description The decision. */
            allowed: boolean;
            /**
             * Format: uuid
             * @description The policy that decided, if one did.
             */
            decided_by?: string;
            /**
             * Format: uuid
             * @description Who.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /** @description `rule`, `vault_owner`, `vault_binding`, `scope_ceiling`, `deny_rule` or `no_matching_rule`. */
            reason: string;
            /** @description The reason for people. */
            sentence: string;
        };
        /**
         * @description The two kinds of principal that may hold access.
         * @enum {string}
         */
        PrincipalType: "user" | "agent";
        /** @description The body of every answer with a status of 400 or above. */
        ProblemDetails: {
            /**
             * @description With status 403, where a policy would open the way: the smallest request for access that would. Sent to
             *     `POST /v1/approvals/request`, with a `reason`, it asks a human.
             */
            access_request?: components["schemas"]["AccessTemplate"];
            /**
             * Format: uuid
             * @description With [`APPROVAL_REQUIRED`]: the request that a human has to approve.
             */
            approval_request_id?: string;
            /** @description What happened this time, in a sentence for the caller. */
            detail?: string;
            /** @description With status 400: what is wrong, by request field. */
            fields?: {
                [key: string]: string;
            };
            /** @description Names this request in the server's log; quote it when asking for help. */
            request_id?: string;
            /**
             * Format: int32
             * @description The HTTP status code.
             */
            status?: number;
            /** @description Short name of the problem, the same for every occurrence. */
            title?: string;
            /** @description What kind of problem: [`ABOUT_BLANK`], [`RESOURCE_LIMIT_EXCEEDED`] or [`APPROVAL_REQUIRED`]. */
            type?: string;
        };
        /** @description Body of `PUT /v1/vaults/{vault_id}/secrets/{path}`. */
        PutSecretRequest: {
            /**
             * Format: date-time
             * @description When this version stops being readable.
             */
            expires_at?: string | null;
            /**
             * Format: int32
             * @description How many reads this version allows, 1 or more; unlimited when absent.
             */
            max_access_count?: number | null;
            /** @description Free-form notes of the writer; replaces those of the last version. */
            metadata?: Record<string, unknown> | null;
            /** @description Kept with the version; nothing acts on it. */
            rotation_policy?: Record<string, unknown> | null;
            /** @description What kind of value, `[a-z0-9_-]{1,64}`; `generic` when absent. */
            type?: string | null;
            /**
             * Format: password
             * @description The value, not empty.
             */
            value: string;
        };
        /** @description Answer of `GET /v1/access`. */
        ReachResponse: {
            /** @description Vaults that the caller controls and in which the principal reaches something. */
            vaults: components["schemas"]["VaultReach"][];
        };
        /** @description Body of `POST /v1/auth/reauth`: a purpose, and one of the proofs. */
        ReauthRequest: {
            /**
             * @description A code of the account's second factor, or one of its recovery codes. Without a second factor: the code of
             *     `POST /v1/auth/reauth/send`.
             */
            code?: string | null;
            passkey?: components["schemas"]["PasskeyAssertCompleteRequest"] | null;
            /**
             * Format: password
             * @description The account's password.
             */
            password?: string | null;
            /** @enum {string} */
            purpose: "account.delete" | "account.export" | "account.change_email" | "security.passkey.register" | "security.passkey.delete" | "security.mfa.enable" | "security.mfa.disable" | "security.vault_passkey.disable" | "approval.decide";
        };
        /** @description Answer of `POST /v1/auth/reauth`. */
        ReauthResponse: {
            /**
             * Format: int32
             * @description Seconds until it expires.
             */
            expires_in: number;
            /** @description `rat_…`: confirms one act of that purpose in this session. */
            token: string;
        };
        /** @description Body of `POST /v1/auth/refresh`; the whole body may be missing when the request carries a valid user token. */
        RefreshRequest: {
            /** @description The refresh token of the last answer. It is spent by this request. */
            refresh_token?: string | null;
        };
        /** @description Body of `PATCH /v1/auth/passkeys/{passkey_id}`. */
        RenamePasskeyRequest: {
            /** @description What its owner calls it. */
            name: string;
        };
        /** @description Access that an agent asks for when it asks to join. Its human sees it and grants it, less, or nothing. */
        RequestedAccess: {
            /**
             * Format: int64
             * @description For how long, from a minute to a year; always, when absent.
             */
            duration_seconds?: number;
            /** @description Paths, as in a policy. */
            path_pattern: string;
            /** @description At least one of `read`, `write`, `delete`, `rotate`, `use`. */
            permissions: string[];
            /** @description What for. Text chosen by a stranger. */
            reason?: string;
            /** @description Name or id of a vault, as the agent knows it. */
            vault: string;
        };
        /** @description Body of `POST /v1/auth/reset-password`. */
        ResetPasswordRequest: {
            /**
             * Format: password
             * @description The password to set, under the rules of signing up.
             */
            new_password: string;
            /** @description The token from the mailed link. */
            token: string;
        };
        /** @description Answer of `POST /v1/auth/reset-password`. */
        ResetPasswordResponse: {
            /** @description What happened, in a sentence. */
            message: string;
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/env-vars/resolve`. */
        ResolveEnvVarsResponse: {
            /** @description The environment. */
            environment: string;
            /** @description The branch. */
            git_branch?: string | null;
            /**
             * Format: date-time
             * @description When.
             */
            resolved_at: string;
            /** @description Where each came from. */
            sources: {
                [key: string]: components["schemas"]["EnvVarSource"];
            };
            /** @description Values by key. */
            vars: {
                [key: string]: string;
            };
            /** @description Keys of sensitive variables, which only agents get; left out when there are none. */
            withheld?: string[];
        };
        /** @description Body of `POST /v1/agents/{agent_id}/reveal-key`. */
        RevealKeyRequest: {
            /** @description The last segment of a reveal link. It is spent by this request. */
            token: string;
        };
        /** @description Answer of `POST /v1/agents/{agent_id}/reveal-key`. The key is made by this request, so nobody has seen it before. */
        RevealKeyResponse: {
            /**
             * Format: uuid
             * @description Id of the agent.
             */
            agent_id: string;
            /**
             * Format: password
             * @description Its API key, shown this once.
             */
            api_key: string;
        };
        /** @description Something that should not happen. */
        RiskEvent: {
            /**
             * Format: date-time
             * @description When it was written down: at once.
             */
            created_at: string;
            /** @description `honeytoken_access`. */
            event_type: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description From where. */
            ip?: string | null;
            /**
             * Format: date-time
             * @description When it happened.
             */
            occurred_at: string;
            /**
             * Format: uuid
             * @description The organisation.
             */
            org_id: string;
            /** @description Particulars. */
            payload: Record<string, unknown>;
            /**
             * Format: uuid
             * @description Who did it.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /** @enum {string} */
            severity: "low" | "medium" | "high" | "critical";
        };
        /** @description Answer of `GET /v1/risk/events`. */
        RiskEventListResponse: {
            /** @description Newest first. */
            events: components["schemas"]["RiskEvent"][];
        };
        /** @description What follows from the events that somebody caused in the last 30 days. */
        RiskVerdict: {
            /**
             * Format: date-time
             * @description When the last event was.
             */
            computed_at: string;
            /**
             * Format: date-time
             * @description When it no longer counts.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description The organisation.
             */
            org_id: string;
            /**
             * Format: uuid
             * @description Who.
             */
            principal_id: string;
            /** @description What `principal_id` is. */
            principal_type: components["schemas"]["PrincipalType"];
            /** @description Why. */
            reasons: components["schemas"]["RiskVerdictReason"][];
            /**
             * Format: int32
             * @description 0 to 100.
             */
            score: number;
            /** @enum {string} */
            severity: "low" | "medium" | "high" | "critical";
        };
        /** @description Answer of `GET /v1/risk/verdicts`. */
        RiskVerdictListResponse: {
            /** @description The worst first. */
            verdicts: components["schemas"]["RiskVerdict"][];
        };
        /** @description Why somebody is judged as they are. */
        RiskVerdictReason: {
            /** @description In words. */
            description: string;
            /** @description What noticed it. */
            detector: string;
            /** @enum {string} */
            severity: "low" | "medium" | "high" | "critical";
        };
        /** @description Answer of `GET /v1/risk/verdicts/{principal_type}/{principal_id}`. */
        RiskVerdictResponse: {
            verdict: components["schemas"]["RiskVerdict"] | null;
        };
        /** @description Body of `POST /v1/agents/{agent_id}/bindings/{binding_id}/rotate-credential`. */
        RotateBindingCredentialRequest: {
            /** @description The new credential: an object as when it was made, or a text. */
            credential: unknown;
        };
        /** @description Body of `POST /v1/vaults/{vault_id}/secret-rotate/{path}`; may be missing. */
        RotateSecretRequest: {
            charset?: components["schemas"]["Charset"] | null;
            /** @description Creates the secret where there is none. Needs permission to write, whether there is one or not. */
            create?: boolean | null;
            /**
             * Format: int32
             * @description Characters of the new value, 8 to 1024; 32 when absent.
             */
            length?: number | null;
            /** @description Kind of value; that of the last version when absent. */
            type?: string | null;
        };
        /** @description Answer of `PUT …/secrets/{path}` and `POST …/secret-rotate/{path}`: the version just written. */
        SecretCreatedResponse: {
            /**
             * Format: date-time
             * @description When this version was written.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When this version stops being readable, `null` for never.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Id of the secret, the same for every version.
             */
            id: string;
            /** @description Free-form notes of the writer. */
            metadata?: Record<string, unknown>;
            /** @description Path in the vault. */
            path: string;
            /** @description What kind of value. */
            type: string;
            /**
             * Format: int32
             * @description Number of this version, from 1.
             */
            version: number;
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/secrets`. */
        SecretListResponse: {
            /** @description Where the next page begins; only for those who asked for a page, and not on the last one. */
            next_cursor?: string;
            /** @description The latest version at every path the caller may read, by path. */
            secrets: components["schemas"]["SecretMetadataResponse"][];
        };
        /** @description A version of a secret without its value. */
        SecretMetadataResponse: {
            /**
             * Format: date-time
             * @description When this version was written.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When this version stops being readable, `null` for never.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Id of the secret, the same for every version.
             */
            id: string;
            /** @description Set when the version was disabled; left out otherwise. */
            is_disabled?: boolean;
            /** @description Free-form notes of the writer. */
            metadata?: Record<string, unknown>;
            /** @description Path in the vault. */
            path: string;
            /** @description What kind of value. */
            type: string;
            /**
             * Format: int32
             * @description Number of this version, from 1.
             */
            version: number;
        };
        /** @description A version of a secret with its value. */
        SecretResponse: {
            /** @description Set when the value is encrypted with a key of the client's own; left out otherwise. */
            cmek_encrypted?: boolean;
            /**
             * Format: date-time
             * @description When this version was written.
             */
            created_at: string;
            /** @description Who wrote this version, `user:<uuid>` or `agent:<uuid>`. */
            created_by: string;
            /**
             * Format: date-time
             * @description When this version stops being readable, `null` for never.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Id of the secret, the same for every version.
             */
            id: string;
            /** @description Free-form notes of the writer. */
            metadata?: Record<string, unknown>;
            /** @description Path in the vault. */
            path: string;
            /** @description What kind of value. */
            type: string;
            /** @description The value. */
            value: string;
            /**
             * Format: int32
             * @description Number of this version, from 1.
             */
            version: number;
        };
        /** @description Answer of `GET /v1/vaults/{vault_id}/secret-versions/{path}`. */
        SecretVersionListResponse: {
            /** @description Every version, newest first. */
            versions: components["schemas"]["SecretMetadataResponse"][];
        };
        /** @description Answer of `GET` and `PATCH /v1/auth/settings`. */
        SecuritySettingsResponse: {
            /**
             * Format: int32
             * @description How many passkeys the account has.
             */
            passkey_count: number;
            /** @description Whether vaults are to be used with a passkey only. */
            require_passkey_for_vaults: boolean;
        };
        /** @description Body of `POST /v1/auth/email-otp/send`. */
        SendEmailOtpRequest: {
            /** @description Where to mail the code. */
            email: string;
        };
        /** @description Answer of `POST /v1/auth/email-otp/send`. */
        SendEmailOtpResponse: {
            /** @description The same word for every address. */
            status: components["schemas"]["EmailOtpStatus"];
        };
        /** @description Answer of `GET /v1/auth/sessions`. */
        SessionListResponse: {
            /** @description Where the caller is signed in, newest first. */
            sessions: components["schemas"]["SessionResponse"][];
        };
        /** @description A place where somebody is signed in. */
        SessionResponse: {
            /** @description How it was begun. */
            auth_method: string;
            /**
             * Format: date-time
             * @description When it was begun.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it ends by itself.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Id of the session, the `sid` claim of its tokens.
             */
            id: string;
            /** @description Where it was begun from. */
            ip_address?: string;
            /** @description Whether it is the one that asks. */
            is_current: boolean;
            /** @description `web` for a browser, `api` for a program. */
            kind: string;
            /** @description What the browser or program calls itself, `""` when it does not say. */
            user_agent: string;
        };
        /** @description Body of `POST /v1/auth/set-password`. */
        SetPasswordRequest: {
            /**
             * Format: password
             * @description The password to set, under the rules of signing up.
             */
            password: string;
            /**
             * Format: password
             * @description The same again, if the client asks for it twice.
             */
            password_confirm?: string | null;
        };
        /** @description Answer of `POST /v1/auth/set-password`. */
        SetPasswordResponse: {
            /** @description What happened, in a sentence. */
            message: string;
        };
        /** @description Answer of `GET` and `POST /v1/share/{share_id}`: the value. */
        SharedSecretResponse: {
            /**
             * Format: int32
             * @description How often the share has been opened, this time included.
             */
            access_count: number;
            /** @description Set when the value is encrypted with a key of the owner's; left out otherwise. */
            cmek_encrypted?: boolean;
            /**
             * Format: uuid
             * @description Id of the share.
             */
            id: string;
            /**
             * Format: int32
             * @description How often it may be opened.
             */
            max_access_count: number;
            /** @description Path of the secret. */
            path: string;
            /** @description What kind of value. */
            type: string;
            /** @description The value of the latest version. */
            value: string;
        };
        /** @description A share in a list. */
        ShareListItem: {
            /**
             * Format: int32
             * @description How often it has been opened.
             */
            access_count: number;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Who shared it, `user:<uuid>` or `agent:<uuid>`. */
            created_by: string;
            /** @description The name of who shared it, `""` when it has none. */
            created_by_name?: string;
            /**
             * Format: date-time
             * @description When it ends, or ended.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Id of the share.
             */
            id: string;
            /** @description Whether the recipient has accepted; links need no accepting. */
            is_accepted: boolean;
            /** @description Whether its time is over. */
            is_expired: boolean;
            /**
             * Format: int32
             * @description How often it may be opened.
             */
            max_access_count: number;
            /** @description The address, for `external_email`. */
            recipient_email?: string;
            /**
             * Format: uuid
             * @description The user or agent it is for, once known.
             */
            recipient_id?: string;
            /** @enum {string} */
            recipient_type: "creator" | "user" | "agent" | "external_email" | "anyone_with_link";
            /**
             * Format: uuid
             * @description The secret it gives access to.
             */
            secret_id: string;
            /** @description Path of that secret. */
            secret_path: string;
            /**
             * Format: uri
             * @description Where it is opened.
             */
            share_url: string;
        };
        /** @description Answer of `GET /v1/shares/outbound` and `GET /v1/shares/inbound`. */
        ShareListResponse: {
            /** @description The shares, newest first. */
            shares: components["schemas"]["ShareListItem"][];
        };
        /** @description Answer of `POST /v1/secrets/{secret_id}/share`. */
        ShareResponse: {
            /**
             * Format: date-time
             * @description When it ends.
             */
            expires_at: string;
            /**
             * Format: uuid
             * @description Id of the share. Of a share with anyone who has the link, it is all that protects the value.
             */
            id: string;
            /**
             * Format: int32
             * @description How often it may be opened.
             */
            max_access_count: number;
            /** @description The address, for `external_email`. */
            recipient_email?: string;
            /** @enum {string} */
            recipient_type: "creator" | "user" | "agent" | "external_email" | "anyone_with_link";
            /**
             * Format: uri
             * @description Where it is opened.
             */
            share_url: string;
        };
        /** @description Body of `POST /v1/auth/signup`. */
        SignupRequest: {
            /** @description Name shown to other members. */
            display_name?: string | null;
            /** @description Address of the new account. */
            email: string;
            /**
             * Format: password
             * @description At least 12 characters and not a commonly used password.
             */
            password: string;
        };
        /** @description Answer of `POST /v1/auth/signup`: with a token when addresses need no verification, else only the neutral message. */
        SignupResponse: {
            /** @description Access token of the new account. */
            access_token?: string;
            /** @description The address as it was understood. */
            email?: string;
            /**
             * Format: int32
             * @description Seconds until the token expires.
             */
            expires_in?: number;
            /** @description What happens next, in a sentence. */
            message?: string;
            /** @description `Bearer`, when there is a token. */
            token_type?: string;
        };
        /** @description Body of `POST /v1/auth/social-login`. */
        SocialLoginRequest: {
            /** @description What the provider gave the client. */
            id_token: string;
            /** @description `google`; others are not set up on any server. */
            provider: string;
        };
        /** @description Answer of `POST /v1/auth/social-login`: the fields of [`LoginResponse`], and who it is. */
        SocialLoginResponse: {
            /** @description The access token. The empty string with a challenge. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds until the access token, or the challenge, expires.
             */
            expires_in: number;
            /** @description Whether the account was made just now. */
            is_new: boolean;
            /** @description Set when a second factor is asked for; left out otherwise. */
            mfa_required?: boolean;
            /** @description Names the challenge. */
            mfa_token?: string;
            /**
             * Format: uuid
             * @description Organisation of the session, once signed in.
             */
            org_id?: string;
            /** @description Gets the next access token. */
            refresh_token?: string;
            /** @description `Bearer`. */
            token_type: string;
            /**
             * Format: uuid
             * @description Id of the user, once signed in.
             */
            user_id?: string;
        };
        /** @description Body of `POST /v1/org/switch`. */
        SwitchOrgRequest: {
            /**
             * Format: uuid
             * @description The organisation to act in from now on.
             */
            org_id: string;
        };
        /** @description Body of `POST /v1/agents/{agent_id}/bindings/{binding_id}/test`. */
        TestBindingRequest: {
            /**
             * Format: int32
             * @description How long it may take.
             */
            timeout_ms?: number | null;
        };
        /** @description Answer of `POST /v1/agents/{agent_id}/bindings/{binding_id}/test`. */
        TestBindingResponse: {
            /** @description What went wrong. */
            error?: string | null;
            /**
             * Format: int64
             * @description How long it took.
             */
            latency_ms: number;
            /** @description Whether the server answered with a status below 400. */
            success: boolean;
        };
        /** @description Body of `POST /v1/auth/federated-token`, as JSON or as a form. */
        TokenExchangeRequest: {
            /** @description The other service. */
            audience: string;
            /** @description [`TOKEN_EXCHANGE`]. */
            grant_type: string;
            /** @description [`JWT`], if given. */
            requested_token_type?: string | null;
            /** @description What the token is for; at most what the agent's scopes are. */
            scope?: string | null;
            /** @description The agent's token or key. Without it the token of the header counts. */
            subject_token?: string | null;
            /** @description [`JWT`] or [`API_KEY`]. */
            subject_token_type?: string | null;
        };
        /** @description Answer of `POST /v1/auth/federated-token`. */
        TokenExchangeResponse: {
            /** @description A JWT signed with RSA; its key is at `/.well-known/jwks.json`. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds until it ends.
             */
            expires_in: number;
            /** @description [`JWT`]. */
            issued_token_type: string;
            /** @description What it is for, if less than all. */
            scope?: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /** @description An access token. */
        TokenResponse: {
            /** @description The JWT for the `Authorization: Bearer` header. */
            access_token: string;
            /**
             * Format: int32
             * @description Seconds until it expires; always more than 60.
             */
            expires_in: number;
            /** @description Gets the next access token (`POST /v1/auth/refresh`); users only. */
            refresh_token?: string;
            /** @description `Bearer`. */
            token_type: string;
        };
        /** @description Body of `PATCH /v1/agents/{agent_id}`. Absent fields stay as they are, `null` clears. */
        UpdateAgentRequest: {
            /**
             * Format: date-time
             * @description When its key stops working.
             */
            api_key_expires_at?: string | null;
            /** @description What it is for. */
            description?: string | null;
            /** @description Environment it runs in, for `environment_in` conditions. */
            environment?: string | null;
            /** @description Whether the environment is fixed from here on. */
            environment_locked?: boolean | null;
            /** @description Lets it make calls with its bindings. */
            execution_intents_enabled?: boolean | null;
            /**
             * Format: date-time
             * @description When the agent stops working.
             */
            expires_at?: string | null;
            /**
             * Format: int32
             * @description Life of those tokens in seconds, 60 to 3600; `null` for the server's default.
             */
            federated_token_ttl_seconds?: number | null;
            /** @description The services it may get them for, letter for letter as it names them. */
            federation_audiences?: string[] | null;
            /** @description Whether it may get tokens for other services. */
            federation_enabled?: boolean | null;
            /** @description Refuses it secrets of type `private_key` and `ssh_key`. */
            intents_api_enabled?: boolean | null;
            /** @description `false` stops its tokens at the next request. */
            is_active?: boolean | null;
            /** @description Name of the agent. */
            name?: string | null;
            /** @description Path patterns are a ceiling on what policies may grant; label-like entries are kept and restrict nothing. */
            scopes?: string[] | null;
            /**
             * Format: int32
             * @description Life of its access tokens in seconds, 120 to 86400; `null` for the server's default.
             */
            token_ttl_seconds?: number | null;
            /** @description The only vaults it may ever use; any vault when empty or `null`. */
            vault_ids?: string[] | null;
        };
        /** @description Body of `PATCH /v1/agents/{agent_id}/bindings/{binding_id}`. Absent fields stay as they are. */
        UpdateBindingRequest: {
            /** @description Where calls go. */
            config?: Record<string, unknown> | null;
            /** @description The credential, kept in the binding. */
            credential?: Record<string, unknown> | null;
            credential_source?: components["schemas"]["CredentialSource"] | null;
            /** @description What may be called. */
            guardrails?: Record<string, unknown> | null;
            /** @description Whether it is switched on. */
            is_active?: boolean | null;
        };
        /** @description Body of `PATCH /v1/vaults/{vault_id}/env-vars/{key}`; what is absent stays. */
        UpdateEnvVarRequest: {
            /** @description Free text. */
            comment?: string | null;
            /** @description Where it holds. */
            environments?: string[] | null;
            /** @description People cannot read it back. Taking that back needs a new value. */
            sensitive?: boolean | null;
            /**
             * Format: password
             * @description Its value.
             */
            value?: string | null;
        };
        /** @description Body of `PATCH /v1/org/members/{user_id}`. */
        UpdateMemberRoleRequest: {
            /** @enum {string} */
            role: "owner" | "admin" | "member";
        };
        /** @description Body of `PATCH /v1/org/limits`: a number sets, `null` lifts, absent keeps. */
        UpdateOrgLimitsRequest: {
            /**
             * Format: int32
             * @description Agents.
             */
            agents?: number | null;
            /**
             * Format: int32
             * @description Secrets in all vaults.
             */
            secrets?: number | null;
            /**
             * Format: int32
             * @description Vaults, without the one for agents' identity keys.
             */
            vaults?: number | null;
        };
        /** @description Body of `PATCH /v1/org/settings`. */
        UpdateOrgSettingsRequest: {
            /** @description How keys of new agents reach their approvers: `email` or `link`; `null` follows the instance. */
            key_delivery?: string | null;
            /** @description Name of the organisation. */
            name?: string | null;
        };
        /**
         * @description Body of `PUT /v1/vaults/{vault_id}/policies/{policy_id}`. Absent fields stay as they are; pattern and principal
         *     cannot change.
         */
        UpdatePolicyRequest: {
            /** @description What must be true of the caller; `null` for nothing. */
            attribute_conditions?: Record<string, unknown> | null;
            /** @description When it applies; `null` for always. */
            conditions?: Record<string, unknown> | null;
            /** @enum {string} */
            effect?: "allow" | "deny";
            /**
             * Format: date-time
             * @description When it stops applying; `null` for never.
             */
            expires_at?: string | null;
            permissions?: ("read" | "write" | "delete" | "rotate" | "use")[];
            /**
             * Format: int32
             * @description The highest matching priority decides; never negative.
             */
            priority?: number | null;
        };
        /** @description Body of `PATCH /v1/auth/me`. Absent fields stay as they are. */
        UpdateProfileRequest: {
            /** @description Name shown to other members. */
            display_name?: string | null;
            /** @description Whether the user wants news. */
            marketing_emails?: boolean | null;
        };
        /** @description Body of `PATCH /v1/auth/settings`. Absent fields stay as they are. */
        UpdateSecuritySettingsRequest: {
            /** @description Whether vaults are to be used with a passkey only. Switching it off has to be confirmed. */
            require_passkey_for_vaults?: boolean | null;
        };
        /** @description Body of `PATCH /v1/webhooks/{id}`. Absent fields stay as they are. */
        UpdateWebhookRequest: {
            /** @description For people. */
            description?: string | null;
            /** @description Names of events. */
            events?: string[] | null;
            /** @description Whether it is switched on. */
            is_active?: boolean | null;
            /**
             * Format: uri
             * @description Where events are posted to.
             */
            url?: string | null;
        };
        /** @description One request. */
        UsageEvent: {
            /**
             * Format: date-time
             * @description When.
             */
            created_at: string;
            /** @description The route, with names for its parameters. */
            endpoint: string;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Never. */
            is_paid: boolean;
            /** @description Its method. */
            method: string;
            /** @description `0`. */
            price_usd: string;
            /**
             * Format: uuid
             * @description Who made it.
             */
            principal_id: string;
            /** @description What made it. */
            principal_type: components["schemas"]["PrincipalType"];
            /**
             * Format: int32
             * @description How it was answered.
             */
            status_code: number;
        };
        /** @description Answer of `GET /v1/billing/history`. */
        UsageHistoryResponse: {
            /** @description The latest requests, newest first. */
            events: components["schemas"]["UsageEvent"][];
        };
        /** @description Requests of a month. */
        UsageMonth: {
            /**
             * Format: int64
             * @description All of them.
             */
            free_requests: number;
            /**
             * Format: int64
             * @description 0.
             */
            paid_requests: number;
            /** @description `0`. */
            total_cost_usd: string;
            /**
             * Format: int64
             * @description All requests with a credential.
             */
            total_requests: number;
        };
        /** @description Answer of `GET /v1/billing/usage`. */
        UsageSummaryResponse: {
            /** @description `self-hosted`. */
            billing_tier: string;
            /** @description The month so far, in UTC. */
            current_month: components["schemas"]["UsageMonth"];
            /**
             * Format: int32
             * @description How many requests a month may have; no limit, so the largest number there is.
             */
            free_tier_limit: number;
        };
        /** @description Body of `POST /v1/auth/api-key-token`. */
        UserApiKeyTokenRequest: {
            /**
             * Format: password
             * @description A personal key (`1ck_…`); an agent key (`ocv_…`) is accepted too.
             */
            api_key: string;
        };
        /** @description Answer of `GET` and `PATCH /v1/auth/me`. */
        UserProfileResponse: {
            /** @description How the account was made to sign in: `password`. */
            auth_method: string;
            /**
             * Format: date-time
             * @description When the account was created.
             */
            created_at: string;
            /** @description Name shown to other members, `""` when there is none. */
            display_name: string;
            /** @description Address of the account, lower-case. */
            email: string;
            /** @description Whether the address has been proven. */
            email_verified: boolean;
            /**
             * Format: uuid
             * @description Id of the user.
             */
            id: string;
            /** @description Whether the user asked for news. */
            marketing_emails: boolean;
            /**
             * Format: uuid
             * @description Organisation that this session acts in.
             */
            org_id: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** @description Whether a second factor is on. */
            totp_enabled: boolean;
        };
        /** @description An environment of a vault. */
        VaultEnvironment: {
            /** @description The environment whose variables it began with. */
            copied_from?: string | null;
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description Free text. */
            description?: string | null;
            /**
             * Format: uuid
             * @description Its id.
             */
            id: string;
            /** @description Whether every vault has it. */
            is_builtin: boolean;
            /** @description Whether what is changed there no longer changes here: true for every copy. */
            is_detached: boolean;
            /** @description Its name. */
            slug: string;
        };
        /** @description Answer of `GET /v1/vaults`. */
        VaultListResponse: {
            /** @description Every vault the caller may see, oldest first. */
            vaults: components["schemas"]["VaultResponse"][];
        };
        /** @description What somebody reaches in one vault. */
        VaultReach: {
            /** @description Paths of secrets that are there now. */
            paths: components["schemas"]["PathAccess"][];
            /**
             * Format: int64
             * @description How many more there are, whose names are not the caller's to see.
             */
            unnamed: number;
            /**
             * Format: uuid
             * @description Where.
             */
            vault_id: string;
            /** @description Its name. */
            vault_name: string;
        };
        /** @description A vault. */
        VaultResponse: {
            /** @description Whether clients encrypt values with a key of their own; left out when they do not. */
            cmek_enabled?: boolean;
            /** @description SHA-256 of that key, 64 lower-case hexadecimal digits. */
            cmek_fingerprint?: string;
            /**
             * Format: date-time
             * @description When the vault was created.
             */
            created_at: string;
            /**
             * Format: uuid
             * @description Id of the user or agent that owns the vault.
             */
            created_by: string;
            /** @description What `created_by` is. */
            created_by_type: components["schemas"]["PrincipalType"];
            /** @description Free text, `""` when there is none. */
            description?: string;
            /**
             * Format: uuid
             * @description Id of the vault.
             */
            id: string;
            /** @description Name, unique in the organisation. */
            name: string;
        };
        /** @description Body of `POST /v1/auth/verify-email-change`. */
        VerifyEmailChangeRequest: {
            /** @description The six digits from the mail. */
            code: string;
        };
        /** @description Answer of `POST /v1/auth/verify-email-change`. */
        VerifyEmailChangeResponse: {
            /** @description The address of the account now. */
            email: string;
            /** @description What happened, in a sentence. */
            message: string;
        };
        /** @description Body of `POST /v1/auth/email-otp/verify`. */
        VerifyEmailOtpRequest: {
            /** @description The six digits. */
            code: string;
            /** @description The address that the code was mailed to. */
            email: string;
        };
        /** @description Body of `POST /v1/auth/verify-email`. */
        VerifyEmailRequest: {
            /** @description The token from the mailed link. */
            token: string;
        };
        /** @description Answer of `POST /v1/webhooks`. */
        WebhookCreatedResponse: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description For people; left out when there is none. */
            description?: string;
            /** @description Names of events. */
            events: string[];
            /**
             * Format: uuid
             * @description Id of the webhook.
             */
            id: string;
            /** @description Whether it is switched on. */
            is_active: boolean;
            /**
             * Format: uuid
             * @description The organisation whose events it receives.
             */
            org_id: string;
            /** @description Signs what is sent. Shown this once. */
            secret: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: uri
             * @description Where events are posted to.
             */
            url: string;
        };
        /** @description Answer of `GET /v1/webhooks/{id}/deliveries`. */
        WebhookDeliveryListResponse: {
            /** @description The deliveries, newest first. */
            deliveries: components["schemas"]["WebhookDeliveryResponse"][];
        };
        /** @description One event on its way to one webhook. */
        WebhookDeliveryResponse: {
            /**
             * Format: int32
             * @description How often it was tried.
             */
            attempts: number;
            /**
             * Format: date-time
             * @description When the event happened.
             */
            created_at: string;
            /** @description Name of the event. */
            event: string;
            /**
             * Format: date-time
             * @description When it arrived, or was given up.
             */
            finished_at?: string;
            /**
             * Format: uuid
             * @description Id of the delivery, the same for all tries: `webhook-id`.
             */
            id: string;
            /** @description What went wrong at the last try. */
            last_error?: string;
            /**
             * Format: date-time
             * @description When it is tried next, while it waits.
             */
            next_attempt_at?: string;
            /**
             * Format: int32
             * @description HTTP status of the last answer, if there was one.
             */
            response_status?: number;
            /** @description `queued`, `delivered` or `failed`. */
            status: string;
            /**
             * Format: uuid
             * @description The receiver.
             */
            webhook_id: string;
        };
        /** @description Answer of `GET /v1/webhooks`. */
        WebhookListResponse: {
            /** @description The webhooks, oldest first. */
            webhooks: components["schemas"]["WebhookResponse"][];
        };
        /** @description A webhook. */
        WebhookResponse: {
            /**
             * Format: date-time
             * @description When it was made.
             */
            created_at: string;
            /** @description For people; left out when there is none. */
            description?: string;
            /** @description Names of events. */
            events: string[];
            /**
             * Format: date-time
             * @description Since when nothing has arrived; left out while things do.
             */
            failing_since?: string;
            /**
             * Format: uuid
             * @description Id of the webhook.
             */
            id: string;
            /** @description Whether it is switched on. */
            is_active: boolean;
            /**
             * Format: uuid
             * @description The organisation whose events it receives.
             */
            org_id: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /**
             * Format: uri
             * @description Where events are posted to.
             */
            url: string;
        };
        /** @description Answer of `POST /v1/webhooks/{id}/rotate-secret`. */
        WebhookSecretResponse: {
            /** @description Signs what is sent from now on. Shown this once. */
            secret: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    jwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jwk-set+json": components["schemas"]["JsonWebKeySet"];
                };
            };
        };
    };
    openidConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The issuer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenIdConfiguration"];
                };
            };
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The description. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
        };
    };
    listReach: {
        parameters: {
            query: {
                /** @description Who. */
                principal_id: string;
                /** @description What `principal_id` is. */
                principal_type: "user" | "agent";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Vaults and paths; none for whoever can do nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReachResponse"];
                };
            };
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agents. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentListResponse"];
                };
            };
        };
    };
    createAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible characters. Within a day, the same request with the same key gets the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateAgentRequest"];
            };
        };
        responses: {
            /** @description The agent and its key, which is shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentCreatedResponse"];
                };
            };
        };
    };
    getAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentResponse"];
                };
            };
        };
    };
    deleteAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateAgentRequest"];
            };
        };
        responses: {
            /** @description The agent as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentResponse"];
                };
            };
        };
    };
    listBindings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bindings, by name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindingListResponse"];
                };
            };
        };
    };
    createBinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateBindingRequest"];
            };
        };
        responses: {
            /** @description The binding. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindingResponse"];
                };
            };
        };
    };
    getBinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
                /** @description Id of the binding. */
                binding_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The binding. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindingResponse"];
                };
            };
        };
    };
    deleteBinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
                /** @description Id of the binding. */
                binding_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateBinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
                /** @description Id of the binding. */
                binding_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateBindingRequest"];
            };
        };
        responses: {
            /** @description The binding as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindingResponse"];
                };
            };
        };
    };
    rotateBindingCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
                /** @description Id of the binding. */
                binding_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RotateBindingCredentialRequest"];
            };
        };
        responses: {
            /** @description The binding. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BindingResponse"];
                };
            };
        };
    };
    testBinding: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
                /** @description Id of the binding. */
                binding_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TestBindingRequest"] | null;
            };
        };
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestBindingResponse"];
                };
            };
        };
    };
    executeIntent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecuteRequest"];
            };
        };
        responses: {
            /** @description What the server answered, without the credential. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecuteResponse"];
                };
            };
        };
    };
    listExecutions: {
        parameters: {
            query?: {
                /** @description How many at most; 50 when absent, at most 200. */
                limit?: number;
                /** @description How many to skip. */
                offset?: number;
            };
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The calls, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecutionListResponse"];
                };
            };
        };
    };
    getAgentExposure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Each version it was given, wrote or used. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentExposureResponse"];
                };
            };
        };
    };
    revealAgentKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevealKeyRequest"];
            };
        };
        responses: {
            /** @description The key, which is made by this request and shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevealKeyResponse"];
                };
            };
        };
    };
    rotateAgentIdentityKeys: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent with its new public keys. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentResponse"];
                };
            };
        };
    };
    rotateAgentKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the agent. */
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new key, which is shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentKeyRotatedResponse"];
                };
            };
        };
    };
    batchDeleteAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BatchDeleteAgentsRequest"];
            };
        };
        responses: {
            /** @description How many are gone, and which are not. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchDeleteAgentsResponse"];
                };
            };
        };
    };
    enrollAgent: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible characters. Within a day, the same request with the same key gets the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrollAgentRequest"];
            };
        };
        responses: {
            /** @description The request waits for a human. It never holds a key. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrollAgentResponse"];
                };
            };
        };
    };
    enrollmentStatus: {
        parameters: {
            query: {
                /** @description The `poll_token` of the enrolment. */
                poll: string;
            };
            header?: never;
            path: {
                /** @description Id of the pairing. */
                pairing_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where it stands. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrollmentStatusResponse"];
                };
            };
        };
    };
    getAgentSelf: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentSelfResponse"];
                };
            };
        };
    };
    listApprovals: {
        parameters: {
            query?: {
                /** @description How many; 50 when absent, at most 200. */
                limit?: number;
                /** @description After how many. */
                offset?: number;
                /** @description Only those in this state; `denied` is understood as `rejected`. */
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The questions, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalListResponse"];
                };
            };
        };
    };
    getApproval: {
        parameters: {
            query?: {
                /** @description How many seconds to wait for an answer, at most 30. */
                wait?: number;
            };
            header?: never;
            path: {
                /** @description Id of the question. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The question; with `wait`, as soon as it is answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    approveApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the question. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AnswerApprovalRequest"] | null;
            };
        };
        responses: {
            /** @description The question with its answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    cancelApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the question. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AnswerApprovalRequest"] | null;
            };
        };
        responses: {
            /** @description The question as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    decideApproval: {
        parameters: {
            query?: never;
            header?: {
                /** @description From risk tier 2 on: the password, or a token of `POST /v1/auth/reauth` for `approval.decide`. */
                "X-Auth-Confirm"?: string | null;
            };
            path: {
                /** @description Id of the question. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DecideApprovalRequest"];
            };
        };
        responses: {
            /** @description The question with its answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    denyApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the question. */
                approval_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AnswerApprovalRequest"] | null;
            };
        };
        responses: {
            /** @description The question with its answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    quickDecideApproval: {
        parameters: {
            query: {
                /** @description The answer to suggest on the page. */
                decision: string;
                /** @description Names the request: its id. */
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: never;
    };
    requestApproval: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApprovalRequest"];
            };
        };
        responses: {
            /** @description The question waits for an answer. */
            202: {
                headers: {
                    /** @description Where to look for the answer. */
                    Location?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalResponse"];
                };
            };
        };
    };
    getAuditCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A signed note (C2SP signed-note, tlog-checkpoint). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheckpointResponse"];
                };
            };
        };
    };
    queryAuditEvents: {
        parameters: {
            query?: {
                /** @description Only events of this action. */
                action?: string;
                /** @description Only events by this user or agent. */
                actor_id?: string;
                /** @description Only events at or after this time. */
                from?: string;
                /** @description At most this many; 100 when absent. */
                limit?: number;
                /** @description Skip this many. */
                offset?: number;
                /** @description Only events about this thing. */
                resource_id?: string;
                /** @description Only events before this time. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventsResponse"];
                };
            };
        };
    };
    exportAuditLog: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The log, as far as it went when the request came, or a little further. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/jsonl": string;
                };
            };
        };
    };
    getConsistencyProof: {
        parameters: {
            query: {
                /** @description Size of the older tree. */
                from: number;
                /** @description Size of the newer tree. */
                to: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsistencyProofResponse"];
                };
            };
        };
    };
    getInclusionProof: {
        parameters: {
            query: {
                /** @description The event. */
                seq: number;
                /** @description The size of the tree it should be in. */
                size: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The proof. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InclusionProofResponse"];
                };
            };
        };
    };
    verifyAuditChain: {
        parameters: {
            query?: {
                /** @description Only events at or after this time. */
                from?: string;
                /** @description At most this many, up to 10000; 1000 when absent. */
                limit?: number;
                /** @description Only events before this time. */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the check found. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerifyResponse"];
                };
            };
        };
    };
    agentToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentTokenRequest"];
            };
        };
        responses: {
            /** @description A token. Clients with a strict decoder get the four fields of TokenResponse alone. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTokenResponse"];
                };
            };
        };
    };
    apiKeyToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UserApiKeyTokenRequest"];
            };
        };
        responses: {
            /** @description A token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    listApiKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, revoked ones too. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyListResponse"];
                };
            };
        };
    };
    createApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateApiKeyRequest"];
            };
        };
        responses: {
            /** @description The key; keep it now. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiKeyCreatedResponse"];
                };
            };
        };
    };
    revokeApiKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the key. */
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It works nowhere any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    changeEmail: {
        parameters: {
            query?: never;
            header?: {
                /** @description With a second factor, or more than 15 minutes after signing in: the password, or a token of `POST /v1/auth/reauth` for `account.change_email`. */
                "X-Auth-Confirm"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeEmailRequest"];
            };
        };
        responses: {
            /** @description A code is on its way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChangeEmailResponse"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangePasswordRequest"];
            };
        };
        responses: {
            /** @description It is set; other sessions have ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    deviceApprove: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceApproveRequest"];
            };
        };
        responses: {
            /** @description It may collect its token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStatusResponse"];
                };
            };
        };
    };
    deviceCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DeviceCodeRequest"] | null;
            };
        };
        responses: {
            /** @description The two codes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceCodeResponse"];
                };
            };
        };
    };
    deviceCodeStatus: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The code that the program shows. */
                user_code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state, and nothing else. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStatusResponse"];
                };
            };
        };
    };
    deviceDeny: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceApproveRequest"];
            };
        };
        responses: {
            /** @description It is told so. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceStatusResponse"];
                };
            };
        };
    };
    deviceToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeviceTokenRequest"];
            };
        };
        responses: {
            /** @description A token, or why there is none. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceTokenResponse"];
                };
            };
        };
    };
    sendEmailOtp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendEmailOtpRequest"];
            };
        };
        responses: {
            /** @description A code is on its way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SendEmailOtpResponse"];
                };
            };
        };
    };
    verifyEmailOtp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyEmailOtpRequest"];
            };
        };
        responses: {
            /** @description Signed in, or asked for the second factor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmailOtpVerifyResponse"];
                };
            };
            /** @description Signed in to a new account. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmailOtpVerifyResponse"];
                };
            };
        };
    };
    exportUserData: {
        parameters: {
            query?: never;
            header: {
                /** @description The password, or a token of `POST /v1/auth/reauth` for `account.export`. */
                "X-Auth-Confirm": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The export. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DataExportResponse"];
                };
            };
        };
    };
    exchangeFederatedToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenExchangeRequest"];
                "application/x-www-form-urlencoded": components["schemas"]["TokenExchangeRequest"];
            };
        };
        responses: {
            /** @description A token for that service. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenExchangeResponse"];
                };
            };
        };
    };
    forgotPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForgotPasswordRequest"];
            };
        };
        responses: {
            /** @description The same for every address. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ForgotPasswordResponse"];
                };
            };
        };
    };
    googleAuth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GoogleAuthRequest"];
            };
        };
        responses: {
            /** @description Signed in, or asked for the second factor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginResponse"];
                };
            };
        };
    };
    getJwtPublicKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JwtPublicKeyResponse"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserProfileResponse"];
                };
            };
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header: {
                /** @description The password, or a token of `POST /v1/auth/reauth` for `account.delete`. */
                "X-Auth-Confirm": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DeleteAccountRequest"];
            };
        };
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateProfileRequest"];
            };
        };
        responses: {
            /** @description The account as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserProfileResponse"];
                };
            };
        };
    };
    mfaDisable: {
        parameters: {
            query?: never;
            header?: {
                /** @description A token of `POST /v1/auth/reauth` for `security.mfa.disable`, instead of a code. */
                "X-Auth-Confirm"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MfaDisableRequest"] | null;
            };
        };
        responses: {
            /** @description It is off. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    mfaSetup: {
        parameters: {
            query?: never;
            header?: {
                /** @description More than 15 minutes after signing in, or beside a passkey: the password, or a token of `POST /v1/auth/reauth` for `security.mfa.enable`. */
                "X-Auth-Confirm"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret, this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MfaSetupResponse"];
                };
            };
        };
    };
    mfaStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether it does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MfaStatusResponse"];
                };
            };
        };
    };
    mfaVerify: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MfaVerifyRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    mfaVerifySetup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MfaVerifySetupRequest"];
            };
        };
        responses: {
            /** @description It is on. The recovery codes, this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MfaVerifySetupResponse"];
                };
            };
        };
    };
    passkeyAssertBeginAlias: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeyAssertBeginRequest"] | null;
            };
        };
        responses: {
            /** @description What a browser needs to use one. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyAssertBeginResponse"];
                };
            };
        };
    };
    passkeyAssertCompleteAlias: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyAssertCompleteRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyAssertCompleteResponse"];
                };
            };
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyListResponse"];
                };
            };
        };
    };
    deletePasskey: {
        parameters: {
            query?: never;
            header: {
                /** @description A token of `POST /v1/auth/reauth` for `security.passkey.delete`. */
                "X-Auth-Confirm": string;
            };
            path: {
                /** @description Id of the passkey. */
                passkey_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the passkey. */
                passkey_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RenamePasskeyRequest"];
            };
        };
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyResponse"];
                };
            };
        };
    };
    passkeyAssertBegin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeyAssertBeginRequest"] | null;
            };
        };
        responses: {
            /** @description What a browser needs to use one. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyAssertBeginResponse"];
                };
            };
        };
    };
    passkeyAssertComplete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyAssertCompleteRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyAssertCompleteResponse"];
                };
            };
        };
    };
    passkeyRegisterBegin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a browser needs to make one. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRegisterBeginResponse"];
                };
            };
        };
    };
    passkeyRegisterComplete: {
        parameters: {
            query?: never;
            header?: {
                /** @description A token of `POST /v1/auth/reauth` for `security.passkey.register`. */
                "X-Auth-Confirm"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyRegisterCompleteRequest"];
            };
        };
        responses: {
            /** @description It is added. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRegisterCompleteResponse"];
                };
            };
        };
    };
    reauth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReauthRequest"];
            };
        };
        responses: {
            /** @description For the header `X-Auth-Confirm`, once, within five minutes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReauthResponse"];
                };
            };
        };
    };
    reauthSendCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is on its way. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    refreshToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RefreshRequest"] | null;
            };
        };
        responses: {
            /** @description A token; with a new refresh token if one was given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    resetPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResetPasswordRequest"];
            };
        };
        responses: {
            /** @description It is set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResetPasswordResponse"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Browsers and programs, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionListResponse"];
                };
            };
        };
    };
    revokeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the session. */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has ended, with all its tokens. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    setPassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPasswordRequest"];
            };
        };
        responses: {
            /** @description It is set. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetPasswordResponse"];
                };
            };
        };
    };
    getSecuritySettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecuritySettingsResponse"];
                };
            };
        };
    };
    updateSecuritySettings: {
        parameters: {
            query?: never;
            header?: {
                /** @description The password, or a token of `POST /v1/auth/reauth` for `security.vault_passkey.disable`. */
                "X-Auth-Confirm"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateSecuritySettingsRequest"];
            };
        };
        responses: {
            /** @description The settings as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecuritySettingsResponse"];
                };
            };
        };
    };
    signup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignupRequest"];
            };
        };
        responses: {
            /** @description What happens next; on a demonstration instance with a token, and a 409 for an address that has an account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignupResponse"];
                };
            };
        };
    };
    socialLogin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SocialLoginRequest"];
            };
        };
        responses: {
            /** @description Signed in, or asked for the second factor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialLoginResponse"];
                };
            };
            /** @description Signed in to a new account. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SocialLoginResponse"];
                };
            };
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description Signed in, or asked for the second factor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginResponse"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is worth nothing from now on. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    verifyEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyEmailRequest"];
            };
        };
        responses: {
            /** @description Signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    verifyEmailChange: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VerifyEmailChangeRequest"];
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VerifyEmailChangeResponse"];
                };
            };
        };
    };
    billingHistory: {
        parameters: {
            query?: {
                /** @description At most so many, 1 to 200; 50 when absent. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageHistoryResponse"];
                };
            };
        };
    };
    billingUsage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The month so far. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageSummaryResponse"];
                };
            };
        };
    };
    listEnrollments: {
        parameters: {
            query?: {
                status?: "pending" | "approved" | "denied" | "expired";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrollmentListResponse"];
                };
            };
        };
    };
    approveEnrollment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the request. */
                enrollment_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApproveEnrollmentRequest"] | null;
            };
        };
        responses: {
            /** @description The agent, and how its key gets to the caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApproveEnrollmentResponse"];
                };
            };
        };
    };
    denyEnrollment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the request. */
                enrollment_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["DenyEnrollmentRequest"] | null;
            };
        };
        responses: {
            /** @description The request as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrollmentResponse"];
                };
            };
        };
    };
    lookupEnrollment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnrollmentLookupRequest"];
            };
        };
        responses: {
            /** @description The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrollmentResponse"];
                };
            };
        };
    };
    healthCheck: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthResponse"];
                };
            };
        };
    };
    healthHsm: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyProviderHealthResponse"];
                };
            };
        };
    };
    listOauthClients: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The assistants, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthClientListResponse"];
                };
            };
        };
    };
    createOauthClient: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOauthClientRequest"];
            };
        };
        responses: {
            /** @description The assistant. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthClientResponse"];
                };
            };
        };
    };
    deleteOauthClient: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the assistant. */
                client_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listOauthGrants: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The grants that assistants hold, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OauthGrantListResponse"];
                };
            };
        };
    };
    revokeOauthGrant: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the grant. */
                grant_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is over. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getAgentKeysVault: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentKeysVaultResponse"];
                };
            };
        };
    };
    listOrgEnvVars: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgEnvVarListResponse"];
                };
            };
        };
    };
    createOrgEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEnvVarRequest"];
            };
        };
        responses: {
            /** @description The variable. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgEnvVar"];
                };
            };
        };
    };
    deleteOrgEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the variable. */
                key: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateOrgEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Key of the variable. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateEnvVarRequest"];
            };
        };
        responses: {
            /** @description The variable as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgEnvVar"];
                };
            };
        };
    };
    linkOrgEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the variable. */
                key: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkEnvVarRequest"];
            };
        };
        responses: {
            /** @description The variable, with the vaults in which it holds. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgEnvVar"];
                };
            };
        };
    };
    unlinkOrgEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the variable. */
                key: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It no longer holds there. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    freezeAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No agent may do anything from the next request on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgSettingsResponse"];
                };
            };
        };
    };
    listInvitations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The invitations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitationListResponse"];
                };
            };
        };
    };
    withdrawInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the invitation. */
                invitation_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its link leads nowhere any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    acceptInvitation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptInvitationRequest"];
            };
        };
        responses: {
            /** @description Signed in there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    inviteMember: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteMemberRequest"];
            };
        };
        responses: {
            /** @description The invitation is on its way. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteMemberResponse"];
                };
            };
        };
    };
    getOrgLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Every limit there can be. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgLimitsResponse"];
                };
            };
        };
    };
    updateOrgLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateOrgLimitsRequest"];
            };
        };
        responses: {
            /** @description The limits as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgLimitsResponse"];
                };
            };
        };
    };
    listOrgMembers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The members, in the order they joined. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgMemberListResponse"];
                };
            };
        };
    };
    removeMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the member. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are no member any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateMemberRole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the member. */
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateMemberRoleRequest"];
            };
        };
        responses: {
            /** @description The member as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgMemberResponse"];
                };
            };
        };
    };
    listMemberships: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organisations. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgMembershipListResponse"];
                };
            };
        };
    };
    getOrgSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The settings. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgSettingsResponse"];
                };
            };
        };
    };
    updateOrgSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateOrgSettingsRequest"];
            };
        };
        responses: {
            /** @description The settings as they are now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgSettingsResponse"];
                };
            };
        };
    };
    switchOrg: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SwitchOrgRequest"];
            };
        };
        responses: {
            /** @description Signed in there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
        };
    };
    unfreezeAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Agents may do again what they could. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgSettingsResponse"];
                };
            };
        };
    };
    listRiskEvents: {
        parameters: {
            query?: {
                /** @description At most so many, 200 at most; 50 when absent. */
                limit?: number;
                /** @description After skipping so many. */
                offset?: number;
                /** @description Only of people, or only of agents. */
                principal_type?: "user" | "agent";
                severity?: "low" | "medium" | "high" | "critical";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskEventListResponse"];
                };
            };
        };
    };
    listHoneytokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The decoys, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoneytokenListResponse"];
                };
            };
        };
    };
    createHoneytoken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateHoneytokenRequest"];
            };
        };
        responses: {
            /** @description The decoy. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoneytokenCreatedResponse"];
                };
            };
        };
    };
    deleteHoneytoken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the decoy. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is none any more. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HoneytokenDeletedResponse"];
                };
            };
        };
    };
    listRiskVerdicts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A verdict for each. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskVerdictListResponse"];
                };
            };
        };
    };
    getRiskVerdict: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Who. */
                principal_id: string;
                /** @description `user` or `agent`. */
                principal_type: components["schemas"]["PrincipalType"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The verdict. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RiskVerdictResponse"];
                };
            };
        };
    };
    createShare: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible characters. Within a day, the same request with the same key gets the first answer again. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description Id of the secret. */
                secret_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateShareRequest"];
            };
        };
        responses: {
            /** @description The share. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareResponse"];
                };
            };
        };
    };
    listIpRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rules, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IpRulesListResponse"];
                };
            };
        };
    };
    createIpRule: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateIpRuleRequest"];
            };
        };
        responses: {
            /** @description The rule. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IpRuleResponse"];
                };
            };
        };
    };
    deleteIpRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the rule. */
                rule_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    accessShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the share. */
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AccessShareRequest"] | null;
            };
        };
        responses: {
            /** @description The secret with its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedSecretResponse"];
                };
            };
        };
    };
    accessShareByPost: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the share. */
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AccessShareRequest"] | null;
            };
        };
        responses: {
            /** @description The secret with its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SharedSecretResponse"];
                };
            };
        };
    };
    revokeShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the share. */
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    acceptShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the share. */
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can be opened. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    declineShare: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the share. */
                share_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is declined. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listInboundShares: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shares, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareListResponse"];
                };
            };
        };
    };
    listOutboundShares: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shares, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShareListResponse"];
                };
            };
        };
    };
    listVaults: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vaults, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultListResponse"];
                };
            };
        };
    };
    createVault: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible characters. Within a day, the same request with the same key gets the first answer again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateVaultRequest"];
            };
        };
        responses: {
            /** @description The vault. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultResponse"];
                };
            };
        };
    };
    getVault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vault. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultResponse"];
                };
            };
        };
    };
    deleteVault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listPathAccess: {
        parameters: {
            query: {
                action?: "read" | "list" | "write" | "delete" | "rotate" | "use" | "share";
                /** @description At which path; it need not exist. */
                path: string;
            };
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Everybody who might, with the decision. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PathAccessResponse"];
                };
            };
        };
    };
    enableCmek: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnableCmekRequest"];
            };
        };
        responses: {
            /** @description The vault. It takes only encrypted values from now on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultResponse"];
                };
            };
        };
    };
    disableCmek: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The vault. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultResponse"];
                };
            };
        };
    };
    rotateCmek: {
        parameters: {
            query?: never;
            header: {
                /** @description The key to use from now on: base64 of 32 bytes. */
                "x-cmek-new-key": string;
                /** @description The key in use: base64 of 32 bytes. */
                "x-cmek-old-key": string;
            };
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CmekRotateRequest"];
            };
        };
        responses: {
            /** @description It has begun; `Location` says where to look. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CmekRotationJobResponse"];
                };
            };
        };
    };
    getCmekRotationJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the rotation. */
                job_id: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The rotation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CmekRotationJobResponse"];
                };
            };
        };
    };
    listEnvVars: {
        parameters: {
            query?: {
                /** @description Only those that hold there. */
                environment?: string;
            };
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvVarListResponse"];
                };
            };
        };
    };
    createEnvVar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEnvVarRequest"];
            };
        };
        responses: {
            /** @description The variable. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvVar"];
                };
            };
        };
    };
    getEnvVar: {
        parameters: {
            query?: {
                /** @description The one that holds in this environment. */
                environment?: string;
                /** @description The one for this branch; the one for no branch when absent. */
                git_branch?: string;
            };
            header?: never;
            path: {
                /** @description Key of the variable. */
                key: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The variable. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvVar"];
                };
            };
        };
    };
    deleteEnvVar: {
        parameters: {
            query?: {
                /** @description The one that holds in this environment. */
                environment?: string;
                /** @description The one for this branch; the one for no branch when absent. */
                git_branch?: string;
            };
            header?: never;
            path: {
                /** @description Key of the variable. */
                key: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateEnvVar: {
        parameters: {
            query?: {
                /** @description The one that holds in this environment. */
                environment?: string;
                /** @description The one for this branch; the one for no branch when absent. */
                git_branch?: string;
            };
            header?: never;
            path: {
                /** @description Key of the variable. */
                key: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateEnvVarRequest"];
            };
        };
        responses: {
            /** @description The variable as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvVar"];
                };
            };
        };
    };
    resolveEnvVars: {
        parameters: {
            query?: {
                /** @description The one that holds in this environment. */
                environment?: string;
                /** @description The one for this branch; the one for no branch when absent. */
                git_branch?: string;
            };
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Values by key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResolveEnvVarsResponse"];
                };
            };
        };
    };
    listVaultEnvironments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Those that every vault has, then the others. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnvironmentListResponse"];
                };
            };
        };
    };
    createVaultEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateEnvironmentRequest"];
            };
        };
        responses: {
            /** @description The environment. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultEnvironment"];
                };
            };
        };
    };
    deleteVaultEnvironment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the environment. */
                slug: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listPolicies: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The policies, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyListResponse"];
                };
            };
        };
    };
    createPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreatePolicyRequest"];
            };
        };
        responses: {
            /** @description The policy. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyResponse"];
                };
            };
        };
    };
    updatePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the policy. */
                policy_id: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdatePolicyRequest"];
            };
        };
        responses: {
            /** @description The policy as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyResponse"];
                };
            };
        };
    };
    deletePolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the policy. */
                policy_id: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    explainPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExplainPolicyRequest"];
            };
        };
        responses: {
            /** @description The decision and what led to it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExplainPolicyResponse"];
                };
            };
        };
    };
    previewPolicy: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PreviewPolicyRequest"];
            };
        };
        responses: {
            /** @description What it matches, and what would change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PreviewPolicyResponse"];
                };
            };
        };
    };
    rotateSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the newest version has one of these entity tags. */
                "If-Match"?: string | null;
                /** @description `*`: only if there is none yet. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RotateSecretRequest"] | null;
            };
        };
        responses: {
            /** @description The version just written, without its value. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretCreatedResponse"];
                };
            };
        };
    };
    disableSecretVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
                /** @description Number of the version, from 1. */
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can no longer be read. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    getSecretVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
                /** @description Number of the version, from 1. */
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version with its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretResponse"];
                };
            };
        };
    };
    listSecretVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretVersionListResponse"];
                };
            };
        };
    };
    listSecrets: {
        parameters: {
            query?: {
                /** @description `next_cursor` of the page before. */
                cursor?: string;
                /** @description At most so many, 1 to 1000. A client that asks for a page is told where the next one begins. */
                limit?: number;
                /** @description Only paths that start with this text. */
                prefix?: string;
            };
            header?: never;
            path: {
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest version at each path, by path. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretListResponse"];
                };
            };
        };
    };
    getSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secret with its value. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretResponse"];
                };
            };
        };
    };
    putSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the newest version has one of these entity tags. */
                "If-Match"?: string | null;
                /** @description `*`: only if there is none yet. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PutSecretRequest"];
            };
        };
        responses: {
            /** @description The version just written, without its value. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretCreatedResponse"];
                };
            };
        };
    };
    deleteSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Only if the newest version has one of these entity tags. */
                "If-Match"?: string | null;
                /** @description `*`: only if there is none yet. */
                "If-None-Match"?: string | null;
            };
            path: {
                /** @description Path of the secret; may hold slashes. */
                path: string;
                /** @description Id of the vault. */
                vault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can no longer be read. Writing to the path brings it back as a new version. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listWebhooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhooks, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookListResponse"];
                };
            };
        };
    };
    createWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateWebhookRequest"];
            };
        };
        responses: {
            /** @description The webhook and its secret, which is shown this once. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookCreatedResponse"];
                };
            };
        };
    };
    getWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
        };
    };
    deleteWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    updateWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateWebhookRequest"];
            };
        };
        responses: {
            /** @description The webhook as it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
        };
    };
    listWebhookDeliveries: {
        parameters: {
            query?: {
                /** @description How many at most; 50 when absent, at most 200. */
                limit?: number;
                /** @description How many to skip. */
                offset?: number;
            };
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The deliveries, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryListResponse"];
                };
            };
        };
    };
    rotateWebhookSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret, which is shown this once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecretResponse"];
                };
            };
        };
    };
    testWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the webhook. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How it went. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookDeliveryResponse"];
                };
            };
        };
    };
}

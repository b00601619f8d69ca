// Generated from docs/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Every key whose tokens are accepted (RFC 7517). */
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
        delete?: never;
        options?: never;
        head?: never;
        /** Change what one may change of one's own account. */
        patch: operations["updateMe"];
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
        /** Let the agent in. It joins the caller's organisation, with no access to anything. */
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
             * @description The agent's API key, `ocv_` and 43 base64url characters.
             */
            api_key: string;
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
            /** @description Name to give the agent in place of the one it proposed. */
            name?: string | null;
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
        /** @description Body of `POST /v1/approvals/request`. */
        CreateApprovalRequest: {
            /**
             * @description What the agent wants to do. `access` and `policy_change` get the access in `summary` when they are approved;
             *     any other action is a question whose answer is recorded.
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
            /** @description Anything that helps the human. For `access` and `policy_change`: `vault_id`, `path_pattern`, `permissions`. */
            summary: Record<string, unknown>;
            /** @description Which one; may be empty. */
            target_id: string;
            /** @description What kind of thing it concerns. */
            target_type: string;
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
        /** @description Body of `POST /v1/vaults/{vault_id}/policies`. */
        CreatePolicyRequest: {
            /** @description What must be true of the caller: `principal_role`, `auth_method` and others. All must hold. */
            attribute_conditions?: Record<string, unknown> | null;
            /** @description When it applies: `ip_allowlist`, `time_window`, `environment_in`. All must hold. */
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
        };
        /** @description Body of `POST /v1/enrollments/{enrollment_id}/deny`; may be missing. */
        DenyEnrollmentRequest: {
            /** @description Why, for the audit log. */
            reason?: string | null;
            /** @description The last segment of the approval link, as for approving. */
            token?: string | null;
        };
        /** @description Body of `POST /v1/agents/enroll`. */
        EnrollAgentRequest: {
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
            /** @description Pairing only: proves to the status endpoint that the caller is the one who asked. */
            poll_token?: string;
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
            /** @description Where it came from. */
            requested_from: components["schemas"]["EnrollmentOrigin"];
            /** @enum {string} */
            status: "pending" | "approved" | "denied" | "expired";
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
        /** @description One Ed25519 verification key as a JSON Web Key (RFC 7517, RFC 8037). */
        JsonWebKey: {
            /** @description Algorithm: `EdDSA`. */
            alg: string;
            /** @description Curve: `Ed25519`. */
            crv: string;
            /** @description Names the key; the header of every token carries it. */
            kid: string;
            /** @description Key type: `OKP`. */
            kty: string;
            /** @description Use of the key: `sig`. */
            use: string;
            /** @description The public key in base64url without padding. */
            x: string;
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
        KeyDelivery: "email" | "link";
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
        /** @description Body of `POST /v1/auth/reauth`: a purpose, and one of the two proofs. */
        ReauthRequest: {
            /** @description A code of the account's second factor, or one of its recovery codes. */
            code?: string | null;
            /**
             * Format: password
             * @description The account's password.
             */
            password?: string | null;
            /** @enum {string} */
            purpose: "account.delete" | "account.export" | "security.passkey.register" | "security.passkey.delete" | "security.mfa.disable" | "security.vault_passkey.disable";
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
        /** @description Body of `POST /v1/vaults/{vault_id}/secret-rotate/{path}`; may be missing. */
        RotateSecretRequest: {
            charset?: components["schemas"]["Charset"] | null;
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
            /**
             * Format: date-time
             * @description When the agent stops working.
             */
            expires_at?: string | null;
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
        /** @description Answer of `GET /v1/vaults`. */
        VaultListResponse: {
            /** @description Every vault the caller may see, oldest first. */
            vaults: components["schemas"]["VaultResponse"][];
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
            header?: never;
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
    enrollAgent: {
        parameters: {
            query?: never;
            header?: never;
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
            header?: never;
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
            /** @description What happens next; on a demonstration instance with a token. */
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
            /** @description Signed in. */
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
    createShare: {
        parameters: {
            query?: never;
            header?: never;
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
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessShareRequest"];
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
            header?: never;
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
    rotateSecret: {
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
            header?: never;
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

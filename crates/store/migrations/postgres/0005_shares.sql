-- Secrets handed on: to a user, an agent, an e-mail address, or whoever holds a link.

CREATE TABLE shares (
    id                  UUID NOT NULL PRIMARY KEY,
    org_id              UUID NOT NULL,
    vault_id            UUID NOT NULL,
    secret_id           UUID NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    recipient_type      TEXT NOT NULL,
    recipient_user_id   UUID,
    recipient_agent_id  UUID,
    recipient_email     TEXT,
    status              TEXT NOT NULL,
    passphrase_hash     TEXT,
    ip_allowlist        TEXT NOT NULL,
    max_access_count    BIGINT NOT NULL,
    access_count        BIGINT NOT NULL,
    created_by_type     TEXT NOT NULL,
    created_by_id       UUID NOT NULL,
    created_at          BIGINT NOT NULL,
    expires_at          BIGINT NOT NULL,
    decided_at          BIGINT,
    revoked_at          BIGINT,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE,
    CHECK (access_count <= max_access_count)
);
CREATE INDEX shares_by_creator ON shares (created_by_id, created_at);
CREATE INDEX shares_by_user ON shares (recipient_user_id, created_at) WHERE recipient_user_id IS NOT NULL;
CREATE INDEX shares_by_agent ON shares (recipient_agent_id, created_at) WHERE recipient_agent_id IS NOT NULL;
CREATE INDEX shares_by_email ON shares (recipient_email) WHERE recipient_email IS NOT NULL;
CREATE INDEX shares_by_secret ON shares (secret_id);
CREATE INDEX shares_by_vault ON shares (vault_id);

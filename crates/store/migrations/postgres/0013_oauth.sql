-- Assistants that connect by OAuth, and what humans allowed them.

-- Those that publish no description of themselves. Without an organisation: it registered itself.
CREATE TABLE oauth_clients (
    id             UUID NOT NULL PRIMARY KEY,
    org_id         UUID REFERENCES organisations (id) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    redirect_uris  TEXT NOT NULL,
    created_by     UUID,
    created_at     BIGINT NOT NULL,
    -- When a human last let it in.
    used_at        BIGINT NOT NULL
);
CREATE INDEX oauth_clients_by_org ON oauth_clients (org_id, used_at);

CREATE TABLE oauth_grants (
    id               UUID NOT NULL PRIMARY KEY,
    org_id           UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id         UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- The human who allowed it.
    user_id          UUID NOT NULL,
    client_id        TEXT NOT NULL,
    client_name      TEXT NOT NULL,
    redirect_uri     TEXT NOT NULL,
    resource         TEXT NOT NULL,
    scopes           TEXT NOT NULL,
    code_hash        BYTEA NOT NULL UNIQUE,
    code_challenge   TEXT NOT NULL,
    code_expires_at  BIGINT NOT NULL,
    code_spent_at    BIGINT,
    refresh_hash     BYTEA UNIQUE,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    used_at          BIGINT,
    ended_at         BIGINT
);
CREATE INDEX oauth_grants_by_org ON oauth_grants (org_id, created_at);
CREATE INDEX oauth_grants_by_agent ON oauth_grants (agent_id);
CREATE INDEX oauth_grants_by_expiry ON oauth_grants (expires_at);

-- Refresh tokens that were exchanged: seeing one again means that two parties hold it.
CREATE TABLE spent_oauth_tokens (
    hash      BYTEA NOT NULL PRIMARY KEY,
    grant_id  UUID NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE
);
CREATE INDEX spent_oauth_tokens_by_grant ON spent_oauth_tokens (grant_id);

-- Assistants that connect by OAuth, and what humans allowed them.

-- Those that publish no description of themselves. Without an organisation: it registered itself.
CREATE TABLE oauth_clients (
    id             BLOB NOT NULL PRIMARY KEY,
    org_id         BLOB REFERENCES organisations (id) ON DELETE CASCADE,
    name           TEXT NOT NULL,
    redirect_uris  TEXT NOT NULL,
    created_by     BLOB,
    created_at     INTEGER NOT NULL,
    -- When a human last let it in.
    used_at        INTEGER NOT NULL
) STRICT;
CREATE INDEX oauth_clients_by_org ON oauth_clients (org_id, used_at);

CREATE TABLE oauth_grants (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id         BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    -- The human who allowed it.
    user_id          BLOB NOT NULL,
    client_id        TEXT NOT NULL,
    client_name      TEXT NOT NULL,
    redirect_uri     TEXT NOT NULL,
    resource         TEXT NOT NULL,
    scopes           TEXT NOT NULL,
    code_hash        BLOB NOT NULL UNIQUE,
    code_challenge   TEXT NOT NULL,
    code_expires_at  INTEGER NOT NULL,
    code_spent_at    INTEGER,
    refresh_hash     BLOB UNIQUE,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    used_at          INTEGER,
    ended_at         INTEGER
) STRICT;
CREATE INDEX oauth_grants_by_org ON oauth_grants (org_id, created_at);
CREATE INDEX oauth_grants_by_agent ON oauth_grants (agent_id);
CREATE INDEX oauth_grants_by_expiry ON oauth_grants (expires_at);

-- Refresh tokens that were exchanged: seeing one again means that two parties hold it.
CREATE TABLE spent_oauth_tokens (
    hash      BLOB NOT NULL PRIMARY KEY,
    grant_id  BLOB NOT NULL REFERENCES oauth_grants (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX spent_oauth_tokens_by_grant ON spent_oauth_tokens (grant_id);

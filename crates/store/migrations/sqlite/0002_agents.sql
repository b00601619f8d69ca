-- Agents and the requests by which they join.

CREATE TABLE agents (
    id                  BLOB NOT NULL PRIMARY KEY,
    org_id              BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    name                TEXT NOT NULL,
    description         TEXT NOT NULL,
    auth_method         TEXT NOT NULL,
    scopes              TEXT NOT NULL,
    vault_ids           TEXT NOT NULL,
    is_active           INTEGER NOT NULL,
    settings            TEXT NOT NULL,
    token_ttl_seconds   INTEGER,
    token_epoch         INTEGER NOT NULL,
    api_key_hash        BLOB UNIQUE,
    api_key_expires_at  INTEGER,
    ssh_public_key      TEXT,
    ecdh_public_key     TEXT,
    created_by          BLOB NOT NULL,
    created_at          INTEGER NOT NULL,
    expires_at          INTEGER,
    last_active_at      INTEGER,
    deleted_at          INTEGER
) STRICT;
CREATE INDEX agents_by_org ON agents (org_id, created_at);

CREATE TABLE enrollments (
    id                BLOB NOT NULL PRIMARY KEY,
    token_hash        BLOB NOT NULL UNIQUE,
    name              TEXT NOT NULL,
    description       TEXT NOT NULL,
    human_email       TEXT,
    status            TEXT NOT NULL,
    ip                TEXT,
    user_agent        TEXT NOT NULL,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER NOT NULL,
    decided_at        INTEGER,
    decided_by        BLOB,
    decision_reason   TEXT,
    org_id            BLOB,
    agent_id          BLOB
) STRICT;
CREATE INDEX enrollments_by_email ON enrollments (human_email, created_at) WHERE human_email IS NOT NULL;
CREATE INDEX enrollments_open_by_email ON enrollments (human_email, status, expires_at) WHERE human_email IS NOT NULL;
CREATE INDEX enrollments_by_decider ON enrollments (decided_by, created_at) WHERE decided_by IS NOT NULL;
CREATE INDEX enrollments_open_by_ip ON enrollments (ip, status, expires_at);
CREATE INDEX enrollments_by_status ON enrollments (status, expires_at);

-- What people sign in and act with besides a password: keys, mailed codes, devices, and the refresh
-- tokens that were exchanged already.

ALTER TABLE users ADD COLUMN require_passkey_for_vaults BOOLEAN NOT NULL DEFAULT FALSE;
-- How the session was begun; policies can ask for it.
ALTER TABLE sessions ADD COLUMN auth_method TEXT NOT NULL DEFAULT 'password';

-- Seeing one of them again means that two parties hold the session.
CREATE TABLE spent_refresh_tokens (
    hash        BYTEA NOT NULL PRIMARY KEY,
    session_id  UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE INDEX spent_refresh_tokens_by_session ON spent_refresh_tokens (session_id);

-- Personal keys. A revoked one stays, so that its owner can see that it is revoked.
CREATE TABLE api_keys (
    id            UUID NOT NULL PRIMARY KEY,
    org_id        UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id       UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name          TEXT NOT NULL,
    key_hash      BYTEA NOT NULL UNIQUE,
    key_prefix    TEXT NOT NULL,
    scopes        TEXT NOT NULL,
    is_active     BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT,
    last_used_at  BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (user_id, created_at);
CREATE INDEX api_keys_by_org ON api_keys (org_id);

-- Six digits by mail. The subject is what the code is for: an address, or a user.
CREATE TABLE mailed_codes (
    purpose     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    email       TEXT NOT NULL,
    code_hash   BYTEA NOT NULL,
    tries       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (purpose, subject)
);
CREATE INDEX mailed_codes_by_expiry ON mailed_codes (expires_at);

-- Programs that wait for a human to sign them in.
CREATE TABLE device_codes (
    id              UUID NOT NULL PRIMARY KEY,
    device_hash     BYTEA NOT NULL UNIQUE,
    user_code_hash  BYTEA NOT NULL UNIQUE,
    client_name     TEXT NOT NULL,
    email           TEXT,
    ip              TEXT,
    user_agent      TEXT NOT NULL,
    status          TEXT NOT NULL,
    interval_ms     BIGINT NOT NULL,
    next_poll_at    BIGINT NOT NULL,
    decided_by      UUID,
    decided_org     UUID,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL
);
CREATE INDEX device_codes_by_expiry ON device_codes (expires_at);
CREATE INDEX device_codes_by_decider ON device_codes (decided_by) WHERE decided_by IS NOT NULL;

-- Whoever deletes their account takes what was theirs along.
CREATE INDEX enrollments_by_org ON enrollments (org_id) WHERE org_id IS NOT NULL;
CREATE INDEX outbox_by_org ON outbox (org_id);
CREATE INDEX sessions_by_org ON sessions (org_id);

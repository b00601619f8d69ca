-- Who there is: the instance, organisations, users, their sessions, and the small
-- state (epochs, one-time tokens, rate limits) that every decision rests on.

-- One row per thing whose cached state changed at least once; no row means 0.
-- See docs/ARCHITECTURE.md, "Epochs and guards".
CREATE TABLE epochs (
    id          UUID NOT NULL PRIMARY KEY,
    rev         BIGINT NOT NULL,
    expires_at  BIGINT
);
CREATE INDEX epochs_by_expiry ON epochs (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE instance_settings (
    name   TEXT NOT NULL PRIMARY KEY,
    value  TEXT NOT NULL
);

-- The instance's own keys, each wrapped by the master key (never stored here).
CREATE TABLE keyring (
    id          TEXT NOT NULL PRIMARY KEY,
    purpose     TEXT NOT NULL,
    wrapped     BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    retired_at  BIGINT
);

CREATE TABLE organisations (
    id            UUID NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    key_delivery  TEXT,
    token_epoch   BIGINT NOT NULL,
    created_at    BIGINT NOT NULL
);

CREATE TABLE users (
    id                 UUID NOT NULL PRIMARY KEY,
    email              TEXT NOT NULL UNIQUE,
    display_name       TEXT NOT NULL,
    password_hash      TEXT,
    email_verified_at  BIGINT,
    marketing_emails   BOOLEAN NOT NULL,
    token_epoch        BIGINT NOT NULL,
    created_at         BIGINT NOT NULL
);

CREATE TABLE memberships (
    org_id      UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX memberships_by_user ON memberships (user_id);

-- A signed-in human: a browser (cookie) or an API client (refresh token).
CREATE TABLE sessions (
    id             UUID NOT NULL PRIMARY KEY,
    user_id        UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    org_id         UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    kind           TEXT NOT NULL,
    secret_hash    BYTEA NOT NULL UNIQUE,
    user_agent     TEXT NOT NULL,
    ip             TEXT,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    revoked_at     BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Mailed links and reveal links: only the keyed hash of the token is kept.
CREATE TABLE one_time_tokens (
    hash        BYTEA NOT NULL PRIMARY KEY,
    purpose     TEXT NOT NULL,
    subject_id  UUID NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL,
    used_at     BIGINT
);
CREATE INDEX one_time_tokens_by_subject ON one_time_tokens (subject_id, purpose);
CREATE INDEX one_time_tokens_by_expiry ON one_time_tokens (expires_at);

-- Counters shared by all nodes. The key is a keyed hash: it names no person.
CREATE TABLE rate_limits (
    key           BYTEA NOT NULL PRIMARY KEY,
    window_start  BIGINT NOT NULL,
    count         BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX rate_limits_by_expiry ON rate_limits (expires_at);

-- What accounts have beside a password, and what may be used once.

-- The secret shared with an authenticator app, sealed under the record key. It counts once confirmed.
CREATE TABLE totp_factors (
    user_id        UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    sealed_secret  BYTEA NOT NULL,
    last_step      BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    confirmed_at   BIGINT
);

-- Only keyed hashes, each bound to its user.
CREATE TABLE recovery_codes (
    hash     BYTEA NOT NULL PRIMARY KEY,
    user_id  UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    used_at  BIGINT
);
CREATE INDEX recovery_codes_by_user ON recovery_codes (user_id);

CREATE TABLE passkeys (
    id               UUID NOT NULL PRIMARY KEY,
    user_id          UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id    BYTEA NOT NULL UNIQUE,
    public_key       BYTEA NOT NULL,
    sign_count       BIGINT NOT NULL,
    backup_eligible  BOOLEAN NOT NULL,
    backed_up        BOOLEAN NOT NULL,
    aaguid           BYTEA NOT NULL,
    transports       TEXT NOT NULL,
    name             TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    last_used_at     BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);

-- Accounts of other providers by which people sign in.
CREATE TABLE identities (
    provider    TEXT NOT NULL,
    subject     TEXT NOT NULL,
    user_id     UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (provider, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);

-- Challenges and proofs that were used, until they would be refused as too old anyway.
CREATE TABLE spent_proofs (
    id          BYTEA NOT NULL PRIMARY KEY,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX spent_proofs_by_expiry ON spent_proofs (expires_at);

-- Private keys that sign tokens for other services, sealed under the record key.
CREATE TABLE federation_keys (
    id          TEXT NOT NULL PRIMARY KEY,
    sealed      BYTEA NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX federation_keys_by_age ON federation_keys (created_at, id);

-- Keys of clients, conditions on writes, limits, usage, repeated requests, environment variables.

-- SHA-256 of the key with which clients encrypt values, in hexadecimal: of a vault, the key in use;
-- of a version, the key it was written under.
ALTER TABLE vaults ADD COLUMN cmek_fingerprint TEXT;
ALTER TABLE secret_versions ADD COLUMN cmek_fingerprint TEXT;

-- Values of a vault moving from one key of the client to another. The keys are in memory only, so a
-- row that nobody moves along any more has failed.
CREATE TABLE cmek_rotations (
    id               UUID NOT NULL PRIMARY KEY,
    org_id           UUID NOT NULL,
    vault_id         UUID NOT NULL,
    old_fingerprint  TEXT NOT NULL,
    new_fingerprint  TEXT NOT NULL,
    status           TEXT NOT NULL,
    total            BIGINT NOT NULL,
    processed        BIGINT NOT NULL,
    error            TEXT,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    completed_at     BIGINT,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
);
CREATE INDEX cmek_rotations_by_vault ON cmek_rotations (vault_id);

-- How many of something an organisation may have; no row means any number.
CREATE TABLE organisation_limits (
    org_id    UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    resource  TEXT NOT NULL,
    maximum   BIGINT NOT NULL,
    PRIMARY KEY (org_id, resource)
);

-- Requests that a client may send again: what was asked, and once it is known the answer, sealed.
-- `scope` is a keyed digest of who asked and of the key they gave.
CREATE TABLE idempotency_keys (
    scope         BYTEA NOT NULL PRIMARY KEY,
    request_hash  BYTEA NOT NULL,
    answer        BYTEA,
    expires_at    BIGINT NOT NULL
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- How many requests an organisation made, by month, and which ones it made last.
CREATE TABLE usage_months (
    org_id    UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    month     TEXT NOT NULL,
    requests  BIGINT NOT NULL,
    PRIMARY KEY (org_id, month)
);

CREATE TABLE usage_events (
    id              UUID NOT NULL PRIMARY KEY,
    org_id          UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    principal_type  TEXT NOT NULL,
    principal_id    UUID NOT NULL,
    method          TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    status_code     BIGINT NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX usage_events_by_time ON usage_events (org_id, created_at, id);

-- Environments of a vault beside production, preview and development, which every vault has.
CREATE TABLE vault_environments (
    id           UUID NOT NULL PRIMARY KEY,
    org_id       UUID NOT NULL,
    vault_id     UUID NOT NULL,
    slug         TEXT NOT NULL,
    description  TEXT,
    copied_from  TEXT,
    created_at   BIGINT NOT NULL,
    UNIQUE (vault_id, slug),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
);

-- Environment variables, sealed like secrets. `environments` is a JSON array of slugs; of the same key and
-- branch no two rows name the same environment. `git_branch` is '' where the branch does not matter.
CREATE TABLE env_vars (
    id               UUID NOT NULL PRIMARY KEY,
    org_id           UUID NOT NULL,
    vault_id         UUID NOT NULL,
    key              TEXT NOT NULL,
    git_branch       TEXT NOT NULL,
    environments     TEXT NOT NULL,
    sensitive        BOOLEAN NOT NULL,
    comment          TEXT,
    version          BIGINT NOT NULL,
    key_generation   BIGINT NOT NULL,
    wrapped_key      BYTEA NOT NULL,
    ciphertext       BYTEA NOT NULL,
    created_by_type  TEXT NOT NULL,
    created_by_id    UUID NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
);
CREATE INDEX env_vars_by_key ON env_vars (vault_id, key);

-- In which vaults a variable of the whole organisation holds.
CREATE TABLE env_var_links (
    env_var_id  UUID NOT NULL REFERENCES env_vars (id) ON DELETE CASCADE,
    org_id      UUID NOT NULL,
    vault_id    UUID NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (env_var_id, vault_id),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
);
CREATE INDEX env_var_links_by_vault ON env_var_links (vault_id);

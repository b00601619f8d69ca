-- Keys of clients, conditions on writes, limits, usage, repeated requests, environment variables.

-- SHA-256 of the key with which clients encrypt values, in hexadecimal: of a vault, the key in use;
-- of a version, the key it was written under.
ALTER TABLE vaults ADD COLUMN cmek_fingerprint TEXT;
ALTER TABLE secret_versions ADD COLUMN cmek_fingerprint TEXT;

-- Values of a vault moving from one key of the client to another. The keys are in memory only, so a
-- row that nobody moves along any more has failed.
CREATE TABLE cmek_rotations (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB NOT NULL,
    vault_id         BLOB NOT NULL,
    old_fingerprint  TEXT NOT NULL,
    new_fingerprint  TEXT NOT NULL,
    status           TEXT NOT NULL,
    total            INTEGER NOT NULL,
    processed        INTEGER NOT NULL,
    error            TEXT,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    completed_at     INTEGER,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX cmek_rotations_by_vault ON cmek_rotations (vault_id);

-- How many of something an organisation may have; no row means any number.
CREATE TABLE organisation_limits (
    org_id    BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    resource  TEXT NOT NULL,
    maximum   INTEGER NOT NULL,
    PRIMARY KEY (org_id, resource)
) STRICT, WITHOUT ROWID;

-- Requests that a client may send again: what was asked, and once it is known the answer, sealed.
-- `scope` is a keyed digest of who asked and of the key they gave.
CREATE TABLE idempotency_keys (
    scope         BLOB NOT NULL PRIMARY KEY,
    request_hash  BLOB NOT NULL,
    answer        BLOB,
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

-- How many requests an organisation made, by month, and which ones it made last.
CREATE TABLE usage_months (
    org_id    BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    month     TEXT NOT NULL,
    requests  INTEGER NOT NULL,
    PRIMARY KEY (org_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE usage_events (
    id              BLOB NOT NULL PRIMARY KEY,
    org_id          BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    principal_type  TEXT NOT NULL,
    principal_id    BLOB NOT NULL,
    method          TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    status_code     INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX usage_events_by_time ON usage_events (org_id, created_at, id);

-- Environments of a vault beside production, preview and development, which every vault has.
CREATE TABLE vault_environments (
    id           BLOB NOT NULL PRIMARY KEY,
    org_id       BLOB NOT NULL,
    vault_id     BLOB NOT NULL,
    slug         TEXT NOT NULL,
    description  TEXT,
    copied_from  TEXT,
    created_at   INTEGER NOT NULL,
    UNIQUE (vault_id, slug),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT;

-- Environment variables, sealed like secrets. `environments` is a JSON array of slugs; of the same key and
-- branch no two rows name the same environment. `git_branch` is '' where the branch does not matter.
CREATE TABLE env_vars (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB NOT NULL,
    vault_id         BLOB NOT NULL,
    key              TEXT NOT NULL,
    git_branch       TEXT NOT NULL,
    environments     TEXT NOT NULL,
    sensitive        INTEGER NOT NULL,
    comment          TEXT,
    version          INTEGER NOT NULL,
    key_generation   INTEGER NOT NULL,
    wrapped_key      BLOB NOT NULL,
    ciphertext       BLOB NOT NULL,
    created_by_type  TEXT NOT NULL,
    created_by_id    BLOB NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX env_vars_by_key ON env_vars (vault_id, key);

-- In which vaults a variable of the whole organisation holds.
CREATE TABLE env_var_links (
    env_var_id  BLOB NOT NULL REFERENCES env_vars (id) ON DELETE CASCADE,
    org_id      BLOB NOT NULL,
    vault_id    BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (env_var_id, vault_id),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX env_var_links_by_vault ON env_var_links (vault_id);

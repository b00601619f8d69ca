-- Vaults, the sealed secrets in them, and who may do what with which path.

CREATE TABLE vaults (
    id              BLOB NOT NULL PRIMARY KEY,
    org_id          BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    description     TEXT NOT NULL,
    owner_type      TEXT NOT NULL,
    owner_id        BLOB NOT NULL,
    key_generation  INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    UNIQUE (org_id, name),
    -- What is in a vault belongs to the vault's organisation: the foreign keys below say so.
    UNIQUE (id, org_id)
) STRICT;

CREATE TABLE vault_keys (
    vault_id    BLOB NOT NULL REFERENCES vaults (id) ON DELETE CASCADE,
    generation  INTEGER NOT NULL,
    wrapped     BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (vault_id, generation)
) STRICT, WITHOUT ROWID;

-- One row per path; `rev` grows with every change of any kind, `version` with every value.
-- Paths sort by byte, so that a prefix is a range of the index.
CREATE TABLE secrets (
    id                BLOB NOT NULL PRIMARY KEY,
    org_id            BLOB NOT NULL,
    vault_id          BLOB NOT NULL,
    path              TEXT NOT NULL,
    version           INTEGER NOT NULL,
    rev               INTEGER NOT NULL,
    expires_at        INTEGER,
    max_access_count  INTEGER,
    access_count      INTEGER NOT NULL,
    deleted_at        INTEGER,
    UNIQUE (vault_id, path),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE,
    CHECK (access_count <= max_access_count)
) STRICT;

CREATE TABLE secret_versions (
    secret_id         BLOB NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    version           INTEGER NOT NULL,
    type              TEXT NOT NULL,
    metadata          TEXT NOT NULL,
    key_generation    INTEGER NOT NULL,
    wrapped_key       BLOB NOT NULL,
    ciphertext        BLOB NOT NULL,
    created_by_type   TEXT NOT NULL,
    created_by_id     BLOB NOT NULL,
    created_at        INTEGER NOT NULL,
    expires_at        INTEGER,
    disabled_at       INTEGER,
    PRIMARY KEY (secret_id, version)
) STRICT;

CREATE TABLE policies (
    id                    BLOB NOT NULL PRIMARY KEY,
    org_id                BLOB NOT NULL,
    vault_id              BLOB NOT NULL,
    path_pattern          TEXT NOT NULL,
    principal_type        TEXT NOT NULL,
    principal_id          BLOB NOT NULL,
    permissions           TEXT NOT NULL,
    effect                TEXT NOT NULL,
    priority              INTEGER NOT NULL,
    conditions            TEXT NOT NULL,
    attribute_conditions  TEXT NOT NULL,
    expires_at            INTEGER,
    created_by_type       TEXT NOT NULL,
    created_by_id         BLOB NOT NULL,
    created_at            INTEGER NOT NULL,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX policies_by_vault ON policies (vault_id, principal_id);
CREATE INDEX policies_by_principal ON policies (principal_id);

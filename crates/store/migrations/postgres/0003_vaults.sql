-- Vaults, the sealed secrets in them, and who may do what with which path.

CREATE TABLE vaults (
    id              UUID NOT NULL PRIMARY KEY,
    org_id          UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    name            TEXT NOT NULL,
    description     TEXT NOT NULL,
    owner_type      TEXT NOT NULL,
    owner_id        UUID NOT NULL,
    key_generation  BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    UNIQUE (org_id, name),
    -- What is in a vault belongs to the vault's organisation: the foreign keys below say so.
    UNIQUE (id, org_id)
);

CREATE TABLE vault_keys (
    vault_id    UUID NOT NULL REFERENCES vaults (id) ON DELETE CASCADE,
    generation  BIGINT NOT NULL,
    wrapped     BYTEA NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (vault_id, generation)
);

-- One row per path; `rev` grows with every change of any kind, `version` with every value.
-- Paths sort by byte, so that a prefix is a range of the index.
CREATE TABLE secrets (
    id                UUID NOT NULL PRIMARY KEY,
    org_id            UUID NOT NULL,
    vault_id          UUID NOT NULL,
    path              TEXT COLLATE "C" NOT NULL,
    version           BIGINT NOT NULL,
    rev               BIGINT NOT NULL,
    expires_at        BIGINT,
    max_access_count  BIGINT,
    access_count      BIGINT NOT NULL,
    deleted_at        BIGINT,
    UNIQUE (vault_id, path),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE,
    CHECK (access_count <= max_access_count)
);

CREATE TABLE secret_versions (
    secret_id         UUID NOT NULL REFERENCES secrets (id) ON DELETE CASCADE,
    version           BIGINT NOT NULL,
    type              TEXT NOT NULL,
    metadata          TEXT NOT NULL,
    key_generation    BIGINT NOT NULL,
    wrapped_key       BYTEA NOT NULL,
    ciphertext        BYTEA NOT NULL,
    created_by_type   TEXT NOT NULL,
    created_by_id     UUID NOT NULL,
    created_at        BIGINT NOT NULL,
    expires_at        BIGINT,
    disabled_at       BIGINT,
    PRIMARY KEY (secret_id, version)
);

CREATE TABLE policies (
    id                    UUID NOT NULL PRIMARY KEY,
    org_id                UUID NOT NULL,
    vault_id              UUID NOT NULL,
    path_pattern          TEXT NOT NULL,
    principal_type        TEXT NOT NULL,
    principal_id          UUID NOT NULL,
    permissions           TEXT NOT NULL,
    effect                TEXT NOT NULL,
    priority              BIGINT NOT NULL,
    conditions            TEXT NOT NULL,
    attribute_conditions  TEXT NOT NULL,
    expires_at            BIGINT,
    created_by_type       TEXT NOT NULL,
    created_by_id         UUID NOT NULL,
    created_at            BIGINT NOT NULL,
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
);
CREATE INDEX policies_by_vault ON policies (vault_id, principal_id);
CREATE INDEX policies_by_principal ON policies (principal_id);

-- The transparency log: one Merkle tree per organisation. Rows are only ever added.

CREATE TABLE audit_events (
    org_id         UUID NOT NULL,
    seq            BIGINT NOT NULL,
    id             UUID NOT NULL,
    at             BIGINT NOT NULL,
    actor_type     TEXT NOT NULL,
    actor_id       TEXT NOT NULL,
    action         TEXT NOT NULL,
    resource_type  TEXT NOT NULL,
    resource_id    TEXT NOT NULL,
    details        TEXT NOT NULL,
    ip             TEXT,
    leaf_hash      BYTEA NOT NULL,
    PRIMARY KEY (org_id, seq)
);

-- The right edge of each tree; locked last in a transaction, so that events get gapless numbers.
CREATE TABLE audit_heads (
    org_id     UUID NOT NULL PRIMARY KEY,
    size       BIGINT NOT NULL,
    frontier   BYTEA NOT NULL,
    last_hash  BYTEA NOT NULL
);

-- The transparency log: one Merkle tree per organisation. Rows are only ever added.

CREATE TABLE audit_events (
    org_id         BLOB NOT NULL,
    seq            INTEGER NOT NULL,
    id             BLOB NOT NULL,
    at             INTEGER NOT NULL,
    actor_type     TEXT NOT NULL,
    actor_id       TEXT NOT NULL,
    action         TEXT NOT NULL,
    resource_type  TEXT NOT NULL,
    resource_id    TEXT NOT NULL,
    details        TEXT NOT NULL,
    ip             TEXT,
    leaf_hash      BLOB NOT NULL,
    PRIMARY KEY (org_id, seq)
) STRICT, WITHOUT ROWID;

-- The right edge of each tree; locked last in a transaction, so that events get gapless numbers.
CREATE TABLE audit_heads (
    org_id     BLOB NOT NULL PRIMARY KEY,
    size       INTEGER NOT NULL,
    frontier   BLOB NOT NULL,
    last_hash  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

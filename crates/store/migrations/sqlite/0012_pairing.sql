-- Requests of agents that bring a key of their own, and the keys that agents sign in with.

CREATE TABLE pairings (
    enrollment_id  BLOB NOT NULL PRIMARY KEY REFERENCES enrollments (id) ON DELETE CASCADE,
    poll_hash      BLOB NOT NULL UNIQUE,
    public_key     BLOB NOT NULL,
    -- What it gets: `api_key`, handed out once, or `private_key_jwt`, nothing at all.
    credential     TEXT NOT NULL
) STRICT;

CREATE TABLE agent_signing_keys (
    agent_id    BLOB NOT NULL PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
    public_key  BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- The access that a request asks for, as JSON.
CREATE TABLE enrollment_access (
    enrollment_id  BLOB NOT NULL PRIMARY KEY REFERENCES enrollments (id) ON DELETE CASCADE,
    manifest       TEXT NOT NULL
) STRICT;

-- Requests of agents that bring a key of their own, and the keys that agents sign in with.

CREATE TABLE pairings (
    enrollment_id  UUID NOT NULL PRIMARY KEY REFERENCES enrollments (id) ON DELETE CASCADE,
    poll_hash      BYTEA NOT NULL UNIQUE,
    public_key     BYTEA NOT NULL,
    -- What it gets: `api_key`, handed out once, or `private_key_jwt`, nothing at all.
    credential     TEXT NOT NULL
);

CREATE TABLE agent_signing_keys (
    agent_id    UUID NOT NULL PRIMARY KEY REFERENCES agents (id) ON DELETE CASCADE,
    public_key  BYTEA NOT NULL,
    created_at  BIGINT NOT NULL
);

-- The access that a request asks for, as JSON.
CREATE TABLE enrollment_access (
    enrollment_id  UUID NOT NULL PRIMARY KEY REFERENCES enrollments (id) ON DELETE CASCADE,
    manifest       TEXT NOT NULL
);

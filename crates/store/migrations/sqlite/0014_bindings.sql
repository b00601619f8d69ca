-- Credentials that agents use without seeing them, and what they did with them.

CREATE TABLE bindings (
    id                 BLOB NOT NULL PRIMARY KEY,
    org_id             BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id           BLOB NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    name               TEXT NOT NULL,
    config             TEXT NOT NULL,
    guardrails         TEXT NOT NULL,
    sealed_credential  BLOB,
    vault_id           BLOB,
    path               TEXT,
    is_active          INTEGER NOT NULL,
    -- Who chose where the credential goes; their own right to use it is asked at every call.
    vouched_by         BLOB NOT NULL,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER NOT NULL,
    UNIQUE (agent_id, name)
) STRICT;
CREATE INDEX bindings_by_org ON bindings (org_id);

-- One row for each call, written before it is made. No values, no bodies, no query.
CREATE TABLE executions (
    id             BLOB NOT NULL PRIMARY KEY,
    org_id         BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id       BLOB NOT NULL,
    binding_id     BLOB NOT NULL,
    status         TEXT NOT NULL,
    method         TEXT NOT NULL,
    host           TEXT NOT NULL,
    path           TEXT NOT NULL,
    answer_status  INTEGER,
    error          TEXT,
    duration_ms    INTEGER NOT NULL,
    redactions     INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX executions_by_agent ON executions (org_id, agent_id, created_at);

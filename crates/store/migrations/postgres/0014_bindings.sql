-- Credentials that agents use without seeing them, and what they did with them.

CREATE TABLE bindings (
    id                 UUID NOT NULL PRIMARY KEY,
    org_id             UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id           UUID NOT NULL REFERENCES agents (id) ON DELETE CASCADE,
    name               TEXT NOT NULL,
    config             TEXT NOT NULL,
    guardrails         TEXT NOT NULL,
    sealed_credential  BYTEA,
    vault_id           UUID,
    path               TEXT,
    is_active          BOOLEAN NOT NULL,
    -- Who chose where the credential goes; their own right to use it is asked at every call.
    vouched_by         UUID NOT NULL,
    created_at         BIGINT NOT NULL,
    updated_at         BIGINT NOT NULL,
    UNIQUE (agent_id, name)
);
CREATE INDEX bindings_by_org ON bindings (org_id);

-- One row for each call, written before it is made. No values, no bodies, no query.
CREATE TABLE executions (
    id             UUID NOT NULL PRIMARY KEY,
    org_id         UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id       UUID NOT NULL,
    binding_id     UUID NOT NULL,
    status         TEXT NOT NULL,
    method         TEXT NOT NULL,
    host           TEXT NOT NULL,
    path           TEXT NOT NULL,
    answer_status  BIGINT,
    error          TEXT,
    duration_ms    BIGINT NOT NULL,
    redactions     BIGINT NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE INDEX executions_by_agent ON executions (org_id, agent_id, created_at);

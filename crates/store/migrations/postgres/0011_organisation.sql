-- Questions of agents to their humans, grants that are used up, invitations, and what an organisation
-- can switch for all its agents at once.

CREATE TABLE approvals (
    id               UUID NOT NULL PRIMARY KEY,
    org_id           UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id          UUID NOT NULL,
    agent_id         UUID NOT NULL,
    action           TEXT NOT NULL,
    target_type      TEXT NOT NULL,
    target_id        TEXT NOT NULL,
    risk_tier        BIGINT NOT NULL,
    summary          TEXT NOT NULL,
    reason           TEXT,
    -- The access it asks for, when it asks for some.
    vault_id         UUID,
    path_pattern     TEXT NOT NULL,
    permissions      TEXT NOT NULL,
    seconds          BIGINT,
    status           TEXT NOT NULL,
    created_at       BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    decided_at       BIGINT,
    decided_by       UUID,
    decision_reason  TEXT,
    grant_mode       TEXT,
    policy_id        UUID
);
CREATE INDEX approvals_by_org ON approvals (org_id, created_at);
CREATE INDEX approvals_by_user ON approvals (user_id, created_at);
CREATE INDEX approvals_by_agent ON approvals (agent_id, status, expires_at);
CREATE INDEX approvals_by_status ON approvals (status, expires_at);

-- How often a policy can still be used; NULL: any number of times.
ALTER TABLE policies ADD COLUMN uses_left BIGINT;

-- Since when no agent of the organisation may do anything.
ALTER TABLE organisations ADD COLUMN agents_frozen_at BIGINT;

-- When a person chose to act in this organisation; the last one chosen is where signing in leads.
ALTER TABLE memberships ADD COLUMN chosen_at BIGINT;

CREATE TABLE invitations (
    id          UUID NOT NULL PRIMARY KEY,
    org_id      UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    email       TEXT NOT NULL,
    role        TEXT NOT NULL,
    token_hash  BYTEA NOT NULL UNIQUE,
    invited_by  UUID NOT NULL,
    created_at  BIGINT NOT NULL,
    expires_at  BIGINT NOT NULL
);
CREATE INDEX invitations_by_org ON invitations (org_id, email);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

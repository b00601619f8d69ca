-- Questions of agents to their humans, grants that are used up, invitations, and what an organisation
-- can switch for all its agents at once.

CREATE TABLE approvals (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    user_id          BLOB NOT NULL,
    agent_id         BLOB NOT NULL,
    action           TEXT NOT NULL,
    target_type      TEXT NOT NULL,
    target_id        TEXT NOT NULL,
    risk_tier        INTEGER NOT NULL,
    summary          TEXT NOT NULL,
    reason           TEXT,
    -- The access it asks for, when it asks for some.
    vault_id         BLOB,
    path_pattern     TEXT NOT NULL,
    permissions      TEXT NOT NULL,
    seconds          INTEGER,
    status           TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    decided_at       INTEGER,
    decided_by       BLOB,
    decision_reason  TEXT,
    grant_mode       TEXT,
    policy_id        BLOB
) STRICT;
CREATE INDEX approvals_by_org ON approvals (org_id, created_at);
CREATE INDEX approvals_by_user ON approvals (user_id, created_at);
CREATE INDEX approvals_by_agent ON approvals (agent_id, status, expires_at);
CREATE INDEX approvals_by_status ON approvals (status, expires_at);

-- How often a policy can still be used; NULL: any number of times.
ALTER TABLE policies ADD COLUMN uses_left INTEGER;

-- Since when no agent of the organisation may do anything.
ALTER TABLE organisations ADD COLUMN agents_frozen_at INTEGER;

-- When a person chose to act in this organisation; the last one chosen is where signing in leads.
ALTER TABLE memberships ADD COLUMN chosen_at INTEGER;

CREATE TABLE invitations (
    id          BLOB NOT NULL PRIMARY KEY,
    org_id      BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    email       TEXT NOT NULL,
    role        TEXT NOT NULL,
    token_hash  BLOB NOT NULL UNIQUE,
    invited_by  BLOB NOT NULL,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_org ON invitations (org_id, email);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

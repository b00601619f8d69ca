-- Decoys: secrets that nobody has a reason to read, what happened to them, and which agents were stopped for it.

CREATE TABLE honeytokens (
    id                 BLOB NOT NULL PRIMARY KEY,
    org_id             BLOB NOT NULL,
    vault_id           BLOB NOT NULL,
    path               TEXT NOT NULL,
    notes              TEXT,
    created_by         BLOB NOT NULL,
    created_at         INTEGER NOT NULL,
    triggered_count    INTEGER NOT NULL,
    last_triggered_at  INTEGER,
    UNIQUE (vault_id, path),
    FOREIGN KEY (vault_id, org_id) REFERENCES vaults (id, org_id) ON DELETE CASCADE
) STRICT;
CREATE INDEX honeytokens_by_org ON honeytokens (org_id, created_at);

-- `told_at` is empty until those who run the organisation were mailed.
CREATE TABLE risk_events (
    id              BLOB NOT NULL PRIMARY KEY,
    org_id          BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    principal_type  TEXT NOT NULL,
    principal_id    BLOB NOT NULL,
    event_type      TEXT NOT NULL,
    severity        TEXT NOT NULL,
    ip              TEXT,
    payload         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    told_at         INTEGER
) STRICT;
CREATE INDEX risk_events_by_time ON risk_events (org_id, created_at, id);
CREATE INDEX risk_events_untold ON risk_events (created_at) WHERE told_at IS NULL;

-- Agents that read a decoy: switched off, but still answered where they read decoys.
CREATE TABLE quarantines (
    org_id    BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id  BLOB NOT NULL,
    vault_id  BLOB NOT NULL,
    path      TEXT NOT NULL,
    since     INTEGER NOT NULL,
    PRIMARY KEY (org_id, agent_id)
) STRICT, WITHOUT ROWID;

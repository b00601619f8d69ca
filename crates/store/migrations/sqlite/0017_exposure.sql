-- What agents got to see, folded from the log: one row for each version of each thing and way.

CREATE TABLE exposures (
    org_id       BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id     BLOB NOT NULL,
    kind         TEXT NOT NULL,
    resource_id  BLOB NOT NULL,
    version      INTEGER NOT NULL,
    how          TEXT NOT NULL,
    vault_id     BLOB,
    path         TEXT NOT NULL,
    times        INTEGER NOT NULL,
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (org_id, agent_id, resource_id, version, how)
) STRICT, WITHOUT ROWID;

-- How far each log is folded: events before `seq` are in the table, the others are not.
CREATE TABLE exposure_cursors (
    org_id  BLOB NOT NULL PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
    seq     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

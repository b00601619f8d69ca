-- What agents got to see, folded from the log: one row for each version of each thing and way.

CREATE TABLE exposures (
    org_id       UUID NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    agent_id     UUID NOT NULL,
    kind         TEXT NOT NULL,
    resource_id  UUID NOT NULL,
    version      BIGINT NOT NULL,
    how          TEXT NOT NULL,
    vault_id     UUID,
    path         TEXT NOT NULL,
    times        BIGINT NOT NULL,
    first_at     BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    PRIMARY KEY (org_id, agent_id, resource_id, version, how)
);

-- How far each log is folded: events before `seq` are in the table, the others are not.
CREATE TABLE exposure_cursors (
    org_id  UUID NOT NULL PRIMARY KEY REFERENCES organisations (id) ON DELETE CASCADE,
    seq     BIGINT NOT NULL
);

-- What goes out: webhooks and what they receive.

CREATE TABLE webhooks (
    id             BLOB NOT NULL PRIMARY KEY,
    org_id         BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    url            TEXT NOT NULL,
    events         TEXT NOT NULL,
    description    TEXT NOT NULL,
    sealed_secret  BLOB NOT NULL,
    is_active      INTEGER NOT NULL,
    failing_since  INTEGER,
    created_by     BLOB NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_org ON webhooks (org_id, created_at);

-- Written in the transaction of the event, sent afterwards by a job.
CREATE TABLE webhook_deliveries (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB NOT NULL,
    webhook_id       BLOB NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    event            TEXT NOT NULL,
    payload          TEXT NOT NULL,
    status           TEXT NOT NULL,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER NOT NULL,
    response_status  INTEGER,
    last_error       TEXT,
    created_at       INTEGER NOT NULL,
    finished_at      INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (status, next_attempt_at);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, created_at);
CREATE INDEX webhook_deliveries_by_end ON webhook_deliveries (finished_at);

-- How many webhooks of the organisation are switched on, beside what every commit reads anyway, so that
-- events cost nothing where nobody listens.
ALTER TABLE audit_heads ADD COLUMN webhooks INTEGER NOT NULL DEFAULT 0;

-- Which networks an organisation is reached from. Every change bumps the organisation's epoch.
CREATE TABLE ip_rules (
    id          BLOB NOT NULL PRIMARY KEY,
    org_id      BLOB NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    rule_type   TEXT NOT NULL,
    cidr        TEXT NOT NULL,
    label       TEXT NOT NULL,
    applies_to  TEXT NOT NULL,
    created_by  BLOB NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX ip_rules_by_org ON ip_rules (org_id, created_at);

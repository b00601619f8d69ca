-- Mail waits here in the transaction that caused it. Bodies are sealed: some carry a credential.

CREATE TABLE outbox (
    id               BLOB NOT NULL PRIMARY KEY,
    org_id           BLOB,
    kind             TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    subject          TEXT NOT NULL,
    sealed_body      BLOB NOT NULL,
    status           TEXT NOT NULL,
    attempts         INTEGER NOT NULL,
    next_attempt_at  INTEGER NOT NULL,
    last_error       TEXT,
    created_at       INTEGER NOT NULL,
    finished_at      INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (status, next_attempt_at);
CREATE INDEX outbox_by_time ON outbox (created_at);
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_end ON outbox (finished_at);

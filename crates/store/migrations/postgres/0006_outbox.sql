-- Mail waits here in the transaction that caused it. Bodies are sealed: some carry a credential.

CREATE TABLE outbox (
    id               UUID NOT NULL PRIMARY KEY,
    org_id           UUID,
    kind             TEXT NOT NULL,
    recipient        TEXT NOT NULL,
    subject          TEXT NOT NULL,
    sealed_body      BYTEA NOT NULL,
    status           TEXT NOT NULL,
    attempts         BIGINT NOT NULL,
    next_attempt_at  BIGINT NOT NULL,
    last_error       TEXT,
    created_at       BIGINT NOT NULL,
    finished_at      BIGINT
);
CREATE INDEX outbox_due ON outbox (status, next_attempt_at);
CREATE INDEX outbox_by_time ON outbox (created_at);
CREATE INDEX outbox_by_recipient ON outbox (recipient, created_at);
CREATE INDEX outbox_by_end ON outbox (finished_at);

-- A mail is of no use once what it leads to has lapsed. Rows from before this column are not sent any more.

ALTER TABLE outbox ADD COLUMN lapses_at INTEGER NOT NULL DEFAULT 0;

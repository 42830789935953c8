CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- What a failed delivery names to the reader of the dead-letter queue: a rule's or a schedule's ARN.
  origin_arn TEXT NOT NULL,
  target_arn TEXT NOT NULL,
  payload TEXT NOT NULL,
  message_group_id TEXT,
  dead_letter_arn TEXT,
  max_attempts INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER NOT NULL,
  last_error TEXT
) STRICT;

CREATE INDEX IF NOT EXISTS deliveries_by_due ON deliveries (due_at);

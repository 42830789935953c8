CREATE TABLE IF NOT EXISTS groups (
  name TEXT PRIMARY KEY,
  region TEXT NOT NULL,
  tags TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS schedules (
  group_name TEXT NOT NULL REFERENCES groups (name),
  name TEXT NOT NULL,
  -- What CreateSchedule or UpdateSchedule said, with defaults filled in.
  definition TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  modified_at INTEGER NOT NULL,
  -- The instant that the expression names next, and the instant to fire at, later by the flexible window's share.
  scheduled_at INTEGER,
  next_at INTEGER,
  PRIMARY KEY (group_name, name)
) STRICT;

CREATE INDEX IF NOT EXISTS schedules_by_next ON schedules (next_at) WHERE next_at IS NOT NULL;

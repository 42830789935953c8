CREATE TABLE IF NOT EXISTS buses (
  name TEXT PRIMARY KEY,
  region TEXT NOT NULL,
  description TEXT,
  kms_key TEXT,
  dead_letter_arn TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS rules (
  bus_name TEXT NOT NULL REFERENCES buses (name),
  name TEXT NOT NULL,
  region TEXT NOT NULL,
  pattern TEXT,
  schedule TEXT,
  state TEXT NOT NULL,
  description TEXT,
  role_arn TEXT,
  -- For a schedule: where a rate is counted from, and when it fires next.
  anchored_at INTEGER NOT NULL,
  next_at INTEGER,
  PRIMARY KEY (bus_name, name)
) STRICT;

CREATE TABLE IF NOT EXISTS targets (
  bus_name TEXT NOT NULL,
  rule_name TEXT NOT NULL,
  id TEXT NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (bus_name, rule_name, id),
  FOREIGN KEY (bus_name, rule_name) REFERENCES rules (bus_name, name)
) STRICT;

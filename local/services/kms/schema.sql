CREATE TABLE IF NOT EXISTS keys (
  key_id TEXT PRIMARY KEY,
  region TEXT NOT NULL,
  description TEXT NOT NULL,
  policy TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  rotation_days INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS tags (
  key_id TEXT NOT NULL REFERENCES keys (key_id),
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (key_id, name)
) STRICT;

CREATE TABLE IF NOT EXISTS aliases (
  name TEXT PRIMARY KEY,
  key_id TEXT NOT NULL REFERENCES keys (key_id),
  created_at INTEGER NOT NULL
) STRICT;

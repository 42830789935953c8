CREATE TABLE IF NOT EXISTS secrets (
  arn TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT,
  kms_key_id TEXT,
  tags TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS versions (
  arn TEXT NOT NULL REFERENCES secrets (arn),
  version_id TEXT NOT NULL,
  -- The JSON {"SecretString"} or {"SecretBinary"} under the key file, bound to arn and version_id.
  sealed BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (arn, version_id)
) STRICT;

CREATE TABLE IF NOT EXISTS stages (
  arn TEXT NOT NULL,
  stage TEXT NOT NULL,
  version_id TEXT NOT NULL,
  PRIMARY KEY (arn, stage),
  FOREIGN KEY (arn, version_id) REFERENCES versions (arn, version_id)
) STRICT;

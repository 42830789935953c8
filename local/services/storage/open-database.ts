import { mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens a SQLite file and applies the schema files (`CREATE … IF NOT EXISTS`). A committed transaction outlives a
 * killed process and a power cut (write-ahead log, fsync at each commit).
 */
export function openDatabase(path: string, schemas: readonly URL[]): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: true });
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000');
  for (const schema of schemas) database.exec(readFileSync(schema, 'utf8'));
  return database;
}

/** Runs `work` in one transaction: all of it is on disk when this returns, or none of it when it throws. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

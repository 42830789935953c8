import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Opens the application's database in `directory`, creating both when missing. The file is locked for this process, so
 * a second index on the same data fails at once. What is committed survives `kill -9`; a power cut may lose the last moments.
 */
export function openDatabase(directory: string, appID: string): DatabaseSync {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, `${encodeURIComponent(appID)}.sqlite`);
  const database = new DatabaseSync(path);
  try {
    database.exec('pragma locking_mode = exclusive');
    database.exec('pragma journal_mode = wal');
    database.exec('pragma synchronous = normal');
    database.exec('pragma cache_size = -65536');
    // Large enough that a bulk load does not stop for a checkpoint with every other batch.
    database.exec('pragma wal_autocheckpoint = 8000');
    database.exec(readFileSync(new URL('schema.sql', import.meta.url), 'utf8'));
  } catch (error) {
    database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open ${path}: ${reason}. Does another local index use this directory?`, {
      cause: error,
    });
  }
  return database;
}

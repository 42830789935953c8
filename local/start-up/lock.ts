import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StartUpError } from './start-up-error.ts';

/** SQLite's code for a lock that another process holds. */
const SQLITE_BUSY = 5;

/**
 * Takes the data directory for this process alone; returns how to give it back. The lock is SQLite's on a file, which
 * the operating system drops with the process however it ends: a killed one never stands in the way.
 */
export async function lockDataDirectory(dataDirectory: string): Promise<() => void> {
  const pidFile = join(dataDirectory, 'pid');
  const database = new DatabaseSync(join(dataDirectory, 'lock.db'));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (!(error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY)) throw error;
    const pid = await readFile(pidFile, 'utf8').catch(() => 'unknown');
    throw new StartUpError(
      `Millrace already runs on ${dataDirectory} (process ${pid.trim()}). Stop it first, or choose another directory with --data.`,
      { cause: error },
    );
  }
  await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 });
  return () => database.close();
}

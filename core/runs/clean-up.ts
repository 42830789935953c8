import { dueAfterEnd } from './due-after-end.ts';
import type { Engine, RunConnection } from './engine.ts';
import type { RunJournal } from './run-journal.ts';

/** Long enough for a batch that was on its way when the run ended, and three looks in fifteen minutes. */
const INTERVAL_MILLISECONDS = 4 * 60_000;
const GIVE_UP_AFTER_MILLISECONDS = 86_400_000;

/** When the temporary index of a run that ended just now is looked for. */
export function cleanUpTime(now: Date): string {
  return new Date(now.getTime() + INTERVAL_MILLISECONDS).toISOString();
}

/**
 * Removes what is left of an ended run's temporary index: its removal failed, or a batch of a worker that was paused made
 * it anew. Needs no lease, because the index is this run's alone. Tried for a day.
 */
export async function cleanUp(
  engine: Engine,
  journal: RunJournal,
  connection: RunConnection | undefined,
): Promise<void> {
  const { finishedAt = '' } = journal.run;
  const isGone = connection !== undefined && (await remove(engine, journal, connection));
  const now = engine.clock.now();
  const isOver = now.getTime() - Date.parse(finishedAt) > GIVE_UP_AFTER_MILLISECONDS;
  const cleanUpAt = isGone || isOver ? undefined : cleanUpTime(now);
  await journal.commit({ cleanUpAt, ...dueAfterEnd(journal.run, now, cleanUpAt) });
}

async function remove(engine: Engine, { run }: RunJournal, { destination }: RunConnection): Promise<boolean> {
  try {
    await destination.discard(new AbortController().signal);
    return true;
  } catch (error) {
    const { appID, runID } = run;
    engine.log.error('The temporary index of an ended run was not removed', error, { appID, runID });
    return false;
  }
}

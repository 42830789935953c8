import { tooManyErrors } from './decide-settlement.ts';
import type { Run, RunCounts } from './run.ts';
import type { RunWork } from './run-work.ts';

/**
 * Whether a run can only end with too many errors, whatever follows: more records are rejected already than the task
 * accepts of all that there can be. Without `maxRecordsLeft` nobody knows how many those are, and only a task that
 * accepts none is sure. A replay goes on: it has no source to save, and each record that it brings in counts.
 */
export function isBeyondBudget(
  { failureThreshold, replay }: Pick<Run, 'failureThreshold' | 'replay'>,
  { received, rejected }: Pick<RunCounts, 'received' | 'rejected'>,
  maxRecordsLeft: number | undefined,
): boolean {
  if (rejected === 0 || replay !== undefined) return false;
  if (failureThreshold === 0) return true;
  return maxRecordsLeft !== undefined && rejected * 100 > failureThreshold * (received + maxRecordsLeft);
}

/** Decides the end of a run that stopped reading because it was beyond its budget. */
export async function settleBeyondBudget({ journal, lease }: RunWork): Promise<void> {
  const settlement = tooManyErrors(journal.run, { isCutShort: true });
  const { received, rejected } = journal.run.counts;
  await journal.commit({ settlement }, [
    {
      type: 'fetch',
      status: 'failed',
      batchSize: received,
      data: { code: 'run.stopped_early', message: settlement.reason, records: received, rejected },
    },
  ]);
  lease.assertHeld();
}

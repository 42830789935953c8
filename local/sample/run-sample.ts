import { setTimeout as delay } from 'node:timers/promises';
import type { IngestionClient } from './sample-clients.ts';

const POLL_MILLISECONDS = 100;
const MAX_WAIT_MILLISECONDS = 30_000;

/** Runs a task once, unless it has succeeded before; resolves with the reason if it did not succeed. */
export async function runOnce(ingestion: IngestionClient, taskID: string): Promise<string | undefined> {
  const { runs } = await ingestion.listRuns({ taskID, itemsPerPage: 20 });
  if (runs.some((run) => run.outcome === 'success')) return undefined;
  const underWay = runs.find((run) => run.status === 'created' || run.status === 'started');
  const runID = underWay?.runID ?? (await ingestion.runTask({ taskID })).runID;
  return waitForRun(ingestion, runID);
}

async function waitForRun(ingestion: IngestionClient, runID: string): Promise<string | undefined> {
  const until = Date.now() + MAX_WAIT_MILLISECONDS;
  while (Date.now() < until) {
    const run = await ingestion.getRun({ runID });
    if (run.status === 'finished' || run.status === 'skipped') {
      return run.outcome === 'success' ? undefined : (run.reason ?? run.reasonCode ?? run.status);
    }
    await delay(POLL_MILLISECONDS);
  }
  return `after ${MAX_WAIT_MILLISECONDS / 1000} s it is still under way (run ${runID}); logs/work-run.log may say why`;
}

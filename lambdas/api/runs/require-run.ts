import { NotFoundError } from '../../../core/foundation/errors.ts';
import { isID } from '../../../core/foundation/ids.ts';
import type { Run } from '../../../core/runs/run.ts';
import type { ApiDependencies } from '../dependencies.ts';

type Runs = Pick<ApiDependencies, 'runStore' | 'findHostedRun'>;

/** The run; a `NotFoundError` when this application has none of that id. */
export async function requireRun(runs: Runs, appID: string, runID: string): Promise<Run> {
  const run = await findRun(runs, appID, runID);
  if (run === undefined) throw new NotFoundError('run.not_found', 'This application has no run of that ID.');
  return run;
}

/** The run, by the id of a start that led to it at Algolia too. */
export async function findRun(
  { runStore, findHostedRun }: Runs,
  appID: string,
  runID: string,
): Promise<Run | undefined> {
  if (!isID(runID)) return undefined;
  return (await runStore.get(appID, runID)) ?? findHostedRun(appID, runID);
}

import { NotFoundError } from '../../../core/foundation/errors.ts';
import { isID } from '../../../core/foundation/ids.ts';
import type { Run } from '../../../core/runs/run.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** The run; a `NotFoundError` when this application has none of that id. */
export async function requireRun(
  runStore: ApiDependencies['runStore'],
  appID: string,
  runID: string,
): Promise<Run> {
  const run = isID(runID) ? await runStore.get(appID, runID) : undefined;
  if (run === undefined) throw new NotFoundError('run.not_found', 'This application has no run of that ID.');
  return run;
}

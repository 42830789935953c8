import type { Clock } from '../foundation/clock.ts';
import { ConflictError, InvalidInputError, NotFoundError } from '../foundation/errors.ts';
import { isID } from '../foundation/ids.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { isSuperseded } from '../leases/lease-store.ts';
import { isEnded, type Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { StartRun } from '../runs/start-run.ts';
import { requireEnabled } from '../tasks/run-task.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import { storeCorrections } from './corrections.ts';
import type { RejectedRecordStore } from './rejected-record-store.ts';
import { chooseRejected, type ReplayChoice } from './choose-rejected.ts';

interface ReplayRequest extends ReplayChoice {
  readonly appID: string;
  readonly runID: string;
  readonly isForced: boolean;
  /** The same key again answers with the same run. */
  readonly triggerKey: string;
}

/** Starts a run that writes rejected records of another one again, as they are kept or corrected. */
export type ReplayRejected = (request: ReplayRequest) => Promise<Run>;

interface ReplayDependencies {
  readonly table: TableAccess & { readonly clock: Clock };
  readonly runStore: Pick<RunStore, 'get'>;
  readonly tasks: TaskStore;
  readonly rejectedRecords: Pick<RejectedRecordStore, 'read'>;
  readonly startRun: StartRun;
}

export function createReplayRejected(dependencies: ReplayDependencies): ReplayRejected {
  const { table, runStore, tasks, rejectedRecords, startRun } = dependencies;
  return async (request) => {
    const { appID, runID, isForced, triggerKey } = request;
    const run = isID(runID) ? await runStore.get(appID, runID) : undefined;
    if (run === undefined) {
      throw new NotFoundError('run.not_found', 'This application has no run of that ID.');
    }
    const leaseKey = requireKept(run);
    if (!isForced) await requireTurn(table, run, leaseKey);
    const { body: task } = await tasks.get(appID, run.taskID);
    requireEnabled(task);
    const { numbers, corrections } = await chooseRejected(rejectedRecords, run, request);
    await storeCorrections(table, { appID, triggerKey }, corrections);
    return startRun({
      appID,
      task: {
        taskID: run.taskID,
        // Into the index as it is now: its place was taken already.
        action: run.action === 'replace' ? 'save' : run.action,
        failureThreshold: task.failureThreshold,
      },
      trigger: { kind: 'api', key: triggerKey },
      type: 'update',
      recordSet: run.recordSet,
      replay: {
        runID,
        createdAt: run.replay?.createdAt ?? run.createdAt,
        leaseKey,
        kept: run.rejectedKept ?? 0,
        ...(numbers === undefined ? {} : { numbers }),
        ...(corrections.length === 0 ? {} : { isCorrected: true }),
        ...(isForced ? { isForced } : {}),
      },
    });
  };
}

/** The lease key of the index that the run wrote, if it rejected anything that may be written there. */
function requireKept(run: Run): string {
  if (run.type === 'push' || run.type === 'validate' || run.type === 'discover') {
    const message = `What a run of type ${run.type} rejected cannot be replayed: send the records again.`;
    throw new InvalidInputError('replay.unsupported', message);
  }
  if (!isEnded(run)) {
    throw new ConflictError('replay.not_ended', 'The run has not ended: replay its records when it has.');
  }
  if (run.held !== undefined) {
    const message = 'The run holds an index back: approve it before its rejected records are replayed.';
    throw new ConflictError('replay.held', message);
  }
  if (run.leaseKey === undefined || (run.rejectedKept ?? 0) === 0) {
    throw new InvalidInputError('replay.nothing', 'The run rejected no records: there is nothing to replay.');
  }
  return run.leaseKey;
}

/** A replay completes a run, so it writes in that run's place among those that write the index. */
async function requireTurn(table: TableAccess, run: Run, leaseKey: string): Promise<void> {
  const { appID, taskID, action, replay } = run;
  if (action === 'replace' && run.outcome !== 'success') {
    const message =
      'The run failed and left the index as it was, so its records do not belong there: correct the source and ' +
      'run the task again, or replay them all the same with force.';
    throw new ConflictError('replay.not_applied', message);
  }
  const turn = { taskID, createdAt: replay?.createdAt ?? run.createdAt, adds: true };
  if (!(await isSuperseded(table, { appID, key: leaseKey }, turn))) return;
  const message =
    'A run that was started later has written the index since, and these records may be older than what is there: ' +
    'replay them with force to write them all the same.';
  throw new ConflictError('replay.superseded', message);
}

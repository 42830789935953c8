import type { Clock } from '../foundation/clock.ts';
import { ConflictError, NotFoundError } from '../foundation/errors.ts';
import { isID } from '../foundation/ids.ts';
import type { CancelPush } from '../push/cancel-push.ts';
import { isEnded, type HoldDecision, type Run } from './run.ts';
import { RunCommitRefusedError } from './run-commit-refused-error.ts';
import { toRunMessage } from './run-message.ts';
import type { RunQueue } from './run-queue.ts';
import type { RunStore } from './run-store.ts';

const MAX_ATTEMPTS = 5;

/** What a person asks of a run; a worker carries it out. A `ConflictError` says why it is not to be done. */
export interface RunControl {
  /** The run ends after the batch that it is at; asked again, nothing changes. A push ends at once, or not at all. */
  cancel(appID: string, runID: string): Promise<Run>;
  /** Decides about a held index. The same decision again changes nothing. */
  decide(appID: string, runID: string, decision: HoldDecision): Promise<Run>;
}

interface ControlDependencies {
  readonly runStore: Pick<RunStore, 'get' | 'commit' | 'requestCancel'>;
  readonly cancelPush: CancelPush;
  readonly runQueue: Pick<RunQueue, 'send'>;
  readonly clock: Clock;
  /** Told of a message that could not be sent: the sweep sends the run. */
  readonly onUnsent: (run: Run, error: unknown) => void;
}

export function createRunControl(dependencies: ControlDependencies): RunControl {
  const { runStore, clock } = dependencies;
  const get = async (appID: string, runID: string): Promise<Run> => {
    const run = isID(runID) ? await runStore.get(appID, runID) : undefined;
    if (run === undefined)
      throw new NotFoundError('run.not_found', 'This application has no run of that ID.');
    if (run.hosted) {
      throw new ConflictError('run.hosted', 'The run is at Algolia: here it can only be looked at.');
    }
    return run;
  };
  return {
    async cancel(appID, runID) {
      const run = await unlessMoved(async () => {
        const found = await get(appID, runID);
        if (isEnded(found)) throw ended();
        if (found.type === 'push') return dependencies.cancelPush(found);
        if (!(await runStore.requestCancel(found, clock.now()))) throw ended();
        return found;
      });
      await wake(dependencies, run);
      return run;
    },
    async decide(appID, runID, decision) {
      return unlessMoved(async () => {
        const run = await get(appID, runID);
        if (!isOpen(run, decision)) return run;
        const dueAt = clock.now().toISOString();
        const changes = { held: { ...run.held, decision }, dueAt };
        const decided = await runStore.commit({ run, changes });
        await wake(dependencies, decided);
        return decided;
      });
    },
  };
}

/** Does it again when a worker moved the run meanwhile: what is there now decides. */
async function unlessMoved(act: () => Promise<Run>): Promise<Run> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof RunCommitRefusedError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

function ended(): ConflictError {
  return new ConflictError('run.ended', 'The run has ended already, so there is nothing to cancel.');
}

/** Whether the decision can still be made; false when it was made. */
function isOpen(run: Run, decision: HoldDecision): run is Run & { readonly held: NonNullable<Run['held']> } {
  if (run.held === undefined) {
    const message = 'The run holds no index back, so there is nothing to decide.';
    throw new ConflictError('run.not_held', message);
  }
  const { decision: made, isBegun = false } = run.held;
  if (made === decision) return false;
  if (made !== undefined || isBegun) {
    const message = `The run was decided already (${made ?? 'discard'}), and that is being carried out.`;
    throw new ConflictError('run.decided', message);
  }
  return true;
}

async function wake({ runQueue, onUnsent }: ControlDependencies, run: Run): Promise<void> {
  try {
    await runQueue.send(toRunMessage(run));
  } catch (error) {
    onUnsent(run, error);
  }
}

import type { Clock } from '../foundation/clock.ts';
import { ConflictError } from '../foundation/errors.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { AskVendor } from './ask-vendor.ts';
import type { HookOwner } from './hook-id.ts';
import type { RegistrationStore } from './registration-store.ts';

/** After so long a removal is given up: the vendor switches off by itself what is refused here. */
const GIVE_UP_MILLISECONDS = 7 * 24 * 60 * 60 * 1000;

/** A registration, and the instant at which it was due. */
type DueRegistration = HookOwner & { readonly dueAt: string };

/**
 * Starts the run that looks at the vendor's webhooks again, one for each instant at which it is due. Those of a task that
 * is gone are removed.
 */
export type StartDueRegistration = (due: DueRegistration) => Promise<void>;

export function createStartDueRegistration(dependencies: {
  readonly registrations: Pick<RegistrationStore, 'find' | 'drop'>;
  readonly tasks: Pick<TaskStore, 'find'>;
  readonly sources: Pick<SourceStore, 'find'>;
  readonly askVendor: AskVendor;
  readonly clock: Clock;
}): StartDueRegistration {
  const { registrations, tasks, sources, askVendor, clock } = dependencies;
  return async ({ appID, taskID, dueAt }) => {
    const before = await registrations.find({ appID, taskID });
    if (before?.dueAt !== dueAt) return;
    const [task, source] = await Promise.all([
      tasks.find(appID, taskID),
      sources.find(appID, before.sourceID),
    ]);
    const isOld = clock.now().getTime() - Date.parse(before.wantedAt) > GIVE_UP_MILLISECONDS;
    // Without its source nobody knows how to reach the vendor.
    if (source === undefined || (before.wanted === 'removed' && isOld)) return registrations.drop(before);
    const wanted = { ...before, wanted: task === undefined ? 'removed' : before.wanted } as const;
    try {
      await askVendor({
        wanted,
        before,
        trigger: { kind: 'schedule', key: `webhook-registration ${taskID} ${dueAt}` },
      });
    } catch (error) {
      // What somebody asked for meanwhile has its own run.
      if (!(error instanceof ConflictError)) throw error;
    }
  };
}

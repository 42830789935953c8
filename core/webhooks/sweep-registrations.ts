import type { StartQueue } from '../triggers/start-queue.ts';
import type { RegistrationStore } from './registration-store.ts';

/** Bounds one sweep; what is left over is due at the next. */
const MAX_REGISTRATIONS = 200;

/** Asks for the runs that look at vendors' webhooks again; how many. */
export type SweepRegistrations = () => Promise<number>;

export function createSweepRegistrations(dependencies: {
  readonly registrations: Pick<RegistrationStore, 'listDue'>;
  readonly startQueue: StartQueue;
}): SweepRegistrations {
  return async () => {
    const due = await dependencies.registrations.listDue(MAX_REGISTRATIONS);
    for (const { appID, taskID, dueAt } of due) {
      await dependencies.startQueue.send({ version: 1, kind: 'registration', appID, taskID, dueAt });
    }
    return due.length;
  };
}

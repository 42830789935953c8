import type { Run } from './run.ts';
import type { RunBus } from './run-bus.ts';
import { toRunFinished } from './run-finished.ts';
import type { RunStore } from './run-store.ts';

/** Tells the task of the run's end and puts `RunFinished` on the bus, if that is still due. Done twice, listeners hear it twice. */
export type HandOff = (run: Run) => Promise<void>;

export function createHandOff(dependencies: {
  readonly runStore: Pick<RunStore, 'clearNotification'>;
  readonly runBus: RunBus;
  /** What the end means for the run's task; done again, it changes nothing. */
  readonly blockTask: (run: Run) => Promise<void>;
}): HandOff {
  return async (run) => {
    if (run.notification !== 'pending') return;
    await dependencies.blockTask(run);
    await dependencies.runBus.publish(toRunFinished(run));
    await dependencies.runStore.clearNotification(run);
  };
}

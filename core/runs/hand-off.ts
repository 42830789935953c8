import type { Run } from './run.ts';
import type { RunBus } from './run-bus.ts';
import { toRunFinished } from './run-finished.ts';
import type { RunStore } from './run-store.ts';

/** Puts `RunFinished` on the bus if that is still due. Done twice, listeners hear it twice. */
export type HandOff = (run: Run) => Promise<void>;

export function createHandOff(dependencies: {
  readonly runStore: Pick<RunStore, 'clearNotification'>;
  readonly runBus: RunBus;
}): HandOff {
  return async (run) => {
    if (run.notification !== 'pending') return;
    await dependencies.runBus.publish(toRunFinished(run));
    await dependencies.runStore.clearNotification(run);
  };
}

import type { StartQueue } from '../triggers/start-queue.ts';
import type { HintWindows } from './hint-window.ts';

/** Bounds one sweep; what is left over is due at the next. */
const MAX_WINDOWS = 200;

/** Sends the messages of windows again that were not taken in time; how many. */
export type SweepWindows = () => Promise<number>;

export function createSweepWindows(dependencies: {
  readonly windows: Pick<HintWindows, 'takeDue'>;
  readonly startQueue: StartQueue;
}): SweepWindows {
  return async () => {
    const due = await dependencies.windows.takeDue(MAX_WINDOWS);
    for (const window of due) {
      await dependencies.startQueue.send({ version: 1, kind: 'webhook', ...window });
    }
    return due.length;
  };
}

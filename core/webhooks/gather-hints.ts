import type { StartQueue } from '../triggers/start-queue.ts';
import type { HintWindows } from './hint-window.ts';
import type { HookOwner } from './hook-id.ts';

/** Sees to it that a run will take the hints that wait; to be called after a hint joined them. */
export type GatherHints = (owner: HookOwner, seconds: number) => Promise<void>;

export function createGatherHints(dependencies: {
  readonly windows: Pick<HintWindows, 'open'>;
  readonly startQueue: StartQueue;
  /** Told of a message that could not be sent: no failure, because the sweep sends it. */
  readonly onUnsent: (owner: HookOwner, error: unknown) => void;
}): GatherHints {
  const { windows, startQueue, onUnsent } = dependencies;
  return async (owner, seconds) => {
    const window = await windows.open(owner, seconds);
    if (window === undefined) return;
    try {
      await startQueue.send({ version: 1, kind: 'webhook', ...window }, seconds);
    } catch (error) {
      onUnsent(owner, error);
    }
  };
}

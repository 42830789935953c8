import type { LogFields } from '../../core/foundation/logging.ts';
import type { SweepRuns } from '../../core/runs/sweep-runs.ts';

/** One sweep; fails when an end could not be told, so that the alarm on this function sees it. */
export function createHandler(sweepRuns: () => SweepRuns): () => Promise<LogFields> {
  return async () => {
    const { sent, handedOff, failed } = await sweepRuns()();
    if (failed > 0) throw new Error(`${failed} RunFinished messages could not be handed off`);
    return { sent, handedOff };
  };
}

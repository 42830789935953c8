import type { Clock } from '../foundation/clock.ts';
import type { ListAlertDues } from './alert-dues.ts';
import type { AlertQueue } from './alert-queue.ts';

/** What falls due before the next sweep is sent now, held back by the queue until then. */
const AHEAD_SECONDS = 60;
/** Bounds one invocation; what is left over is due at the next. */
const MAX_DUES = 300;
const PARALLEL_SENDS = 25;

/** Sends every delivery and every check again that is due; answers how many. */
export type SweepAlerts = () => Promise<number>;

export function createSweepAlerts(dependencies: {
  readonly listDues: ListAlertDues;
  readonly queue: AlertQueue;
  readonly clock: Clock;
}): SweepAlerts {
  const { listDues, queue, clock } = dependencies;
  return async () => {
    const now = clock.now().getTime();
    const dues = await listDues(new Date(now + AHEAD_SECONDS * 1000), MAX_DUES);
    for (let start = 0; start < dues.length; start += PARALLEL_SENDS) {
      await Promise.all(
        dues
          .slice(start, start + PARALLEL_SENDS)
          .map(({ hint, dueAt }) => queue.send(hint, (Date.parse(dueAt) - now) / 1000)),
      );
    }
    return dues.length;
  };
}

import type { Clock } from '../foundation/clock.ts';
import type { TaskAction } from '../runs/run.ts';
import type { HostedApi, HostedRun } from './hosted-api.ts';
import type { HostedRuns, RunOrigin } from './hosted-runs.ts';
import type { LinkState } from './link-states.ts';

/** How long after others a run may come into the list with an earlier creation. */
const OVERLAP_MILLISECONDS = 10 * 60_000;
/**
 * Runs that ended can still change: one that was held is decided within a week. So now and then all that are younger
 * than this are read again.
 */
const LOOK_BACK_MILLISECONDS = 8 * 86_400_000;
const LOOK_BACK_EVERY_MILLISECONDS = 60 * 60_000;
/** Of a slice's requests: the rest is for events. */
const MAX_PAGES = 50;

type Progress = Pick<LinkState, 'position' | 'newestRunAt' | 'lookedBackAt'>;

interface RunCopying {
  readonly origin: RunOrigin;
  readonly hosted: HostedApi;
  readonly runs: HostedRuns;
  readonly clock: Clock;
  readonly isWanted: (taskID: string) => boolean;
  readonly actionOf: (taskID: string) => TaskAction;
}

/**
 * Reads the list of runs from where it was left to its end, or as far as a slice may go, and stores what is new or has
 * changed. `reached` is told after each page, for the next slice to go on there: nothing is passed over while Algolia
 * cannot be reached, and what is read twice is stored once.
 */
export async function copyRuns(
  copying: RunCopying,
  start: Progress,
  reached: (progress: Progress) => void,
): Promise<void> {
  const { origin, hosted, runs, clock, isWanted, actionOf } = copying;
  let progress = start;
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const { items, next } = await hosted.listRuns(progress.position);
    const wanted = items.filter(({ taskID }) => isWanted(taskID));
    await runs.save(origin, wanted, { actionOf });
    const newestRunAt = latest(progress.newestRunAt, items);
    progress = { ...progress, newestRunAt, ...(next === undefined ? {} : { position: next }) };
    if (next === undefined) progress = beginAgain(progress, clock.now());
    reached(progress);
    if (next === undefined) return;
  }
}

/** Where to begin the next time, once the end of the list was reached. */
function beginAgain(progress: Progress, now: Date): Progress {
  const { newestRunAt, lookedBackAt, position } = progress;
  const from =
    newestRunAt === undefined ? position.from : before(new Date(newestRunAt), OVERLAP_MILLISECONDS);
  const isDue =
    lookedBackAt === undefined || now.getTime() - Date.parse(lookedBackAt) >= LOOK_BACK_EVERY_MILLISECONDS;
  if (!isDue) return { ...progress, position: { from, page: 1 } };
  const back = before(now, LOOK_BACK_MILLISECONDS);
  return {
    ...progress,
    position: { from: back < from ? back : from, page: 1 },
    lookedBackAt: now.toISOString(),
  };
}

function latest(newest: string | undefined, runs: readonly HostedRun[]): string | undefined {
  return runs.reduce<string | undefined>(
    (last, { createdAt }) => (last === undefined || createdAt > last ? createdAt : last),
    newest,
  );
}

function before(at: Date, milliseconds: number): string {
  return new Date(at.getTime() - milliseconds).toISOString();
}

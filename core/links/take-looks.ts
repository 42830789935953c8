import type { Clock } from '../foundation/clock.ts';
import { isEnded, type Run, type TaskAction } from '../runs/run.ts';
import type { HostedApi, Position } from './hosted-api.ts';
import type { HostedRunEvents } from './hosted-run-events.ts';
import type { HostedRuns, Look, RunOrigin } from './hosted-runs.ts';
import { SliceEndedError } from './slice-budget.ts';

/** A run under way is looked at again after so long. */
const AGAIN_MILLISECONDS = 60_000;
/** Events can come into the list after the end of their run: once so much time has passed, they are there. */
const SETTLED_MILLISECONDS = 5 * 60_000;
/** What clocks of two machines may differ by. */
const SLACK_MILLISECONDS = 60_000;
const LOOKS_AT_ONCE = 50;

interface Looking {
  readonly origin: RunOrigin;
  readonly hosted: HostedApi;
  readonly runs: HostedRuns;
  readonly events: HostedRunEvents;
  readonly clock: Clock;
  readonly actionOf: (taskID: string) => TaskAction;
}

/** Looks at the runs that are due for it, the longest waiting first: reads their events, and those under way again. */
export async function takeLooks(looking: Looking): Promise<void> {
  const { origin, runs } = looking;
  for (;;) {
    const looks = await runs.listLooks(origin, LOOKS_AT_ONCE);
    for (const look of looks) await takeLook(looking, look);
    if (looks.length < LOOKS_AT_ONCE) return;
  }
}

async function takeLook(looking: Looking, look: Look): Promise<void> {
  const { origin, runs, clock } = looking;
  const run = await readAgain(looking, look.runID);
  if (run !== undefined) {
    await copyEvents(looking, run, look);
    const next = nextLook(run, clock.now());
    // Before the look that was taken goes: two are no harm, none would be.
    if (next !== undefined) await runs.addLook(origin, { runID: run.runID, at: next });
  }
  await runs.removeLook(origin, look);
}

/** The run as it is stored; one under way as it is at Algolia now. Nothing when it is gone. */
async function readAgain(looking: Looking, runID: string): Promise<Run | undefined> {
  const { origin, hosted, runs, actionOf } = looking;
  const [stored] = await runs.find(origin, [runID]);
  if (stored === undefined || isEnded(stored)) return stored;
  const run = await hosted.findRun(runID);
  if (run === undefined) return undefined;
  await runs.save(origin, [run], { actionOf });
  return (await runs.find(origin, [runID]))[0];
}

async function copyEvents({ hosted, origin, runs, events }: Looking, run: Run, look: Look): Promise<void> {
  const from = new Date(Date.parse(run.createdAt) - SLACK_MILLISECONDS).toISOString();
  let position: Position | undefined = look.position ?? { from, page: 1 };
  try {
    while (position !== undefined) {
      const page = await hosted.listEvents(run.runID, position);
      // The run is gone.
      if (page === undefined) return;
      if (position.from === from && position.page === 1 && page.total === (await events.count(run))) return;
      await events.save(run, page.items);
      position = page.next;
    }
  } catch (error) {
    if (error instanceof SliceEndedError && position !== undefined) {
      await runs.addLook(origin, { ...look, position });
    }
    throw error;
  }
}

function nextLook(run: Run, now: Date): string | undefined {
  if (!isEnded(run)) return new Date(now.getTime() + AGAIN_MILLISECONDS).toISOString();
  const settledAt = Date.parse(run.finishedAt ?? run.createdAt) + SETTLED_MILLISECONDS;
  return settledAt > now.getTime() ? new Date(settledAt).toISOString() : undefined;
}

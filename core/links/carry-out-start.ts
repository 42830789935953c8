import type { Clock } from '../foundation/clock.ts';
import type { DataKeys } from '../foundation/data-keys.ts';
import { MillraceError } from '../foundation/errors.ts';
import { SealBrokenError } from '../foundation/sealing.ts';
import type { Resource } from '../resources/resource.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import {
  HostedRefusedError,
  HostedThrottledError,
  HostedUnreachableError,
  type HostedApi,
  type HostedRun,
  type OpenHostedApi,
} from './hosted-api.ts';
import type { HostedRuns } from './hosted-runs.ts';
import type { HostedStart, HostedStarts } from './hosted-starts.ts';
import { openLinkKey } from './link-seal.ts';
import type { LinkStore } from './link-store.ts';
import type { Link } from './link.ts';

/** Longer than a call takes: who has not stored its answer by then has died. */
const CALL_SECONDS = 60;
const AGAIN_SECONDS = 30;
/** A start that could not be asked for so long is of no use any more. */
const MAX_AGE_MILLISECONDS = 60 * 60_000;
/** What clocks of two machines may differ by. */
const SLACK_MILLISECONDS = 60_000;
/** A run that was started shows in the list of runs after so long, if Algolia answers at all. */
const SHOWN_MILLISECONDS = 2 * 60_000;

interface StartDependencies {
  readonly links: LinkStore;
  readonly starts: HostedStarts;
  readonly tasks: TaskStore;
  readonly runs: HostedRuns;
  readonly dataKeys: DataKeys;
  readonly openHostedApi: OpenHostedApi;
  readonly clock: Clock;
}

/**
 * Asks Algolia for a run, at most once: that it is being asked is stored before the call. When the answer is lost, or
 * whoever called died, the runs at Algolia say whether there is one since.
 */
export type CarryOutStart = (reference: {
  readonly appID: string;
  readonly startID: string;
}) => Promise<void>;

export function createCarryOutStart(dependencies: StartDependencies): CarryOutStart {
  const { starts, links, clock } = dependencies;
  return async ({ appID, startID }) => {
    const start = await starts.find(appID, startID);
    if (start?.dueAt === undefined) return;
    const isDue = Date.parse(start.dueAt) <= clock.now().getTime();
    // A first message comes before its time; while somebody calls, nobody else has anything to do.
    if (!isDue && (start.status === 'calling' || start.reason !== undefined)) return;
    const link = await links.find(appID, start.linkID);
    if (link === undefined) {
      await end(dependencies, start, { status: 'refused', reason: 'The link of this task was deleted.' });
    } else if (start.status === 'asked') await ask(dependencies, start, link);
    else await lookFor(dependencies, start, link);
  };
}

async function ask(dependencies: StartDependencies, start: HostedStart, link: Resource<Link>): Promise<void> {
  const { starts, clock } = dependencies;
  const hosted = await open(dependencies, start, link);
  if (hosted === undefined) return;
  const calledAt = clock.now().toISOString();
  const calling = await starts.change(start, {
    status: 'calling',
    calledAt,
    dueAt: inSeconds(clock, CALL_SECONDS),
    reason: undefined,
  });
  if (calling === undefined) return;
  let runID: string;
  try {
    ({ runID } = await hosted.startRun(start.taskID, start.startID));
  } catch (error) {
    return failed(dependencies, calling, error);
  }
  await started(dependencies, calling, { link, hosted, runID });
}

async function failed(dependencies: StartDependencies, start: HostedStart, error: unknown): Promise<void> {
  const { starts, clock } = dependencies;
  if (error instanceof HostedRefusedError) {
    return end(dependencies, start, { status: 'refused', reason: error.message });
  }
  const isUnasked =
    error instanceof HostedThrottledError || (error instanceof HostedUnreachableError && error.isUnsent);
  if (isUnasked) {
    const reason = error.message;
    if (clock.now().getTime() - Date.parse(start.createdAt) > MAX_AGE_MILLISECONDS) {
      return end(dependencies, start, { status: 'refused', reason: `${reason} It was tried for an hour.` });
    }
    const seconds = error instanceof HostedThrottledError ? error.seconds : AGAIN_SECONDS;
    await starts.change(start, { status: 'asked', reason, dueAt: inSeconds(clock, seconds) });
    return;
  }
  if (!(error instanceof MillraceError)) throw error;
  // Asked, and the answer lost: what Algolia made of it shows in its runs.
  await starts.change(start, { reason: error.message, dueAt: inSeconds(clock, AGAIN_SECONDS) });
}

/** Looks for the run of a start whose answer was lost, among those since that answer no other start. */
async function lookFor(
  dependencies: StartDependencies,
  start: HostedStart,
  link: Resource<Link>,
): Promise<void> {
  const { starts, clock } = dependencies;
  const hosted = await open(dependencies, start, link);
  if (hosted === undefined) return;
  const calledAt = Date.parse(start.calledAt ?? start.createdAt);
  const again = () => starts.change(start, { dueAt: inSeconds(clock, AGAIN_SECONDS) });
  try {
    const from = new Date(calledAt - SLACK_MILLISECONDS).toISOString();
    const { items } = await hosted.listRuns({ from, page: 1 }, start.taskID);
    const until = calledAt + CALL_SECONDS * 1000 + SLACK_MILLISECONDS;
    const candidates = items.filter(
      ({ type, createdAt }) => type === 'reindex' && Date.parse(createdAt) <= until,
    );
    const known = await dependencies.runs.find(
      { appID: start.appID, applicationID: link.body.applicationID },
      candidates.map(({ runID }) => runID),
    );
    const taken = new Set(known.filter((run) => run.hosted?.startID !== undefined).map(({ runID }) => runID));
    const distance = ({ createdAt }: { createdAt: string }) => Math.abs(Date.parse(createdAt) - calledAt);
    const [found] = candidates
      .filter(({ runID }) => !taken.has(runID))
      .toSorted((a, b) => distance(a) - distance(b));
    if (found !== undefined) {
      const reason = "Algolia's answer was lost; this is the run that it shows since.";
      await started(dependencies, start, { link, hosted, runID: found.runID, reason });
    } else if (clock.now().getTime() - calledAt < SHOWN_MILLISECONDS) await again();
    else {
      const reason = `Algolia was asked at ${start.calledAt}, its answer was lost, and it shows no run since. It is not asked again.`;
      await end(dependencies, start, { status: 'unknown', reason });
    }
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    await again();
  }
}

/** The run is stored before the start names it, so that whoever is told of it finds it. */
async function started(
  dependencies: StartDependencies,
  start: HostedStart,
  about: { link: Resource<Link>; hosted: HostedApi; runID: string; reason?: string },
): Promise<void> {
  const { runs, tasks } = dependencies;
  const { link, hosted, runID, reason } = about;
  const run = await findNow(hosted, runID);
  if (run !== undefined) {
    const task = await tasks.find(start.appID, start.taskID);
    const origin = {
      appID: start.appID,
      linkID: link.id,
      applicationID: link.body.applicationID,
      linkedAt: link.createdAt,
    };
    const actionOf = () => task?.body.action ?? 'replace';
    await runs.save(origin, [run], { actionOf, startID: start.startID });
  }
  await end(dependencies, start, { status: 'started', runID, reason });
}

/** The run as it begins; nothing when it cannot be read now: then the next slice of copying finds it. */
async function findNow(hosted: HostedApi, runID: string): Promise<HostedRun | undefined> {
  try {
    return await hosted.findRun(runID);
  } catch (error) {
    if (error instanceof MillraceError) return undefined;
    throw error;
  }
}

async function end(
  { starts }: StartDependencies,
  start: HostedStart,
  changes: Pick<HostedStart, 'status' | 'reason'> & { readonly runID?: string },
): Promise<void> {
  await starts.change(start, { ...changes, dueAt: undefined });
}

async function open(
  dependencies: StartDependencies,
  start: HostedStart,
  link: Resource<Link>,
): Promise<HostedApi | undefined> {
  const { applicationID, region } = link.body;
  try {
    const apiKey = await openLinkKey(dependencies.dataKeys, start.appID, link);
    return dependencies.openHostedApi({ applicationID, region, apiKey, beforeRequest: () => undefined });
  } catch (error) {
    if (!(error instanceof SealBrokenError)) throw error;
    const reason = 'The stored key of the link does not open: set it again.';
    await end(dependencies, start, { status: 'refused', reason });
    return undefined;
  }
}

function inSeconds(clock: Clock, seconds: number): string {
  return new Date(clock.now().getTime() + seconds * 1000).toISOString();
}

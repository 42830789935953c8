import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';

import type { AuthenticationStore } from '../authentications/authentication-store.ts';
import { requireAuthentication } from '../authentications/require-authentication.ts';
import type { Clock } from '../foundation/clock.ts';
import { newID } from '../foundation/ids.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { RunEventStore } from '../run-events/run-event-store.ts';
import { isEnded, type Run } from '../runs/run.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { StartRun } from '../runs/start-run.ts';
import { requireConnector } from './require-connector.ts';
import { SOURCE_AUTHENTICATION_TYPES } from './source-types.ts';
import type { Source } from './source.ts';

/** A run needs a task's ID, and a look at a source belongs to none. */
const NO_TASK = '00000000-0000-0000-0000-000000000000';

const FIRST_POLL_MILLISECONDS = 50;
const MAX_POLL_MILLISECONDS = 500;
const EVENT_LIMIT = 100;

const sampleSchema = z.array(z.record(z.string(), z.unknown()));

/** What a worker found out about a source. */
export interface SourceAnswer {
  readonly run: Run;
  /** The first records of the source, or its streams; nothing when it cannot be read, or is still being read. */
  readonly sample: Record<string, unknown>[] | undefined;
  /** What went wrong; empty otherwise. */
  readonly events: readonly RunEvent[];
  readonly message: string;
}

/**
 * Has a worker read the beginning of a source that need not be stored, or list its streams, and waits for what it
 * finds: as long as a request may take, and then says which run to look at.
 */
export type AskSource = (
  appID: string,
  source: Source,
  type: 'validate' | 'discover',
) => Promise<SourceAnswer>;

export function createAskSource(dependencies: {
  readonly authentications: AuthenticationStore;
  readonly startRun: StartRun;
  readonly runStore: Pick<RunStore, 'get'>;
  readonly runEvents: RunEventStore;
  readonly clock: Clock;
  readonly waitSeconds: number;
}): AskSource {
  const { authentications, startRun, runStore, runEvents, clock, waitSeconds } = dependencies;
  const untilEnded = async (started: Run): Promise<Run> => {
    const deadline = clock.now().getTime() + waitSeconds * 1000;
    let run = started;
    let pause = FIRST_POLL_MILLISECONDS;
    while (!isEnded(run) && clock.now().getTime() < deadline) {
      await delay(pause);
      pause = Math.min(MAX_POLL_MILLISECONDS, pause * 2);
      run = (await runStore.get(run.appID, run.runID)) ?? run;
    }
    return run;
  };
  return async (appID, source, type) => {
    requireConnector(source);
    await requireAuthentication(authentications, {
      appID,
      authenticationID: source.authenticationID,
      types: SOURCE_AUTHENTICATION_TYPES[source.type],
      user: `sources of type ${source.type}`,
    });
    const started = await startRun({
      appID,
      // It writes nothing; `save` is what leaves an index alone that is not there.
      task: { taskID: NO_TASK, action: 'save', failureThreshold: 0 },
      trigger: { kind: 'api', key: newID() },
      type,
      checkedSource: JSON.stringify(source),
    });
    const run = await untilEnded(started);
    return {
      run,
      sample: run.sample === undefined ? undefined : sampleSchema.parse(JSON.parse(run.sample)),
      events: run.outcome === 'failure' ? await listEvents(runEvents, run, clock.now()) : [],
      message: run.reason ?? `The source is still being read: GET /1/runs/${run.runID} says how it ended.`,
    };
  };
}

async function listEvents(runEvents: RunEventStore, run: Run, now: Date): Promise<RunEvent[]> {
  const { events } = await runEvents.list(run.appID, run.runID, {
    startDate: new Date(run.createdAt),
    endDate: now,
    sort: 'publishedAt',
    order: 'asc',
    page: 1,
    itemsPerPage: EVENT_LIMIT,
  });
  return events;
}

import * as z from 'zod';

import { indexNameOf } from '../destinations/destination.ts';
import type { DestinationStore } from '../destinations/destination-store.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { RunEventStore } from '../run-events/run-event-store.ts';
import type { Run } from '../runs/run.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { TaskStore } from '../tasks/task-store.ts';
import type { RunFacts, TaskFacts } from './incident.ts';

const MAX_REASONS = 3;
const MAX_REASON_CHARACTERS = 300;
/** Events come per checkpoint, each with the first reasons of its stretch. */
const MAX_EVENTS = 3;

/** Reads what alerts say of tasks and runs. */
export interface GatherFacts {
  /** Nothing where the task is gone; the index is that of the record set, where there are several. */
  ofTask(appID: string, taskID: string, recordSet?: string): Promise<TaskFacts | undefined>;
  ofRun(run: Run): Promise<RunFacts>;
}

export function createGatherFacts(stores: {
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly runEvents: RunEventStore;
}): GatherFacts {
  const { tasks, sources, destinations, runEvents } = stores;
  return {
    async ofTask(appID, taskID, recordSet) {
      const task = await tasks.find(appID, taskID);
      if (task === undefined) return undefined;
      const { sourceID, sourceType, destinationID, action, hosted } = task.body;
      if (hosted !== undefined) {
        // Its source and its destination are at Algolia.
        const destinationName = hosted.destinationName || destinationID;
        const indexName = hosted.indexName ?? destinationName;
        return { taskID, sourceName: hosted.sourceName || sourceID, destinationName, indexName, action };
      }
      const [source, destination] = await Promise.all([
        sources.find(appID, sourceID),
        destinations.find(appID, destinationID),
      ]);
      return {
        taskID,
        sourceName: source?.body.name ?? sourceID,
        destinationName: destination?.body.name ?? destinationID,
        indexName:
          destination === undefined ? destinationID : indexNameOf(destination.body, sourceType, recordSet),
        action,
      };
    },
    async ofRun(run) {
      const { counts } = run;
      return {
        runID: run.runID,
        reasonCode: run.reasonCode,
        reason: run.reason,
        action: run.action,
        isCountedLow: run.attempts > 1,
        ...(run.hosted === undefined ? {} : { isHosted: true }),
        received: counts.received,
        applied: counts.applied,
        rejected: counts.rejected,
        failureThreshold: run.failureThreshold,
        isHeld: run.held !== undefined,
        // Of a hosted run nobody counts the records that failed.
        reasons: counts.rejected === 0 && !run.hosted ? [] : await readReasons(runEvents, run),
      };
    },
  };
}

const dataSchema = z.object({ reasons: z.array(z.object({ message: z.string() })) });

async function readReasons(runEvents: RunEventStore, run: Run): Promise<string[]> {
  const { events } = await runEvents.list(run.appID, run.runID, {
    startDate: new Date(run.createdAt),
    endDate: new Date(run.updatedAt),
    statuses: ['failed'],
    sort: 'publishedAt',
    order: 'asc',
    page: 1,
    itemsPerPage: MAX_EVENTS,
  });
  return [...new Set(events.flatMap(reasonsOf))].slice(0, MAX_REASONS);
}

function reasonsOf({ data }: RunEvent): string[] {
  const parsed = dataSchema.safeParse(data);
  return parsed.success
    ? parsed.data.reasons.map(({ message }) => message.slice(0, MAX_REASON_CHARACTERS))
    : [];
}

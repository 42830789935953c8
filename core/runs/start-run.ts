import type { Clock } from '../foundation/clock.ts';
import { deriveID, newTimeOrderedID } from '../foundation/ids.ts';
import type { TransactionItem } from '../foundation/transactions.ts';
import type { RunEvent } from '../run-events/run-event.ts';
import type { RunRegistration } from '../webhooks/registration.ts';
import type { OverlapPolicy } from './overlap.ts';
import type { Run, RunReplay, RunType, TaskAction } from './run.ts';
import type { RunNote } from './run-journal.ts';
import { toRunMessage } from './run-message.ts';
import type { RunQueue } from './run-queue.ts';
import type { RunStore } from './run-store.ts';

/** How long a message may take before the sweep sends the run again. */
const FIRST_MESSAGE_SECONDS = 60;

interface StartRunRequest {
  readonly appID: string;
  readonly task: {
    readonly taskID: string;
    readonly action: TaskAction;
    /** Percent; snapshotted into the run. */
    readonly failureThreshold: number;
  };
  /** What becomes of it, or of the others, if runs of its task have not ended; without it, nothing. */
  readonly overlap?: OverlapPolicy;
  /** The same trigger twice starts one run. */
  readonly trigger: Run['trigger'];
  readonly runMetadata?: Readonly<Record<string, unknown>> | undefined;
  /** The first event of the run. */
  readonly note?: RunNote | undefined;
  /** Written with the run. */
  readonly also?: ((run: Run) => readonly TransactionItem[]) | undefined;
  /** Of runs of type `validate` and `discover`. */
  readonly checkedSource?: string;
  /** Of those of them that see to the vendor's webhooks. */
  readonly registration?: RunRegistration;
  readonly replay?: RunReplay;
  /** Which set of the source's records, where that is known already. */
  readonly recordSet?: string | undefined;
  /** `update` for webhooks and `reindex` for the rest, unless given. */
  readonly type?: RunType | undefined;
}

/** Claims a run for a trigger and sends it to the workers; the same trigger again returns the same run. */
export type StartRun = (request: StartRunRequest) => Promise<Run>;

export function createStartRun(dependencies: {
  readonly runStore: Pick<RunStore, 'claim'>;
  readonly runQueue: RunQueue;
  readonly clock: Clock;
  /** Told of a message that could not be sent: no failure of the request, because the sweep sends the run. */
  readonly onUnsent?: (run: Run, error: unknown) => void;
}): StartRun {
  const { runStore, runQueue, clock, onUnsent } = dependencies;
  return async (request) => {
    const fresh = newRun(request, clock.now());
    const { run, isNew } = await runStore.claim(fresh, {
      events: firstEvents(fresh, request.note),
      also: request.also?.(fresh) ?? [],
    });
    if (!isNew) return run;
    try {
      await runQueue.send(toRunMessage(run));
    } catch (error) {
      onUnsent?.(run, error);
    }
    return run;
  };
}

/** The run that a trigger makes, as it is before anything happened to it. */
export function newRun(request: StartRunRequest, now: Date): Run {
  const { appID, task, overlap, trigger, runMetadata, type, checkedSource, registration, replay, recordSet } =
    request;
  const createdAt = now.toISOString();
  return {
    runID: deriveID(task.taskID, trigger.kind, trigger.key),
    appID,
    taskID: task.taskID,
    type: type ?? (trigger.kind === 'webhook' ? 'update' : 'reindex'),
    action: task.action,
    status: 'created',
    failureThreshold: task.failureThreshold,
    ...(overlap === undefined ? {} : { overlap }),
    trigger,
    ...(runMetadata === undefined ? {} : { runMetadata }),
    ...(checkedSource === undefined ? {} : { checkedSource }),
    ...(registration === undefined ? {} : { registration }),
    ...(replay === undefined ? {} : { replay }),
    ...(recordSet === undefined ? {} : { recordSet }),
    counts: { received: 0, applied: 0, unchanged: 0, rejected: 0 },
    fence: 0,
    attempts: 0,
    stalls: 0,
    restarts: 0,
    revision: 0,
    dueAt: new Date(now.getTime() + FIRST_MESSAGE_SECONDS * 1000).toISOString(),
    createdAt,
    updatedAt: createdAt,
  };
}

function firstEvents({ runID, createdAt }: Run, note: RunNote | undefined): RunEvent[] {
  if (note === undefined) return [];
  const eventID = newTimeOrderedID(new Date(createdAt));
  return [{ batchSize: 0, ...note, eventID, runID, data: note.data, publishedAt: createdAt }];
}

import type { Clock } from '../foundation/clock.ts';
import { ConflictError } from '../foundation/errors.ts';
import { TransactionRefusedError } from '../foundation/transactions.ts';
import { NO_TASK, type Run } from '../runs/run.ts';
import type { StartRun } from '../runs/start-run.ts';
import type { SourceStore } from '../sources/source-store.ts';
import type { Registration } from './registration.ts';
import type { RegistrationStore } from './registration-store.ts';

const HOUR_MILLISECONDS = 60 * 60 * 1000;

/** Vendors switch webhooks off that they could not deliver to, or that were idle: looked at each day. */
const REGISTERED_AGAIN_MILLISECONDS = 24 * HOUR_MILLISECONDS;
/** A removal that failed is tried again. */
const REMOVED_AGAIN_MILLISECONDS = HOUR_MILLISECONDS;

/** What is to be at the vendor from now on. */
type Wanted = Pick<Registration, 'appID' | 'taskID' | 'url' | 'sourceID' | 'wanted'>;

/**
 * Starts a run that makes the vendor's webhooks as they are wanted, and stores in one transaction with it that they are.
 * The same trigger again returns the same run. A `ConflictError` if `before` is not what is stored any more.
 */
export type AskVendor = (request: {
  readonly wanted: Wanted;
  readonly before: Registration | undefined;
  readonly trigger: Run['trigger'];
}) => Promise<Run>;

export function createAskVendor(dependencies: {
  readonly registrations: Pick<RegistrationStore, 'change'>;
  readonly sources: Pick<SourceStore, 'get'>;
  readonly startRun: StartRun;
  readonly clock: Clock;
}): AskVendor {
  const { registrations, sources, startRun, clock } = dependencies;
  return async ({ wanted, before, trigger }) => {
    const { appID, taskID, url, sourceID } = wanted;
    const { body: source } = await sources.get(appID, sourceID);
    try {
      return await startRun({
        appID,
        // It writes no index; `save` is what leaves one alone that is not there.
        task: { taskID: NO_TASK, action: 'save', failureThreshold: 0 },
        trigger,
        type: 'validate',
        checkedSource: JSON.stringify(source),
        registration: { taskID, url, wanted: wanted.wanted },
        also: ({ runID }) => [
          registrations.change({ ...toRegistration(wanted, before, clock.now()), runID }, before),
        ],
      });
    } catch (error) {
      if (!(error instanceof TransactionRefusedError)) throw error;
      throw new ConflictError(
        'webhook.registration_changed',
        'The registration of the webhook was changed at the same moment: ask again.',
        { cause: error },
      );
    }
  };
}

function toRegistration(
  wanted: Wanted,
  before: Registration | undefined,
  now: Date,
): Omit<Registration, 'runID'> {
  const isSame = before?.wanted === wanted.wanted && before.url === wanted.url;
  const again = wanted.wanted === 'registered' ? REGISTERED_AGAIN_MILLISECONDS : REMOVED_AGAIN_MILLISECONDS;
  return {
    ...wanted,
    wantedAt: isSame ? before.wantedAt : now.toISOString(),
    topics: before?.topics ?? [],
    ...(before?.checkedAt === undefined ? {} : { checkedAt: before.checkedAt }),
    dueAt: new Date(now.getTime() + again).toISOString(),
  };
}

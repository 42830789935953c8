import { openPushDestination } from '../../connectors/destinations/search/open-push-destination.ts';
import { findDestinationConnector } from '../../connectors/destinations/registry.ts';
import type { DestinationType } from '../../core/destinations/destination.ts';
import { leaseOwnerOf } from '../../core/destinations/lease-owner.ts';
import { InvalidInputError } from '../../core/foundation/errors.ts';
import type { Secret } from '../../core/foundation/secret.ts';
import { leaseKeyOf } from '../../core/leases/lease.ts';
import { excludeFromPush } from '../../core/push/exclude-from-push.ts';
import type { OpenPushDestination, PushDestination } from '../../core/push/push-destination.ts';
import { transformPush } from '../../core/push/transform-push.ts';
import type { PushAction, Run } from '../../core/runs/run.ts';
import {
  openDestinationAccess,
  toDestinationContext,
  type ConnectionDependencies,
} from './open-connection.ts';
import { openExclusion } from './open-exclusion.ts';
import { openTransform } from './open-transform.ts';

/** The actions that bring records, and not only their ids. */
const BRINGS_RECORDS: ReadonlySet<PushAction> = new Set([
  'addObject',
  'updateObject',
  'partialUpdateObject',
  'partialUpdateObjectNoCreate',
]);

/** Opens the index of a push with what its task's destination names now: what it excludes, and its transformation. */
export function createOpenPush(dependencies: ConnectionDependencies): OpenPushDestination {
  const { tasks, destinations } = dependencies;
  return async (run) => {
    if (run.push === undefined) throw new Error(`Run ${run.runID} is no push`);
    const { indexName, action } = run.push;
    const { body: task } = await tasks.get(run.appID, run.taskID);
    const { body: destination } = await destinations.get(run.appID, task.destinationID);
    const { applicationID, apiKey } = await openDestinationAccess(dependencies, run, destination);
    const searchAppID = leaseOwnerOf(destination.type, applicationID);
    if (leaseKeyOf({ searchAppID, indexName }) !== run.leaseKey) {
      // Its lease is that of the other application's index, and the records were meant for that one.
      throw new InvalidInputError(
        'push.destination_moved',
        'The destination was moved to another application after the records were pushed: push them again.',
      );
    }
    const opened = open(dependencies, run, {
      type: destination.type,
      applicationID,
      apiKey,
      indexName,
      action,
    });
    if (!BRINGS_RECORDS.has(action)) return opened;
    const stage = await openTransform(dependencies, run, destination);
    const exclusion = openExclusion(destination);
    const transformed = stage === undefined ? opened : transformPush(opened, stage);
    return exclusion === undefined ? transformed : excludeFromPush(transformed, exclusion);
  };
}

/** Events are sent as those of a run are; an index takes what a push may do besides. */
function open(
  dependencies: ConnectionDependencies,
  run: Run,
  {
    type,
    ...target
  }: {
    readonly type: DestinationType;
    readonly applicationID: string;
    readonly apiKey: Secret;
    readonly indexName: string;
    readonly action: PushAction;
  },
): PushDestination {
  if (type === 'search') {
    const { network, clock, maxRecordBytes, searchHosts } = dependencies;
    const baseURL = searchHosts[target.applicationID];
    const host = baseURL === undefined ? {} : { baseURL };
    return openPushDestination({ ...target, ...host, network, clock, maxRecordBytes });
  }
  return findDestinationConnector(type).open({
    ...toDestinationContext(dependencies, run),
    ...target,
    action: 'append',
    // Whoever applies pushes asks for the lease right before each write.
    beforeRequest: () => {},
  });
}

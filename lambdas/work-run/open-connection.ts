import type { NetworkPolicy } from '../../connectors/contract/source-connector.ts';
import { openSearchDestination } from '../../connectors/destinations/search/open-search-destination.ts';
import { openSource } from '../../connectors/registry.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { indexNameOf } from '../../core/destinations/destination.ts';
import type { DestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { DataKeys } from '../../core/foundation/data-keys.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import { InvalidInputError } from '../../core/foundation/errors.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { OpenConnection } from '../../core/runs/engine.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';
import { createEntitySource } from '../../core/runs/entity-source.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import type { Run, TaskAction } from '../../core/runs/run.ts';
import { requireConnector } from '../../core/sources/require-connector.ts';
import type { Source } from '../../core/sources/source.ts';
import type { SourceStore } from '../../core/sources/source-store.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';
import type { RunTransform } from '../../core/transformations/transform-message.ts';
import type { TransformationStore } from '../../core/transformations/transformation-store.ts';
import { createTransformedSource } from '../../core/transformations/transformed-source.ts';
import { openAuthentication } from './open-authentication.ts';
import { openTransform } from './open-transform.ts';

/** Algolia's advice for a batch is 1,000 to 10,000 records and at most some 10 MB; eight of them are in memory. */
export const BATCH_LIMITS: BatchLimits = { maxRecords: 5_000, maxBytes: 2 * 1024 * 1024 };

/** As much as one invocation of the sandbox takes, so that several can work on the next few batches. */
const TRANSFORM_LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 1024 * 1024 };

export interface ConnectionDependencies {
  readonly table: TableAccess;
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly authentications: AuthenticationStore;
  readonly dataKeys: DataKeys;
  /** Application ID → base URL, where that is not Algolia's own. */
  readonly searchHosts: Readonly<Record<string, string>>;
  readonly network: NetworkPolicy;
  readonly clock: Clock;
  readonly transformations: TransformationStore;
  readonly runTransform: RunTransform;
}

/** Opens the source and the destination of a run's task, with their credentials. */
export function createOpenConnection(dependencies: ConnectionDependencies): OpenConnection {
  const { tasks, sources, destinations, network } = dependencies;
  return async (run) => {
    const { body: task } = await tasks.get(run.appID, run.taskID);
    const [{ body: source }, { body: destination }] = await Promise.all([
      sources.get(run.appID, task.sourceID),
      destinations.get(run.appID, task.destinationID),
    ]);
    requireConnector(source);
    const indexName = indexNameOf(destination, source.type);
    const [sourceAuthentication, searchAccess, stage] = await Promise.all([
      openAuthentication(dependencies, run.appID, source.authenticationID),
      openSearchAccess(dependencies, run, destination.authenticationID),
      openTransform(dependencies, run, destination),
    ]);
    const opened = openSource(source.type, {
      input: source.input,
      ...(sourceAuthentication === undefined ? {} : { authentication: sourceAuthentication }),
      limits: stage === undefined ? BATCH_LIMITS : TRANSFORM_LIMITS,
      network,
      taskID: run.taskID,
    });
    const named =
      run.type === 'update'
        ? createEntitySource(opened, (await readRunEntities(dependencies.table, run)).entityIDs)
        : opened;
    return {
      index: { searchAppID: searchAccess.applicationID, indexName },
      sourceDescription: describeSource(source),
      source: stage === undefined ? named : createTransformedSource(named, stage),
      destination: openSearchDestination({
        ...searchAccess,
        indexName,
        action: supportedAction(run.action),
        runID: run.runID,
        network,
        clock: dependencies.clock,
      }),
      policy: task.runPolicy ?? DEFAULT_RUN_POLICY,
    };
  };
}

/** The application of a search destination, with its key. */
export async function openSearchAccess(
  dependencies: ConnectionDependencies,
  run: Run,
  authenticationID: string | undefined,
): Promise<{ applicationID: string; apiKey: Secret; baseURL?: string }> {
  const authentication = await openAuthentication(dependencies, run.appID, authenticationID);
  const { appID, apiKey } = authentication?.input ?? {};
  if (typeof appID !== 'string' || !(apiKey instanceof Secret)) {
    throw new InvalidInputError(
      'destination.without_authentication',
      'The destination needs an authentication of type algolia, with an application ID and an API key.',
    );
  }
  const baseURL = dependencies.searchHosts[appID];
  return { applicationID: appID, apiKey, ...(baseURL === undefined ? {} : { baseURL }) };
}

function supportedAction(action: TaskAction): 'replace' | 'save' | 'partial' {
  if (action === 'replace' || action === 'save' || action === 'partial') return action;
  throw new InvalidInputError('task.unsupported_action', `The action ${action} is not supported yet.`);
}

/** Without the query, which may hold a credential. */
function describeSource({ type, input }: Extract<Source, { type: 'csv' | 'json' }>): string {
  const { origin, pathname } = new URL(input.url);
  return `${type} file ${origin}${pathname}`;
}

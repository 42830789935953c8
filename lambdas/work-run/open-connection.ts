import type { NetworkPolicy } from '../../connectors/contract/source-connector.ts';
import { openSearchDestination } from '../../connectors/destinations/search/open-search-destination.ts';
import { findSourceConnector, openSource } from '../../connectors/registry.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { indexNameOf, type Destination } from '../../core/destinations/destination.ts';
import type { DestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { DataKeys } from '../../core/foundation/data-keys.ts';
import { InvalidInputError } from '../../core/foundation/errors.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import type { RejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import type { OpenConnection, RunConnection } from '../../core/runs/engine.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';
import { createEntitySource } from '../../core/runs/entity-source.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import type { Run } from '../../core/runs/run.ts';
import { requireConnector, type ConnectedSource } from '../../core/sources/require-connector.ts';
import type { Source } from '../../core/sources/source.ts';
import type { SourceStore } from '../../core/sources/source-store.ts';
import type { Task } from '../../core/tasks/task.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';
import type { RunTransform } from '../../core/transformations/transform-message.ts';
import type { TransformationStore } from '../../core/transformations/transformation-store.ts';
import type { TransformStage } from '../../core/transformations/transform-stage.ts';
import { createTransformedSource } from '../../core/transformations/transformed-source.ts';
import { openAuthentication } from './open-authentication.ts';
import { openReplay } from './open-replay.ts';
import { openTransform } from './open-transform.ts';
import { toSourceContext } from './source-context.ts';

/** Algolia's advice for a batch is 1,000 to 10,000 records and at most some 10 MB; eight of them are in memory. */
export const BATCH_LIMITS: BatchLimits = { maxRecords: 5_000, maxBytes: 2 * 1024 * 1024 };

/** As much as one invocation of the sandbox takes, so that several can work on the next few batches. */
const TRANSFORM_LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 1024 * 1024 };

export interface ConnectionDependencies {
  readonly tasks: TaskStore;
  readonly sources: SourceStore;
  readonly destinations: DestinationStore;
  readonly authentications: AuthenticationStore;
  readonly dataKeys: DataKeys;
  /** Application ID → base URL, where that is not Algolia's own. */
  readonly searchHosts: Readonly<Record<string, string>>;
  /** Vendor → base URL, where it is reached elsewhere than at its own address. */
  readonly vendorHosts: Readonly<Record<string, string>>;
  readonly network: NetworkPolicy;
  readonly clock: Clock;
  readonly transformations: TransformationStore;
  readonly runTransform: RunTransform;
  readonly table: TableAccess;
  readonly rejectedRecords: RejectedRecordStore;
  /** Records over this size are rejected without being sent. */
  readonly maxRecordBytes: number;
}

/** Opens the source and the destination of a run's task, with their credentials. */
export function createOpenConnection(dependencies: ConnectionDependencies): OpenConnection {
  const { tasks, sources, destinations, network } = dependencies;
  return async (run, assertHeld) => {
    const { body: task } = await tasks.get(run.appID, run.taskID);
    const [{ body: source }, { body: destination }] = await Promise.all([
      sources.get(run.appID, task.sourceID),
      destinations.get(run.appID, task.destinationID),
    ]);
    requireConnector(source);
    const indexName = indexNameOf(destination, source.type, run.recordSet);
    const [searchAccess, stage] = await Promise.all([
      openSearchAccess(dependencies, run, destination.authenticationID),
      openTransform(dependencies, run, destination),
    ]);
    const opened = openSearchDestination({
      ...searchAccess,
      indexName,
      action: run.action,
      runID: run.runID,
      generation: run.generation,
      network,
      clock: dependencies.clock,
      maxRecordBytes: dependencies.maxRecordBytes,
      beforeRequest: assertHeld,
    });
    const index = { searchAppID: searchAccess.applicationID, indexName };
    return {
      index,
      policy: task.runPolicy ?? DEFAULT_RUN_POLICY,
      ...(await openPlan(dependencies, run, { task, source, destination })),
      ...(run.replay === undefined
        ? {
            ...(await openTaskSource(dependencies, run, { task, source, destination, stage })),
            destination: opened,
          }
        : await openReplay(dependencies, run, { replay: run.replay, stage, index, destination: opened })),
    };
  };
}

/** How the source names its record sets, where the run is still to learn which of them is its own. */
async function openPlan(
  dependencies: ConnectionDependencies,
  run: Run,
  parts: { task: Task; source: ConnectedSource; destination: Destination },
): Promise<Pick<RunConnection, 'plan'>> {
  const isKnown = run.recordSet !== undefined || run.replay !== undefined;
  if (isKnown || parts.destination.input.indexPrefix === undefined) return {};
  const { plan } = await findSourceConnector(parts.source.type);
  if (plan === undefined) return {};
  const context = await toSourceContext(dependencies, run, { ...parts, limits: BATCH_LIMITS });
  return { plan: (signal) => plan(context, signal) };
}

/** What a run reads: its task's source, through the transformation of the destination. */
async function openTaskSource(
  dependencies: ConnectionDependencies,
  run: Run,
  parts: {
    task: Task;
    source: ConnectedSource;
    destination: Destination;
    stage: TransformStage | undefined;
  },
): Promise<Pick<RunConnection, 'source' | 'sourceDescription'>> {
  const { source, stage } = parts;
  const limits = stage === undefined ? BATCH_LIMITS : TRANSFORM_LIMITS;
  const opened = await openSource(
    source.type,
    await toSourceContext(dependencies, run, { ...parts, limits }),
  );
  const named =
    run.type === 'update'
      ? createEntitySource(opened, (await readRunEntities(dependencies.table, run)).entityIDs)
      : opened;
  return {
    source: stage === undefined ? named : createTransformedSource(named, stage),
    sourceDescription: describeSource(source),
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

/** Without the query, which may hold a credential. */
function describeSource(source: Source): string {
  if (source.type !== 'csv' && source.type !== 'json') return `${source.type} source ${source.name}`;
  const { protocol, host, pathname } = new URL(source.input.url);
  return `${source.type} file ${protocol}//${host}${pathname}`;
}

import type { DestinationContext } from '../../connectors/contract/destination-connector.ts';
import type { ContainerRunner } from '../../connectors/containers/container-runner.ts';
import { findDestinationConnector } from '../../connectors/destinations/registry.ts';
import { findSourceConnector } from '../../connectors/registry.ts';
import type { AuthenticationStore } from '../../core/authentications/authentication-store.ts';
import {
  DESTINATION_AUTHENTICATION_TYPES,
  indexNameOf,
  type Destination,
} from '../../core/destinations/destination.ts';
import { leaseOwnerOf } from '../../core/destinations/lease-owner.ts';
import type { DestinationStore } from '../../core/destinations/destination-store.ts';
import type { Clock } from '../../core/foundation/clock.ts';
import type { DataKeys } from '../../core/foundation/data-keys.ts';
import { InvalidInputError } from '../../core/foundation/errors.ts';
import { Secret } from '../../core/foundation/secret.ts';
import type { TableAccess } from '../../core/foundation/table-client.ts';
import { addMapping } from '../../core/mappings/mapping-stage.ts';
import type { RejectedRecordStore } from '../../core/rejected-records/rejected-record-store.ts';
import type { OpenConnection, RunConnection } from '../../core/runs/engine.ts';
import { overlookExcluded } from '../../core/runs/overlook-excluded.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import type { Run } from '../../core/runs/run.ts';
import { requireConnector, type ConnectedSource } from '../../core/sources/require-connector.ts';
import type { SourceStates } from '../../core/sources/source-states.ts';
import type { SourceStore } from '../../core/sources/source-store.ts';
import type { Task } from '../../core/tasks/task.ts';
import type { TaskStore } from '../../core/tasks/task-store.ts';
import type { RunTransform } from '../../core/transformations/transform-message.ts';
import type { TransformationStore } from '../../core/transformations/transformation-store.ts';
import { openAuthentication } from './open-authentication.ts';
import { openExclusion } from './open-exclusion.ts';
import { openReplay } from './open-replay.ts';
import { openTaskSource } from './open-task-source.ts';
import { openTransform } from './open-transform.ts';
import { toSourceContext } from './source-context.ts';
import type { NetworkPolicy } from '../../connectors/http/network-policy.ts';

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
  readonly sourceStates: SourceStates;
  /** Absent where no connector can be run that comes as a container image. */
  readonly containers: ContainerRunner | undefined;
}

/** Opens the source and the destination of a run's task, with their credentials. */
export function createOpenConnection(dependencies: ConnectionDependencies): OpenConnection {
  const { tasks, sources, destinations } = dependencies;
  return async (run, assertHeld) => {
    const { body: task } = await tasks.get(run.appID, run.taskID);
    const [{ body: source }, { body: destination }] = await Promise.all([
      sources.get(run.appID, task.sourceID),
      destinations.get(run.appID, task.destinationID),
    ]);
    requireConnector(source);
    const indexName = indexNameOf(destination, source.type, run.recordSet);
    const exclusion = openExclusion(destination);
    const [access, transform] = await Promise.all([
      openDestinationAccess(dependencies, run, destination),
      openTransform(dependencies, run, destination),
    ]);
    const connector = findDestinationConnector(destination.type);
    const opened = connector.open({
      ...toDestinationContext(dependencies, run),
      ...access,
      indexName,
      beforeRequest: assertHeld,
    });
    const index = { searchAppID: leaseOwnerOf(destination.type, access.applicationID), indexName };
    return {
      index,
      policy: task.runPolicy ?? DEFAULT_RUN_POLICY,
      ...(await openPlan(dependencies, run, { task, source, destination })),
      ...(run.replay === undefined
        ? {
            ...(await openTaskSource(dependencies, run, {
              task,
              source,
              destination,
              exclusion,
              stage: addMapping(task.input, transform),
              listParts: opened.listParts,
              index,
            })),
            destination: exclusion === undefined ? opened : overlookExcluded(opened, exclusion.paths),
          }
        : await openReplay(dependencies, run, {
            replay: run.replay,
            exclusion,
            stage: addMapping(task.input, transform),
            index,
            destination: opened,
          })),
    };
  };
}

/** What a destination is opened with, whichever it is. */
export function toDestinationContext(
  { searchHosts, vendorHosts, network, clock, maxRecordBytes }: ConnectionDependencies,
  { action, runID, generation }: Run,
): Omit<DestinationContext, 'applicationID' | 'apiKey' | 'indexName' | 'beforeRequest'> {
  return { searchHosts, vendorHosts, network, clock, maxRecordBytes, action, runID, generation };
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
  const context = await toSourceContext(dependencies, run, {
    ...parts,
    limits: findDestinationConnector(parts.destination.type).batchLimits,
  });
  return { plan: (signal) => plan(context, signal) };
}

/** The application of a destination, with its key. */
export async function openDestinationAccess(
  dependencies: ConnectionDependencies,
  run: Run,
  { type, authenticationID }: Pick<Destination, 'type' | 'authenticationID'>,
): Promise<{ applicationID: string; apiKey: Secret }> {
  const authentication = await openAuthentication(dependencies, run.appID, authenticationID);
  const { appID, apiKey } = authentication?.input ?? {};
  if (typeof appID === 'string' && apiKey instanceof Secret) return { applicationID: appID, apiKey };
  const types = DESTINATION_AUTHENTICATION_TYPES[type].join(' or ');
  throw new InvalidInputError(
    'destination.without_authentication',
    `The destination needs an authentication of type ${types}, with an application ID and an API key.`,
  );
}

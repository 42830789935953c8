import type { SourceContext } from '../../connectors/contract/source-connector.ts';
import type { Destination } from '../../core/destinations/destination.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';
import type { Run } from '../../core/runs/run.ts';
import type { ConnectedSource } from '../../core/sources/require-connector.ts';
import type { Task } from '../../core/tasks/task.ts';
import { openAuthentication } from './open-authentication.ts';
import type { ConnectionDependencies } from './open-connection.ts';

/** What a connector is opened with for a run: the source's input with its credentials, and what its task says. */
export async function toSourceContext(
  dependencies: ConnectionDependencies,
  run: Run,
  parts: {
    readonly source: ConnectedSource;
    readonly limits: BatchLimits;
    /** Absent where a source is only looked at. */
    readonly task?: Task;
    readonly destination?: Destination;
  },
): Promise<SourceContext<unknown>> {
  const { source, limits, task, destination } = parts;
  const authentication = await openAuthentication(dependencies, run.appID, source.authenticationID);
  const { recordType } = destination?.input ?? {};
  return {
    input: source.input,
    ...(authentication === undefined ? {} : { authentication }),
    limits,
    network: dependencies.network,
    vendorHosts: { ...vendorHostsOf(dependencies.searchHosts), ...dependencies.vendorHosts },
    clock: dependencies.clock,
    taskID: run.taskID,
    triggeredAt: new Date(run.createdAt),
    ...(task?.input === undefined ? {} : { taskInput: task.input }),
    ...(recordType === undefined ? {} : { recordType }),
    ...(destination?.type === 'insights' ? { countsRepeats: true } : {}),
    ...(run.recordSet ? { recordSet: run.recordSet } : {}),
    ...containersOf(dependencies, run),
  };
}

function containersOf(
  { containers }: ConnectionDependencies,
  { runID }: Run,
): Pick<SourceContext<unknown>, 'containers'> {
  return containers === undefined ? {} : { containers: containers.forRun?.(runID) ?? containers };
}

/** An index of a search API that is hosted elsewhere can be a source too. */
function vendorHostsOf(searchHosts: ConnectionDependencies['searchHosts']): Record<string, string> {
  return Object.fromEntries(Object.entries(searchHosts).map(([appID, url]) => [`search:${appID}`, url]));
}

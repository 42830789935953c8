import type { ActionType, Run, SourceCreate, TaskInput } from 'algoliasearch';

import { finishedRun, type OneMachine } from './one-machine.ts';

export interface Pipeline {
  readonly taskID: string;
  readonly sourceID: string;
  readonly indexName: string;
  run(): Promise<Run>;
}

/** Creates what a user creates to get a file into an index of the local search: authentication to task. */
export async function createPipeline(
  machine: OneMachine,
  options: {
    type: 'csv' | 'json' | 'docker';
    input: Record<string, unknown>;
    indexName: string;
    action?: ActionType;
    failureThreshold?: number;
    /** What the source logs in with. */
    login?: { username: string; password: string };
    /** What the task says of how its source is read. */
    taskInput?: TaskInput;
    /** An index for each record set, named by this prefix. */
    hasPrefix?: boolean;
  },
): Promise<Pipeline> {
  const { ingestion, connection } = machine;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: `search for ${options.indexName}`,
    input: { appID: connection.search.appID, apiKey: connection.search.apiKey },
  });
  const { login } = options;
  const basic =
    login === undefined
      ? undefined
      : await ingestion.createAuthentication({ type: 'basic', name: 'login', input: login });
  const { sourceID } = await ingestion.createSource({
    type: options.type,
    name: `source of ${options.indexName}`,
    ...(basic === undefined ? {} : { authenticationID: basic.authenticationID }),
    input: options.input as unknown as NonNullable<SourceCreate['input']>,
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: options.indexName,
    authenticationID,
    // The client knows no prefix any more.
    input: { [options.hasPrefix === true ? 'indexPrefix' : 'indexName']: options.indexName } as unknown as {
      indexName: string;
    },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID,
    action: options.action ?? 'replace',
    ...(options.taskInput === undefined ? {} : { input: options.taskInput }),
    ...(options.failureThreshold === undefined ? {} : { failureThreshold: options.failureThreshold }),
  });
  return {
    taskID,
    sourceID,
    indexName: options.indexName,
    run: async () => finishedRun(machine, (await ingestion.runTask({ taskID })).runID),
  };
}

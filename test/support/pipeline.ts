import type { ActionType, Run, SourceCreate } from 'algoliasearch';

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
    type: 'csv' | 'json';
    input: Record<string, unknown>;
    indexName: string;
    action?: ActionType;
    failureThreshold?: number;
    /** What the source logs in with. */
    login?: { username: string; password: string };
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
    input: { indexName: options.indexName },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID,
    action: options.action ?? 'replace',
    ...(options.failureThreshold === undefined ? {} : { failureThreshold: options.failureThreshold }),
  });
  return {
    taskID,
    sourceID,
    indexName: options.indexName,
    run: async () => finishedRun(machine, (await ingestion.runTask({ taskID })).runID),
  };
}

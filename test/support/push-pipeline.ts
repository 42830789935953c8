import { algoliasearch, type Algoliasearch } from 'algoliasearch';

import type { OneMachine } from './one-machine.ts';

export interface PushPipeline {
  readonly taskID: string;
  readonly destinationID: string;
  readonly indexName: string;
}

/** Creates what a user creates before records can be pushed to an index of the local search. */
export async function createPushPipeline(
  machine: OneMachine,
  indexName: string,
  options: { apiKey?: string; failureThreshold?: number } = {},
): Promise<PushPipeline> {
  const { ingestion, connection } = machine;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: `search for ${indexName}`,
    input: { appID: connection.search.appID, apiKey: options.apiKey ?? connection.search.apiKey },
  });
  const { sourceID } = await ingestion.createSource({ type: 'push', name: `push to ${indexName}` });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: indexName,
    authenticationID,
    input: { indexName },
  });
  const { taskID } = await ingestion.createTask({
    sourceID,
    destinationID,
    action: 'save',
    ...(options.failureThreshold === undefined ? {} : { failureThreshold: options.failureThreshold }),
  });
  return { taskID, destinationID, indexName };
}

/** The official search client whose helpers with a transformation push through this machine. */
export function searchThroughPushes({ connection }: OneMachine): Algoliasearch {
  const hostOf = (text: string) => {
    const url = new URL(text);
    return {
      url: url.hostname,
      port: Number(url.port),
      accept: 'readWrite' as const,
      protocol: 'http' as const,
    };
  };
  return algoliasearch(connection.search.appID, connection.search.apiKey, {
    hosts: [hostOf(connection.search.url)],
    transformationOptions: { region: 'us', hosts: [hostOf(connection.url)] },
  } as Parameters<typeof algoliasearch>[2]);
}

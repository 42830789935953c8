import type { IngestionClient } from './api-client.ts';

/** Shorthands for what a task is put together from. */
export async function createSearchAuthentication(client: IngestionClient, name = 'search'): Promise<string> {
  const input = { appID: 'SEARCHAPP', apiKey: 'key of the search application' };
  return (await client.createAuthentication({ type: 'algolia', name, input })).authenticationID;
}

export async function createJsonSource(client: IngestionClient, name = 'movies'): Promise<string> {
  const input = { url: 'https://example.com/movies.json' };
  return (await client.createSource({ type: 'json', name, input })).sourceID;
}

export async function createDestination(
  client: IngestionClient,
  options: { name?: string; authenticationID?: string } = {},
): Promise<string> {
  const { name = 'movies', authenticationID } = options;
  const created = await client.createDestination({
    type: 'search',
    name,
    input: { indexName: name },
    ...(authenticationID === undefined ? {} : { authenticationID }),
  });
  return created.destinationID;
}

/** A task that could run, with all that it names. */
export async function createRunnableTask(
  client: IngestionClient,
): Promise<{ taskID: string; sourceID: string; destinationID: string; authenticationID: string }> {
  const authenticationID = await createSearchAuthentication(client);
  const sourceID = await createJsonSource(client);
  const destinationID = await createDestination(client, { authenticationID });
  const { taskID } = await client.createTask({ sourceID, destinationID, action: 'replace' });
  return { taskID, sourceID, destinationID, authenticationID };
}

export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

export const WIRE_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

import type { SourceCreate } from 'algoliasearch';
import type { IngestionClient } from './sample-clients.ts';

/** One of the sample's pipelines, from a file to an index. */
export interface SamplePipeline {
  readonly indexName: string;
  readonly source: SourceCreate;
}

export function samplePipelines(serverURL: string): readonly SamplePipeline[] {
  return [
    {
      indexName: 'airports',
      source: {
        type: 'csv',
        name: 'Sample: airports.csv',
        input: {
          url: `${serverURL}/airports.csv`,
          uniqueIDColumn: 'iata',
          mapping: { latitude: 'float', longitude: 'float' },
        },
      },
    },
    {
      indexName: 'movies',
      source: { type: 'json', name: 'Sample: movies.json', input: { url: `${serverURL}/movies.json` } },
    },
  ];
}

/** Finds or makes everything that a pipeline needs, by name, so that a start that was cut short is taken up again. */
export async function ensurePipeline(
  ingestion: IngestionClient,
  pipeline: SamplePipeline,
  authenticationID: string,
): Promise<string> {
  const { indexName, source } = pipeline;
  const sourceID = await ensure(source.name, {
    list: async () =>
      (await ingestion.listSources({ itemsPerPage: PAGE })).sources.map(({ name, sourceID }) => ({
        name,
        id: sourceID,
      })),
    create: async () => (await ingestion.createSource(source)).sourceID,
  });
  const destinationName = `Sample: index ${indexName}`;
  const destinationID = await ensure(destinationName, {
    list: async () =>
      (await ingestion.listDestinations({ itemsPerPage: PAGE })).destinations.map(
        ({ name, destinationID }) => ({
          name,
          id: destinationID,
        }),
      ),
    create: async () =>
      (
        await ingestion.createDestination({
          type: 'search',
          name: destinationName,
          input: { indexName },
          authenticationID,
        })
      ).destinationID,
  });
  const { tasks } = await ingestion.listTasks({ itemsPerPage: PAGE, sourceID: [sourceID] });
  const existing = tasks.find((task) => task.destinationID === destinationID);
  if (existing) return existing.taskID;
  return (await ingestion.createTask({ sourceID, destinationID, action: 'replace' })).taskID;
}

/** The authentication for the local index. */
export async function ensureAuthentication(
  ingestion: IngestionClient,
  input: { appID: string; apiKey: string },
): Promise<string> {
  const name = 'Sample: local index';
  return ensure(name, {
    list: async () =>
      (await ingestion.listAuthentications({ itemsPerPage: PAGE })).authentications.map(
        ({ name, authenticationID }) => ({ name, id: authenticationID }),
      ),
    create: async () =>
      (await ingestion.createAuthentication({ type: 'algolia', name, input })).authenticationID,
  });
}

/** More than a machine has at its first start. */
const PAGE = 100;

async function ensure(
  name: string,
  resource: { list(): Promise<{ name: string; id: string }[]>; create(): Promise<string> },
): Promise<string> {
  const existing = (await resource.list()).find((one) => one.name === name);
  return existing?.id ?? (await resource.create());
}

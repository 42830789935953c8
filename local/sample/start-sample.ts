import type { Connection } from '../start-up/connection.ts';
import { ensureAuthentication, ensurePipeline, samplePipelines } from './create-sample.ts';
import { runOnce } from './run-sample.ts';
import { createClients } from './sample-clients.ts';
import { writeSampleState } from './sample-state.ts';

/** What the sample came to, for the start-up report. */
export interface SampleResult {
  readonly airportsTaskID: string;
  /** Index → how many records are searchable in it. */
  readonly records: Readonly<Record<string, number>>;
  /** One sentence per pipeline that did not succeed. */
  readonly problems: readonly string[];
}

/** Makes the sample pipelines through the API as any client would, runs each once and counts what is searchable. */
export async function createSample(options: {
  connection: Connection;
  serverURL: string;
  dataDirectory: string;
}): Promise<SampleResult> {
  await writeSampleState(options.dataDirectory, { state: 'creating' });
  const { ingestion, search } = createClients(options.connection);
  const { appID, apiKey } = options.connection.search;
  const authenticationID = await ensureAuthentication(ingestion, { appID, apiKey });
  const results = await Promise.all(
    samplePipelines(options.serverURL).map(async (pipeline) => {
      const taskID = await ensurePipeline(ingestion, pipeline, authenticationID);
      const problem = await runOnce(ingestion, taskID);
      const records = problem === undefined ? await countRecords(search, pipeline.indexName) : 0;
      return { indexName: pipeline.indexName, taskID, problem, records };
    }),
  );
  const airportsTaskID = results[0]?.taskID ?? '';
  const problems = results.flatMap(({ indexName, problem }) =>
    problem === undefined ? [] : [`The sample run into ${indexName} did not succeed: ${problem}`],
  );
  if (problems.length === 0) {
    await writeSampleState(options.dataDirectory, { state: 'ready', airportsTaskID });
  }
  return {
    airportsTaskID,
    records: Object.fromEntries(results.map(({ indexName, records }) => [indexName, records])),
    problems,
  };
}

async function countRecords(
  search: ReturnType<typeof createClients>['search'],
  indexName: string,
): Promise<number> {
  const { nbHits } = await search.searchSingleIndex({ indexName, searchParams: { hitsPerPage: 0 } });
  return nbHits ?? 0;
}

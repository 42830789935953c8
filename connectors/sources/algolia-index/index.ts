import * as z from 'zod';
import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { readPages, type FetchPage } from '../../paged/paged-source.ts';
import { readSample } from '../file/file-source.ts';
import { openAlgoliaIndexApi, type AlgoliaIndexApi } from './algolia-index-api.ts';
import { algoliaIndexInputSchema, type AlgoliaIndexInput } from './algolia-index-input.ts';

/** The most that the service gives at once. */
const MAX_HITS_PER_PAGE = 1_000;
const SAMPLES = 10;

/** The records of another index, as they are there: all of them, or those that filters leave. */
export const algoliaIndexConnector: SourceConnector<AlgoliaIndexInput> = {
  type: 'algoliaIndex',
  authenticationTypes: ['algolia'],
  inputSchema: algoliaIndexInputSchema,
  open,
  check: async (context, signal) => {
    const limits = { ...context.limits, maxRecords: SAMPLES };
    return { sample: await readSample(open({ ...context, limits }), signal) };
  },
};

function open(context: SourceContext<AlgoliaIndexInput>): RecordSource {
  const { limits } = context;
  return {
    async *read(cursor, signal) {
      const api = openAlgoliaIndexApi(context, signal);
      try {
        const hitsPerPage = Math.min(MAX_HITS_PER_PAGE, limits.maxRecords);
        yield* readPages(pagesOf(api, hitsPerPage), { limits, cursor, signal });
      } finally {
        api.close();
      }
    },
  };
}

const placeSchema = z.object({ cursor: z.string() });

function pagesOf(api: AlgoliaIndexApi, hitsPerPage: number): FetchPage {
  return async (page) => {
    const from = page === undefined ? undefined : placeSchema.parse(page).cursor;
    const { hits, cursor, sizeBytes } = await api.browse(hitsPerPage, from);
    return { records: hits, sizeBytes, ...(cursor === undefined ? {} : { next: { cursor } }) };
  };
}

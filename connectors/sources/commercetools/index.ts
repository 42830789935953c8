import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { readPages } from '../../paged/paged-source.ts';
import { readSample } from '../file/file-source.ts';
import { openCommercetoolsApi } from './commercetools-api.ts';
import { commercetoolsInputSchema, type CommercetoolsInput } from './commercetools-input.ts';
import { CategoryReader } from './read-categories.ts';
import { ProductReader } from './read-products.ts';
import { recordSetsOf } from './record-sets.ts';

/** As many as a check shows, in a batch and in a page. */
const SAMPLES = 10;

/** Products, variants or categories of a commercetools project. */
export const commercetoolsConnector: SourceConnector<CommercetoolsInput> = {
  type: 'commercetools',
  authenticationTypes: ['oauth'],
  inputSchema: commercetoolsInputSchema,
  open: (context) => open(context),
  check: async (context, signal) => {
    const few = { ...context, limits: { ...context.limits, maxRecords: SAMPLES } };
    return { sample: await readSample(open(few, SAMPLES), signal) };
  },
  plan: async ({ input }) => [...recordSetsOf(input).keys()],
};

function open(context: SourceContext<CommercetoolsInput>, pageSize?: number): RecordSource {
  const { limits, recordType } = context;
  const Reader = recordType === 'collection' ? CategoryReader : ProductReader;
  return {
    async *read(cursor, signal) {
      const api = openCommercetoolsApi(context);
      try {
        yield* readPages(new Reader(api, context).all(pageSize), { limits, cursor, signal });
      } finally {
        api.close();
      }
    },
    async *readEntities(entityIDs, signal) {
      const api = openCommercetoolsApi(context);
      try {
        const pages = new Reader(api, context).named(entityIDs);
        yield* readPages(pages, { limits, cursor: undefined, signal });
      } finally {
        api.close();
      }
    },
  };
}

import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { readPages } from '../../paged/paged-source.ts';
import { readSample } from '../file/file-source.ts';
import { openBigCommerceApi } from './bigcommerce-api.ts';
import { bigcommerceInputSchema, type BigCommerceInput } from './bigcommerce-input.ts';
import { CategoryReader } from './read-categories.ts';
import { ProductReader } from './read-products.ts';
import { bigcommerceWebhooks } from './register-hooks.ts';

/** As many as a check shows, in a batch and in a page: a batch is filled from many pages where it takes more. */
const SAMPLES = 10;

/** Products, variants or categories of a BigCommerce store. */
export const bigcommerceConnector: SourceConnector<BigCommerceInput> = {
  type: 'bigcommerce',
  authenticationTypes: ['apiKey', 'oauth', 'secrets'],
  inputSchema: bigcommerceInputSchema,
  open: (context) => open(context),
  check: async (context, signal) => {
    const few = { ...context, limits: { ...context.limits, maxRecords: SAMPLES } };
    return { sample: await readSample(open(few, SAMPLES), signal) };
  },
  webhooks: bigcommerceWebhooks,
};

function open(context: SourceContext<BigCommerceInput>, pageSize?: number): RecordSource {
  const { limits, recordType } = context;
  const Reader = recordType === 'collection' ? CategoryReader : ProductReader;
  return {
    async *read(cursor, signal) {
      const api = openBigCommerceApi(context);
      try {
        yield* readPages(new Reader(api, context).all(pageSize), { limits, cursor, signal });
      } finally {
        api.close();
      }
    },
    async *readEntities(entityIDs, signal) {
      const api = openBigCommerceApi(context);
      try {
        const pages = new Reader(api, context).named(entityIDs);
        yield* readPages(pages, { limits, cursor: undefined, signal });
      } finally {
        api.close();
      }
    },
  };
}

import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { readPages } from '../../paged/paged-source.ts';
import { readSample } from '../file/file-source.ts';
import { bulkQuery } from './catalog-queries.ts';
import { readBulk } from './read-bulk.ts';
import { EntityReader } from './read-listed.ts';
import { recordSetsOf, scopeOf } from './reading-scope.ts';
import { shopifyWebhooks } from './register-hooks.ts';
import { openShopifyApi, type ShopifyApi } from './shopify-api.ts';
import { shopifyInputSchema, type ShopifyInput } from './shopify-input.ts';
import { createMapper } from './to-records.ts';

/** As many as a check shows. */
const SAMPLES = 10;

/** Products, variants or collections of a Shopify store. */
export const shopifyConnector: SourceConnector<ShopifyInput> = {
  type: 'shopify',
  authenticationTypes: ['apiKey', 'oauth', 'secrets'],
  inputSchema: shopifyInputSchema,
  open: (context) => open(context),
  // By an ordinary query: a bulk operation takes a minute, and one of the few places that there are.
  check: async (context, signal) => ({ sample: await readSample(openSample(context), signal) }),
  plan: async (context) => recordSetsOf(context),
  webhooks: shopifyWebhooks,
};

function open(context: SourceContext<ShopifyInput>): RecordSource {
  const { limits, clock, recordType = 'product' } = context;
  return {
    async *read(cursor, signal) {
      const scope = scopeOf(context);
      const reading = {
        query: bulkQuery(recordType, scope),
        toRecords: createMapper(recordType, scope),
        clock,
        limits,
      };
      yield* withApi(context, (api) => readBulk({ ...reading, api }, cursor, signal));
    },
    async *readEntities(entityIDs, signal) {
      const scope = scopeOf(context);
      yield* withApi(context, (api) => {
        const pages = new EntityReader(api, recordType, scope).named(entityIDs);
        return readPages(pages, { limits, cursor: undefined, signal });
      });
    },
  };
}

function openSample(context: SourceContext<ShopifyInput>): RecordSource {
  const limits = { ...context.limits, maxRecords: SAMPLES };
  return {
    async *read(cursor, signal) {
      const scope = scopeOf(context);
      yield* withApi(context, (api) => {
        const pages = new EntityReader(api, context.recordType ?? 'product', scope).first(SAMPLES);
        return readPages(pages, { limits, cursor, signal });
      });
    },
  };
}

async function* withApi<Item>(
  context: SourceContext<ShopifyInput>,
  read: (api: ShopifyApi) => AsyncIterable<Item>,
): AsyncGenerator<Item> {
  const api = openShopifyApi(context);
  try {
    yield* read(api);
  } finally {
    api.close();
  }
}

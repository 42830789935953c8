import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { ACCESS_TOKEN, startBigCommerce, STORE_HASH } from '../../bigcommerce/bigcommerce-server.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';

/** Products with a variant, a brand, a category, a metafield and a price each. */
export const bigcommerceSubject: SourceSubject = {
  type: 'bigcommerce',
  // With descriptions of 20 KB: 80 MB in 16 pages.
  manyRecords: 4_000,
  start,
};

async function start(records: number): Promise<RunningSubject> {
  const description = '<p>A large lamp.</p>'.repeat(records > 100 ? 1_000 : 2);
  const server = await startBigCommerce({
    products: { count: records, make: (id) => makeProduct(id, description) },
    brands: [{ id: 7, name: 'Lampson' }],
    trees: [{ id: 1, name: 'Main', channels: [1] }],
    categories: [
      { category_id: 1, tree_id: 1, parent_id: 0, name: 'Home' },
      { category_id: 2, tree_id: 1, parent_id: 1, name: 'Lamps' },
    ],
    price: (_, productID) => productID + 0.5,
    // A few requests for 50 products.
    ...(records > 100 ? {} : { pageCap: 20 }),
  });
  const contextWith = (token: string) => ({
    input: { storeHash: STORE_HASH, channel: { id: 1, currencies: ['usd'] } },
    authentication: { type: 'apiKey', input: { key: new Secret(token) } },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { bigcommerce: server.url },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-11-24T00:00:00Z'),
  });
  return {
    context: contextWith(ACCESS_TOKEN),
    wrongCredentials: contextWith('wrong-token'),
    secrets: [ACCESS_TOKEN, 'wrong-token'],
    requests: () => server.requests.length,
    refuse: (next) => void server.refusals.push(...next),
    waitHeaders: (seconds) => ({
      'x-rate-limit-time-window-ms': '30000',
      'x-rate-limit-time-reset-ms': String(seconds * 1000),
      'x-rate-limit-requests-quota': '150',
      'x-rate-limit-requests-left': '0',
    }),
    activeHooks: () => server.hooks.filter((hook) => hook.is_active).map((hook) => hook.destination),
    switchOffHooks: () => {
      for (const hook of server.hooks) hook.is_active = false;
    },
    someEntityIDs: ['3', '41', '17'].filter((id) => Number(id) <= records),
    stop: async () => server.stop(),
  };
}

function makeProduct(id: number, description: string): Record<string, unknown> {
  return {
    id,
    name: `Lamp ${id}`,
    type: 'physical',
    sku: `LAMP-${id}`,
    description,
    brand_id: 7,
    categories: [2],
    price: id + 0.5,
    inventory_level: 3,
    inventory_tracking: 'product',
    is_visible: true,
    date_created: '2026-01-02T03:04:05+00:00',
    date_modified: '2026-01-02T03:04:05+00:00',
    custom_url: { url: `/lamp-${id}/`, is_customized: false },
    images: [],
    variants: [
      {
        id: id + 100_000,
        product_id: id,
        sku: `LAMP-${id}`,
        price: null,
        inventory_level: 3,
        option_values: [],
      },
    ],
  };
}

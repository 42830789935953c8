import { systemClock } from '../../../../core/foundation/clock.ts';
import { Secret } from '../../../../core/foundation/secret.ts';
import { collectionOf, mediaOf, metafieldOf, money, productOf, variantOf } from '../../shopify/read-shop.ts';
import { ACCESS_TOKEN, startShopify } from '../../shopify/shopify-server.ts';
import type { Row } from '../../shopify/store.ts';
import type { RunningSubject, SourceSubject } from '../source-subject.ts';

/** Products with two variants, an image, a collection, a metafield, a price and a translation each. */
export const shopifySubject: SourceSubject = {
  type: 'shopify',
  // With descriptions of 40 KB: 80 MB, so two parts.
  manyRecords: 2_000,
  start,
};

async function start(records: number): Promise<RunningSubject> {
  const descriptionHtml = '<p>A large lamp.</p>'.repeat(records > 100 ? 2_000 : 2);
  const server = await startShopify({
    products: { count: records, make: (id) => makeProduct(id, descriptionHtml) },
    collections: [collectionOf(1)],
  });
  const contextWith = (token: string) => ({
    input: { shopURL: 'lamps.myshopify.com', featureFlags: { beta: true } },
    authentication: { type: 'apiKey', input: { key: new Secret(token) } },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { shopify: server.url },
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-11-24T00:00:00Z'),
    taskInput: {
      metafields: [{ namespace: 'care', key: 'wash', value: '' }],
      market: { countries: ['DE'], currencies: ['EUR'], locales: ['fr'] },
    },
  });
  return {
    context: contextWith(ACCESS_TOKEN),
    wrongCredentials: contextWith('shpat_wrong-token'),
    secrets: [ACCESS_TOKEN, 'shpat_wrong-token', 'signature=signed'],
    requests: () => server.requests.length,
    refuse: (next) => void server.refusals.push(...next),
    activeHooks: () => server.hooks.map((hook) => hook.uri),
    // What cannot be delivered for long enough is removed, not switched off.
    switchOffHooks: () => void server.hooks.splice(0),
    someEntityIDs: ['3', '41', '17'].filter((id) => Number(id) <= records),
    stop: async () => server.stop(),
  };
}

function makeProduct(id: number, descriptionHtml: string): Row {
  return productOf(id, {
    descriptionHtml,
    media: [mediaOf(id)],
    collections: [collectionOf(1)],
    metafields: [metafieldOf('care', 'wash', ['single_line_text_field', 'cold'])],
    translations: [{ locale: 'fr', key: 'title', value: `Lampe ${id}` }],
    pricing: {
      DE: { priceRange: { minVariantPrice: money('9.5', 'EUR'), maxVariantPrice: money('9.5', 'EUR') } },
    },
    variants: [variantAt(id, 1), variantAt(id, 2)],
  });
}

function variantAt(id: number, position: number): Row {
  return variantOf(id * 10 + position, { position, pricing: { DE: { price: money('9.5', 'EUR') } } });
}

import { onTestFinished } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { openSource } from '../../../connectors/registry.ts';
import type { Clock } from '../../../core/foundation/clock.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { collect, toRecords, type Parsed } from '../support/parse-bytes.ts';
import { contextOf, readSource } from '../support/read-source.ts';
import { ACCESS_TOKEN, startShopify, type ShopifyServer } from './shopify-server.ts';
import type { Row, Store } from './store.ts';

export const never = new AbortController().signal;

type Context = SourceContext<unknown>;

interface Shop {
  readonly server: ShopifyServer;
  context(more?: Partial<Context>): Context;
  /** All records, which must all be good. */
  read(more?: Partial<Context>): Promise<Row[]>;
  readEntities(ids: readonly string[], more?: Partial<Context>): Promise<Row[]>;
}

/** A store for one test, which fails where anything is asked that the vendor's schema does not have. */
export async function openShop(store: Store): Promise<Shop> {
  const server = await startShopify(store);
  onTestFinished(async () => server.stop());
  const context: Shop['context'] = (more = {}) => ({
    ...contextOf({ shopURL: 'https://lamps.myshopify.com' }),
    authentication: { type: 'apiKey', input: { key: new Secret(ACCESS_TOKEN) } },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { shopify: server.url },
    clock: startClock(),
    ...more,
  });
  return {
    server,
    context,
    read: async (more) => {
      const { texts, rejected } = await readSource('shopify', context(more));
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
      return toRecords({ texts, rejected });
    },
    readEntities: async (ids, more) => {
      const parsed: Parsed = { texts: [], rejected: [] };
      const source = await openSource('shopify', context(more));
      for await (const batch of source.readEntities?.(ids, never) ?? []) collect(batch, parsed);
      if (parsed.rejected.length > 0) throw new Error(JSON.stringify(parsed.rejected));
      return toRecords(parsed);
    },
  };
}

/** A clock that does not wait but goes on by as much, and says what it was asked to wait. */
export function startClock(): Clock & { readonly waited: number[] } {
  const waited: number[] = [];
  let now = Date.parse('2026-11-24T00:00:00Z');
  return {
    waited,
    now: () => new Date(now),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waited.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** What a task says of the source. */
export function taskOf(
  metafields: readonly [namespace: string, key: string][],
  market: { countries?: string[]; currencies?: string[]; locales?: string[] } = {},
): Pick<Context, 'taskInput'> {
  return {
    taskInput: {
      metafields: metafields.map(([namespace, key]) => ({ namespace, key, value: '' })),
      market: { countries: [], currencies: [], locales: [], ...market },
    },
  };
}

export function productOf(id: number, more: Row = {}): Row {
  return {
    id,
    title: `Lamp ${id}`,
    handle: `lamp-${id}`,
    descriptionHtml: '',
    vendor: 'Lampson',
    productType: 'Lamps',
    tags: [],
    status: 'ACTIVE',
    isGiftCard: false,
    onlineStoreUrl: null,
    createdAt: '2026-01-02T03:04:05Z',
    updatedAt: '2026-01-02T03:04:05Z',
    publishedAt: null,
    totalInventory: 0,
    tracksInventory: true,
    category: null,
    seo: { title: null, description: null },
    options: [],
    priceRangeV2: { minVariantPrice: money('10.0'), maxVariantPrice: money('10.0') },
    variants: [variantOf(id * 10)],
    ...more,
  };
}

export function variantOf(id: number, more: Row = {}): Row {
  return {
    id,
    title: 'Default Title',
    sku: `SKU-${id}`,
    barcode: null,
    position: 1,
    price: '10.00',
    compareAtPrice: null,
    availableForSale: true,
    inventoryQuantity: 3,
    inventoryPolicy: 'DENY',
    inventoryItem: { tracked: true },
    selectedOptions: [],
    image: null,
    ...more,
  };
}

export function collectionOf(id: number, more: Row = {}): Row {
  return {
    id,
    title: `Collection ${id}`,
    handle: `collection-${id}`,
    descriptionHtml: '',
    sortOrder: 'MANUAL',
    updatedAt: '2026-01-02T03:04:05Z',
    image: null,
    productsCount: { count: 1, precision: 'EXACT' },
    seo: { title: null, description: null },
    ...more,
  };
}

export function mediaOf(id: number, more: Row = {}): Row {
  return { id, alt: '', mediaContentType: 'IMAGE', url: `https://cdn.example.com/${id}.jpg`, ...more };
}

export function money(amount: string, currencyCode = 'USD'): Row {
  return { amount, currencyCode };
}

export function metafieldOf(namespace: string, key: string, [type, value]: [string, string]): Row {
  return { namespace, key, type, value };
}

/** A shop whose products are these. */
export function productsOf(products: readonly Row[]): NonNullable<Store['products']> {
  const byID = new Map(products.map((product) => [Number(product['id']), product]));
  return {
    count: Math.max(0, ...byID.keys()),
    make: (id) => byID.get(id) ?? productOf(id),
  };
}

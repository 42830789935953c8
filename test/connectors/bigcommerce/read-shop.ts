import { onTestFinished } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { openSource } from '../../../connectors/registry.ts';
import type { Clock } from '../../../core/foundation/clock.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { collect, toRecords, type Parsed } from '../support/parse-bytes.ts';
import { contextOf, readSource } from '../support/read-source.ts';
import {
  ACCESS_TOKEN,
  startBigCommerce,
  STORE_HASH,
  type BigCommerceServer,
  type Store,
} from './bigcommerce-server.ts';

export const never = new AbortController().signal;

export interface Shop {
  readonly server: BigCommerceServer;
  context(input?: object, more?: Partial<SourceContext<unknown>>): SourceContext<unknown>;
  /** All records, which must all be good. */
  read(input?: object, more?: Partial<SourceContext<unknown>>): Promise<Record<string, unknown>[]>;
  readEntities(
    ids: readonly string[],
    input?: object,
    more?: Partial<SourceContext<unknown>>,
  ): Promise<Record<string, unknown>[]>;
}

/** A store for one test, which fails where anything is asked that the vendor does not document. */
export async function openShop(store: Store): Promise<Shop> {
  const server = await startBigCommerce(store);
  onTestFinished(async () => server.stop());
  const context: Shop['context'] = (input = {}, more = {}) => ({
    ...contextOf({ storeHash: STORE_HASH, ...input }),
    authentication: { type: 'apiKey', input: { key: new Secret(ACCESS_TOKEN) } },
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: { bigcommerce: server.url },
    ...more,
  });
  return {
    server,
    context,
    read: async (input, more) => {
      const { texts, rejected } = await readSource('bigcommerce', context(input, more));
      if (rejected.length > 0) throw new Error(JSON.stringify(rejected));
      return toRecords({ texts, rejected });
    },
    readEntities: async (ids, input, more) => {
      const parsed: Parsed = { texts: [], rejected: [] };
      const source = await openSource('bigcommerce', context(input, more));
      for await (const batch of source.readEntities?.(ids, never) ?? []) collect(batch, parsed);
      if (parsed.rejected.length > 0) throw new Error(JSON.stringify(parsed.rejected));
      return toRecords(parsed);
    },
  };
}

/** A clock that does not wait, and says what it was asked to. */
export function startClock(): Clock & { readonly waited: number[] } {
  const waited: number[] = [];
  return {
    waited,
    now: () => new Date('2026-11-24T00:00:00Z'),
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waited.push(milliseconds);
    },
  };
}

export function productOf(id: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id,
    name: `Lamp ${id}`,
    brand_id: 0,
    categories: [],
    price: 10,
    inventory_level: 0,
    inventory_tracking: 'none',
    variants: [variantOf(id * 10)],
    images: [],
    custom_fields: [],
    ...more,
  };
}

export function variantOf(id: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { id, sku: `SKU-${id}`, price: null, inventory_level: 0, option_values: [], ...more };
}

/** A shop whose products are these. */
export function productsOf(products: readonly Record<string, unknown>[]): Store['products'] {
  const byID = new Map(products.map((product) => [Number(product['id']), product]));
  return {
    count: Math.max(0, ...byID.keys()),
    make: (id) => structuredClone(byID.get(id) ?? productOf(id)),
  };
}

export function metafieldOf(
  id: number,
  resourceID: number,
  more: Record<string, unknown>,
): Record<string, unknown> {
  return {
    id,
    namespace: 'care',
    key: 'wash',
    value: 'cold',
    permission_set: 'read',
    resource_type: 'product',
    resource_id: resourceID,
    description: '',
    date_created: '2026-01-02T03:04:05+00:00',
    date_modified: '2026-01-02T03:04:05+00:00',
    ...more,
  };
}

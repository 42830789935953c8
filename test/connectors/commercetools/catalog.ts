import { uuid } from './commercetools-server.ts';

type Json = Record<string, unknown>;
const CREATED = '2026-01-02T03:04:05.000Z';

/** A published product as it is stored: its content is what `projectionOf` shows. */
export function productOf(number: number, content: Json = {}): Json {
  const { id, createdAt, lastModifiedAt, productType, key, ...current } = projectionOf(number, content);
  return {
    id,
    key,
    version: 1,
    createdAt,
    lastModifiedAt,
    productType,
    masterData: { current, staged: current, published: true, hasStagedChanges: false },
  };
}

export function projectionOf(number: number, content: Json = {}): Json {
  return {
    id: uuid(number),
    key: `lamp-${number}`,
    createdAt: CREATED,
    lastModifiedAt: CREATED,
    productType: { typeId: 'product-type', id: uuid(900_000) },
    name: { en: `Lamp ${number}`, de: `Lampe ${number}` },
    slug: { en: `lamp-${number}`, de: `lampe-${number}` },
    categories: [{ typeId: 'category', id: uuid(800_002) }],
    masterVariant: variantOf(1, { sku: `LAMP-${number}` }),
    variants: [],
    searchKeywords: {},
    ...content,
  };
}

export function variantOf(id: number, content: Json = {}): Json {
  return { id, prices: [], images: [], attributes: [], assets: [], ...content };
}

export function priceOf(centAmount: number, more: Json = {}): Json {
  const value = { type: 'centPrecision', currencyCode: 'EUR', centAmount, fractionDigits: 2 };
  return { id: `price-${centAmount}`, value, ...more };
}

/** Home > Lamps, the second of which products are in. */
export const CATEGORIES: readonly Json[] = [
  categoryOf(800_001, { en: 'Home', de: 'Haus' }),
  {
    ...categoryOf(800_002, { en: 'Lamps', de: 'Lampen' }),
    parent: { typeId: 'category', id: uuid(800_001) },
    ancestors: [{ typeId: 'category', id: uuid(800_001) }],
    custom: { type: { typeId: 'type', id: uuid(1) }, fields: { season: 'winter', secretMargin: 3 } },
  },
];

function categoryOf(number: number, name: Json): Json {
  return {
    id: uuid(number),
    key: `category-${number}`,
    version: 1,
    createdAt: CREATED,
    lastModifiedAt: CREATED,
    name,
    slug: name,
    ancestors: [],
    orderHint: '0.1',
    assets: [],
  };
}

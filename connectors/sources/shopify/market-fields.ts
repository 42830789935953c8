import {
  metafieldSchema,
  productPricingSchema,
  translationsSchema,
  variantPricingSchema,
  type Money,
} from './catalog-answers.ts';
import { metafieldAlias, priceAlias, translationAlias } from './catalog-queries.ts';
import type { ReadingScope } from './reading-scope.ts';

type Node = Readonly<Record<string, unknown>>;

/** `{ namespace: { key: value } }` of those that the task names and that the node has. */
export function metafieldsOf(
  node: Node,
  { metafields }: ReadingScope,
): Record<string, Record<string, unknown>> {
  const namespaces = new Map<string, Record<string, unknown>>();
  for (const [index, { namespace, key }] of metafields.entries()) {
    const metafield = metafieldSchema.parse(node[metafieldAlias(index)]);
    if (metafield === undefined || metafield === null) continue;
    const entries = Object.entries(namespaces.get(namespace) ?? {});
    namespaces.set(namespace, Object.fromEntries([...entries, [key, valueOf(metafield)]]));
  }
  return Object.fromEntries(namespaces);
}

/** What a product costs in each of the task's countries, where that is in a currency that the task wants. */
export function priceRangesOf(node: Node, scope: ReadingScope): Record<string, object> | undefined {
  return byCountry(scope, (alias) => {
    const { minVariantPrice: min, maxVariantPrice: max } = productPricingSchema.parse(node[alias]).priceRange;
    return { money: min, attributes: { min: min.amount, max: max.amount } };
  });
}

/** What a variant costs in each of them. */
export function pricesOf(node: Node, scope: ReadingScope): Record<string, object> | undefined {
  return byCountry(scope, (alias) => {
    const { price, compareAtPrice } = variantPricingSchema.parse(node[alias]);
    return { money: price, attributes: { price: price.amount, compare_at_price: compareAtPrice?.amount } };
  });
}

/** The texts of a node in one of the task's locales, by the keys that Shopify gives them. */
export function translationOf(node: Node, localeIndex: number): ReadonlyMap<string, string> {
  const translations = translationsSchema.parse(node[translationAlias(localeIndex)] ?? []);
  return new Map(translations.flatMap(({ key, value }) => (value ? [[key, value] as const] : [])));
}

function byCountry(
  { countries, currencies }: ReadingScope,
  read: (alias: string) => { readonly money: Money; readonly attributes: object },
): Record<string, object> | undefined {
  if (countries.length === 0) return undefined;
  return Object.fromEntries(
    countries.flatMap((country) => {
      const { money, attributes } = read(priceAlias(country));
      if (currencies.size > 0 && !currencies.has(money.currencyCode)) return [];
      return [[country, { currency: money.currencyCode, ...attributes }]];
    }),
  );
}

/** Numbers, truth and structures as such, so that they can be filtered by; everything else is text at Shopify too. */
function valueOf({ type, value }: { readonly type: string; readonly value: string }): unknown {
  const isText =
    !/^(?:list\.|json$|boolean$|number_|dimension$|weight$|volume$|rating$|money$|rich_text_field$)/.test(
      type,
    );
  if (isText) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    // A number that no double holds stays as it was written.
    return typeof parsed === 'number' && !Number.isSafeInteger(Math.trunc(parsed)) ? value : parsed;
  } catch {
    return value;
  }
}

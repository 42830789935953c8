import { chunksOf, type BigCommerceApi } from './bigcommerce-api.ts';
import { pricedItemSchema } from './catalog-answers.ts';

/** The vendor names no limit for one request; it calculates each item. */
const ITEMS_PER_REQUEST = 100;

type Amounts = Record<string, number>;

/** Each by currency, as entered for the channel: with or without tax, as the store keeps its prices. */
interface Prices {
  readonly prices: Amounts;
  readonly retail_prices: Amounts;
  readonly sales_prices: Amounts;
  readonly calculated_prices: Amounts;
}

export interface PricedItem {
  readonly product_id: number;
  readonly variant_id?: number;
}

/** What the items cost in a channel. */
export type PriceBook = (item: PricedItem) => Prices | undefined;

/** What the vendor calculates for a visitor of the channel who belongs to no customer group. */
export async function readPrices(
  api: BigCommerceApi,
  {
    channelID,
    currencies,
    items,
  }: { channelID: number; currencies: readonly string[]; items: readonly PricedItem[] },
  signal: AbortSignal,
): Promise<PriceBook> {
  const book = new Map<string, Prices>();
  for (const currency of new Set(currencies.map((code) => code.toUpperCase()))) {
    for (const chunk of chunksOf(items, ITEMS_PER_REQUEST)) {
      const priced = await api.request({
        method: 'POST',
        path: '/pricing/products',
        body: { channel_id: channelID, currency_code: currency, items: chunk },
        schema: pricedItemSchema.array(),
        signal,
      });
      for (const item of priced) {
        const prices = book.get(nameOf(item.reference_request)) ?? noPrices();
        book.set(nameOf(item.reference_request), prices);
        enter(prices.prices, currency, item.price);
        enter(prices.retail_prices, currency, item.retail_price);
        enter(prices.sales_prices, currency, item.sale_price);
        enter(prices.calculated_prices, currency, item.calculated_price);
      }
    }
  }
  return (item) => book.get(nameOf(item));
}

function noPrices(): Prices {
  return { prices: {}, retail_prices: {}, sales_prices: {}, calculated_prices: {} };
}

function enter(
  amounts: Amounts,
  currency: string,
  price: { as_entered?: number | null | undefined } | null | undefined,
): void {
  if (typeof price?.as_entered === 'number') amounts[currency] = price.as_entered;
}

function nameOf({ product_id, variant_id }: { product_id: number; variant_id?: number | null | undefined }) {
  return `${product_id}-${variant_id ?? ''}`;
}

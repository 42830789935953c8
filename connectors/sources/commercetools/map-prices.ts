import { pickFields, type Money, type Price } from './catalog-answers.ts';

interface CurrencyPrices {
  /** In the currency's smallest unit, as `value` below. */
  min: number;
  max: number;
  /** The same in the currency itself. */
  minAmount: number;
  maxAmount: number;
  readonly priceValues: Record<string, unknown>[];
}

/** The prices of a variant, or of all variants of a product, by currency. */
export function mapPrices(
  prices: readonly Price[],
  customFields: readonly string[] | null | undefined,
): Record<string, CurrencyPrices> {
  const byCurrency = new Map<string, CurrencyPrices>();
  for (const price of prices) {
    const { currencyCode, centAmount } = price.value;
    const amount = amountOf(price.value);
    const priceValues = byCurrency.get(currencyCode)?.priceValues ?? [];
    const known = byCurrency.get(currencyCode) ?? {
      min: centAmount,
      max: centAmount,
      minAmount: amount,
      maxAmount: amount,
      priceValues,
    };
    known.min = Math.min(known.min, centAmount);
    known.max = Math.max(known.max, centAmount);
    known.minAmount = Math.min(known.minAmount, amount);
    known.maxAmount = Math.max(known.maxAmount, amount);
    priceValues.push(mapPrice(price, customFields));
    byCurrency.set(currencyCode, known);
  }
  return Object.fromEntries(byCurrency);
}

function mapPrice(price: Price, customFields: readonly string[] | null | undefined): Record<string, unknown> {
  const { discounted } = price;
  return {
    id: price.id,
    value: price.value.centAmount,
    amount: amountOf(price.value),
    discountedValue: discounted?.value.centAmount,
    discountedAmount: discounted && amountOf(discounted.value),
    country: price.country,
    customerGroupID: price.customerGroup?.id,
    channelID: price.channel?.id,
    validFrom: price.validFrom,
    validUntil: price.validUntil,
    customFields: pickFields(price.custom, customFields),
  };
}

/** By way of text: divided, 1999 hundredths of 7 digits would show their rounding. */
function amountOf({ centAmount, fractionDigits }: Money): number {
  return Number(`${centAmount}e-${fractionDigits}`);
}

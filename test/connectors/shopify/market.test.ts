import { describe, expect, it } from 'vitest';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { readError } from '../support/read-source.ts';
import {
  collectionOf,
  money,
  never,
  openShop,
  productOf,
  productsOf,
  taskOf,
  variantOf,
} from './read-shop.ts';

function pricing(currency: string, price: string, compareAt?: string) {
  const range = { minVariantPrice: money(price, currency), maxVariantPrice: money(price, currency) };
  return {
    priceRange: range,
    price: money(price, currency),
    compareAtPrice: compareAt === undefined ? null : money(compareAt, currency),
  };
}

const PRICING = {
  DE: pricing('EUR', '33.25', '40.0'),
  FR: pricing('EUR', '34.0'),
  CH: pricing('CHF', '36.9'),
};
const translationsOf = (texts: Record<string, string>, locale = 'fr') =>
  Object.entries(texts).map(([key, value]) => ({ locale, key, value }));

const LAMP = productOf(1, {
  title: 'Desk lamp',
  productType: 'Lamps',
  pricing: PRICING,
  translations: [
    ...translationsOf({ title: 'Lampe de bureau', body_html: '<p>Claire.</p>', meta_title: 'Lampe' }),
    ...translationsOf({ title: 'Tischlampe', product_type: '' }, 'de'),
  ],
  collections: [collectionOf(5, { title: 'Sale', translations: translationsOf({ title: 'Soldes' }) })],
  options: [
    {
      id: 1,
      name: 'Colour',
      translations: translationsOf({ name: 'Couleur' }),
      optionValues: [
        { id: 2, name: 'Red', translations: translationsOf({ name: 'Rouge' }) },
        { id: 3, name: 'Blue' },
      ],
    },
  ],
  variants: [variantOf(10, { pricing: PRICING, selectedOptions: [{ name: 'Colour', value: 'Red' }] })],
});
const open = async () => openShop({ products: productsOf([LAMP]) });

describe('prices in the markets of a task', () => {
  it('are what each country pays, of products and of variants', async () => {
    const { read } = await open();
    expect(await read(taskOf([], { countries: ['DE', 'ch', 'DE'] }))).toMatchObject([
      {
        currency: 'USD',
        min_price: 10,
        prices: {
          DE: { currency: 'EUR', min: 33.25, max: 33.25 },
          CH: { currency: 'CHF', min: 36.9, max: 36.9 },
        },
        variants: [
          {
            price: 10,
            prices: {
              DE: { currency: 'EUR', price: 33.25, compare_at_price: 40 },
              CH: { currency: 'CHF', price: 36.9 },
            },
          },
        ],
      },
    ]);
  });

  it('are left out where they are in a currency that the task does not name', async () => {
    const { read } = await open();
    const [record] = await read(taskOf([], { countries: ['DE', 'FR', 'CH'], currencies: ['eur'] }));
    expect(Object.keys(record?.['prices'] as object)).toEqual(['DE', 'FR']);
  });

  it('are refused where what is named cannot be a country', async () => {
    const { context, server } = await open();
    const error = await readError('shopify', context(taskOf([], { countries: ['Germany'] })));
    expect(error).toMatchObject({ code: 'source.invalid_input', disposition: 'fatal' });
    expect(error.message).toContain('input.market.countries');
    expect(server.requests).toEqual([]);
  });
});

describe('languages of a task', () => {
  it('are that of all texts where there is one, with the texts of the store where nothing is translated', async () => {
    const { read } = await open();
    const [record] = await read(taskOf([], { locales: ['fr'] }));
    expect(record).toMatchObject({
      title: 'Lampe de bureau',
      description_html: '<p>Claire.</p>',
      product_type: 'Lamps',
      meta_title: 'Lampe',
      collections: ['Soldes'],
      option_names: ['Couleur'],
      options: { Couleur: ['Rouge', 'Blue'] },
      variants: [{ options: { Couleur: 'Rouge' } }],
    });
    expect(record).not.toHaveProperty('translations');
  });

  it('are beside the texts of the store where there are several', async () => {
    const { read } = await open();
    expect(await read(taskOf([], { locales: ['fr', 'de'] }))).toMatchObject([
      {
        title: 'Desk lamp',
        options: { Colour: ['Red', 'Blue'] },
        translations: {
          fr: { title: 'Lampe de bureau', description_html: '<p>Claire.</p>', meta_title: 'Lampe' },
          de: { title: 'Tischlampe' },
        },
      },
    ]);
  });

  it('are record sets where there are several, each of which is read by itself', async () => {
    const { read, context } = await open();
    const { plan } = await findSourceConnector('shopify');
    const task = taskOf([], { locales: ['fr', 'de', 'fr'] });
    expect(await plan?.(context(task), never)).toEqual(['fr', 'de']);
    expect(await plan?.(context(taskOf([], { locales: ['fr'] })), never)).toEqual([]);
    expect(await plan?.(context(), never)).toEqual([]);
    expect(await read({ ...task, recordSet: 'de' })).toMatchObject([{ title: 'Tischlampe' }]);
    expect(await readError('shopify', context({ ...task, recordSet: 'it' }))).toMatchObject({
      code: 'source.changed',
    });
  });

  it('are refused where what is named cannot be one', async () => {
    const { context } = await open();
    const error = await readError(
      'shopify',
      context(taskOf([], { locales: ['fr") { key } x: shop { name'] })),
    );
    expect(error).toMatchObject({ code: 'source.invalid_input' });
    expect(error.message).toContain('input.market.locales');
  });
});

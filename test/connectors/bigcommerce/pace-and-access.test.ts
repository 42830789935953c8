import { describe, expect, it } from 'vitest';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { readError, readSource } from '../support/read-source.ts';
import { ACCESS_TOKEN } from './bigcommerce-server.ts';
import { metafieldOf, never, openShop, productOf, productsOf, startClock, variantOf } from './read-shop.ts';

const FIVE = { products: productsOf([productOf(5)]), pageCap: 2 };

describe('the pace of a BigCommerce store', () => {
  it('is kept: when few requests are left the next waits for the window to begin anew', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    server.headers = { 'X-Rate-Limit-Requests-Left': '2', 'X-Rate-Limit-Time-Reset-Ms': '15000' };
    const { texts } = await readSource('bigcommerce', context({}, { clock }));
    expect(texts).toHaveLength(5);
    expect(clock.waited).toEqual([15_000, 15_000, 15_000]);
  });

  it('is no matter while many requests are left', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    server.headers = { 'X-Rate-Limit-Requests-Left': '35', 'X-Rate-Limit-Time-Reset-Ms': '15000' };
    await readSource('bigcommerce', context({}, { clock }));
    expect(clock.waited).toEqual([]);
  });

  it('is waited for after a 429, for as long as its headers say', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    const headers = { 'X-Rate-Limit-Requests-Left': '0', 'X-Rate-Limit-Time-Reset-Ms': '8200' };
    server.refusals.push({ status: 429, headers });
    const { texts } = await readSource('bigcommerce', context({}, { clock }));
    expect(texts).toHaveLength(5);
    expect(clock.waited).toEqual([8_200]);
  });

  it('is asked of in smaller pages where a page is larger than an answer may be', async () => {
    const { read, server } = await openShop({
      products: { count: 12, make: (id) => productOf(id, { description: 'x'.repeat(3_000_000) }) },
    });
    expect(await read()).toHaveLength(12);
    expect(server.requests.map(({ query }) => query['limit'])).toEqual([250, 50, 10, 10]);
  }, 20_000);
});

describe('access to a BigCommerce store', () => {
  it('is had by the accessToken of secrets too', async () => {
    const { read } = await openShop(FIVE);
    const authentication = { type: 'secrets', input: { accessToken: new Secret(ACCESS_TOKEN) } };
    expect(await read({}, { authentication })).toHaveLength(5);
  });

  it.each([
    ['no authentication', undefined, 'has none'],
    [
      'secrets of another name',
      { type: 'secrets', input: { token: new Secret('a-token') } },
      'accessToken of one of type secrets',
    ],
    [
      'oauth',
      { type: 'oauth', input: { url: 'https://login', client_secret: new Secret('c') } },
      'of type oauth, which holds none',
    ],
  ])('is refused with %s, with what to do instead', async (_, authentication, says) => {
    const { context, server } = await openShop(FIVE);
    const { authentication: _own, ...others } = context();
    const error = await readError(
      'bigcommerce',
      authentication === undefined ? others : { ...others, authentication },
    );
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toContain(says);
    expect(error.message).toContain('API account');
    expect(server.requests).toEqual([]);
  });

  it('is refused with what BigCommerce itself says', async () => {
    const { context } = await openShop(FIVE);
    const authentication = { type: 'apiKey', input: { key: new Secret('another') } };
    const { message } = await readError('bigcommerce', context({}, { authentication }));
    expect(message).toContain('401: access was refused. Check the access token');
    expect(message).toContain('It says: Unauthorized');
    expect(message).not.toContain('another');
  });

  it('shows a few records and asks for no more than these when it is checked', async () => {
    const { context, server } = await openShop({ products: productsOf([productOf(300)]) });
    const connector = await findSourceConnector('bigcommerce');
    expect((await connector.check(context(), never)).sample).toHaveLength(10);
    expect(server.requests.map(({ query }) => query['limit'])).toEqual([10]);
  });
});

describe('metafields and prices of a BigCommerce store', () => {
  it('are asked for by the page of products, all pages of them', async () => {
    const ids = Array.from({ length: 5 }, (_, index) => index + 1);
    const { read, server } = await openShop({
      ...FIVE,
      productMetafields: ids.flatMap((id) => [
        metafieldOf(id, id, { value: `wash ${id}` }),
        metafieldOf(id + 100, id, { key: 'dry', value: `dry ${id}` }),
      ]),
    });
    const records = await read({
      productMetafields: [
        { namespace: 'care', key: 'wash' },
        { namespace: 'care', key: 'dry' },
      ],
    });
    expect(records.map(({ metafields }) => metafields)).toEqual(
      ids.map((id) => ({ care: { wash: `wash ${id}`, dry: `dry ${id}` } })),
    );
    const asked = server.requests.filter(({ path }) => path.endsWith('/metafields'));
    expect(asked.map(({ query }) => [query['resource_id:in'], query['page']])).toEqual([
      [[1, 2], 1],
      [[1, 2], 2],
      [[3, 4], 1],
      [[3, 4], 2],
      [[5], 1],
    ]);
  });

  it('whose names cannot be put into a list are picked from all', async () => {
    const { read, server } = await openShop({
      products: productsOf([productOf(1)]),
      productMetafields: [metafieldOf(1, 1, { key: 'a,b' }), metafieldOf(2, 1, { key: 'other' })],
    });
    const productMetafields = [{ namespace: 'care', key: 'a,b' }];
    expect(await read({ productMetafields })).toMatchObject([{ metafields: { care: { 'a,b': 'cold' } } }]);
    expect(server.requests.at(-1)?.query).not.toHaveProperty('key:in');
  });

  it('of others than were asked for are an error: each page would bring those of the whole catalog', async () => {
    const { context } = await openShop({
      products: productsOf([productOf(1)]),
      productMetafields: [metafieldOf(1, 77, {})],
      ignoresResourceFilter: true,
    });
    const input = { productMetafields: [{ namespace: 'care', key: 'wash' }] };
    expect(await readError('bigcommerce', context(input))).toMatchObject({ code: 'source.invalid_answer' });
  });

  it('are asked for a hundred items at a time, in each currency', async () => {
    const variants = Array.from({ length: 150 }, (_, index) => variantOf(index + 1));
    const { read, server } = await openShop({
      products: productsOf([productOf(1, { variants })]),
      price: (_, __, variantID) => (variantID === undefined || variantID > 1 ? 5 : undefined),
    });
    const [record] = await read({ channel: { id: 1, currencies: ['EUR', 'USD', 'eur'] } });
    expect(record).toMatchObject({ prices: { EUR: 5, USD: 5 } });
    expect(record?.['variants']).toHaveLength(150);
    expect(record).toHaveProperty('variants.149.prices', { EUR: 5, USD: 5 });
    expect(record).not.toHaveProperty('variants.0.prices');
    const asked = server.requests.filter(({ path }) => path === '/pricing/products');
    const sizes = asked.map(({ body }) => (body as { items: unknown[] }).items.length);
    expect(sizes).toEqual([100, 51, 100, 51]);
  });
});

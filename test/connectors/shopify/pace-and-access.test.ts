import { describe, expect, it } from 'vitest';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { readError, readSource } from '../support/read-source.ts';
import { never, openShop, productOf, productsOf, startClock, variantOf } from './read-shop.ts';
import { ACCESS_TOKEN, CLIENT } from './shopify-server.ts';

const FIVE = { products: productsOf([productOf(5)]) };
const TWELVE = Array.from({ length: 12 }, (_, index) => String(index + 1));

describe('the pace of a Shopify store', () => {
  it('is kept by cost: a query waits until there are as many points as the one before it took', async () => {
    const { server, readEntities } = await openShop({ products: productsOf([productOf(12)]) });
    const clock = startClock();
    server.available = 40;
    expect(await readEntities(TWELVE, { clock })).toHaveLength(12);
    // The first query's cost is not known before; the others lack some of theirs, of which 100 come back in a second.
    expect(clock.waited).toHaveLength(2);
    for (const milliseconds of clock.waited) {
      expect(milliseconds).toBeGreaterThan(1_000);
      expect(milliseconds).toBeLessThan(10_000);
    }
  });

  it('is no matter while there are points enough', async () => {
    const { readEntities } = await openShop({ products: productsOf([productOf(12)]) });
    const clock = startClock();
    await readEntities(TWELVE, { clock });
    expect(clock.waited).toEqual([]);
  });

  it('is waited for where a query was throttled, and nothing is lost', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    server.errors.push({ code: 'THROTTLED', message: 'Throttled', available: 0 });
    const { texts } = await readSource('shopify', context({ clock }));
    expect(texts).toHaveLength(5);
    expect(clock.waited).toHaveLength(1);
  });

  it('is an error of the run, to be tried again, where a query is throttled for too long', async () => {
    const { server, context } = await openShop(FIVE);
    for (let count = 0; count < 20; count += 1) server.errors.push({ code: 'THROTTLED', available: 0 });
    expect(await readError('shopify', context())).toMatchObject({
      code: 'source.rate_limited',
      disposition: 'retryable',
    });
    expect(server.errors).toHaveLength(9);
  });

  it('is waited for after a 429, for as long as its header says', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    server.refusals.push({ status: 429, headers: { 'retry-after': '2.0' } });
    const { texts } = await readSource('shopify', context({ clock }));
    expect(texts).toHaveLength(5);
    expect(clock.waited).toEqual([2_000]);
  });
});

describe('access to a Shopify store', () => {
  it('is had by the accessToken of secrets too', async () => {
    const { read } = await openShop(FIVE);
    const authentication = { type: 'secrets', input: { accessToken: new Secret(ACCESS_TOKEN) } };
    expect(await read({ authentication })).toHaveLength(5);
  });

  const oauthOf = (secret: string) => ({
    type: 'oauth',
    input: { url: 'https://lamps.myshopify.com', client_id: CLIENT.id, client_secret: new Secret(secret) },
  });

  it('is had by the client credentials of an app, whose token is asked for once', async () => {
    const { read, server } = await openShop(FIVE);
    expect(await read({ authentication: oauthOf(CLIENT.secret) })).toHaveLength(5);
    expect(server.requests.map(({ what }) => what.slice(0, 9))).toEqual([
      'token',
      'bulkOpera',
      'bulkOpera',
      'GET /bulk',
    ]);
  });

  it('is had by a new token when one was refused or has run out', async () => {
    const { server, context } = await openShop(FIVE);
    const clock = startClock();
    server.polls = 1;
    server.refusals.push({ status: 401 });
    const day = { ...clock, sleep: async (ms: number) => clock.sleep(ms + 86_400_000) };
    const authentication = oauthOf(CLIENT.secret);
    const { texts } = await readSource('shopify', context({ authentication, clock: day }));
    expect(texts).toHaveLength(5);
    expect(server.requests.filter(({ what }) => what === 'token')).toHaveLength(3);
  });

  it('is refused where the client is not known, without its secret', async () => {
    const { context } = await openShop(FIVE);
    const error = await readError('shopify', context({ authentication: oauthOf('shpss_wrong') }));
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toContain('client_id and client_secret');
    expect(error.message).not.toContain('shpss_wrong');
  });

  it.each([
    ['no authentication', undefined, 'the source has no authentication'],
    [
      'secrets of another name',
      { type: 'secrets', input: { token: new Secret('a-token') } },
      'there is no accessToken',
    ],
    [
      'half an oauth',
      { type: 'oauth', input: { url: 'https://a', client_id: 'c' } },
      'there is no client_secret',
    ],
  ])('is refused with %s, with what to do instead', async (_, authentication, says) => {
    const { context, server } = await openShop(FIVE);
    const { authentication: _own, ...others } = context();
    const error = await readError(
      'shopify',
      authentication === undefined ? others : { ...others, authentication },
    );
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toContain(says);
    expect(error.message).toContain('Admin API access token');
    expect(server.requests).toEqual([]);
  });

  it('is refused with what Shopify itself says, and the scopes to check', async () => {
    const { context, server } = await openShop(FIVE);
    const authentication = { type: 'apiKey', input: { key: new Secret('another') } };
    const wrong = await readError('shopify', context({ authentication }));
    expect(wrong.message).toContain('401: access was refused. Check the access token');
    expect(wrong.message).toContain('It says: [API] Invalid API key or access token');
    expect(wrong.message).not.toContain('another');
    const message = 'Access denied for products field. Required access: `read_products` access scope.';
    server.errors.push({ code: 'ACCESS_DENIED', message });
    const denied = await readError('shopify', context());
    expect(denied).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(denied.message).toContain('read_products and read_inventory');
    expect(denied.message).toContain(message);
  });

  it.each([
    ['INTERNAL_SERVER_ERROR', 'source.server_error', 'retryable'],
    ['SHOP_INACTIVE', 'source.access_denied', 'fatal'],
    ['undefinedField', 'source.query_refused', 'fatal'],
  ])('that ends with %s is the error %s', async (code, expected, disposition) => {
    const { context, server } = await openShop(FIVE);
    server.errors.push({ code, message: 'What went wrong' });
    const error = await readError('shopify', context());
    expect(error).toMatchObject({ code: expected, disposition });
    expect(error.message).toContain('What went wrong');
  });

  it.each(['product', 'variant', 'collection'] as const)(
    'shows a few %s records by one query when it is checked',
    async (recordType) => {
      const variants = Array.from({ length: 30 }, (_, index) =>
        variantOf(index + 1, { position: index + 1 }),
      );
      const { context, server } = await openShop({
        products: productsOf([productOf(1, { variants }), productOf(300)]),
        collections: [{ ...productOf(1), sortOrder: 'MANUAL', productsCount: null }],
      });
      const connector = await findSourceConnector('shopify');
      const { sample } = await connector.check(context({ recordType }), never);
      expect(sample).toHaveLength(recordType === 'collection' ? 1 : 10);
      expect(server.requests).toHaveLength(1);
      expect(server.operations).toEqual([]);
    },
  );

  it('is asked for at the address of the store, however it is written', async () => {
    const { context } = await openShop(FIVE);
    for (const shopURL of ['no store', 'ftp://', '']) {
      await expect(readSource('shopify', { ...context(), input: { shopURL } })).rejects.toMatchObject({
        code: 'source.invalid_input',
        details: [{ label: 'input.shopURL' }],
      });
    }
  });
});

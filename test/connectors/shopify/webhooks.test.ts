import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { webhookSchemes } from '../../../core/webhooks/webhook-schemes.ts';
import { never, openShop } from './read-shop.ts';
import { hookOf } from './shopify-server.ts';

const URL_OF_HOOK = 'https://millrace.example.com/hooks/hook-1';
const HOOK = { url: URL_OF_HOOK, secret: new Secret('the-client-secret') };
const OF_COLLECTIONS = ['collections/create', 'collections/update', 'collections/delete'];
const TOPICS = ['products/create', 'products/update', 'products/delete', ...OF_COLLECTIONS];

async function register(context: SourceContext<unknown>) {
  const { webhooks } = await findSourceConnector('shopify');
  return webhooks?.register(context, HOOK, never);
}

async function remove(context: SourceContext<unknown>) {
  const { webhooks } = await findSourceConnector('shopify');
  await webhooks?.remove(context, { url: URL_OF_HOOK }, never);
}

describe('webhooks of a Shopify store', () => {
  it('are registered one for each topic, and tell no more than an id and no secret of ours', async () => {
    const { server, context } = await openShop({});
    expect(await register(context())).toEqual({ topics: TOPICS });
    expect(server.hooks).toMatchObject(
      TOPICS.map((topic) => ({
        topic: topic.toUpperCase().replace('/', '_'),
        uri: URL_OF_HOOK,
        format: 'JSON',
        includeFields: ['id'],
      })),
    );
    expect(JSON.stringify([server.hooks, server.requests])).not.toContain('the-client-secret');
  });

  it('are those of collections alone where records are collections', async () => {
    const { context } = await openShop({});
    expect(await register(context({ recordType: 'collection' }))).toEqual({ topics: OF_COLLECTIONS });
  });

  it('have all that a delivery must say for its products to be fetched', async () => {
    const { server, context } = await openShop({});
    await register(context());
    const hook = server.hooks.find(({ topic }) => topic === 'PRODUCTS_UPDATE');
    const product = { id: 7001, title: 'Desk lamp', variants: [] };
    const payload = Object.fromEntries(
      Object.entries(product).filter(([field]) => hook?.includeFields.includes(field)),
    );
    const body = Buffer.from(JSON.stringify(payload));
    const secret = HOOK.secret.reveal();
    const headers = {
      'x-shopify-topic': 'products/update',
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
    };
    const { shopify } = webhookSchemes;
    const delivery = { headers, body } as Parameters<typeof shopify.isAuthentic>[0];
    expect(shopify.isAuthentic(delivery, [secret])).toBe(true);
    expect(shopify.readHint(delivery, payload)).toEqual({ kind: 'entities', entityIDs: ['7001'] });
  });

  it('are left alone where they are right, which one request tells', async () => {
    const { server, context } = await openShop({});
    await register(context());
    const before = server.requests.length;
    await register(context());
    expect(server.requests.slice(before).map(({ what }) => what)).toEqual(['webhookSubscriptions']);
  });

  it('are registered again where Shopify removed them after failures, and corrected where they differ', async () => {
    const { server, context } = await openShop({});
    await register(context());
    server.hooks.splice(2, 1);
    Object.assign(server.hooks[0] ?? {}, { includeFields: [], format: 'XML' });
    Object.assign(server.hooks[1] ?? {}, { filter: 'vendor:other' });
    const before = server.requests.length;
    expect(await register(context())).toEqual({ topics: TOPICS });
    const done = server.requests.slice(before).map(({ what }) => what);
    expect(done.toSorted()).toEqual(
      ['webhookSubscriptions', 'webhookSubscriptionDelete', 'webhookSubscriptionUpdate']
        .concat(Array<string>(2).fill('webhookSubscriptionCreate'))
        .toSorted(),
    );
    expect(server.hooks).toHaveLength(TOPICS.length);
    for (const hook of server.hooks)
      expect(hook).toMatchObject({ includeFields: ['id'], format: 'JSON', filter: null });
  });

  it('that are no longer wanted are removed, and those of others stay', async () => {
    const { server, context } = await openShop({});
    const foreign = hookOf(900, {});
    server.hooks.push(foreign, hookOf(901, { topic: 'ORDERS_CREATE', uri: URL_OF_HOOK }));
    await register(context());
    expect(server.hooks.map(({ topic, uri }) => [topic, uri])).toEqual([
      ['PRODUCTS_UPDATE', foreign.uri],
      ...TOPICS.map((topic) => [topic.toUpperCase().replace('/', '_'), URL_OF_HOOK]),
    ]);
    await remove(context());
    expect(server.hooks).toEqual([foreign]);
    await remove(context());
    expect(server.hooks).toEqual([foreign]);
  });

  it('are found among however many others', async () => {
    const { server, context } = await openShop({});
    for (let number = 1; number <= 230; number += 1)
      server.hooks.push(hookOf(number, { uri: `https://e/${number}` }));
    await register(context());
    const before = server.requests.length;
    await register(context());
    expect(server.requests.slice(before).map(({ what }) => what)).toEqual(
      Array<string>(3).fill('webhookSubscriptions'),
    );
  });

  it('that cannot be registered say what to check', async () => {
    const { context } = await openShop({});
    const authentication = { type: 'apiKey', input: { key: new Secret('another') } };
    await expect(register(context({ authentication }))).rejects.toMatchObject({
      code: 'source.access_denied',
    });
  });
});

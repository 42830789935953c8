import { describe, expect, it } from 'vitest';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { never, openShop } from './read-shop.ts';

const URL_OF_HOOK = 'https://millrace.example.com/hooks/hook-1';
const HOOK = { url: URL_OF_HOOK, secret: new Secret('first-secret') };
const SCOPES = ['store/product/*', 'store/sku/*', 'store/category/*'];
const foreign = {
  id: 1,
  scope: 'store/product/*',
  destination: 'https://erp.example.com/hook',
  is_active: true,
  headers: null,
};

async function register(context: SourceContext<unknown>, hook = HOOK) {
  const { webhooks } = await findSourceConnector('bigcommerce');
  return webhooks?.register(context, hook, never);
}

async function remove(context: SourceContext<unknown>) {
  const { webhooks } = await findSourceConnector('bigcommerce');
  await webhooks?.remove(context, { url: URL_OF_HOOK }, never);
}

describe('webhooks of a BigCommerce store', () => {
  it('are registered one for each scope, with the secret in a header', async () => {
    const { server, context } = await openShop({});
    expect(await register(context())).toEqual({ topics: SCOPES });
    expect(server.hooks).toMatchObject(
      SCOPES.map((scope) => ({
        scope,
        destination: URL_OF_HOOK,
        is_active: true,
        headers: { 'X-Millrace-Secret': 'first-secret' },
      })),
    );
  });

  it('also tell what a channel begins and ceases to sell, and of metafields where records have them', async () => {
    const { context } = await openShop({});
    const input = { channel: { id: 4 }, productMetafields: [{ namespace: 'n', key: 'k' }] };
    expect(await register(context(input))).toEqual({
      topics: [
        ...SCOPES,
        'store/product/metafield/*',
        'store/channel/4/product/assigned',
        'store/channel/4/product/unassigned',
        'store/channel/4/category/product/assigned',
        'store/channel/4/category/product/unassigned',
      ],
    });
  });

  it('are left alone where they are right, which one request tells', async () => {
    const { server, context } = await openShop({});
    await register(context());
    const before = server.requests.length;
    await register(context());
    expect(server.requests.slice(before).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /hooks',
    ]);
  });

  it('are switched on again, and nothing else is changed', async () => {
    const { server, context } = await openShop({});
    await register(context());
    const [first] = server.hooks;
    if (first !== undefined) first.is_active = false;
    const before = server.requests.length;
    await register(context());
    expect(server.hooks.map((hook) => hook.is_active)).toEqual([true, true, true]);
    expect(server.requests.slice(before).map(({ method }) => method)).toEqual(['GET', 'PUT']);
  });

  it('are given a new secret', async () => {
    const { server, context } = await openShop({});
    await register(context());
    await register(context(), { url: URL_OF_HOOK, secret: new Secret('second-secret') });
    expect(server.hooks.map(({ headers }) => headers?.['X-Millrace-Secret'])).toEqual(
      Array(3).fill('second-secret'),
    );
  });

  it('that are no longer wanted are removed, and those of others stay', async () => {
    const { server, context } = await openShop({});
    await register(context({ channel: { id: 4 } }));
    server.hooks.push(foreign);
    await register(context());
    expect(server.hooks.map(({ scope }) => scope)).toEqual([...SCOPES, foreign.scope]);
    expect(server.hooks.at(-1)).toEqual(foreign);
  });

  it('that there are twice are left once', async () => {
    const { server, context } = await openShop({});
    await register(context());
    const [first] = server.hooks;
    if (first !== undefined) server.hooks.push({ ...first, id: 7 });
    await register(context());
    expect(server.hooks.map(({ scope }) => scope)).toEqual(SCOPES);
  });

  it('are all removed, also when that is repeated', async () => {
    const { server, context } = await openShop({});
    server.hooks.push(foreign);
    await register(context());
    await remove(context());
    expect(server.hooks).toEqual([foreign]);
    await remove(context());
    expect(server.hooks).toEqual([foreign]);
  });

  it('that cannot be registered say what to check', async () => {
    const { context } = await openShop({});
    const authentication = { type: 'apiKey', input: { key: new Secret('another') } };
    await expect(register(context({}, { authentication }))).rejects.toMatchObject({
      code: 'source.access_denied',
    });
  });
});

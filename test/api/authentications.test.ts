import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';

import { UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const INPUTS = {
  googleServiceAccount: { clientEmail: 'robot@example.com', privateKey: 'canary' },
  basic: { username: 'anna', password: 'canary' },
  apiKey: { key: 'canary' },
  oauth: {
    url: 'https://auth.example.com',
    client_id: 'id',
    client_secret: 'canary',
    code: 'canary',
    scope: 'all',
  },
  algolia: { appID: 'APP1', apiKey: 'canary' },
  algoliaInsights: { appID: 'APP1', apiKey: 'canary' },
  secrets: { first: 'canary', second: 'canary' },
} as const;

const SHOWN = {
  googleServiceAccount: { clientEmail: 'robot@example.com', privateKey: null },
  basic: { username: 'anna', password: null },
  apiKey: { key: null },
  oauth: { url: 'https://auth.example.com', client_id: 'id', client_secret: null, scope: 'all' },
  algolia: { appID: 'APP1', apiKey: null },
  algoliaInsights: { appID: 'APP1', apiKey: null },
  secrets: { first: null, second: null },
} as const;

const TYPES = Object.keys(INPUTS) as (keyof typeof INPUTS)[];

test.each(TYPES)('an authentication of type %s comes back whole, with its secrets as null', async (type) => {
  const created = await api.client.createAuthentication({ type, name: type, input: INPUTS[type] });
  expect(created).toEqual({
    authenticationID: expect.any(String),
    name: type,
    createdAt: expect.stringMatching(WIRE_DATE),
  });
  const { authenticationID, createdAt } = created;
  expect(await api.client.getAuthentication({ authenticationID })).toEqual({
    authenticationID,
    type,
    name: type,
    platform: null,
    owner: null,
    input: SHOWN[type],
    createdAt,
    updatedAt: createdAt,
  });
});

test('a platform can be changed, as the older text of the API has it, and taken away', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'apiKey',
    name: 'shop',
    platform: 'shopify',
    input: { key: 'k' },
  });
  const change = async (fields: Record<string, unknown>) => {
    const url = `/1/authentications/${authenticationID}`;
    const answer = await api.send({ method: 'PATCH', url, body: JSON.stringify(fields) });
    const { platform = null } = await api.client.getAuthentication({ authenticationID });
    return [answer.status, platform];
  };
  const listed = async (platform: ('bigcommerce' | 'shopify' | 'none')[]) => {
    const { authentications } = await api.client.listAuthentications({ platform, itemsPerPage: 100 });
    return authentications.some((found) => found.authenticationID === authenticationID);
  };
  expect(await change({ platform: 'bigcommerce' })).toEqual([200, 'bigcommerce']);
  expect([await listed(['shopify']), await listed(['bigcommerce'])]).toEqual([false, true]);
  expect(await change({ name: 'other' })).toEqual([200, 'bigcommerce']);
  expect(await change({ platform: 'magento' })).toEqual([400, 'bigcommerce']);
  expect(await change({ platform: null })).toEqual([200, null]);
  expect(await listed(['none'])).toBe(true);
});

test('a platform is kept', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'oauth',
    name: 'shop',
    platform: 'commercetools',
    input: { url: 'https://auth.example.com' },
  });
  const shown = await api.client.getAuthentication({ authenticationID });
  expect(shown).toMatchObject({ platform: 'commercetools', input: { url: 'https://auth.example.com' } });
});

test('an update changes the fields given and leaves the others', async () => {
  const { authenticationID } = await create();
  const updated = await api.client.updateAuthentication({
    authenticationID,
    authenticationUpdate: { name: 'renamed', input: { username: 'berta' } },
  });
  expect(updated).toEqual({ authenticationID, name: 'renamed', updatedAt: expect.stringMatching(WIRE_DATE) });
  expect(await api.client.getAuthentication({ authenticationID })).toMatchObject({
    name: 'renamed',
    type: 'basic',
    input: { username: 'berta', password: null },
  });
});

test('what an answer shows can be sent back: a secret that is null stays', async () => {
  const { authenticationID } = await create();
  const shown = await api.client.getAuthentication({ authenticationID });
  await api.client.updateAuthentication({ authenticationID, authenticationUpdate: shown });
  expect((await api.client.getAuthentication({ authenticationID })).input).toEqual(shown.input);
});

test('the type does not change, and an input of another type is refused by the stored one', async () => {
  const { authenticationID } = await create();
  const change = { type: 'apiKey', input: { username: 7 } } as never;
  await expect(
    api.client.updateAuthentication({ authenticationID, authenticationUpdate: change }),
  ).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('input.username: must be a string'),
  });
  await api.client.updateAuthentication({
    authenticationID,
    authenticationUpdate: { type: 'apiKey' } as never,
  });
  expect((await api.client.getAuthentication({ authenticationID })).type).toBe('basic');
});

test('a search finds those that are there, once each, in the order asked for', async () => {
  const first = await create();
  const second = await create();
  const authenticationIDs = [second, { authenticationID: UNKNOWN_ID }, first, second].map(
    (it) => it.authenticationID,
  );
  const found = await api.client.searchAuthentications({
    authenticationIDs: [...authenticationIDs, 'no uuid', ''],
  });
  expect(found.map((it) => it.authenticationID)).toEqual([second.authenticationID, first.authenticationID]);
});

function create() {
  return api.client.createAuthentication({ type: 'basic', name: 'basic', input: INPUTS.basic });
}

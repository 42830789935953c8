import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createJsonSource, createSearchAuthentication } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

async function send(method: string, url: string, body?: object) {
  const { status, text } = await api.send({
    method,
    url,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

/** The path of the webhook of a task with a subscription. */
async function createHook(type: 'bigcommerce' | 'json', scheme: string): Promise<string> {
  const { client } = api;
  const sourceID =
    type === 'json'
      ? await createJsonSource(client)
      : (await client.createSource({ type, name: 'shop', input: { storeHash: 'abc' } })).sourceID;
  const authenticationID = await createSearchAuthentication(client);
  const destinationID = await createDestination(client, { authenticationID });
  const { taskID } = await client.createTask({
    sourceID,
    destinationID,
    action: 'replace',
    subscriptionAction: 'save',
  });
  const path = `/ext/1/tasks/${taskID}/webhook`;
  await send('PUT', path, { scheme });
  return path;
}

const publicURL = (path: string) =>
  `https://shop.example.com/hooks/${KEYS.appID}.${path.split('/')[4] ?? ''}`;

describe('the registration of a webhook at a vendor', () => {
  test('is asked of a worker, and the answer says which run to look at while it has not ended', async () => {
    const path = await createHook('bigcommerce', 'bigcommerce');
    const { status, body } = await send('POST', `${path}/registration`);
    const url = publicURL(path).replace('shop.example.com', 'localhost');
    expect([status, body]).toEqual([
      200,
      {
        runID: expect.any(String),
        url,
        topics: [],
        message: `The vendor has not answered yet: GET /1/runs/${String(body['runID'])} says how it ended.`,
        createdAt: expect.any(String),
      },
    ]);
    expect((await send('GET', path)).body['registration']).toEqual({
      url,
      wanted: 'registered',
      topics: [],
      checkedAt: null,
      runID: body['runID'],
    });
    const { body: run } = await send('GET', `/1/runs/${String(body['runID'])}`);
    expect(run).toMatchObject({ type: 'validate', status: 'created' });
    expect(JSON.stringify(run)).not.toContain('storeHash');
  });

  test('under another URL is refused until the first is removed', async () => {
    const path = await createHook('bigcommerce', 'bigcommerce');
    await send('POST', `${path}/registration`, { url: publicURL(path) });
    expect(await send('POST', `${path}/registration`)).toMatchObject({
      status: 409,
      body: {
        message: expect.stringContaining(publicURL(path)),
        error: { code: 'webhook.registered_elsewhere' },
      },
    });
    expect(await send('DELETE', `${path}/registration`)).toMatchObject({
      status: 200,
      body: { url: publicURL(path), topics: [] },
    });
    expect((await send('GET', path)).body['registration']).toMatchObject({ wanted: 'removed' });
  });

  test('is asked again when the secret changes', async () => {
    const path = await createHook('bigcommerce', 'bigcommerce');
    const { body: first } = await send('POST', `${path}/registration`);
    const { body: rotated } = await send('POST', `${path}/rotate`);
    const { runID } = rotated['registration'] as { runID: string };
    expect(runID).not.toBe(first['runID']);
    const { body: set } = await send('PUT', path, { scheme: 'bigcommerce' });
    expect((set['registration'] as { runID: string }).runID).not.toBe(runID);
  });

  test.each([
    { type: 'json', scheme: 'standardWebhooks', body: {}, message: 'sources of type bigcommerce' },
    { type: 'bigcommerce', scheme: 'bearer', body: {}, message: 'need bigcommerce' },
    {
      type: 'bigcommerce',
      scheme: 'bigcommerce',
      body: { url: 'https://shop.example.com/elsewhere' },
      message: 'url: must end in /hooks/',
    },
    { type: 'bigcommerce', scheme: 'bigcommerce', body: { url: 'file:///etc/passwd' }, message: 'url' },
  ] as const)('that cannot be is refused: $type, $scheme, $body', async ({ type, scheme, body, message }) => {
    const path = await createHook(type, scheme);
    expect(await send('POST', `${path}/registration`, body)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    });
    expect((await send('GET', path)).body).not.toHaveProperty('registration');
  });

  test.each(['http://shop.example.com', 'https://shop.example.com:8443'])(
    'under %s, which no vendor delivers to, is refused by its field',
    async (base) => {
      const path = await createHook('bigcommerce', 'bigcommerce');
      const url = publicURL(path).replace('https://shop.example.com', base);
      expect(await send('POST', `${path}/registration`, { url })).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('url: must be an https URL on port 443') },
      });
    },
  );

  test('that is not there cannot be removed', async () => {
    const path = await createHook('bigcommerce', 'bigcommerce');
    expect(await send('DELETE', `${path}/registration`)).toMatchObject({
      status: 404,
      body: { error: { code: 'webhook.not_registered' } },
    });
  });
});

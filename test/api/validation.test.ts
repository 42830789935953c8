import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';
import { createDestination, createJsonSource } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

type Case = readonly [name: string, body: unknown, message: string];

const csv = (input: object) => ({
  type: 'csv',
  name: 'n',
  input: { url: 'https://example.com/a.csv', ...input },
});
const HTTP = 'must be an http(s) URL, such as https://example.com/products.csv';
const DELIMITER =
  'input.delimiter: must be exactly one character, and none of carriage return, line feed, U+FFFD, space and "';

test.each<Case>([
  ['no type', { name: 'n', input: {} }, 'type: is required'],
  ['no name', { type: 'json', input: { url: 'https://example.com' } }, 'name: is required'],
  ['an empty name', { ...csv({}), name: '' }, 'name: must not be empty'],
  ['a name that is no string', { ...csv({}), name: 5 }, 'name: must be a string'],
  ['no input', { type: 'csv', name: 'n' }, 'input: is required'],
  ['no url', { type: 'json', name: 'n', input: {} }, 'input.url: is required'],
  ['an unknown type', { type: 'excel', name: 'n', input: {} }, 'type: must be one of csv, json'],
  [
    'a type to come',
    { type: 'bigquery', name: 'n', input: {} },
    'type: sources of type bigquery are not supported yet; supported: csv, json',
  ],
  ['a url that is none', csv({ url: 'example' }), `input.url: ${HTTP}`],
  ['a file url', csv({ url: 'file:///etc/passwd' }), `input.url: ${HTTP}`],
  ['a javascript url', csv({ url: 'javascript:alert(1)' }), `input.url: ${HTTP}`],
  [
    'ftp',
    csv({ url: 'ftp://example.com/a.csv' }),
    'input.url: ftp URLs are not supported yet; must be an http(s) URL',
  ],
  [
    'a password in the url',
    csv({ url: 'https://anna:pw@example.com/' }),
    'input.url: must be an http(s) URL without user name and password; put them into an authentication of type basic',
  ],
  ['an unknown method', csv({ method: 'PUT' }), 'input.method: must be one of GET, POST'],
  [
    'an unknown mapping',
    csv({ mapping: { price: 'money' } }),
    'input.mapping.price: must be one of string, integer, float, boolean, json',
  ],
  ['an empty unique column', csv({ uniqueIDColumn: '' }), 'input.uniqueIDColumn: must not be empty'],
  ['two delimiters', csv({ delimiter: ';;' }), DELIMITER],
  ['no delimiter', csv({ delimiter: '' }), DELIMITER],
  ['a quote as delimiter', csv({ delimiter: '"' }), DELIMITER],
  ['a space as delimiter', csv({ delimiter: ' ' }), DELIMITER],
  ['a line feed as delimiter', csv({ delimiter: '\n' }), DELIMITER],
  ['a replacement character', csv({ delimiter: '\uFFFD' }), DELIMITER],
])('a source with %s is refused', async (_, body, message) => {
  expect(await refusalOf('/1/sources', body)).toBe(message);
});

const algolia = (input: object) => ({ type: 'algolia', name: 'n', input });

test.each<Case>([
  [
    'an unknown type',
    { type: 'token', name: 'n', input: {} },
    'type: must be one of googleServiceAccount, basic, apiKey, oauth, algolia, algoliaInsights, secrets',
  ],
  ['a missing field', algolia({ appID: 'A' }), 'input.apiKey: is required'],
  ['an empty secret', algolia({ appID: 'A', apiKey: '' }), 'input.apiKey: must not be empty'],
  [
    'an application ID that is a host',
    algolia({ appID: 'evil.com/', apiKey: 'k' }),
    'input.appID: must be an application ID: letters and digits',
  ],
  [
    'an unknown platform',
    { ...algolia({ appID: 'A', apiKey: 'k' }), platform: 'magento' },
    'platform: must be one of bigcommerce, commercetools, shopify',
  ],
  [
    'a secret that is no string',
    { type: 'secrets', name: 'n', input: { token: 5 } },
    'input.token: must be a string',
  ],
])('an authentication with %s is refused', async (_, body, message) => {
  expect(await refusalOf('/1/authentications', body)).toBe(message);
});

const search = (fields: object) => ({ type: 'search', name: 'n', input: { indexName: 'i' }, ...fields });

test.each<Case>([
  ['an unknown type', search({ type: 'file' }), 'type: must be search'],
  [
    'a type to come',
    search({ type: 'insights' }),
    'type: destinations of type insights are not supported yet; supported: search',
  ],
  ['no index name', search({ input: {} }), 'input.indexName: is required'],
  [
    'an unknown record type',
    search({ input: { indexName: 'i', recordType: 'page' } }),
    'input.recordType: must be one of product, variant, collection',
  ],
  [
    'exclusions',
    search({ input: { indexName: 'i', attributesToExclude: ['a'] } }),
    'input.attributesToExclude: not supported yet',
  ],
  ['a prefix', search({ input: { indexPrefix: 'i' } }), 'input.indexPrefix: not supported yet'],
  [
    'a prefix beside a name',
    search({ input: { indexName: 'i', indexPrefix: 'i' } }),
    'input.indexPrefix: not supported yet',
  ],
  ['transformations', search({ transformationIDs: ['t'] }), 'transformationIDs: not supported yet'],
])('a destination with %s is refused', async (_, body, message) => {
  expect(await refusalOf('/1/destinations', body)).toBe(message);
});

test('a task with what is not supported yet, or out of bounds, is refused', async () => {
  const ids = {
    sourceID: await createJsonSource(api.client),
    destinationID: await createDestination(api.client),
  };
  const task = (fields: object) => ({ ...ids, action: 'save', ...fields });
  const cases: [object, string][] = [
    [{ ...ids }, 'action: is required'],
    [task({ action: 'upsert' }), 'action: must be one of replace, save, partial, partialNoCreate, append'],
    [task({ action: 'append' }), 'action: append is not supported yet; supported: replace, save, partial'],
    [task({ cron: '* * * * *' }), 'cron: schedules are not supported yet'],
    [task({ subscriptionAction: 'save' }), 'subscriptionAction: subscriptions are not supported yet'],
    [task({ failureThreshold: 101 }), 'failureThreshold: must be at most 100'],
    [task({ failureThreshold: -1 }), 'failureThreshold: must be at least 0'],
    [task({ failureThreshold: 1.5 }), 'failureThreshold: must be an integer'],
    [task({ enabled: 'yes' }), 'enabled: must be true or false'],
    [
      task({ cursor: 'yesterday' }),
      'cursor: must be a date and time in RFC 3339, such as 2024-01-08T16:47:41Z',
    ],
    [task({ policies: { criticalThreshold: 11 } }), 'policies.criticalThreshold: must be at most 10'],
    [task({ notifications: {} }), 'notifications.email: is required'],
    [
      task({ input: { streams: [] } }),
      'input: not supported yet: tasks of sources of type csv and json take no input',
    ],
  ];
  for (const [body, message] of cases) expect(await refusalOf('/2/tasks', body)).toBe(message);
  const accepted = await api.send({
    method: 'POST',
    url: '/2/tasks',
    body: JSON.stringify(task({ input: {} })),
  });
  expect(accepted.status).toBe(200);
  expect(await refusalOf('/1/tasks', task({}))).toBe('trigger: is required');
  const scheduled = task({ trigger: { type: 'schedule', cron: '* * * * *' } });
  expect(await refusalOf('/1/tasks', scheduled)).toBe(
    'trigger.type: triggers of type schedule are not supported yet; supported: onDemand',
  );
});

test('an update is checked against what is stored', async () => {
  const { sourceID } = await api.client.createSource({
    type: 'csv',
    name: 'n',
    input: { url: 'https://example.com' },
  });
  const answer = await api.send({
    method: 'PATCH',
    url: `/1/sources/${sourceID}`,
    body: JSON.stringify({ input: { delimiter: ' ', url: 'nothing' } }),
  });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).error.details.map((detail: { label: string }) => detail.label)).toEqual([
    'input.url',
    'input.delimiter',
  ]);
});

test('several problems come together: the first in the message, all in the details', async () => {
  const answer = await api.send({
    method: 'POST',
    url: '/1/sources',
    body: JSON.stringify({ type: 'csv', name: '', input: { url: 'x', method: 'PUT' } }),
  });
  expect(JSON.parse(answer.text)).toEqual({
    message: 'name: must not be empty',
    error: {
      code: 'request.invalid',
      details: [
        { label: 'name', message: 'must not be empty' },
        { label: 'input.url', message: HTTP },
        { label: 'input.method', message: 'must be one of GET, POST' },
      ],
    },
  });
});

test('the official client shows the refusal with its details', async () => {
  const creation = api.client.createSource({ type: 'csv', name: 'n', input: { url: 'x' } });
  await expect(creation).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining(`input.url: ${HTTP}`),
    error: { code: 'request.invalid', details: [{ label: 'input.url', message: HTTP }] },
  });
});

test.each([
  ['/1/authentications/search', 'authenticationIDs'],
  ['/1/sources/search', 'sourceIDs'],
  ['/1/destinations/search', 'destinationIDs'],
  ['/2/tasks/search', 'taskIDs'],
  ['/1/tasks/search', 'taskIDs'],
])('a search at %s without IDs is refused', async (url, field) => {
  expect(await refusalOf(url, {})).toBe(`${field}: is required`);
  expect(await refusalOf(url, { [field]: [1] })).toBe(`${field}[0]: must be a string`);
});

/** The message of the refusal, or what else came. */
async function refusalOf(url: string, body: unknown): Promise<string | undefined> {
  const answer = await api.send({ method: 'POST', url, body: JSON.stringify(body) });
  const { message } = JSON.parse(answer.text) as { message?: string };
  return answer.status === 400 ? message : `${answer.status}: ${answer.text}`;
}

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
const HTTP = 'must be an http(s), ftp(s) or sftp URL';
const TYPES =
  'algoliaIndex, bigcommerce, bigquery, commercetools, csv, docker, ga4BigqueryExport, json, shopify, push';
const source = (type: string, input: object) => ({ type, name: 'n', input });
const DELIMITER =
  'input.delimiter: must be exactly one character, and none of carriage return, line feed, U+FFFD, space and "';

test.each<Case>([
  ['no type', { name: 'n', input: {} }, 'type: is required'],
  ['no name', { type: 'json', input: { url: 'https://example.com' } }, 'name: is required'],
  ['an empty name', { ...csv({}), name: '' }, 'name: must not be empty'],
  ['a name that is no string', { ...csv({}), name: 5 }, 'name: must be a string'],
  ['no input', { type: 'csv', name: 'n' }, 'input: is required'],
  ['no url', { type: 'json', name: 'n', input: {} }, 'input.url: is required'],
  ['an unknown type', { type: 'excel', name: 'n', input: {} }, `type: must be one of ${TYPES}`],
  ['no project', source('bigquery', { datasetID: 'd' }), 'input.projectID: is required'],
  [
    'a locale that is none',
    source('commercetools', { url: 'https://example.com', projectKey: 'k', locales: ['english'] }),
    'input.locales[0]: must be a language, or a language and a country, such as fr or fr-FR',
  ],
  [
    'an api that is on ftp',
    source('commercetools', { url: 'ftp://example.com', projectKey: 'k' }),
    'input.url: must be an http(s) URL',
  ],
  ['no store', source('bigcommerce', {}), 'input.storeHash: is required'],
  [
    'a channel without an ID',
    source('bigcommerce', { storeHash: 'h', channel: { currencies: ['usd'] } }),
    'input.channel.id: is required',
  ],
  [
    'a shop that is no address',
    source('shopify', { shopURL: 'my shop' }),
    'input.shopURL: must be the address of a Shopify store, such as https://my-store.myshopify.com',
  ],
  [
    'an image without its registry',
    source('docker', { imageType: 'singer', image: 'tap', configuration: {} }),
    'input.registry: is required: imageType and registry are given together, or neither',
  ],
  [
    'an unknown registry',
    source('docker', { imageType: 'singer', registry: 'quay', image: 'tap', configuration: {} }),
    'input.registry: must be one of dockerhub, ghcr',
  ],
  ['no configuration', source('docker', { image: 'zendesk' }), 'input.configuration: is required'],
  [
    'a configuration that is too large',
    source('docker', { image: 'zendesk', configuration: { text: 'x'.repeat(100_000) } }),
    'input.configuration: must have at most 100000 bytes of JSON',
  ],
  [
    'no table prefix',
    source('ga4BigqueryExport', { projectID: 'p', datasetID: 'd' }),
    'input.tablePrefix: is required',
  ],
  [
    'a fragment that is no pointer',
    source('json', { url: 'https://example.com/a.json#data' }),
    'input.url: must have nothing after its # but a JSON Pointer to the array of records, such as https://example.com/feed.json#/data/products',
  ],
  ['no index', source('algoliaIndex', {}), 'input.indexName: is required'],
  ['a url that is none', csv({ url: 'example' }), `input.url: ${HTTP}`],
  ['a file url', csv({ url: 'file:///etc/passwd' }), `input.url: ${HTTP}`],
  ['a javascript url', csv({ url: 'javascript:alert(1)' }), `input.url: ${HTTP}`],
  [
    'a password in the url',
    csv({ url: 'https://anna:pw@example.com/' }),
    'input.url: must be an http(s), ftp(s) or sftp URL without user name and password; put them into an authentication of type basic',
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

const CRON =
  'cron: must be a cron expression of five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *';

const search = (fields: object) => ({ type: 'search', name: 'n', input: { indexName: 'i' }, ...fields });

test.each<Case>([
  ['an unknown type', search({ type: 'file' }), 'type: must be one of search, insights'],
  ['no index name', search({ input: {} }), 'input.indexName: is required'],
  [
    'an unknown record type',
    search({ input: { indexName: 'i', recordType: 'page' } }),
    'input.recordType: must be one of product, variant, collection',
  ],
  [
    'an element of an array to exclude',
    search({ input: { indexName: 'i', attributesToExclude: ['a.[0]'] } }),
    'input.attributesToExclude[0]: must begin and end with the name of an attribute, as in foo.[0].bar',
  ],
  [
    'a prefix beside a name',
    search({ input: { indexName: 'i', indexPrefix: 'i' } }),
    'input.indexName: must not be given together with indexPrefix',
  ],
  [
    'a transformation that is not there',
    search({ transformationIDs: ['t'] }),
    'transformationIDs: no such transformation: t',
  ],
])('a destination with %s is refused', async (_, body, message) => {
  expect(await refusalOf('/1/destinations', body)).toBe(message);
});

test('a task with what is out of bounds is refused', async () => {
  const ids = {
    sourceID: await createJsonSource(api.client),
    destinationID: await createDestination(api.client),
  };
  const task = (fields: object) => ({ ...ids, action: 'save', ...fields });
  const cases: [object, string][] = [
    [{ ...ids }, 'action: is required'],
    [task({ action: 'upsert' }), 'action: must be one of replace, save, partial, partialNoCreate, append'],
    [task({ cron: '* * * * * *' }), CRON],
    [task({ cron: '61 * * * *' }), 'cron: the field minute (61): takes 0 to 59'],
    [task({ cron: '0 0 30 2 *' }), 'cron: the day of month (30) is in none of its months (2)'],
    [
      task({ subscriptionAction: 'upsert' }),
      'subscriptionAction: must be one of replace, save, partial, partialNoCreate, append',
    ],
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
    [task({ input: { streams: [] } }), 'input: tasks of sources of type json take no input'],
  ];
  for (const [body, message] of cases) expect(await refusalOf('/2/tasks', body)).toBe(message);
  const accepted = await api.send({
    method: 'POST',
    url: '/2/tasks',
    body: JSON.stringify(task({ input: {} })),
  });
  expect(accepted.status).toBe(200);
  expect(await refusalOf('/1/tasks', task({}))).toBe('trigger: is required');
  expect(await refusalOf('/1/tasks', task({ trigger: { type: 'schedule' } }))).toBe(
    'trigger.cron: is required',
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

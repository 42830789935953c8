import type { DestinationCreate, SourceCreate, TaskCreate } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';
import {
  createDestination,
  createRunnableTask,
  createSearchAuthentication,
  WIRE_DATE,
} from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const metafield = { namespace: 'n', key: 'k' };

const SOURCES: readonly (readonly [type: string, input: Record<string, unknown> | undefined])[] = [
  ['algoliaIndex', { indexName: 'products', filters: 'brand:acme' }],
  [
    'bigcommerce',
    {
      storeHash: 'h4sh',
      channel: { id: 1, currencies: ['usd'] },
      customFields: ['a'],
      productMetafields: [metafield],
      variantMetafields: [metafield],
    },
  ],
  [
    'bigquery',
    {
      projectID: 'p',
      datasetID: 'd',
      dataType: 'ga4',
      table: 't',
      tablePrefix: 'events_',
      customSQLRequest: 'SELECT * FROM %s',
      uniqueIDColumn: 'id',
    },
  ],
  [
    'commercetools',
    {
      storeKeys: ['s'],
      locales: ['fr', 'fr-FR'],
      url: 'https://api.example.com',
      projectKey: 'k',
      fallbackIsInStockValue: false,
      productQueryPredicate: 'id is defined',
      useImagesObjects: true,
      customFields: { inventory: ['a'], price: null, category: [] },
    },
  ],
  ['csv', { url: 'sftp://files.example.com/a.csv', delimiter: ';' }],
  ['docker', { image: 'zendesk', configuration: { start: { date: 1e300 } } }],
  [
    'docker',
    {
      imageType: 'singer',
      registry: 'dockerhub',
      image: 'acme/tap',
      version: '1.2.3',
      configuration: {},
    },
  ],
  ['ga4BigqueryExport', { projectID: 'p', datasetID: 'd', tablePrefix: 'events_intraday_' }],
  ['json', { url: 'ftp://files.example.com/a.json', uniqueIDColumn: 'id', method: 'POST' }],
  ['shopify', { shopURL: 'https://my-store.myshopify.com', featureFlags: { a: true } }],
  ['push', undefined],
];

async function createSource(type: string, input?: Record<string, unknown>): Promise<string> {
  const source = { type, name: `a ${type}`, ...(input === undefined ? {} : { input }) } as SourceCreate;
  return (await api.client.createSource(source)).sourceID;
}

test.each(SOURCES)('a source of type %s comes back as it was given', async (type, input) => {
  const sourceID = await createSource(type, input);
  const shown = await api.client.getSource({ sourceID });
  expect(shown.type).toBe(type);
  expect(shown.input).toEqual(input);
});

test.each(SOURCES)('a source of type %s does not keep what it does not know', async (type, input = {}) => {
  const sourceID = await createSource(type, { ...input, surprise: 1 });
  expect((await api.client.getSource({ sourceID })).input ?? {}).toEqual(input);
});

test.each([
  ['bigcommerce', 'storeHash', { storeHash: 'a' }],
  ['commercetools', 'projectKey', { url: 'https://api.example.com', projectKey: 'a' }],
  ['docker', 'image', { image: 'a', configuration: {} }],
  ['shopify', 'shopURL', { shopURL: 'a.example.com' }],
])(
  'what identifies a source of type %s, its %s, may be repeated and not changed',
  async (type, field, input) => {
    const sourceID = await createSource(type, input);
    const update = (value: unknown) =>
      api.send({
        method: 'PATCH',
        url: `/1/sources/${sourceID}`,
        body: JSON.stringify({ input: { [field]: value } }),
      });
    expect((await update(Object.entries(input).find(([name]) => name === field)?.[1])).status).toBe(200);
    const refused = await update('b.example.com');
    expect([refused.status, JSON.parse(refused.text).message]).toEqual([
      400,
      `input.${field}: of a source of type ${type} cannot change: create another source`,
    ]);
  },
);

test('an image named in the older shape can move to another registry, image and version', async () => {
  const input = { imageType: 'custom', registry: 'dockerhub', image: 'acme/a', configuration: {} };
  const sourceID = await createSource('docker', input);
  const sourceUpdate = { input: { registry: 'ghcr', image: 'acme/b', version: '2' } as never };
  await api.client.updateSource({ sourceID, sourceUpdate });
  expect((await api.client.getSource({ sourceID })).input).toEqual({
    ...input,
    registry: 'ghcr',
    image: 'acme/b',
    version: '2',
  });
});

test('a destination by prefix comes back as it was given, and may become one by name', async () => {
  const destination = { type: 'search', name: 'n', input: { indexPrefix: 'shop' } } as never;
  const { destinationID } = await api.client.createDestination(destination as DestinationCreate);
  expect((await api.client.getDestination({ destinationID })).input).toEqual({ indexPrefix: 'shop' });
  await api.client.updateDestination({ destinationID, destinationUpdate: { input: { indexName: 'shop' } } });
  expect((await api.client.getDestination({ destinationID })).input).toEqual({ indexName: 'shop' });
});

test('a destination for insights takes an authentication for insights and no other', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'algoliaInsights',
    name: 'n',
    input: { appID: 'A', apiKey: 'k' },
  });
  const insights = { type: 'insights', name: 'n', input: { indexName: 'i' } } as const;
  await api.client.createDestination({ ...insights, authenticationID });
  const searching = await createSearchAuthentication(api.client);
  await expect(
    api.client.createDestination({ ...insights, authenticationID: searching }),
  ).rejects.toMatchObject({ status: 400 });
});

const mapping = {
  format: 'mappingkit/v1',
  actions: [{ enabled: true, trigger: 'true', fieldDirectives: [{ fieldKey: 'k', value: { a: 1 } }] }],
};

const TASKS: readonly (readonly [type: string, fields: Record<string, unknown>, triggerType: string])[] = [
  ['docker', { input: { streams: [{ name: 's', properties: ['p'], syncMode: 'fullTable' }] } }, 'onDemand'],
  [
    'shopify',
    {
      subscriptionAction: 'partial',
      input: {
        metafields: [{ namespace: 'n', key: 'k', value: 'v' }],
        market: { countries: ['FR'], currencies: ['EUR'], locales: ['fr'] },
      },
    },
    'subscription',
  ],
  ['ga4BigqueryExport', { input: { mapping } }, 'streaming'],
  [
    'bigquery',
    { input: { startDate: '2024-01-01T00:00:00Z', endDate: '2024-01-31T00:00:00+01:00' } },
    'onDemand',
  ],
  ['bigquery', { cron: '0 3 * * *', input: { timeframe: 30 } }, 'schedule'],
];

async function createTask(type: string, fields: Record<string, unknown>): Promise<string> {
  const input = SOURCES.find(([name]) => name === type)?.[1];
  const task = {
    sourceID: await createSource(type, input),
    destinationID: await createDestination(api.client),
    action: 'append',
    ...fields,
  };
  return (await api.client.createTask(task as unknown as TaskCreate)).taskID;
}

test.each(TASKS)('a task of a source of type %s keeps its input: %j', async (type, fields, triggerType) => {
  const taskID = await createTask(type, fields);
  expect(await api.client.getTask({ taskID })).toMatchObject({ ...fields, action: 'append' });
  expect(await api.client.getTaskV1({ taskID })).toMatchObject({
    input: fields['input'],
    trigger: { type: triggerType },
  });
});

test.each([
  ['docker', { streams: [{ name: 's', syncMode: 'some' }] }, 'input.streams[0].syncMode: must be one of'],
  ['shopify', { metafields: [] }, 'input.market: is required'],
  ['ga4BigqueryExport', { mapping: { format: 'v2', actions: [] } }, 'input.mapping.format: must be'],
  ['bigquery', { timeframe: 3 }, 'input.startDate: is required'],
  [
    'bigquery',
    { startDate: '2024-02-01T00:00:00Z', endDate: '2024-01-01T00:00:00Z' },
    'input.startDate: must not be after endDate',
  ],
])('a task of a source of type %s with the input %j is refused', async (type, input, message) => {
  await expect(createTask(type, { input })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining(message),
  });
});

test.each([0, 31, 1.5])('a timeframe of %d days is refused', async (timeframe) => {
  await expect(createTask('bigquery', { cron: '0 3 * * *', input: { timeframe } })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('input.timeframe: '),
  });
});

test('a schedule of the older generation is one of the current generation, with its next run', async () => {
  const { taskID } = await api.client.createTaskV1({
    sourceID: await createSource('json', { url: 'https://example.com/a.json' }),
    destinationID: await createDestination(api.client),
    action: 'save',
    trigger: { type: 'schedule', cron: '0 3 * * *' },
  });
  expect(await api.client.getTask({ taskID })).toMatchObject({
    cron: '0 3 * * *',
    nextRun: expect.stringMatching(/T03:00:00Z$/),
  });
  await api.client.updateTaskV1({ taskID, taskUpdate: { trigger: { cron: '30 4 * * *' } } });
  expect(await api.client.getTaskV1({ taskID })).toMatchObject({
    trigger: { type: 'schedule', cron: '30 4 * * *', nextRun: expect.stringMatching(WIRE_DATE) },
  });
  await api.client.disableTask({ taskID });
  expect(await api.client.getTask({ taskID })).not.toHaveProperty('nextRun');
});

test.each(['csv', 'json'] as const)(
  'a task that reads a %s file over ftp or sftp can be run',
  async (type) => {
    const authenticationID = await createSearchAuthentication(api.client);
    const destinationID = await createDestination(api.client, { name: `over ${type}`, authenticationID });
    const taskID = await createTask(type, { destinationID });
    expect(await api.client.runTask({ taskID })).toMatchObject({ runID: expect.any(String) });
  },
);

test('discovering streams, in either way, and running a source say what is not supported', async () => {
  const json = await createSource('json', { url: 'https://example.com/a.json' });
  const ask = async (method: string, url: string) => {
    const answer = await api.send({ method, url });
    return `${answer.status} ${JSON.parse(answer.text).message}`;
  };
  for (const method of ['GET', 'POST']) {
    expect(await ask(method, `/1/sources/${json}/discover`)).toContain('400 Only sources of type docker');
  }
  expect(await ask('POST', `/1/sources/${json}/run`)).toContain('400 Only sources of type bigcommerce');
});

test('metadata of a run may hold numbers that the table cannot', async () => {
  const { taskID } = await createRunnableTask(api.client);
  const started = await api.client.runTask({
    taskID,
    runTaskPayload: { runMetadata: { a: 1e300, b: 2 ** 60 } },
  });
  expect(await api.client.getRun({ runID: started.runID })).toMatchObject({ status: 'created' });
});

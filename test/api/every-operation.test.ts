import { algoliasearch, type Algoliasearch } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { checkAgainstOfficialSchema, officialRouteOf, OFFICIAL_ROUTES } from '../support/official-schema.ts';
import { finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

type Ingestion = ReturnType<Algoliasearch['initIngestion']>;
type Requester = NonNullable<
  NonNullable<Parameters<Algoliasearch['initIngestion']>[0]['options']>['requester']
>;

let machine: OneMachine;
let server: SourceServer;
let client: Ingestion;

/** `METHOD /path/{of}/the/document` of what the client called, each answered by a 200 that fits its schema. */
const answered = new Set<string>();

/** Over the network to the running service. */
const requester: Requester = {
  async send({ method, url, headers, data }) {
    const body = data === undefined ? {} : { body: typeof data === 'string' ? data : Buffer.from(data) };
    const response = await fetch(url, { method, headers, redirect: 'manual', ...body });
    const content = await response.text();
    const { pathname } = new URL(url);
    expect(response.headers.get('correlation-id')).toMatch(/./);
    if (response.status === 200) {
      checkAgainstOfficialSchema(method, pathname, JSON.parse(content));
      answered.add(officialRouteOf(method, pathname));
    }
    return { status: response.status, content, headers: {}, isTimedOut: false };
  },
};

beforeAll(async () => {
  server = await startSourceServer();
  server.files.set('/things.csv', { body: 'sku,title\nA1,Anvil\nB2,Bell\n' });
  machine = await startOneMachine({
    environment: { MILLRACE_VENDOR_HOSTS: JSON.stringify({ bigcommerce: server.url }) },
  });
  const { url, appID, apiKey } = machine.connection;
  const { hostname, port } = new URL(url);
  client = algoliasearch(appID, apiKey).initIngestion({
    region: 'us',
    options: {
      requester,
      hosts: [{ url: hostname, port: Number(port), accept: 'readWrite', protocol: 'http' }],
    },
  });
});

afterAll(async () => {
  await machine.remove();
  await server.stop();
});

/** What the rest is made of. */
async function createParts() {
  const { search } = machine.connection;
  const { authenticationID } = await client.createAuthentication({
    type: 'algolia',
    name: 'search',
    input: { appID: search.appID, apiKey: search.apiKey },
  });
  const { transformationID } = await client.createTransformation({
    name: 'upper case',
    type: 'code',
    input: { code: 'async function transform(record) { record.title = "X"; return record; }' },
  });
  const input = { url: `${server.url}/things.csv`, uniqueIDColumn: 'sku' };
  const { sourceID } = await client.createSource({ type: 'csv', name: 'things', input });
  const { destinationID } = await client.createDestination({
    type: 'search',
    name: 'things',
    authenticationID,
    transformationIDs: [transformationID],
    input: { indexName: 'things' },
  });
  return { authenticationID, transformationID, sourceID, destinationID, input };
}

type Parts = Awaited<ReturnType<typeof createParts>>;

async function callAuthentications({ authenticationID }: Parts): Promise<void> {
  await client.listAuthentications({ type: ['algolia', 'basic'], sort: 'name' });
  await client.updateAuthentication({ authenticationID, authenticationUpdate: { name: 'renamed' } });
  expect((await client.getAuthentication({ authenticationID })).name).toBe('renamed');
  const found = await client.searchAuthentications({ authenticationIDs: [authenticationID, 'none'] });
  expect(found.map((one) => one.authenticationID)).toEqual([authenticationID]);
}

async function callDestinations({ destinationID, transformationID }: Parts): Promise<void> {
  const { destinations } = await client.listDestinations({ transformationID });
  expect(destinations.map((one) => one.destinationID)).toEqual([destinationID]);
  await client.updateDestination({ destinationID, destinationUpdate: { name: 'renamed' } });
  expect((await client.getDestination({ destinationID })).name).toBe('renamed');
  expect(await client.searchDestinations({ destinationIDs: [destinationID, 'none'] })).toHaveLength(1);
}

async function callSources({ sourceID, input }: Parts): Promise<void> {
  expect((await client.listSources({ authenticationID: ['none'] })).pagination.nbItems).toBe(1);
  await client.updateSource({ sourceID, sourceUpdate: { name: 'renamed' } });
  expect((await client.getSource({ sourceID })).name).toBe('renamed');
  expect(await client.searchSources({ sourceIDs: [sourceID, 'none'] })).toHaveLength(1);
  const validated = await client.validateSource({ type: 'csv', name: 'things', input });
  expect(validated.data).toHaveLength(2);
  const sourceUpdate = { input: { ...input, uniqueIDColumn: 'title' } };
  const changed = await client.validateSourceBeforeUpdate({ sourceID, sourceUpdate });
  expect(changed.data?.[0]).toMatchObject({ objectID: 'Anvil' });
}

/** A shop has tasks that are run by their source; this one answers nothing but that it is not there. */
async function callRunSource(): Promise<void> {
  const input = { indexName: 'shop' };
  const { search } = machine.connection;
  const key = await client.createAuthentication({ type: 'apiKey', name: 'shop', input: { key: 'k' } });
  const writer = await client.createAuthentication({
    type: 'algolia',
    name: 'shop',
    input: { appID: search.appID, apiKey: search.apiKey },
  });
  const { sourceID } = await client.createSource({
    type: 'bigcommerce',
    name: 'shop',
    authenticationID: key.authenticationID,
    input: { storeHash: 'a' },
  });
  const { authenticationID } = writer;
  const { destinationID } = await client.createDestination({
    type: 'search',
    name: 'shop',
    authenticationID,
    input,
  });
  const { taskID } = await client.createTask({ sourceID, destinationID, action: 'save' });
  const { taskWithRunID } = await client.runSource({
    sourceID,
    runSourcePayload: { indexToInclude: ['shop'] },
  });
  expect(Object.keys(taskWithRunID)).toEqual([taskID]);
  const run = await finishedRun(machine, String(taskWithRunID[taskID]));
  expect(run).toMatchObject({ taskID, outcome: 'failure', reasonCode: 'critical' });
}

async function callTransformations({ transformationID }: Parts): Promise<void> {
  const code = 'async function transform(record) { return { ...record, tried: true }; }';
  const tried = { type: 'code' as const, input: { code }, sampleRecord: { objectID: '1' } };
  const { payloads } = await client.tryTransformation(tried);
  expect(payloads).toEqual(['{"objectID":"1","tried":true}']);
  await client.tryTransformationBeforeUpdate({ transformationID, transformationTry: tried });
  await client.updateTransformation({
    transformationID,
    transformationCreate: { name: 'other', type: 'code', input: { code } },
  });
  expect((await client.getTransformation({ transformationID })).name).toBe('other');
  expect(await client.searchTransformations({ transformationIDs: [transformationID] })).toHaveLength(1);
  expect((await client.listTransformations({ type: 'code' })).transformations).toHaveLength(1);
}

/** Runs of both generations of one task, each as that generation has it. */
async function callTasks({ sourceID, destinationID }: Parts): Promise<string> {
  const made = { sourceID, destinationID, action: 'replace' as const };
  const { taskID } = await client.createTask(made);
  const older = await client.createTaskV1({ ...made, trigger: { type: 'onDemand' } });
  await client.listTasks({ sourceType: ['csv'] });
  await client.listTasksV1({ sourceID: [sourceID] });
  await client.getTask({ taskID });
  await client.getTaskV1({ taskID: older.taskID });
  expect(await client.searchTasks({ taskIDs: [taskID, older.taskID] })).toHaveLength(2);
  expect(await client.searchTasksV1({ taskIDs: [taskID, older.taskID] })).toHaveLength(2);
  await client.updateTask({ taskID, taskUpdate: { failureThreshold: 3 } });
  await client.updateTaskV1({ taskID, taskUpdate: { failureThreshold: 4 } });
  await client.replaceTask({ taskID, taskReplace: { destinationID, action: 'save' } });
  await client.disableTask({ taskID });
  await client.enableTask({ taskID });
  await client.disableTaskV1({ taskID });
  await client.enableTaskV1({ taskID });
  const first = await client.runTask({ taskID });
  expect(await finishedRun(machine, first.runID)).toMatchObject({ outcome: 'success' });
  const second = await client.runTaskV1({ taskID: older.taskID });
  expect(await finishedRun(machine, second.runID)).toMatchObject({ outcome: 'success' });
  await client.deleteTask({ taskID });
  await client.deleteTaskV1({ taskID: older.taskID });
  return first.runID;
}

async function callRuns(runID: string): Promise<void> {
  expect((await client.listRuns({ status: ['finished'] })).pagination.nbItems).toBeGreaterThan(1);
  expect(await client.getRun({ runID })).toMatchObject({ runID, outcome: 'success' });
  const { events } = await client.listEvents({ runID, type: ['record', 'fetch'] });
  const eventID = String(events[0]?.eventID);
  expect(await client.getEvent({ runID, eventID })).toEqual(events[0]);
}

async function callPush({ destinationID }: Parts): Promise<void> {
  const { sourceID } = await client.createSource({ type: 'push', name: 'pushes' });
  const { taskID } = await client.createTask({ sourceID, destinationID, action: 'save' });
  const pushTaskPayload = { action: 'addObject' as const, records: [{ objectID: 'P1' }] };
  await client.pushTask({ taskID, pushTaskPayload, watch: true });
  await client.push({ indexName: 'things', pushTaskPayload, watch: true });
  expect(await machine.search.getObject({ indexName: 'things', objectID: 'P1' })).toMatchObject({
    tried: true,
  });
  await client.deleteTask({ taskID });
  await client.deleteSource({ sourceID });
}

async function deleteParts(parts: Parts): Promise<void> {
  await client.deleteDestination({ destinationID: parts.destinationID });
  await client.deleteSource({ sourceID: parts.sourceID });
  await client.deleteTransformation({ transformationID: parts.transformationID });
  await client.deleteAuthentication({ authenticationID: parts.authenticationID });
}

/** There is no engine for containers here. */
const NEEDS_CONTAINERS = 'POST /1/sources/{sourceID}/discover';

test('every operation is answered to the official client by the running service, as its document has it', async () => {
  const parts = await createParts();
  await callAuthentications(parts);
  await callDestinations(parts);
  await callSources(parts);
  await callRunSource();
  await callTransformations(parts);
  await callRuns(await callTasks(parts));
  await callPush(parts);
  const discover = client.triggerDockerSourceDiscover({ sourceID: parts.sourceID });
  await expect(discover).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('Only sources of type docker have streams to list'),
  });
  await deleteParts(parts);
  expect([...answered, NEEDS_CONTAINERS].toSorted()).toEqual(OFFICIAL_ROUTES.toSorted());
});

test('requests that the client has no method for are answered too', async () => {
  const parameters = { itemsPerPage: 1 };
  expect(await client.customGet({ path: '1/sources', parameters })).toMatchObject({
    pagination: { itemsPerPage: 1 },
  });
  const input = { url: 'https://shop.example.com/a.json' };
  const made = await client.customPost({ path: '1/sources', body: { type: 'json', name: 'n', input } });
  expect(made).toMatchObject({ name: 'n' });
  const path = `1/sources/${String(made['sourceID'])}`;
  await expect(client.customPut({ path, body: {} })).rejects.toMatchObject({ status: 405 });
  expect(await client.customDelete({ path })).toHaveProperty('deletedAt');
  await expect(client.customGet({ path })).rejects.toMatchObject({ status: 404 });
});

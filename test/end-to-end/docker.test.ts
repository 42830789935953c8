import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { buildTestImage, IMAGE, RUNTIME } from '../connectors/docker/container-image.ts';
import { COMMANDS } from '../connectors/docker/open-docker.ts';
import { isRunning } from '../support/is-running.ts';
import { browse, finishedRun, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';

let machine: OneMachine;
beforeAll(async () => {
  const { CONTAINERS_CONF = '' } = process.env;
  machine = await startOneMachine({
    environment: {
      MILLRACE_COMMANDS: JSON.stringify(COMMANDS),
      MILLRACE_CONTAINER_RUNTIME: RUNTIME ?? '',
      ...(CONTAINERS_CONF === '' ? {} : { CONTAINERS_CONF }),
    },
  });
});
afterAll(() => machine.remove());

const tap = (configuration: Record<string, unknown>) => ({
  imageType: 'singer',
  registry: 'dockerhub',
  image: 'tap-test',
  configuration,
});

async function send(method: string, path: string) {
  const { url, appID, apiKey } = machine.connection;
  const headers = { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey };
  const response = await fetch(`${url}${path}`, { method, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('the streams of a source are listed in both ways, a task reads one, and its next run goes on from there', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'docker',
    input: tap({ records: 25 }),
    indexName: 'lamps',
    action: 'save',
    taskInput: { streams: [{ name: 'items', properties: ['name'], syncMode: 'incremental' }] },
  });
  const { sourceID } = pipeline;
  const discovered = await machine.ingestion.triggerDockerSourceDiscover({ sourceID });
  expect(discovered).toMatchObject({
    message: 'The streams were listed.',
    data: [
      { name: 'items', syncModes: ['fullTable', 'incremental'], keyProperties: ['id'] },
      { name: 'notes', syncModes: ['fullTable'], keyProperties: [] },
    ],
  });
  expect(await machine.ingestion.getRun({ runID: discovered.runID })).toMatchObject({
    type: 'discover',
    outcome: 'success',
  });
  const older = await send('GET', `/1/sources/${sourceID}/discover`);
  expect(older).toMatchObject({ status: 200, body: { streams: discovered.data } });

  expect(await pipeline.run()).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: 25 } });
  const records = await browse(machine, 'lamps');
  expect(records.size).toBe(25);
  expect(records.get('7')).toEqual({ id: 7, name: 'Lamp 7' });

  await machine.ingestion.updateSource({
    sourceID,
    sourceUpdate: { input: tap({ records: 40 }) as unknown as { configuration: Record<string, unknown> } },
  });
  expect(await pipeline.run()).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: 15 } });
  expect((await browse(machine, 'lamps')).size).toBe(40);
  expect(await pipeline.run()).toMatchObject({ progress: { receivedNbOfEvents: 0 } });
});

test('a run that fails after a state keeps what came before it, and the next one goes on from that state', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'docker',
    input: tap({ records: 30, misbehave: 'fails', at: 25 }),
    indexName: 'half',
    action: 'save',
    taskInput: { streams: [{ name: 'items', syncMode: 'incremental' }] },
  });
  const failed = await pipeline.run();
  expect(failed).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(failed.reason).toContain('ended with exit code 1');
  expect((await browse(machine, 'half')).size).toBe(24);
  await machine.ingestion.updateSource({
    sourceID: pipeline.sourceID,
    sourceUpdate: { input: tap({ records: 30 }) as unknown as { configuration: Record<string, unknown> } },
  });
  // The last state was that of record 20.
  expect(await pipeline.run()).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: 10 } });
  expect((await browse(machine, 'half')).size).toBe(30);
}, 120_000);

test('a run of replace reads everything, each time', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'docker',
    input: tap({ records: 12 }),
    indexName: 'whole',
    taskInput: { streams: [{ name: 'items', syncMode: 'incremental' }] },
  });
  for (const _ of [1, 2]) {
    expect(await pipeline.run()).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: 12 } });
  }
  expect((await browse(machine, 'whole')).size).toBe(12);
});

test('with a prefix each stream of an Airbyte source has an index of its own', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'docker',
    input: { image: 'source-test', configuration: { users: 5 } },
    indexName: 'shop',
    action: 'save',
    hasPrefix: true,
    taskInput: {
      streams: [
        { name: 'users', syncMode: 'incremental' },
        { name: 'shop.orders', syncMode: 'fullTable' },
      ],
    },
  });
  await pipeline.run();
  await expect
    .poll(async () => (await browse(machine, 'shop_shop.orders')).size, { timeout: 20_000 })
    .toBe(2);
  expect([...(await browse(machine, 'shop_users')).keys()]).toEqual(['1', '2', '3', '4', '5']);
  expect([...(await browse(machine, 'shop_shop.orders')).keys()].toSorted()).toEqual([
    String.raw`7|a\|b`,
    '8|c',
  ]);
});

test('what a connector refuses is said in the validation, without the secret that it quotes', async () => {
  const { authenticationID } = await machine.ingestion.createAuthentication({
    type: 'secrets',
    name: 'token',
    input: { token: 'canary-token' } as unknown as { key: string },
  });
  const answer = await machine.ingestion.validateSource({
    type: 'docker',
    name: 'users',
    authenticationID,
    input: { image: 'source-test', configuration: { users: 1, token: '${token}' } },
  });
  expect(answer.message).toBe('The connector refuses its configuration: The token [secret] was refused');
  const { sourceID } = await machine.ingestion.createSource({
    type: 'docker',
    name: 'refused',
    authenticationID,
    input: tap({ misbehave: 'refusesConfig', token: '${token}' }) as unknown as {
      image: string;
      configuration: Record<string, unknown>;
    },
  });
  const listed = await machine.ingestion.triggerDockerSourceDiscover({ sourceID });
  expect(listed).not.toHaveProperty('data');
  expect(listed.message).toContain('CRITICAL the token [secret] is not accepted');
  expect(await send('GET', `/1/sources/${sourceID}/discover`)).toMatchObject({
    status: 400,
    body: { message: listed.message },
  });
  const good = await machine.ingestion.validateSource({
    type: 'docker',
    name: 'users',
    input: { image: 'source-test', configuration: { users: 3 } },
  });
  expect(good.data?.[0]).toEqual({ objectID: 'users|1', id: 1, email: 'user1@example.com', admin: false });
  expect(machine.output() + JSON.stringify(answer)).not.toContain('canary-token');
});

test.skipIf(RUNTIME === undefined)(
  'a tap in a container image is read by the runtime of the machine',
  async () => {
    buildTestImage(machine.data);
    const pipeline = await createPipeline(machine, {
      type: 'docker',
      input: { ...tap({ shop: 'one' }), image: IMAGE },
      indexName: 'facts',
      taskInput: { streams: [{ name: 'facts', syncMode: 'fullTable' }] },
    });
    expect(await pipeline.run()).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: 7 } });
    expect((await browse(machine, 'facts')).get('config')).toEqual({ name: 'config', value: 'shop:one' });
  },
  120_000,
);

test('connectors do not outlive the service, and leave no files', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'docker',
    input: tap({ records: 30, misbehave: 'hangs', at: 25 }),
    indexName: 'hanging',
    action: 'save',
    taskInput: { streams: [{ name: 'items', syncMode: 'incremental' }] },
  });
  const { runID } = await machine.ingestion.runTask({ taskID: pipeline.taskID });
  const folder = join(machine.data, 'containers');
  await expect.poll(() => programsIn(folder).length, { timeout: 20_000 }).toBe(1);
  await delay(1_000);
  const [program = 0] = programsIn(folder);
  expect(isRunning(program)).toBe(true);
  await machine.kill('SIGKILL');
  await expect.poll(() => isRunning(program), { timeout: 10_000 }).toBe(false);
  await expect.poll(() => readdirSync(folder), { timeout: 10_000 }).toEqual([]);
  machine = await machine.restart();
  await machine.ingestion.updateSource({
    sourceID: pipeline.sourceID,
    sourceUpdate: { input: tap({ records: 30 }) as unknown as { configuration: Record<string, unknown> } },
  });
  expect(await finishedRun(machine, runID)).toMatchObject({ outcome: 'success' });
  expect((await browse(machine, 'hanging')).size).toBe(30);
}, 120_000);

function programsIn(folder: string): number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((id) => {
    const file = join(folder, id, 'program');
    return existsSync(file) ? [Number.parseInt(readFileSync(file, 'utf8'), 10)] : [];
  });
}

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';

let machine: OneMachine;
let server: SourceServer;
beforeAll(async () => {
  [machine, server] = await Promise.all([startOneMachine(), startSourceServer()]);
});
afterAll(async () => {
  await Promise.all([machine.remove(), server.stop()]);
});

test('a source that can be read shows its first records, typed as its mapping says, and is not stored', async () => {
  const rows = Array.from({ length: 30 }, (_, index) => `p${index},${index}.5`);
  server.files.set('/good.csv', { body: ['sku,price', ...rows].join('\n'), contentType: 'text/csv' });
  const { ingestion } = machine;
  const before = (await ingestion.listSources()).pagination.nbItems;
  const answer = await ingestion.validateSource({
    type: 'csv',
    name: 'catalogue',
    input: { url: `${server.url}/good.csv`, uniqueIDColumn: 'sku', mapping: { price: 'float' } },
  });
  expect(answer).toMatchObject({ message: 'The source can be read.' });
  expect(answer).not.toHaveProperty('events');
  expect(answer.data).toHaveLength(10);
  expect(answer.data?.[0]).toEqual({ objectID: 'p0', sku: 'p0', price: 0.5 });
  expect((await ingestion.listSources()).pagination.nbItems).toBe(before);
  const run = await ingestion.getRun({ runID: answer.runID });
  expect(run).toMatchObject({ type: 'validate', status: 'finished', outcome: 'success', reasonCode: 'ok' });
});

test('a source that cannot be read says why, in the message and in the events', async () => {
  const answer = await machine.ingestion.validateSource({
    type: 'json',
    name: 'catalogue',
    input: { url: `${server.url}/missing.json` },
  });
  expect(answer.message).toContain('404');
  expect(answer.events).toMatchObject([{ type: 'fetch', status: 'critical', runID: answer.runID }]);
  expect(answer).not.toHaveProperty('data');
});

test('an update is checked as it would be, with the stored credentials, and changes nothing', async () => {
  server.files.set('/new.json', { body: '[{"id":1}]', contentType: 'application/json' });
  const { ingestion } = machine;
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'basic',
    name: 'files',
    input: { username: 'anna', password: 'canary-password' },
  });
  const input = { url: `${server.url}/old.json`, uniqueIDColumn: 'id' };
  const { sourceID } = await ingestion.createSource({ type: 'json', name: 'm', authenticationID, input });
  const answer = await ingestion.validateSourceBeforeUpdate({
    sourceID,
    sourceUpdate: { input: { url: `${server.url}/new.json` } },
  });
  expect(answer.data).toEqual([{ objectID: '1', id: 1 }]);
  expect((await ingestion.getSource({ sourceID })).input).toEqual(input);
  expect(JSON.stringify(answer) + machine.output()).not.toContain('canary-password');
});

test('what records are pushed to is a 400 that says so', async () => {
  await expect(machine.ingestion.validateSource({ type: 'push', name: 's' })).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('nothing to read of a source of type push'),
  });
});

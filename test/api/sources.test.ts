import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';

import { WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

test('a csv source keeps all of its input', async () => {
  const input = {
    url: 'https://example.com/airports.csv?version=1',
    uniqueIDColumn: 'iata',
    mapping: { latitude: 'float', count: 'integer', name: 'string', open: 'boolean', more: 'json' },
    method: 'POST',
    delimiter: ';',
  } as const;
  const created = await api.client.createSource({ type: 'csv', name: 'airports', input });
  expect(created).toEqual({
    sourceID: expect.any(String),
    name: 'airports',
    createdAt: expect.stringMatching(WIRE_DATE),
  });
  const { sourceID, createdAt } = created;
  expect(await api.client.getSource({ sourceID })).toEqual({
    sourceID,
    type: 'csv',
    name: 'airports',
    owner: null,
    input,
    createdAt,
    updatedAt: createdAt,
  });
});

test('an update merges the input, may name an authentication, and keeps the type', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'basic',
    name: 'files',
    input: { username: 'anna', password: 'p' },
  });
  const { sourceID } = await api.client.createSource({
    type: 'json',
    name: 'movies',
    input: { url: 'https://example.com/a.json', uniqueIDColumn: 'id' },
  });
  const sourceUpdate = {
    name: 'films',
    authenticationID,
    type: 'csv',
    input: { url: 'https://example.com/b.json' },
  };
  expect(await api.client.updateSource({ sourceID, sourceUpdate })).toEqual({
    sourceID,
    name: 'films',
    updatedAt: expect.stringMatching(WIRE_DATE),
  });
  expect(await api.client.getSource({ sourceID })).toMatchObject({
    type: 'json',
    name: 'films',
    authenticationID,
    input: { url: 'https://example.com/b.json', uniqueIDColumn: 'id' },
  });
});

test('fields that the API does not name are accepted and not stored', async () => {
  const source = {
    type: 'json',
    name: 'm',
    extra: 1,
    input: { url: 'https://example.com/a.json', extra: 2 },
  } as const;
  const { sourceID } = await api.client.createSource(source);
  const shown = await api.client.getSource({ sourceID });
  expect(shown).not.toHaveProperty('extra');
  expect(shown.input).toEqual({ url: 'https://example.com/a.json' });
});

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';

import { createSearchAuthentication, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

test('a destination keeps its input and authentication, and is updated field by field', async () => {
  const authenticationID = await createSearchAuthentication(api.client);
  const created = await api.client.createDestination({
    type: 'search',
    name: 'products',
    authenticationID,
    transformationIDs: [],
    input: { indexName: 'Products', recordType: 'product', attributesToExclude: [] },
  });
  expect(created).toEqual({
    destinationID: expect.any(String),
    name: 'products',
    createdAt: expect.stringMatching(WIRE_DATE),
  });
  const { destinationID, createdAt } = created;
  await api.client.updateDestination({ destinationID, destinationUpdate: { input: { indexName: 'Other' } } });
  expect(await api.client.getDestination({ destinationID })).toEqual({
    destinationID,
    type: 'search',
    name: 'products',
    owner: null,
    authenticationID,
    transformationIDs: [],
    input: { indexName: 'Other', recordType: 'product', attributesToExclude: [] },
    createdAt,
    updatedAt: expect.stringMatching(WIRE_DATE),
  });
});

test('a destination needs no authentication', async () => {
  const { destinationID } = await api.client.createDestination({
    type: 'search',
    name: 'n',
    input: { indexName: 'n' },
  });
  expect(await api.client.getDestination({ destinationID })).not.toHaveProperty('authenticationID');
});

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

test('updates of different fields at once are all kept', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'secrets',
    name: 'many',
    input: {},
  });
  const fields = Array.from({ length: 12 }, (_, index) => `field${index}`);
  await Promise.all(
    fields.map((field) =>
      api.client.updateAuthentication({
        authenticationID,
        authenticationUpdate: { input: { [field]: 'value' } },
      }),
    ),
  );
  const { input } = await api.client.getAuthentication({ authenticationID });
  expect(Object.keys(input).sort()).toEqual(fields.sort());
});

test('a source that is deleted while tasks are made of it is either gone or used, never both', async () => {
  const destinationID = await createDestination(api.client);
  for (let round = 0; round < 5; round += 1) {
    const sourceID = await createJsonSource(api.client);
    const [deletion, creation] = await Promise.allSettled([
      api.client.deleteSource({ sourceID }),
      api.client.createTask({ sourceID, destinationID, action: 'save' }),
    ]);
    expect([deletion.status, creation.status].sort()).toEqual(['fulfilled', 'rejected']);
    const source = await api.client
      .getSource({ sourceID })
      .catch((error: { status: number }) => error.status);
    const isThere = typeof source === 'object';
    expect(isThere).toBe(creation.status === 'fulfilled');
  }
});

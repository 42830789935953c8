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

test('two clients that change one resource at once both see their change kept', async () => {
  const sourceID = await createJsonSource(api.client);
  const first = await createDestination(api.client, { name: 'first' });
  const second = await createDestination(api.client, { name: 'second' });
  const { taskID } = await api.client.createTask({ sourceID, destinationID: first, action: 'save' });
  for (let round = 0; round < 5; round += 1) {
    const threshold = round + 1;
    const destinationID = round % 2 === 0 ? second : first;
    await Promise.all([
      api.client.updateTask({ taskID, taskUpdate: { failureThreshold: threshold } }),
      api.client.updateTask({ taskID, taskUpdate: { destinationID } }),
      round % 2 === 0 ? api.client.disableTask({ taskID }) : api.client.enableTask({ taskID }),
    ]);
    const shown = await api.client.getTask({ taskID });
    expect(shown).toMatchObject({ failureThreshold: threshold, destinationID, enabled: round % 2 === 1 });
    const listed = await api.client.listTasks({ destinationID: [destinationID], enabled: shown.enabled });
    expect(listed.tasks.map((task) => task.taskID)).toEqual([taskID]);
    const elsewhere = await api.client.listTasks({
      destinationID: [destinationID === first ? second : first],
    });
    expect(elsewhere.pagination.nbItems).toBe(0);
  }
});

test('of a change and a deletion at once the deletion stays', async () => {
  for (let round = 0; round < 5; round += 1) {
    const sourceID = await createJsonSource(api.client, `deleted ${round}`);
    const [change, deletion] = await Promise.allSettled([
      api.client.updateSource({ sourceID, sourceUpdate: { name: 'changed' } }),
      api.client.deleteSource({ sourceID }),
    ]);
    expect(deletion.status).toBe('fulfilled');
    const refusals = change.status === 'rejected' ? [change.reason as { status: number }] : [];
    expect(refusals.every(({ status }) => status === 404)).toBe(true);
    await expect(api.client.getSource({ sourceID })).rejects.toMatchObject({ status: 404 });
    const { sources } = await api.client.listSources({ sort: 'updatedAt', itemsPerPage: 100 });
    expect(sources.map((source) => source.sourceID)).not.toContain(sourceID);
  }
});

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';
import {
  createDestination,
  createJsonSource,
  createRunnableTask,
  createSearchAuthentication,
  UNKNOWN_ID,
} from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

test('what is used is not deleted, and the refusal names who uses it', async () => {
  const { taskID, sourceID, destinationID, authenticationID } = await createRunnableTask(api.client);
  const refusals = {
    authentication: await api.client
      .deleteAuthentication({ authenticationID })
      .catch((error: unknown) => error),
    source: await api.client.deleteSource({ sourceID }).catch((error: unknown) => error),
    destination: await api.client.deleteDestination({ destinationID }).catch((error: unknown) => error),
  };
  expect(refusals.authentication).toMatchObject({
    status: 400,
    message: expect.stringContaining('cannot be deleted while it is used by destination'),
    error: {
      code: 'authentication.in_use',
      details: [{ id: destinationID, type: 'destination', name: 'movies' }],
    },
  });
  const byTask = { details: [{ id: taskID, type: 'task' }] };
  expect(refusals.source).toMatchObject({ status: 400, error: byTask });
  expect(refusals.destination).toMatchObject({ status: 400, error: byTask });
  expect(await api.client.getSource({ sourceID })).toMatchObject({ sourceID });
});

test('a refusal names the first twenty users of many', async () => {
  const authenticationID = await createSearchAuthentication(api.client);
  const users = await Promise.all(
    Array.from({ length: 23 }, () => createDestination(api.client, { authenticationID })),
  );
  const refusal = await api.client
    .deleteAuthentication({ authenticationID })
    .catch((error: unknown) => error);
  const { error } = refusal as { error: { details: { id: string; type: string }[] } };
  expect(error.details).toHaveLength(20);
  expect(users).toEqual(expect.arrayContaining(error.details.map(({ id }) => id)));
});

test('a deleted user lets go of what it used', async () => {
  const { taskID, sourceID, destinationID, authenticationID } = await createRunnableTask(api.client);
  await api.client.deleteTask({ taskID });
  await api.client.deleteSource({ sourceID });
  await api.client.deleteDestination({ destinationID });
  await api.client.deleteAuthentication({ authenticationID });
  await expect(api.client.getAuthentication({ authenticationID })).rejects.toMatchObject({ status: 404 });
  await expect(api.client.deleteAuthentication({ authenticationID })).rejects.toMatchObject({ status: 404 });
  await expect(
    api.client.updateAuthentication({ authenticationID, authenticationUpdate: { name: 'x' } }),
  ).rejects.toMatchObject({ status: 404 });
});

test('an update that names another moves the use over', async () => {
  const first = await createSearchAuthentication(api.client, 'first');
  const second = await createSearchAuthentication(api.client, 'second');
  const destinationID = await createDestination(api.client, { authenticationID: first });
  await api.client.updateDestination({ destinationID, destinationUpdate: { authenticationID: second } });
  await api.client.deleteAuthentication({ authenticationID: first });
  await expect(api.client.deleteAuthentication({ authenticationID: second })).rejects.toMatchObject({
    status: 400,
  });
});

test('many users are counted exactly though they come and go at once', async () => {
  const authenticationID = await createSearchAuthentication(api.client);
  const destinations = await Promise.all(
    Array.from({ length: 8 }, () => createDestination(api.client, { authenticationID })),
  );
  await Promise.all(
    destinations.slice(0, 7).map((destinationID) => api.client.deleteDestination({ destinationID })),
  );
  await expect(api.client.deleteAuthentication({ authenticationID })).rejects.toMatchObject({
    error: { details: [{ id: destinations[7], type: 'destination' }] },
  });
  await api.client.deleteDestination({ destinationID: destinations[7] ?? '' });
  await api.client.deleteAuthentication({ authenticationID });
});

test('a reference to what is not there is refused, naming the field', async () => {
  const sourceID = await createJsonSource(api.client);
  const destinationID = await createDestination(api.client);
  const gone = await createJsonSource(api.client);
  await api.client.deleteSource({ sourceID: gone });
  const refused = (message: string) => ({ status: 400, message: expect.stringContaining(message) });
  const createTask = (ids: { sourceID: string; destinationID: string }) =>
    api.client.createTask({ ...ids, action: 'save' });
  await expect(createTask({ sourceID: UNKNOWN_ID, destinationID })).rejects.toMatchObject(
    refused(`sourceID: no such source: ${UNKNOWN_ID}`),
  );
  await expect(createTask({ sourceID: gone, destinationID })).rejects.toMatchObject(
    refused(`sourceID: no such source: ${gone}`),
  );
  await expect(createTask({ sourceID, destinationID: 'no uuid' })).rejects.toMatchObject(
    refused('destinationID: no such destination: no uuid'),
  );
  await expect(createDestination(api.client, { authenticationID: UNKNOWN_ID })).rejects.toMatchObject(
    refused(`authenticationID: no such authentication: ${UNKNOWN_ID}`),
  );
  for (const id of ['', 'no uuid', UNKNOWN_ID]) {
    const destination = { type: 'search' as const, name: 'movies', input: { indexName: 'movies' } };
    await expect(
      api.client.createDestination({ ...destination, transformationIDs: [id] }),
    ).rejects.toMatchObject(refused(`transformationIDs: no such transformation: ${id}`));
  }
});

test('an authentication of another type than is needed is refused, naming the field', async () => {
  const authenticationID = await createSearchAuthentication(api.client);
  const input = { url: 'https://example.com/a.json' };
  await expect(
    api.client.createSource({ type: 'json', name: 'movies', authenticationID, input }),
  ).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining(
      'authenticationID: sources of type json take an authentication of type basic; this one is of type algolia',
    ),
  });
});

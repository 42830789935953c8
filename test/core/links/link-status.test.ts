import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

import { startApi, type ApiService } from '../../support/api-service.ts';
import { HostedSide, startHostedWorld, type HostedWorld } from '../../support/hosted-world.ts';

let api: ApiService;
let world: HostedWorld;
let side: HostedSide;

beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});
beforeEach(async () => {
  world = await startHostedWorld(api);
  side = new HostedSide(api, world.hosted);
});
afterEach(async () => {
  await world.stop();
});

test('a link to the region where the tasks are not says which region it is', async () => {
  await side.createTask();
  // What the wrong region shows of an application: nothing.
  world.us.empty = true;

  const state = await world.poll(await world.link({ region: 'us' }));

  expect(state.status).toBe('wrongRegion');
  expect(state.message).toContain('in the region eu, not in us');
  expect((await world.own.client.listTasks({})).pagination.nbItems).toBe(0);
});

test('a region that refuses the key is the wrong one when the other takes it', async () => {
  world.us.fault = () => ({ status: 403 });
  const state = await world.poll(await world.link({ region: 'us' }));
  expect(state.status).toBe('wrongRegion');
});

test('an application without tasks in either region is taken for good', async () => {
  const state = await world.poll(await world.link());
  expect(state).toMatchObject({
    status: 'active',
    message: 'The application has no tasks there yet.',
  });
});

test('a key that both regions refuse is said to be refused, and a new one is tried at once', async () => {
  const linkID = await world.link({ apiKey: 'not a key of this application' });
  const refused = await world.poll(linkID);
  expect(refused.status).toBe('keyRefused');
  expect(refused.message).toContain('403');
  // Asking each minute would be no use.
  world.us.arrivals.length = 0;
  await world.pollMinutes(linkID, 3);
  expect(world.us.arrivals).toEqual([]);

  await world.service.update(world.appID, linkID, { apiKey: world.hosted.apiKey });

  expect((await world.poll(linkID)).status).toBe('active');
});

test('a host that does not answer is unreachable, and looked at again a minute later', async () => {
  await side.createTask();
  world.us.fault = () => ({ cut: 'request' });
  const linkID = await world.link();
  expect(await world.poll(linkID)).toMatchObject({ status: 'unreachable' });

  world.us.fault = () => undefined;

  expect(await world.pollMinutes(linkID, 1)).toMatchObject({ status: 'active' });
});

test('a status is that of the link as it is: after a change it is unverified until the poller has looked', async () => {
  const linkID = await world.link();
  await world.poll(linkID);
  await world.service.update(world.appID, linkID, { taskIDs: [await side.createTask()] });

  const link = await world.dependencies.links.get(world.appID, linkID);
  const [changed] = await world.service.describe(world.appID, [link]);
  expect(changed?.state).toBeUndefined();

  await world.poll(linkID);
  const [looked] = await world.service.describe(world.appID, [link]);
  expect(looked?.state?.status).toBe('active');
});

test('a row that was edited to send the key elsewhere does not open', async () => {
  const linkID = await world.link();
  await world.dependencies.links.update(world.appID, linkID, ({ body }) => ({ ...body, region: 'eu' }));

  const state = await world.poll(linkID);

  expect(state.message).toBe('The stored key does not open: set it again.');
  expect([...world.us.arrivals, ...world.eu.arrivals]).toEqual([]);
});

test('a second link to one application is refused', async () => {
  await world.link();
  await expect(world.link({ region: 'eu' })).rejects.toThrow('is about this application already');
});

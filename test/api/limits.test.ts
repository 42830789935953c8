import { afterAll, beforeAll, expect, test } from 'vitest';

import type { RawResponse } from '../support/api-client.ts';
import { startApi, type ApiService } from '../support/api-service.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi({ limits: { authentications: 2, sources: 4, destinations: 3, tasksPerSource: 2 } });
});
afterAll(async () => {
  await api.stop();
});

type Send = (method: string, url: string, body?: object) => Promise<RawResponse>;

/** A caller of an application of its own, so that nobody else counts. */
async function newTenant(): Promise<Send> {
  const applicationID = `T${Math.random().toString(36).slice(2)}`;
  const made = await api.send({
    method: 'POST',
    url: '/ext/1/keys',
    body: JSON.stringify({ acl: ['admin'], applicationID }),
  });
  const headers = {
    'x-algolia-application-id': applicationID,
    'x-algolia-api-key': JSON.parse(made.text).key as string,
  };
  return (method, url, body) =>
    api.send({ method, url, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

const SOURCE = { type: 'json', name: 's', input: { url: 'https://example.com/a.json' } };
const AUTHENTICATION = { type: 'basic', name: 'a', input: { username: 'u', password: 'p' } };
const DESTINATION = { type: 'search', name: 'd', input: { indexName: 'i' } };

test.for([
  ['authentications', 2, AUTHENTICATION],
  ['sources', 4, SOURCE],
  ['destinations', 3, DESTINATION],
] as const)(
  'an application gets exactly as many %s as it may have, however many ask at once',
  async (row) => {
    const [name, limit, body] = row;
    const send = await newTenant();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send('POST', `/1/${name}`, body)));
    const made = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([made.length, refused.length]).toEqual([limit, 10 - limit]);
    for (const answer of refused) {
      expect(JSON.parse(answer.text).message).toContain(`at most ${limit} ${name}`);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    const listed = await send('GET', `/1/${name}`);
    expect(JSON.parse(listed.text).pagination.nbItems).toBe(limit);
  },
);

test('what was deleted makes room, and an update takes none', async () => {
  const send = await newTenant();
  const create = async () => send('POST', '/1/authentications', AUTHENTICATION);
  const { authenticationID } = JSON.parse((await create()).text);
  await create();
  expect((await send('PATCH', `/1/authentications/${authenticationID}`, { name: 'b' })).status).toBe(200);
  expect((await create()).status).toBe(429);
  expect((await send('DELETE', `/1/authentications/${authenticationID}`)).status).toBe(200);
  expect((await create()).status).toBe(200);
  expect((await create()).status).toBe(429);
});

test('a source gets exactly as many tasks as it may have, and another source its own', async () => {
  const send = await newTenant();
  const newSource = async (): Promise<string> =>
    JSON.parse((await send('POST', '/1/sources', SOURCE)).text).sourceID;
  const { destinationID } = JSON.parse((await send('POST', '/1/destinations', DESTINATION)).text);
  const sourceID = await newSource();
  const create = (id: string) => send('POST', '/2/tasks', { sourceID: id, destinationID, action: 'save' });
  const answers = await Promise.all(Array.from({ length: 6 }, () => create(sourceID)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429]);
  const refused = answers.find(({ status }) => status === 429);
  expect(JSON.parse(refused?.text ?? '').message).toContain('At most 2 tasks may use one source');
  expect((await create(await newSource())).status).toBe(200);
  const [made] = answers.filter(({ status }) => status === 200);
  await send('DELETE', `/2/tasks/${JSON.parse(made?.text ?? '').taskID}`);
  expect((await create(sourceID)).status).toBe(200);
});

test('a task on a source that is not there is still a 400 that names the field', async () => {
  const send = await newTenant();
  const { destinationID } = JSON.parse((await send('POST', '/1/destinations', DESTINATION)).text);
  const { sourceID } = JSON.parse((await send('POST', '/1/sources', SOURCE)).text);
  await send('DELETE', `/1/sources/${sourceID}`);
  const answer = await send('POST', '/2/tasks', { sourceID, destinationID, action: 'save' });
  expect([answer.status, JSON.parse(answer.text).message]).toEqual([
    400,
    expect.stringContaining('sourceID: no such source'),
  ]);
});

test('without limits on requests there are no headers about them', async () => {
  const answer = await api.send({ method: 'GET', url: '/1/sources' });
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
});

import { GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { openAuthenticationSecrets } from '../../core/authentications/authentication-seal.ts';
import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

const CANARY = 'canary-7f3a91';

const INPUTS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['googleServiceAccount', { clientEmail: 'robot@example.com', privateKey: CANARY }],
  ['basic', { username: 'anna', password: CANARY }],
  ['apiKey', { key: CANARY }],
  ['oauth', { url: 'https://auth.example.com', client_secret: CANARY, code: CANARY }],
  ['algolia', { appID: 'A', apiKey: CANARY }],
  ['algoliaInsights', { appID: 'A', apiKey: CANARY }],
  ['secrets', { token: CANARY }],
];

test('a secret is in no answer, no log line and no item, whatever becomes of the request', async () => {
  const answers: string[] = [];
  const send = async (method: string, url: string, body?: string) => {
    const answer = await api.send({ method, url, body });
    answers.push(answer.text, JSON.stringify(answer.headers));
    return answer.text;
  };
  for (const [type, input] of INPUTS) {
    const created = JSON.parse(
      await send('POST', '/1/authentications', JSON.stringify({ type, name: type, input })),
    );
    const url = `/1/authentications/${created.authenticationID}`;
    await send('PATCH', url, JSON.stringify({ input }));
    await send('GET', url);
    await send('POST', '/1/authentications', JSON.stringify({ type, input }));
    await send('POST', '/1/authentications', JSON.stringify({ type: CANARY.length, name: 'n', input }));
    await send('POST', '/1/authentications', `{"password":"${CANARY}`);
    await send('POST', `/1/authentications?x-algolia-agent=${CANARY}`, JSON.stringify({ input }));
  }
  await send('GET', '/1/authentications?itemsPerPage=100');
  const { Items } = await api.table.client.send(new ScanCommand({ TableName: api.table.tableName }));
  expect(answers.join('\n')).not.toContain(CANARY);
  expect(api.logLines.join('')).not.toContain(CANARY);
  expect(JSON.stringify(Items)).not.toContain(CANARY);
  expect(api.logLines.join('')).not.toContain(KEYS.apiKey);
  expect(api.logLines.length).toBeGreaterThan(0);
  expect(Items?.length).toBeGreaterThan(0);
});

/** An authentication of type oauth, whose url says where its secret is sent. */
async function createOAuth(secret: string): Promise<string> {
  const input = { url: 'https://auth.example.com', client_id: 'id', client_secret: secret };
  const created = await api.client.createAuthentication({ type: 'oauth', name: 'shop', input });
  return created.authenticationID;
}

/** What a worker gets when it opens the row as it stands in the table. */
async function openRow(authenticationID: string, appID = KEYS.appID) {
  const store = createAuthenticationStore({ ...api.table, clock: systemClock });
  const authentication = await store.get(appID, authenticationID);
  const opened = await openAuthenticationSecrets(createKmsDataKeys(api.keyARN), appID, authentication);
  return Object.fromEntries(Object.entries(opened).map(([field, secret]) => [field, secret.reveal()]));
}

const rowKey = (authenticationID: string, appID = KEYS.appID) => ({
  pk: `${appID}#authentication`,
  sk: authenticationID,
});

async function readRow(authenticationID: string): Promise<Row> {
  const { Item } = await api.table.client.send(
    new GetCommand({ TableName: api.table.tableName, Key: rowKey(authenticationID) }),
  );
  return Item as Row;
}

async function writeRow(row: Row): Promise<void> {
  await api.table.client.send(new PutCommand({ TableName: api.table.tableName, Item: row }));
}

interface Row {
  readonly version: number;
  readonly body: string;
  readonly [attribute: string]: unknown;
}

test('a worker opens what was sealed, after an update of one secret and of the name alone too', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'secrets',
    name: 's',
    input: { first: 'one', second: 'two' },
  });
  const update = (authenticationUpdate: object) =>
    api.client.updateAuthentication({ authenticationID, authenticationUpdate });
  await update({ input: { second: 'new' } });
  await update({ name: 'renamed' });
  expect(await openRow(authenticationID)).toEqual({ first: 'one', second: 'new' });
});

describe('a row does not open', () => {
  test('when it was copied to another application', async () => {
    const authenticationID = await createOAuth('one');
    const row = await readRow(authenticationID);
    await writeRow({ ...row, ...rowKey(authenticationID, 'OTHER') });
    await expect(openRow(authenticationID, 'OTHER')).rejects.toMatchObject({ name: 'SealBrokenError' });
  });

  test('when it was copied over another authentication', async () => {
    const [one, other] = [await createOAuth('one'), await createOAuth('two')];
    await writeRow({ ...(await readRow(one)), ...rowKey(other) });
    await expect(openRow(other)).rejects.toMatchObject({ name: 'SealBrokenError' });
  });

  test.for<[string, (body: Record<string, unknown>) => object]>([
    ['url', (body) => ({ ...body, input: { client_id: 'id', url: 'https://thief.example.com' } })],
    ['type', (body) => ({ ...body, type: 'apiKey' })],
    ['name', (body) => ({ ...body, name: 'other' })],
    ['secrets, one of which is gone', (body) => ({ ...body, secrets: {} })],
  ])('when somebody edited its %s', async ([, edit]) => {
    const authenticationID = await createOAuth('one');
    const row = await readRow(authenticationID);
    expect(await openRow(authenticationID)).toEqual({ client_secret: 'one' });
    await writeRow({ ...row, body: JSON.stringify(edit(JSON.parse(row.body))) });
    await expect(openRow(authenticationID)).rejects.toMatchObject({ name: 'SealBrokenError' });
  });

  test('when its version was changed, or an earlier secret put back into it', async () => {
    const authenticationID = await createOAuth('one');
    const earlier = await readRow(authenticationID);
    await api.client.updateAuthentication({
      authenticationID,
      authenticationUpdate: { input: { client_secret: 'two' } },
    });
    const row = await readRow(authenticationID);
    await writeRow({ ...row, version: row.version + 1 });
    await expect(openRow(authenticationID)).rejects.toMatchObject({ name: 'SealBrokenError' });
    const { secrets } = JSON.parse(earlier.body) as { secrets: object };
    const body = JSON.stringify({ ...(JSON.parse(row.body) as object), secrets });
    await writeRow({ ...row, body });
    await expect(openRow(authenticationID)).rejects.toMatchObject({ name: 'SealBrokenError' });
    await writeRow({ ...row, body: earlier.body });
    await expect(openRow(authenticationID)).rejects.toMatchObject({ name: 'SealBrokenError' });
  });
});

import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createAuthenticationStore } from '../../core/authentications/authentication-store.ts';
import { systemClock } from '../../core/foundation/clock.ts';
import { createKmsDataKeys } from '../../core/foundation/data-keys.ts';
import { openSecrets } from '../../core/foundation/sealing.ts';
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

test('a worker opens what was sealed, the fields of an update too', async () => {
  const { authenticationID } = await api.client.createAuthentication({
    type: 'secrets',
    name: 's',
    input: { first: 'one', second: 'two' },
  });
  await api.client.updateAuthentication({
    authenticationID,
    authenticationUpdate: { input: { second: 'new' } },
  });
  const store = createAuthenticationStore({ ...api.table, clock: systemClock });
  const { body } = await store.get(KEYS.appID, authenticationID);
  const owner = { appID: KEYS.appID, authenticationID };
  const opened = await openSecrets(createKmsDataKeys(api.keyARN), owner, body.secrets);
  expect([opened['first']?.reveal(), opened['second']?.reveal()]).toEqual(['one', 'new']);
  const moved = openSecrets(createKmsDataKeys(api.keyARN), { ...owner, appID: 'OTHER' }, body.secrets);
  await expect(moved).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
});

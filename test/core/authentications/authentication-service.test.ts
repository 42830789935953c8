import { afterAll, beforeAll, expect, test } from 'vitest';

import { createAuthenticationService } from '../../../core/authentications/authentication-service.ts';
import { createAuthenticationStore } from '../../../core/authentications/authentication-store.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { createMemoryDataKeys } from '../../support/memory-data-keys.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

test('a secret is replaced without opening the others, which stay as they were sealed', async () => {
  const dataKeys = createMemoryDataKeys();
  const store = createAuthenticationStore({ ...table, clock: systemClock });
  const service = createAuthenticationService({ store, dataKeys });
  const input = { url: 'https://auth.example.com', client_id: 'id', client_secret: 'one', code: 'two' };
  const created = await service.create('APP', newID(), { type: 'oauth', name: 'shop', input });
  const updated = await service.update('APP', created.id, { input: { client_secret: 'three' } });
  expect(dataKeys.calls.unwrap).toBe(0);
  expect(updated.version).toBe(2);
  expect(updated.body.secrets['code']).toEqual(created.body.secrets['code']);
  expect(updated.body.secrets['client_secret']?.version).toBe(2);
  expect(updated.body.input).toEqual({ url: 'https://auth.example.com', client_id: 'id' });
});

test('an authentication of another application is not there', async () => {
  const store = createAuthenticationStore({ ...table, clock: systemClock });
  const service = createAuthenticationService({ store, dataKeys: createMemoryDataKeys() });
  const { id } = await service.create('APP', newID(), { type: 'apiKey', name: 'n', input: { key: 'k' } });
  expect(await store.find('OTHER', id)).toBeUndefined();
  expect(await store.findMany('OTHER', [id])).toEqual([]);
  await expect(store.delete('OTHER', id)).rejects.toMatchObject({ code: 'authentication.not_found' });
  await expect(service.update('OTHER', id, { name: 'x' })).rejects.toMatchObject({
    code: 'authentication.not_found',
  });
});

import { afterAll, beforeAll, expect, test } from 'vitest';

import { createApiKeyService } from '../../../core/applications/api-key-service.ts';
import { createApiKeyStore } from '../../../core/applications/api-key-store.ts';
import { createApiKeyUses } from '../../../core/applications/api-key-uses.ts';
import { createIssuedKeys } from '../../../core/applications/issued-keys.ts';
import { newKeyText, readKeyID } from '../../../core/applications/key-text.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

/** A process of its own, whose time can be moved, with one key that was made for it. */
async function startProcess(validitySeconds?: number) {
  let now = new Date('2026-01-01T00:00:00Z');
  const clock = { ...systemClock, now: () => now };
  const store = createApiKeyStore({ ...table, clock });
  const uses = createApiKeyUses({ ...table, clock });
  const keyID = newID();
  const issued = createIssuedKeys({ store, uses, clock });
  const service = createApiKeyService({ store, issuedKeys: issued, clock });
  const { key } = await service.create('APP', {
    keyID,
    description: '',
    acl: ['addObject'],
    validitySeconds,
  });
  return {
    identify: (applicationID = 'APP', text = key.reveal()) => issued.identify(applicationID, text),
    revoke: () => service.revoke('APP', keyID),
    revokeElsewhere: () => store.delete('APP', keyID),
    lastUse: async () => (await uses.find('APP', [keyID])).get(keyID),
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
    keyID,
  };
}

test('a process that revokes a key refuses it at once, though it has just used it', async () => {
  const { identify, revoke } = await startProcess();
  expect(await identify()).toMatchObject({ appID: 'APP', isOperator: false });
  await revoke();
  expect(await identify()).toBeUndefined();
});

test('a key that another process revoked is refused after five seconds', async () => {
  const { identify, revokeElsewhere, passSeconds } = await startProcess();
  expect(await identify()).toBeDefined();
  await revokeElsewhere();
  passSeconds(5);
  expect(await identify()).toBeUndefined();
});

test('a key stops working when its time is over, to the second, though a process remembers it', async () => {
  const { identify, passSeconds } = await startProcess(10);
  passSeconds(9);
  expect(await identify()).toBeDefined();
  passSeconds(1);
  expect(await identify()).toBeUndefined();
});

test('another secret under the ID of a key is nobody, and so is the key under another application', async () => {
  const { identify, keyID } = await startProcess();
  expect(await identify('APP', newKeyText(keyID))).toBeUndefined();
  expect(await identify('OTHER')).toBeUndefined();
  expect(await identify('APP#x')).toBeUndefined();
  expect(await identify()).toBeDefined();
});

test('the last use of a key is known to the hour, at a write per hour', async () => {
  const { identify, lastUse, passSeconds } = await startProcess();
  await identify();
  const first = await lastUse();
  passSeconds(1_800);
  await identify();
  expect(await lastUse()).toEqual(first);
  passSeconds(1_800);
  await identify();
  expect((await lastUse())?.getTime()).toBe((first?.getTime() ?? 0) + 3_600_000);
});

test('the text of a key holds its ID, and no single wrong character is taken for a key', () => {
  const keyID = newID();
  const text = newKeyText(keyID);
  expect(readKeyID(text)).toBe(keyID);
  for (let index = 0; index < text.length; index += 1) {
    const wrong = text.slice(0, index) + (text.charAt(index) === '7' ? '8' : '7') + text.slice(index + 1);
    expect(readKeyID(wrong)).toBeUndefined();
  }
});

test('no two keys have the same secret', () => {
  const keyID = newID();
  expect(new Set(Array.from({ length: 100 }, () => newKeyText(keyID))).size).toBe(100);
});

import { expect, test } from 'vitest';

import { createAdminKey } from '../../../core/applications/admin-key.ts';
import { systemClock } from '../../../core/foundation/clock.ts';

function createKeys(secrets: (string | Error)[]) {
  let now = new Date('2026-01-01T00:00:00Z');
  let reads = 0;
  const keys = createAdminKey({
    clock: { ...systemClock, now: () => now },
    readSecret: async () => {
      const secret = secrets[Math.min(reads, secrets.length - 1)];
      reads += 1;
      if (secret === undefined || secret instanceof Error) throw secret ?? new Error('no secret');
      return secret;
    },
  });
  return {
    keys,
    reads: () => reads,
    pass: (minutes: number) => {
      now = new Date(now.getTime() + minutes * 60_000);
    },
  };
}

const SECRET = JSON.stringify({ applicationID: 'APP', apiKey: 'key' });

test('the admin key is its application, with every right', async () => {
  const { keys } = createKeys([SECRET]);
  const caller = await keys.identify('APP', 'key');
  expect(caller?.appID).toBe('APP');
  expect([...(caller?.rights ?? [])].sort()).toEqual(
    ['addObject', 'admin', 'deleteIndex', 'editSettings'].sort(),
  );
  expect(caller?.isOperator).toBe(true);
});

test.each([
  ['APP', 'Key'],
  ['app', 'key'],
  ['APP', ''],
  ['', 'key'],
  ['APPk', 'ey'],
  ['APP', 'key '],
])('%j with %j is nobody', async (applicationID, apiKey) => {
  expect(await createKeys([SECRET]).keys.identify(applicationID, apiKey)).toBeUndefined();
});

test('the secret is read once in half a minute, and a replaced key holds after that', async () => {
  const { keys, reads, pass } = createKeys([SECRET, JSON.stringify({ applicationID: 'APP', apiKey: 'new' })]);
  await keys.identify('APP', 'key');
  pass(0.4);
  expect(await keys.identify('APP', 'new')).toBeUndefined();
  expect(reads()).toBe(1);
  pass(0.2);
  expect(await keys.identify('APP', 'new')).toBeDefined();
  expect(await keys.identify('APP', 'key')).toBeUndefined();
  expect(reads()).toBe(2);
});

test('a secret that cannot be read is a passing failure, and nobody is let in', async () => {
  const { keys } = createKeys([new Error('down'), SECRET]);
  await expect(keys.identify('APP', 'key')).rejects.toMatchObject({ disposition: 'retryable' });
  expect(await keys.identify('APP', 'key')).toBeDefined();
});

test('a secret that is not JSON is not quoted in the error', async () => {
  const { keys } = createKeys(['canary']);
  await expect(keys.identify('APP', 'key')).rejects.toThrow('The admin secret is not JSON');
});

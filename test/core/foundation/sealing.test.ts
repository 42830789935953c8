import type { DataKeys } from '../../../core/foundation/data-keys.ts';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';

import {
  openSecrets,
  sealedSecretSchema,
  sealWith,
  type SealedSecret,
  type SealOwner,
} from '../../../core/foundation/sealing.ts';
import { createMemoryDataKeys } from '../../support/memory-data-keys.ts';

function sealSecrets(
  dataKeys: DataKeys,
  owner: SealOwner & { version: number },
  fields: Readonly<Record<string, string>>,
): Promise<Record<string, SealedSecret>> {
  return sealWith(dataKeys, owner, (seal) =>
    Object.fromEntries(Object.entries(fields).map(([field, value]) => [field, seal(field, value)])),
  );
}

const owner = { appID: 'APP', authenticationID: 'a-1' };

test('what was sealed opens, and prints as nothing', async () => {
  const dataKeys = createMemoryDataKeys();
  const sealed = await sealSecrets(dataKeys, { ...owner, version: 1 }, { key: 'żółw', empty: '' });
  expect(Object.values(sealed).every((secret) => sealedSecretSchema.safeParse(secret).success)).toBe(true);
  const opened = await openSecrets(dataKeys, owner, sealed);
  expect([opened['key']?.reveal(), opened['empty']?.reveal()]).toEqual(['żółw', '']);
  expect(inspect(opened) + JSON.stringify(opened)).not.toContain('żółw');
});

test('fields that were sealed together cost one data key', async () => {
  const dataKeys = createMemoryDataKeys();
  const sealed = await sealSecrets(dataKeys, { ...owner, version: 1 }, { a: '1', b: '2' });
  await openSecrets(dataKeys, owner, sealed);
  expect(dataKeys.calls).toEqual({ generate: 1, unwrap: 1 });
});

test('a field sealed later opens beside the earlier ones', async () => {
  const dataKeys = createMemoryDataKeys();
  const first = await sealSecrets(dataKeys, { ...owner, version: 1 }, { a: '1', b: '2' });
  const second = await sealSecrets(dataKeys, { ...owner, version: 2 }, { b: '3' });
  const opened = await openSecrets(dataKeys, owner, { ...first, ...second });
  expect([opened['a']?.reveal(), opened['b']?.reveal()]).toEqual(['1', '3']);
});

test('the same text never seals to the same bytes', async () => {
  const sealed = await sealSecrets(
    createMemoryDataKeys(),
    { ...owner, version: 1 },
    { a: 'same', b: 'same' },
  );
  expect(sealed['a']?.ciphertext).not.toBe(sealed['b']?.ciphertext);
});

/** Data keys that do not look at the context: what is refused here is refused by the additional data alone. */
function createLenientDataKeys() {
  const dataKeys = createMemoryDataKeys();
  return {
    generate: () => dataKeys.generate({}),
    unwrap: (wrapped: Uint8Array) => dataKeys.unwrap(wrapped, {}),
  };
}

const flip = (base64: string) => {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes.toString('base64');
};

test.each<[string, (secret: SealedSecret) => { owner?: typeof owner; sealed: Record<string, SealedSecret> }]>(
  [
    ['moved to another application', (key) => ({ owner: { ...owner, appID: 'B' }, sealed: { key } })],
    [
      'moved to another authentication',
      (key) => ({ owner: { ...owner, authenticationID: 'b' }, sealed: { key } }),
    ],
    ['moved to another field', (secret) => ({ sealed: { other: secret } })],
    ['given another version', (key) => ({ sealed: { key: { ...key, version: 2 } } })],
    [
      'changed in its ciphertext',
      (key) => ({ sealed: { key: { ...key, ciphertext: flip(key.ciphertext) } } }),
    ],
    ['changed in its nonce', (key) => ({ sealed: { key: { ...key, nonce: flip(key.nonce) } } })],
    ['changed in its tag', (key) => ({ sealed: { key: { ...key, tag: flip(key.tag) } } })],
    ['given a shorter tag', (key) => ({ sealed: { key: { ...key, tag: key.tag.slice(0, 8) } } })],
  ],
)('a secret that was %s does not open', async (_, change) => {
  const dataKeys = createLenientDataKeys();
  const { key } = await sealSecrets(dataKeys, { ...owner, version: 1 }, { key: 'canary' });
  if (!key) throw new Error('nothing was sealed');
  const changed = change(key);
  const opening = openSecrets(dataKeys, changed.owner ?? owner, changed.sealed);
  await expect(opening).rejects.toMatchObject({ name: 'SealBrokenError' });
  await expect(opening).rejects.not.toHaveProperty('message', expect.stringContaining('canary'));
});

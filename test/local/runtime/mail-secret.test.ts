import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

import { keepMailSecret, MAIL_SECRET_ARN, readMailSecret } from '../../../local/start-up/mail-secret.ts';
import { startSecretsManager } from '../../../local/services/secrets-manager/start-secrets-manager.ts';
import { clientOptions } from '../services/support/client-options.ts';
import { temporaryDirectory } from '../services/support/temporary-directory.ts';

function write(text: string, mode = 0o600): string {
  const file = join(temporaryDirectory(), 'smtp.json');
  writeFileSync(file, text, { mode });
  return file;
}

test('the credentials of a file that its owner alone may read are read', async () => {
  const file = write('{ "username": "shop", "password": "p" }\n');
  expect(await readMailSecret(file)).toBe('{"username":"shop","password":"p"}');
});

test.each([
  ['that others may read', '{"username":"shop","password":"canary"}', 0o644, 'chmod 600'],
  ['that is no JSON', 'canary', 0o600, 'must hold {"username": "…", "password": "…"}'],
  ['without a password', '{"username":"canary"}', 0o600, 'must hold'],
  ['with more than that', '{"username":"a","password":"b","canary":1}', 0o600, 'must hold'],
])('a file %s is refused in a sentence without what stands in it', async (_, text, mode, problem) => {
  const file = write(text, mode);
  await expect(readMailSecret(file)).rejects.toThrow(problem);
  await expect(readMailSecret(file)).rejects.not.toThrow('canary');
});

test('a file that is not there is refused by name', async () => {
  await expect(readMailSecret('/nowhere/smtp.json')).rejects.toThrow('/nowhere/smtp.json');
});

test('what is kept is found by the name that functions are given, and only a change makes another version', async () => {
  const service = await startSecretsManager({ dataDirectory: temporaryDirectory() });
  const client = new SecretsManagerClient({ ...clientOptions(service.endpoint), region: 'us-east-1' });
  onTestFinished(async () => {
    client.destroy();
    await service.stop();
  });
  const read = () => client.send(new GetSecretValueCommand({ SecretId: MAIL_SECRET_ARN }));
  await keepMailSecret(client, 'one');
  const first = await read();
  await keepMailSecret(client, 'one');
  expect(await read()).toMatchObject({ SecretString: 'one', VersionId: first.VersionId });
  await keepMailSecret(client, 'other');
  expect((await read()).SecretString).toBe('other');
});

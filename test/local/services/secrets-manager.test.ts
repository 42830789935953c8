import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { generateSecretString } from '../../../local/services/secrets-manager/generate-secret-string.ts';
import { startSecretsManager } from '../../../local/services/secrets-manager/start-secrets-manager.ts';
import { clientOptions } from './support/client-options.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

async function start(dataDirectory = temporaryDirectory()) {
  const service = await startSecretsManager({ dataDirectory });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  onTestFinished(stop);
  const client = new SecretsManagerClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  return { client, stop, dataDirectory };
}

const read = (client: SecretsManagerClient, SecretId: string, more: object = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));

describe('secrets', () => {
  test('are found by name, ARN and ARN without its end, also after a restart', async () => {
    const first = await start();
    const { ARN = '' } = await first.client.send(
      new CreateSecretCommand({ Name: 'app/key', SecretString: 'v1' }),
    );
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-1:000000000000:secret:app\/key-[0-9a-f]{6}$/);
    await first.stop();
    const { client } = await start(first.dataDirectory);
    for (const id of ['app/key', ARN, ARN.slice(0, -7)]) {
      expect(await read(client, id)).toMatchObject({
        ARN,
        SecretString: 'v1',
        VersionStages: ['AWSCURRENT'],
      });
    }
  });

  test('keep the value before under AWSPREVIOUS', async () => {
    const { client } = await start();
    const { VersionId } = await client.send(new CreateSecretCommand({ Name: 's', SecretString: 'v1' }));
    await client.send(new PutSecretValueCommand({ SecretId: 's', SecretString: 'v2' }));
    expect(await read(client, 's')).toMatchObject({ SecretString: 'v2' });
    expect(await read(client, 's', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
      SecretString: 'v1',
      VersionId,
    });
    expect(await read(client, 's', { VersionId })).toMatchObject({ SecretString: 'v1' });
    const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: 's' }));
    expect(
      Object.values(VersionIdsToStages ?? {})
        .flat()
        .sort(),
    ).toEqual(['AWSCURRENT', 'AWSPREVIOUS']);
  });

  test('hold bytes too', async () => {
    const { client } = await start();
    await client.send(new CreateSecretCommand({ Name: 's', SecretBinary: Uint8Array.of(0, 255) }));
    expect((await read(client, 's')).SecretBinary).toEqual(Uint8Array.of(0, 255));
  });

  test('are made once, but a retry with the same token is answered again', async () => {
    const { client } = await start();
    const create = { Name: 's', SecretString: 'v1', ClientRequestToken: randomUUID() };
    const { ARN } = await client.send(new CreateSecretCommand(create));
    expect((await client.send(new CreateSecretCommand(create))).ARN).toBe(ARN);
    const other = { ...create, SecretString: 'v2' };
    await expect(client.send(new CreateSecretCommand(other))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
    const fresh = { Name: 's', SecretString: 'v1' };
    await expect(client.send(new CreateSecretCommand(fresh))).rejects.toMatchObject({
      name: 'ResourceExistsException',
    });
  });

  test('without a value, missing or under a stage that is not there are an error by name', async () => {
    const { client } = await start();
    await client.send(new CreateSecretCommand({ Name: 'empty' }));
    const notFound = { name: 'ResourceNotFoundException' };
    await expect(read(client, 'empty')).rejects.toMatchObject(notFound);
    await expect(read(client, 'missing')).rejects.toMatchObject(notFound);
    await client.send(new PutSecretValueCommand({ SecretId: 'empty', SecretString: 'x' }));
    await expect(read(client, 'empty', { VersionStage: 'AWSPENDING' })).rejects.toMatchObject(notFound);
  });

  test('do not lie on disk in clear', async () => {
    const { client, stop, dataDirectory } = await start();
    await client.send(new CreateSecretCommand({ Name: 's', SecretString: 'canary-4711' }));
    await stop();
    const files = readdirSync(dataDirectory, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    const contents = files.map((file) => readFileSync(join(file.parentPath, file.name)).toString('latin1'));
    expect(files.map((file) => file.name)).toContain('secrets.db');
    expect(contents.filter((content) => content.includes('canary-4711'))).toEqual([]);
  });

  test('with a parameter that is not supported are refused', async () => {
    const { client } = await start();
    const replicated = { Name: 's', AddReplicaRegions: [{ Region: 'eu-west-2' }] };
    await expect(client.send(new CreateSecretCommand(replicated))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('AddReplicaRegions') as string,
    });
  });
});

describe('generated strings', () => {
  test('are put into the template under the key', () => {
    const text = generateSecretString({
      SecretStringTemplate: '{"applicationID":"APP"}',
      GenerateStringKey: 'apiKey',
      PasswordLength: 40,
      ExcludePunctuation: true,
    });
    const value = JSON.parse(text) as Record<string, string>;
    expect(value).toEqual({
      applicationID: 'APP',
      apiKey: expect.stringMatching(/^[A-Za-z0-9]{40}$/) as string,
    });
  });

  test('have 32 characters with each type by default', () => {
    const password = generateSecretString({});
    expect(password).toHaveLength(32);
    for (const type of [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/]) expect(password).toMatch(type);
    expect(generateSecretString({})).not.toBe(password);
  });

  test('leave out what is excluded', () => {
    const password = generateSecretString({
      PasswordLength: 500,
      ExcludeCharacters: 'abc012',
      ExcludeUppercase: true,
      ExcludePunctuation: true,
    });
    expect(password).toMatch(/^[d-z3-9]{500}$/);
  });

  test.each<[string, object, RegExp]>([
    ['a template without a key', { SecretStringTemplate: '{}' }, /together/],
    ['an unknown option', { Surprise: true }, /Surprise/],
    [
      'nothing left to choose from',
      { ExcludeLowercase: true, ExcludeUppercase: true, ExcludeNumbers: true, ExcludePunctuation: true },
      /No password/,
    ],
    ['more types than characters', { PasswordLength: 3 }, /No password/],
  ])('%s is an error', (_, options, message) => {
    expect(() => generateSecretString(options)).toThrow(message);
  });

  test('GetRandomPassword follows the same options', async () => {
    const { client } = await start();
    const { RandomPassword } = await client.send(
      new GetRandomPasswordCommand({
        PasswordLength: 8,
        ExcludePunctuation: true,
        RequireEachIncludedType: true,
      }),
    );
    expect(RandomPassword).toMatch(/^[A-Za-z0-9]{8}$/);
  });
});

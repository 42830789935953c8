import {
  CreateAliasCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListResourceTagsCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startKms } from '../../../local/services/kms/start-kms.ts';
import { clientOptions } from './support/client-options.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

async function start(dataDirectory = temporaryDirectory()) {
  const service = await startKms({ dataDirectory });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  onTestFinished(stop);
  const client = new KMSClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  const { KeyMetadata } = await client.send(new CreateKeyCommand({ Description: 'seals' }));
  return { client, stop, dataDirectory, KeyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
}

const context = { tenant: 'A', resource: 'r1' };

describe('keys', () => {
  test('are described, tagged and rotated as the template asks', async () => {
    const { client, KeyId, arn } = await start();
    expect(arn).toBe(`arn:aws:kms:eu-west-1:000000000000:key/${KeyId}`);
    await client.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'a', TagValue: 'b' }] }));
    await client.send(new EnableKeyRotationCommand({ KeyId: arn }));
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ Arn: arn, Description: 'seals', KeyState: 'Enabled', Enabled: true });
    expect(KeyMetadata?.CreationDate?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    const tags = await client.send(new ListResourceTagsCommand({ KeyId }));
    expect(tags.Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }]);
    const rotation = await client.send(new GetKeyRotationStatusCommand({ KeyId }));
    expect(rotation).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
  });

  test('are found by alias', async () => {
    const { client, KeyId, arn } = await start();
    await client.send(new CreateAliasCommand({ AliasName: 'alias/millrace', TargetKeyId: KeyId }));
    const { KeyMetadata } = await client.send(new DescribeKeyCommand({ KeyId: 'alias/millrace' }));
    expect(KeyMetadata?.Arn).toBe(arn);
    const again = client.send(new CreateAliasCommand({ AliasName: 'alias/millrace', TargetKeyId: KeyId }));
    await expect(again).rejects.toMatchObject({ name: 'AlreadyExistsException' });
  });

  test('that do not exist are an error by name', async () => {
    const { client } = await start();
    await expect(client.send(new DescribeKeyCommand({ KeyId: 'alias/none' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  test('of other kinds and operations that are not there are refused, not ignored', async () => {
    const { client, KeyId } = await start();
    const asymmetric = client.send(new CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' }));
    await expect(asymmetric).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(client.send(new ScheduleKeyDeletionCommand({ KeyId }))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});

describe('encryption', () => {
  test('a data key opens under its context, also after a restart', async () => {
    const first = await start();
    const key = await first.client.send(
      new GenerateDataKeyCommand({ KeyId: first.arn, KeySpec: 'AES_256', EncryptionContext: context }),
    );
    expect(key.Plaintext).toHaveLength(32);
    expect(key.KeyId).toBe(first.arn);
    await first.stop();
    const second = await start(first.dataDirectory);
    const opened = await second.client.send(
      new DecryptCommand({
        CiphertextBlob: key.CiphertextBlob,
        EncryptionContext: { resource: 'r1', tenant: 'A' },
      }),
    );
    expect(opened.Plaintext).toEqual(key.Plaintext);
    expect(opened.KeyId).toBe(first.arn);
  });

  test.each([
    ['another context', { tenant: 'B', resource: 'r1' }],
    ['a part of the context', { tenant: 'A' }],
    ['no context', undefined],
  ])('nothing opens under %s', async (_, EncryptionContext) => {
    const { client, KeyId } = await start();
    const Plaintext = Buffer.from('secret');
    const { CiphertextBlob } = await client.send(
      new EncryptCommand({ KeyId, Plaintext, EncryptionContext: context }),
    );
    await expect(
      client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext })),
    ).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('a ciphertext with any byte changed does not open', async () => {
    const { client, KeyId } = await start();
    const { CiphertextBlob = new Uint8Array() } = await client.send(
      new EncryptCommand({ KeyId, Plaintext: Buffer.from('secret') }),
    );
    for (let index = 0; index < CiphertextBlob.length; index += 1) {
      const changed = Uint8Array.from(CiphertextBlob);
      changed[index] = (changed[index] ?? 0) ^ 1;
      await expect(client.send(new DecryptCommand({ CiphertextBlob: changed }))).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      });
    }
  });

  test('a ciphertext opens under the key it names only', async () => {
    const { client, KeyId } = await start();
    const other = await client.send(new CreateKeyCommand({}));
    const { CiphertextBlob } = await client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('x') }));
    const wrong = new DecryptCommand({ CiphertextBlob, KeyId: other.KeyMetadata?.KeyId });
    await expect(client.send(wrong)).rejects.toMatchObject({ name: 'IncorrectKeyException' });
  });

  test('a ciphertext of another data directory does not open', async () => {
    const [here, there] = [await start(), await start()];
    const { CiphertextBlob } = await here.client.send(
      new EncryptCommand({ KeyId: here.KeyId, Plaintext: Buffer.from('x') }),
    );
    await expect(there.client.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('4096 bytes fit and more do not', async () => {
    const { client, KeyId } = await start();
    const encrypt = (size: number) =>
      client.send(new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(size, 1) }));
    await expect(encrypt(4096)).resolves.toHaveProperty('CiphertextBlob');
    await expect(encrypt(4097)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('the key file', () => {
  test('is for its owner alone, and the service refuses it otherwise', async () => {
    const { dataDirectory, stop } = await start();
    const path = join(dataDirectory, 'kms', 'key');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await stop();
    chmodSync(path, 0o640);
    await expect(startKms({ dataDirectory })).rejects.toThrow(/may be read by others/);
  });

  test('that is damaged is refused and not replaced', async () => {
    const { dataDirectory, stop } = await start();
    await stop();
    writeFileSync(join(dataDirectory, 'kms', 'key'), 'short');
    await expect(startKms({ dataDirectory })).rejects.toThrow(/damaged/);
  });
});

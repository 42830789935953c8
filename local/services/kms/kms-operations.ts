import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { decryptUnder, encryptUnder, invalidCiphertext, readKeyID } from './ciphertext.ts';
import type { KeyFile } from './key-file.ts';
import { arnOfKey, type KeyStore, type StoredKey } from './key-store.ts';

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html */
const MAX_PLAINTEXT_BYTES = 4096;
const SYMMETRIC = 'SYMMETRIC_DEFAULT';

const keyID = z.string().min(1);
const tags = z.array(z.strictObject({ TagKey: z.string().min(1).max(128), TagValue: z.string().max(256) }));
const context = z.record(z.string(), z.string()).default({});
const algorithm = z.literal(SYMMETRIC).optional();
const blob = z.base64().transform((text) => Buffer.from(text, 'base64'));

const createKeySchema = z.strictObject({
  Description: z.string().max(8192).default(''),
  Policy: z.string().default(''),
  BypassPolicyLockoutSafetyCheck: z.boolean().optional(),
  KeyUsage: z.literal('ENCRYPT_DECRYPT').optional(),
  KeySpec: z.literal(SYMMETRIC).optional(),
  Origin: z.literal('AWS_KMS').optional(),
  MultiRegion: z.literal(false).optional(),
  Tags: tags.default([]),
});
const keySchema = z.strictObject({ KeyId: keyID });
const dataKeySchema = z
  .strictObject({
    KeyId: keyID,
    EncryptionContext: context,
    KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
    NumberOfBytes: z.int().min(1).max(1024).optional(),
  })
  .refine((input) => (input.KeySpec === undefined) !== (input.NumberOfBytes === undefined), {
    message: 'specify either KeySpec or NumberOfBytes',
  });
const encryptSchema = z.strictObject({
  KeyId: keyID,
  Plaintext: blob,
  EncryptionContext: context,
  EncryptionAlgorithm: algorithm,
});
const decryptSchema = z.strictObject({
  CiphertextBlob: blob,
  KeyId: keyID.optional(),
  EncryptionContext: context,
  EncryptionAlgorithm: algorithm,
});
const rotationSchema = z.strictObject({
  KeyId: keyID,
  RotationPeriodInDays: z.int().min(90).max(2560).default(365),
});
const aliasSchema = z.strictObject({ AliasName: z.string().regex(/^alias\/[\w/-]+$/), TargetKeyId: keyID });

/** Keys and what is recorded about them. A rotation is recorded only: the key file is replaced by hand. */
export function createKeyOperations(store: KeyStore): Record<string, Operation> {
  return {
    CreateKey: operation(createKeySchema, ({ Description, Policy, Tags }, { region }) => ({
      KeyMetadata: describe(store.create({ region, description: Description, policy: Policy, tags: Tags })),
    })),
    DescribeKey: operation(keySchema, ({ KeyId }) => ({ KeyMetadata: describe(store.find(KeyId)) })),
    TagResource: operation(z.strictObject({ KeyId: keyID, Tags: tags }), ({ KeyId, Tags }) => {
      store.tag(store.find(KeyId).key_id, Tags);
      return {};
    }),
    ListResourceTags: operation(keySchema, ({ KeyId }) => ({
      Tags: store.listTags(store.find(KeyId).key_id),
      Truncated: false,
    })),
    EnableKeyRotation: operation(rotationSchema, ({ KeyId, RotationPeriodInDays }) => {
      store.setRotation(store.find(KeyId).key_id, RotationPeriodInDays);
      return {};
    }),
    DisableKeyRotation: operation(keySchema, ({ KeyId }) => {
      store.setRotation(store.find(KeyId).key_id, null);
      return {};
    }),
    GetKeyRotationStatus: operation(keySchema, ({ KeyId }) => {
      const key = store.find(KeyId);
      return {
        KeyId: key.key_id,
        KeyRotationEnabled: key.rotation_days !== null,
        RotationPeriodInDays: key.rotation_days ?? undefined,
      };
    }),
    CreateAlias: operation(aliasSchema, ({ AliasName, TargetKeyId }) => {
      store.createAlias(AliasName, store.find(TargetKeyId).key_id);
      return {};
    }),
  };
}

/** Encryption under the keys; nothing of it is stored. */
export function createCryptoOperations(store: KeyStore, keyFile: KeyFile): Record<string, Operation> {
  const createDataKey = (input: z.infer<typeof dataKeySchema>) => {
    const key = store.find(input.KeyId);
    const plaintext = randomBytes(input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32));
    const ciphertext = encryptUnder(keyFile, key.key_id, plaintext, input.EncryptionContext);
    const sealed = { KeyId: arnOfKey(key), CiphertextBlob: ciphertext.toString('base64') };
    return { sealed, Plaintext: plaintext.toString('base64') };
  };
  return {
    GenerateDataKey: operation(dataKeySchema, (input) => {
      const { sealed, Plaintext } = createDataKey(input);
      return { ...sealed, Plaintext };
    }),
    GenerateDataKeyWithoutPlaintext: operation(dataKeySchema, (input) => createDataKey(input).sealed),
    Encrypt: operation(encryptSchema, (input) => {
      if (input.Plaintext.length === 0 || input.Plaintext.length > MAX_PLAINTEXT_BYTES) {
        throw new AwsError('ValidationException', `Plaintext must have 1 to ${MAX_PLAINTEXT_BYTES} bytes.`);
      }
      const key = store.find(input.KeyId);
      const ciphertext = encryptUnder(keyFile, key.key_id, input.Plaintext, input.EncryptionContext);
      return {
        KeyId: arnOfKey(key),
        CiphertextBlob: ciphertext.toString('base64'),
        EncryptionAlgorithm: SYMMETRIC,
      };
    }),
    Decrypt: operation(decryptSchema, (input) => {
      const named = readKeyID(input.CiphertextBlob);
      if (input.KeyId !== undefined && store.find(input.KeyId).key_id !== named) {
        throw new AwsError('IncorrectKeyException', 'The ciphertext was encrypted under another key.');
      }
      const plaintext = decryptUnder(keyFile, input.CiphertextBlob, input.EncryptionContext);
      return {
        KeyId: arnOfKey(findNamed(store, named)),
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: SYMMETRIC,
      };
    }),
  };
}

function findNamed(store: KeyStore, id: string): StoredKey {
  try {
    return store.find(id);
  } catch {
    throw invalidCiphertext();
  }
}

function describe(key: StoredKey): object {
  return {
    AWSAccountId: LOCAL_ACCOUNT_ID,
    KeyId: key.key_id,
    Arn: arnOfKey(key),
    CreationDate: key.created_at / 1000,
    Enabled: true,
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: 'Enabled',
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: SYMMETRIC,
    KeySpec: SYMMETRIC,
    EncryptionAlgorithms: [SYMMETRIC],
    MultiRegion: false,
  };
}

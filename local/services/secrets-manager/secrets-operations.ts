import { randomBytes, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { generatePassword, passwordSchema } from './generate-secret-string.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';
import type { SecretValue, VersionStore } from './version-store.ts';

const MAX_SECRET_BYTES = 65_536;

const secretID = z.string().min(1).max(2048);
const versionID = z.string().min(32).max(64);
const valueFields = { SecretString: z.string().optional(), SecretBinary: z.base64().optional() };
const tagSchema = z.strictObject({ Key: z.string(), Value: z.string() });

const createSchema = z.strictObject({
  Name: z.string().regex(/^[\w/+=.@-]{1,512}$/),
  ClientRequestToken: versionID.optional(),
  Description: z.string().max(2048).optional(),
  KmsKeyId: z.string().optional(),
  Tags: z.array(tagSchema).default([]),
  ...valueFields,
});
const putSchema = z.strictObject({
  SecretId: secretID,
  ClientRequestToken: versionID.optional(),
  VersionStages: z.array(z.string().min(1)).min(1).default(['AWSCURRENT']),
  ...valueFields,
});
const getSchema = z.strictObject({
  SecretId: secretID,
  VersionId: versionID.optional(),
  VersionStage: z.string().optional(),
});

export function createSecretsOperations(
  store: SecretStore,
  versions: VersionStore,
): Record<string, Operation> {
  return {
    CreateSecret: operation(createSchema, (input, { region }) =>
      createSecret({ store, versions }, input, region),
    ),
    PutSecretValue: operation(putSchema, (input) => {
      const secret = store.find(input.SecretId);
      const versionID = input.ClientRequestToken ?? randomUUID();
      store.addVersion(secret.arn, { versionID, value: checkValue(input), stages: input.VersionStages });
      return { ARN: secret.arn, Name: secret.name, VersionId: versionID, VersionStages: input.VersionStages };
    }),
    GetSecretValue: operation(getSchema, (input) => {
      const secret = store.find(input.SecretId);
      const version = versions.read(secret.arn, { versionID: input.VersionId, stage: input.VersionStage });
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: version.versionID,
        ...version.value,
        VersionStages: versions.listStages(secret.arn)[version.versionID],
        CreatedDate: version.createdAt / 1000,
      };
    }),
    DescribeSecret: operation(z.strictObject({ SecretId: secretID }), ({ SecretId }) => {
      const secret = store.find(SecretId);
      return {
        ARN: secret.arn,
        Name: secret.name,
        Description: secret.description ?? undefined,
        KmsKeyId: secret.kms_key_id ?? undefined,
        Tags: z.array(tagSchema).parse(JSON.parse(secret.tags)),
        CreatedDate: secret.created_at / 1000,
        LastChangedDate: secret.changed_at / 1000,
        VersionIdsToStages: versions.listStages(secret.arn),
      };
    }),
    GetRandomPassword: operation(passwordSchema, (input) => ({ RandomPassword: generatePassword(input) })),
  };
}

function createSecret(
  { store, versions }: { store: SecretStore; versions: VersionStore },
  input: z.output<typeof createSchema>,
  region: string,
): object {
  const versionID = input.ClientRequestToken ?? randomUUID();
  const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
  const first = hasValue ? { versionID, value: checkValue(input), stages: ['AWSCURRENT'] } : undefined;
  if (!store.exists(input.Name)) {
    const suffix = randomBytes(3).toString('hex');
    const arn = `arn:aws:secretsmanager:${region}:${LOCAL_ACCOUNT_ID}:secret:${input.Name}-${suffix}`;
    store.insert(describeNew(arn, input), first);
    return { ARN: arn, Name: input.Name, VersionId: first?.versionID };
  }
  const { arn } = store.find(input.Name);
  // The same token again is a retry whose first answer was lost; another value under it is refused.
  if (!first || versions.listStages(arn)[versionID] === undefined) {
    throw new AwsError('ResourceExistsException', `The secret ${input.Name} already exists.`);
  }
  store.addVersion(arn, first);
  return { ARN: arn, Name: input.Name, VersionId: versionID };
}

function describeNew(arn: string, input: z.infer<typeof createSchema>): StoredSecret {
  return {
    arn,
    name: input.Name,
    description: input.Description ?? null,
    kms_key_id: input.KmsKeyId ?? null,
    tags: JSON.stringify(input.Tags),
    created_at: Date.now(),
    changed_at: Date.now(),
  };
}

function checkValue(input: SecretValue): SecretValue {
  const { SecretString, SecretBinary } = input;
  if ((SecretString === undefined) === (SecretBinary === undefined)) {
    throw new AwsError('InvalidParameterException', 'Give either SecretString or SecretBinary.');
  }
  if (Buffer.byteLength(SecretString ?? SecretBinary ?? '') > MAX_SECRET_BYTES) {
    throw new AwsError('InvalidParameterException', `A secret value has at most ${MAX_SECRET_BYTES} bytes.`);
  }
  return SecretString === undefined ? { SecretBinary } : { SecretString };
}

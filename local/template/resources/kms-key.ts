import {
  CreateKeyCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  NotFoundException,
} from '@aws-sdk/client-kms';
import * as z from 'zod';
import { defineResourceType, notNeeded, type ProvisionContext } from '../resource-type.ts';

/** A key. The one of an earlier start must be there still: without it nothing sealed under it opens again. */
export const key = defineResourceType({
  type: 'AWS::KMS::Key',
  properties: z.strictObject({
    Description: z.string().optional(),
    EnableKeyRotation: z.boolean().default(false),
    Enabled: z.literal(true).optional(),
    KeyPolicy: notNeeded('Who may use the key: rights within an account.'),
    PendingWindowInDays: notNeeded('Nothing here deletes a key.'),
    Tags: notNeeded('Labels for bills.'),
  }),
  async provision(properties, context) {
    const found = context.previousID && (await find(context.previousID, context));
    const keyID = found || (await create(properties, context));
    const described = await context.clients.kms.send(new DescribeKeyCommand({ KeyId: keyID }));
    return { physicalID: keyID, attributes: { Arn: described.KeyMetadata?.Arn ?? '', KeyId: keyID } };
  },
});

async function find(keyID: string, { clients }: ProvisionContext): Promise<string> {
  try {
    await clients.kms.send(new DescribeKeyCommand({ KeyId: keyID }));
    return keyID;
  } catch (error) {
    if (!(error instanceof NotFoundException)) throw error;
    throw new Error(
      `key ${keyID} of an earlier start is gone from the data directory: restore its files, or start with a new one`,
      { cause: error },
    );
  }
}

async function create(
  properties: { Description?: string | undefined; EnableKeyRotation: boolean },
  { clients }: ProvisionContext,
): Promise<string> {
  const created = await clients.kms.send(new CreateKeyCommand({ Description: properties.Description }));
  const KeyId = created.KeyMetadata?.KeyId;
  if (!KeyId) throw new Error('KMS made no key');
  if (properties.EnableKeyRotation) await clients.kms.send(new EnableKeyRotationCommand({ KeyId }));
  return KeyId;
}

import {
  CreateSecretCommand,
  DescribeSecretCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { generateSecretString } from '../../services/secrets-manager/generate-secret-string.ts';
import { physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** A secret whose value is made once, at the first start, and kept. */
export const secret = defineResourceType({
  type: 'AWS::SecretsManager::Secret',
  properties: z.strictObject({
    Description: z.string().optional(),
    GenerateSecretString: z.strictObject({
      ExcludeCharacters: z.string().optional(),
      ExcludeLowercase: z.boolean().optional(),
      ExcludeNumbers: z.boolean().optional(),
      ExcludePunctuation: z.boolean().optional(),
      ExcludeUppercase: z.boolean().optional(),
      GenerateStringKey: z.string().optional(),
      IncludeSpace: z.boolean().optional(),
      PasswordLength: z.int().optional(),
      RequireEachIncludedType: z.boolean().optional(),
      SecretStringTemplate: z.string().optional(),
    }),
    KmsKeyId: notNeeded('The embedded service encrypts under the key file of the data directory.'),
    Name: z.string().optional(),
    Tags: notNeeded('Labels for bills.'),
  }),
  async provision({ GenerateSecretString, Description, Name }, { logicalID, names, clients }) {
    const wanted = Name ?? physicalName(names, logicalID);
    const arn =
      (await findArn(clients.secretsManager, wanted)) ??
      (await clients.secretsManager
        .send(
          new CreateSecretCommand({
            Name: wanted,
            Description,
            SecretString: generateSecretString(GenerateSecretString),
          }),
        )
        .then(({ ARN }) => ARN));
    if (!arn) throw new Error('Secrets Manager gave no ARN');
    return { physicalID: arn, attributes: { Id: arn } };
  },
});

async function findArn(client: SecretsManagerClient, name: string): Promise<string | undefined> {
  try {
    const found = await client.send(new DescribeSecretCommand({ SecretId: name }));
    return found.ARN;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

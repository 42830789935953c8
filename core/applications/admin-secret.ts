import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Reads the secret from Secrets Manager. The client is loaded on first use: a process asks once in minutes. */
export function createSecretReader(secretARN: string): () => Promise<string> {
  let client: SecretsManagerClient | undefined;
  return async () => {
    const sdk = await import('../foundation/aws/secrets-manager.ts');
    client ??= new sdk.SecretsManagerClient({});
    const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: secretARN }));
    if (SecretString === undefined) throw new Error('The admin secret holds no text');
    return SecretString;
  };
}

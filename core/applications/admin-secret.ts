import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** Reads the secret from Secrets Manager. The client is made on first use: a process asks once in minutes. */
export function createSecretReader(secretARN: string): () => Promise<string> {
  let client: SecretsManagerClient | undefined;
  return async () => {
    client ??= new SecretsManagerClient({});
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretARN }));
    if (SecretString === undefined) throw new Error('The admin secret holds no text');
    return SecretString;
  };
}

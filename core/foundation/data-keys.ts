import { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';

/** Makes and unwraps data keys. `context` must be the same at both ends. */
export interface DataKeys {
  generate(context: Record<string, string>): Promise<{ plaintext: Uint8Array; wrapped: Uint8Array }>;
  unwrap(wrapped: Uint8Array, context: Record<string, string>): Promise<Uint8Array>;
}

/**
 * Data keys by KMS, under one key. The client is made on first use: most requests of the API never need it.
 * `generate` needs kms:GenerateDataKey, `unwrap` kms:Decrypt; no function has both.
 */
export function createKmsDataKeys(keyARN: string): DataKeys {
  let client: KMSClient | undefined;
  return {
    async generate(context) {
      client ??= new KMSClient({});
      const answer = await client.send(
        new GenerateDataKeyCommand({ KeyId: keyARN, KeySpec: 'AES_256', EncryptionContext: context }),
      );
      if (!answer.Plaintext || !answer.CiphertextBlob) throw new Error('KMS answered without a data key');
      return { plaintext: answer.Plaintext, wrapped: answer.CiphertextBlob };
    },
    async unwrap(wrapped, context) {
      client ??= new KMSClient({});
      const answer = await client.send(
        new DecryptCommand({ KeyId: keyARN, CiphertextBlob: wrapped, EncryptionContext: context }),
      );
      if (!answer.Plaintext) throw new Error('KMS answered without a plaintext');
      return answer.Plaintext;
    },
  };
}

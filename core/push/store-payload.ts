import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Keeps a payload; it is durable when this resolves. Apart from reading, which the api has no right to. */
export type StorePayload = (payloadKey: string, payload: Uint8Array) => Promise<void>;

/** The client is made here, so that who loads this module on demand loads no more of S3's than it needs. */
export function createStorePayload(options: { readonly bucket: string }): StorePayload {
  const client = new S3Client({});
  return async (payloadKey, payload) => {
    await client.send(
      new PutObjectCommand({
        Bucket: options.bucket,
        Key: payloadKey,
        Body: payload,
        ContentType: 'application/x-ndjson',
      }),
    );
  };
}

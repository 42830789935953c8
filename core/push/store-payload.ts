import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** Keeps a payload; it is durable when this resolves. Apart from reading, which the api has no right to. */
export type StorePayload = (payloadKey: string, payload: Uint8Array) => Promise<void>;

/** The client is made on first use: few requests need it. */
export function createStorePayload(options: { readonly bucket: string }): StorePayload {
  let client: S3Client | undefined;
  return async (payloadKey, payload) => {
    client ??= new S3Client({});
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

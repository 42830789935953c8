import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3';

/** The payloads of pushes, as the worker uses them. */
export interface PushPayloads {
  /** Nothing when it has expired. */
  read(payloadKey: string): Promise<Uint8Array | undefined>;
  delete(payloadKey: string): Promise<void>;
}

export function createPushPayloads(options: { client: S3Client; bucket: string }): PushPayloads {
  const { client, bucket: Bucket } = options;
  return {
    async read(payloadKey) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: payloadKey }));
        return await Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async delete(payloadKey) {
      await client.send(new DeleteObjectCommand({ Bucket, Key: payloadKey }));
    },
  };
}

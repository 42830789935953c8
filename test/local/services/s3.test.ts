import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startS3 } from '../../../local/services/s3/start-s3.ts';
import type { StartedService } from '../../../local/services/protocol/started-service.ts';
import { TEST_CREDENTIALS } from '../../support/table.ts';

const Bucket = 'things';
const dataDirectory = mkdtempSync(join(tmpdir(), 'millrace-s3-'));
let service: StartedService;
let client: S3Client;

beforeAll(async () => {
  service = await startS3({ dataDirectory });
  client = new S3Client({ ...TEST_CREDENTIALS, endpoint: service.endpoint });
  await client.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  client.destroy();
  await service.stop();
  rmSync(dataDirectory, { recursive: true });
});

async function read(Key: string, from = client): Promise<string | undefined> {
  const { Body } = await from.send(new GetObjectCommand({ Bucket, Key }));
  return Body?.transformToString();
}

test('an object is read as it was written, whatever is in its key and body', async () => {
  const Key = 'APP/ä b+c?d=1';
  await client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from('{"ü":"\u0000"}\n') }));
  expect(await read(Key)).toBe('{"ü":"\u0000"}\n');
});

test('an object that was deleted is gone, and deleting it again changes nothing', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'gone', Body: 'x' }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
  await expect(read('gone')).rejects.toBeInstanceOf(NoSuchKey);
});

test('If-None-Match keeps the object that is there', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'once', Body: 'first' }));
  const second = new PutObjectCommand({ Bucket, Key: 'once', Body: 'second', IfNoneMatch: '*' });
  await expect(client.send(second)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await read('once')).toBe('first');
});

test('objects are there after a restart, and creating their bucket again keeps them', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'kept', Body: 'x'.repeat(100_000) }));
  // Another process on the same files, while the first still has them open, as after a kill.
  const other = await startS3({ dataDirectory });
  const otherClient = new S3Client({ ...TEST_CREDENTIALS, endpoint: other.endpoint });
  await otherClient.send(new CreateBucketCommand({ Bucket }));
  expect(await read('kept', otherClient)).toHaveLength(100_000);
  otherClient.destroy();
  await other.stop();
});

test('a bucket that was not created is not there', async () => {
  await expect(client.send(new HeadBucketCommand({ Bucket: 'nowhere' }))).rejects.toMatchObject({
    name: 'NotFound',
  });
});

test('a body that does not fit its checksum is not stored', async () => {
  const put = new PutObjectCommand({ Bucket, Key: 'broken', Body: 'x', ChecksumCRC32: 'AAAAAA==' });
  await expect(client.send(put)).rejects.toMatchObject({ name: 'BadDigest' });
});

test('an operation that is not built is refused', async () => {
  await expect(client.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
    name: 'NotImplemented',
  });
});

test('a request without a signature, as a web page would make it, is refused', async () => {
  const answer = await fetch(`${service.endpoint}/${Bucket}/kept`);
  expect(answer.status).toBe(403);
});

test('a signed URL lets whoever has it put and get one object, for as long as it holds', async () => {
  const Key = 'signed/ä b';
  const signer = new S3Client({
    ...TEST_CREDENTIALS,
    endpoint: service.endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const put = await getSignedUrl(signer, new PutObjectCommand({ Bucket, Key }), { expiresIn: 60 });
  expect((await fetch(put, { method: 'PUT', body: 'signed' })).status).toBe(200);
  const get = new GetObjectCommand({ Bucket, Key });
  expect(await (await fetch(await getSignedUrl(signer, get, { expiresIn: 60 }))).text()).toBe('signed');
  const signingDate = new Date(Date.now() - 61_000);
  const expired = await fetch(await getSignedUrl(signer, get, { expiresIn: 60, signingDate }));
  expect([expired.status, await expired.text()]).toEqual([403, expect.stringContaining('has expired')]);
  const unsigned = await fetch(put.replace(/X-Amz-Credential=[^&]*&/u, ''), { method: 'PUT', body: 'x' });
  expect(unsigned.status).toBe(400);
  signer.destroy();
});

test('a URL that was signed with the checksum of another body is refused', async () => {
  const url = await getSignedUrl(client, new PutObjectCommand({ Bucket, Key: 'summed' }));
  expect(url).toContain('x-amz-checksum-crc32');
  expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(501);
});

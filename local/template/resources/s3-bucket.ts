import { CreateBucketCommand } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { physicalName } from '../names.ts';
import { defineResourceType, defineUnneededType, notNeeded } from '../resource-type.ts';

const AT_REST = 'The data directory is as safe as the disk it is on.';
const WHO = 'Who may use a bucket, and over which transport: here it listens on 127.0.0.1 only.';

/** A bucket, empty or as an earlier start left it. */
export const bucket = defineResourceType({
  type: 'AWS::S3::Bucket',
  properties: z.strictObject({
    BucketEncryption: notNeeded(AT_REST),
    BucketName: z.string().optional(),
    LifecycleConfiguration: notNeeded(
      'Objects are deleted once they are used; what is left over are those of requests that were cut off.',
    ),
    OwnershipControls: notNeeded(WHO),
    PublicAccessBlockConfiguration: notNeeded(WHO),
    Tags: notNeeded('Labels for bills.'),
  }),
  async provision(properties, { logicalID, names, clients: { s3 } }) {
    // Names of buckets are lower-case and have at most 63 characters.
    const Bucket = properties.BucketName ?? physicalName(names, logicalID).toLowerCase().slice(0, 63);
    await s3.send(new CreateBucketCommand({ Bucket }));
    return { physicalID: Bucket, attributes: { Arn: `arn:aws:s3:::${Bucket}` } };
  },
});

export const bucketPolicy = defineUnneededType({
  type: 'AWS::S3::BucketPolicy',
  reason: WHO,
  properties: { Bucket: notNeeded(WHO), PolicyDocument: notNeeded(WHO) },
});

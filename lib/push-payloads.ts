import type { HouseFunction } from './constructs/house-function.ts';
import { CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

// A payload is deleted once its push is applied. What is older than this belongs to a request that was cut off before
// it was accepted, or to an index that could not be written for two weeks.
const KEEP_DAYS = 14;

/** Records that were pushed, from their acceptance until they are in the index. */
export class PushPayloads extends Construct {
  readonly bucketName: string;
  readonly #objects: string;
  readonly #logicalID: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      // S3's own key: the table's would cost a request to KMS for each push and protect nothing more.
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        { expiration: Duration.days(KEEP_DAYS), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bucketName = bucket.bucketName;
    this.#objects = bucket.arnForObjects('*');
    const { defaultChild } = bucket.node;
    this.#logicalID = CfnResource.isCfnResource(defaultChild)
      ? Stack.of(this).getLogicalId(defaultChild)
      : '';
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Each object is written by the api and read by the worker, both of which log the run that it belongs to.',
    });
  }

  /** The function can store payloads, and not read them. */
  grantStore(fn: HouseFunction): void {
    this.#grant(fn, ['s3:PutObject']);
  }

  /** The function can read payloads and delete those that it is done with. */
  grantUse(fn: HouseFunction): void {
    this.#grant(fn, ['s3:GetObject', 's3:DeleteObject']);
  }

  #grant(fn: HouseFunction, actions: string[]): void {
    fn.allow({ actions, resources: [this.#objects] });
    Validations.of(fn).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${this.#logicalID}.Arn>/*]`,
      reason: 'Each push has an object of its own, and the bucket holds nothing else.',
    });
  }
}

import type { HouseFunction } from './constructs/house-function.ts';
import { CfnResource, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

// What a worker is done with it deletes; what is older than this is of a worker that died.
const KEEP_DAYS = 1;

/** What goes between a worker and the task of a connector: its configuration to there, its output back. */
export class ConnectorFiles extends Construct {
  readonly bucketName: string;
  readonly #bucketArn: string;
  readonly #objects: string;
  readonly #logicalID: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const bucket = new Bucket(this, 'Bucket', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      lifecycleRules: [
        {
          expiration: Duration.days(KEEP_DAYS),
          abortIncompleteMultipartUploadAfter: Duration.days(KEEP_DAYS),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.bucketName = bucket.bucketName;
    this.#bucketArn = bucket.bucketArn;
    this.#objects = bucket.arnForObjects('connectors/*');
    const { defaultChild } = bucket.node;
    this.#logicalID = CfnResource.isCfnResource(defaultChild)
      ? Stack.of(this).getLogicalId(defaultChild)
      : '';
    Validations.of(bucket).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Each object is written, read and deleted within minutes, for a run whose worker logs it.',
    });
  }

  /** The function can write, read and delete them; tasks do so by what it signs. */
  grantExchange(fn: HouseFunction): void {
    fn.allow({
      actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject'],
      resources: [this.#objects],
    });
    // Without it S3 answers that a part may not be read where it is not there yet.
    fn.allow({ actions: ['s3:ListBucket'], resources: [this.#bucketArn] });
    Validations.of(fn).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${this.#logicalID}.Arn>/connectors/*]`,
      reason: 'Each start of a connector has objects of its own, and the bucket holds nothing else.',
    });
  }
}

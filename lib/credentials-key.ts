import type { HouseFunction } from './constructs/house-function.ts';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/**
 * The key that seals users' credentials, apart from the table's so that the right to read the table is not the right to
 * open what is sealed in it: who seals cannot open, and who opens cannot seal.
 */
export class CredentialsKey extends Construct {
  readonly keyArn: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const key = new Key(this, 'Key', {
      description: 'Seals the credentials that Millrace keeps for its users',
      enableKeyRotation: true,
    });
    this.keyArn = key.keyArn;
  }

  grantSeal(fn: HouseFunction): void {
    fn.allow({ actions: ['kms:GenerateDataKey'], resources: [this.keyArn] });
  }

  grantOpen(fn: HouseFunction): void {
    fn.allow({ actions: ['kms:Decrypt'], resources: [this.keyArn] });
  }
}

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

  /** The function can open the secrets of webhooks, and none of an authentication. */
  grantOpenWebhooks(fn: HouseFunction): void {
    fn.allow({
      actions: ['kms:Decrypt'],
      resources: [this.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:authentication': 'webhook#*' } },
    });
  }

  /** The function can open the secrets of alerts, and none of an authentication. */
  grantOpenAlerts(fn: HouseFunction): void {
    fn.allow({
      actions: ['kms:Decrypt'],
      resources: [this.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:authentication': 'alert#*' } },
    });
  }

  /** The function can open the keys of links, and none of an authentication. */
  grantOpenLinks(fn: HouseFunction): void {
    fn.allow({
      actions: ['kms:Decrypt'],
      resources: [this.keyArn],
      conditions: { StringLike: { 'kms:EncryptionContext:authentication': 'link#*' } },
    });
  }

  grantOpen(fn: HouseFunction): void {
    fn.allow({ actions: ['kms:Decrypt'], resources: [this.keyArn] });
  }
}

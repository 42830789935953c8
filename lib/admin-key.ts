import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The first admin key, made at deployment: the secret `{"applicationID","apiKey"}`, which nobody has to type. */
export class AdminKey extends Construct {
  readonly secretArn: string;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    const secret = new Secret(this, 'Secret', {
      description: 'The first admin API key of Millrace',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ applicationID: stage.applicationID }),
        generateStringKey: 'apiKey',
        // Letters and digits only, as it travels in headers and queries: 40 of them are more than 230 bits.
        passwordLength: 40,
        excludePunctuation: true,
      },
    });
    this.secretArn = secret.secretArn;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Clients hold this key: it changes when its owner changes it, a rotation would lock them all out.',
    });
  }

  grantRead(fn: HouseFunction): void {
    fn.allow({ actions: ['secretsmanager:GetSecretValue'], resources: [this.secretArn] });
  }
}

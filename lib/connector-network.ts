import type { Stage } from './stage.ts';
import { Validations } from 'aws-cdk-lib';
import type * as Ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { createRequire } from 'node:module';

/**
 * Where connectors run: a VPC of its own with nothing else in it and a way out, or the subnets that the stage names. Nobody
 * reaches a connector.
 */
export class ConnectorNetwork extends Construct {
  readonly subnetIds: readonly string[];
  readonly securityGroupId: string;
  /** Public subnets have no other way out, and a NAT gateway costs more than most connectors. */
  readonly assignsPublicIP: boolean;

  constructor(scope: Construct, id: string, { connectorNetwork }: Stage) {
    super(scope, id);
    // Loaded only here, since the one machine starts without it sooner.
    const ec2: typeof Ec2 = createRequire(import.meta.url)('aws-cdk-lib/aws-ec2');
    this.assignsPublicIP = connectorNetwork === undefined;
    const own = connectorNetwork === undefined ? this.#createVpc(ec2) : undefined;
    this.subnetIds = own === undefined ? (connectorNetwork?.subnetIds ?? []) : subnetsOf(own);
    const group = new ec2.CfnSecurityGroup(this, 'SecurityGroup', {
      groupDescription: 'Connectors of Millrace: out to anywhere, in from nowhere',
      vpcId: own?.vpcId ?? connectorNetwork?.vpcId,
      // A source may be at any port.
      securityGroupEgress: [
        { ipProtocol: '-1', cidrIp: '0.0.0.0/0', description: 'Sources, registries, S3 and logs' },
      ],
    });
    this.securityGroupId = group.attrGroupId;
  }

  #createVpc(ec2: typeof Ec2): Ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Connectors', subnetType: ec2.SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
      ],
      // What goes through S3 stays within AWS; it costs nothing.
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      // It would be done by a function of CDK's own; every task names its group, so nothing is in the default one.
      restrictDefaultSecurityGroup: false,
    });
    Validations.of(vpc).acknowledge({
      id: 'AwsSolutions-VPC7',
      reason:
        'Nothing is in it but connectors, which may go anywhere: flow logs would tell what their sources are.',
    });
    return vpc;
  }
}

function subnetsOf(vpc: Ec2.Vpc): string[] {
  return vpc.publicSubnets.map(({ subnetId }) => subnetId);
}

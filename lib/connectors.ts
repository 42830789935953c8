import { ConnectorFiles } from './connector-files.ts';
import { ConnectorNetwork } from './connector-network.ts';
import type { HouseFunction } from './constructs/house-function.ts';
import type { Stage } from './stage.ts';
import { RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type * as Ecs from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { createRequire } from 'node:module';

/** Repositories of the account's own ECR that connectors may come from. */
const REPOSITORIES = 'millrace/*';

/**
 * What connectors in container images run with: each start is a task of ECS on Fargate, without a role of its own, which ends
 * with its worker. Nothing of it costs anything while no connector runs.
 */
export class Connectors extends Construct {
  readonly #stage: Stage;
  readonly #files: ConnectorFiles;
  readonly #network: ConnectorNetwork;
  readonly #clusterArn: string;
  readonly #executionRole: Role;
  readonly #logGroup: LogGroup;

  constructor(scope: Construct, id: string, { stage }: { stage: Stage }) {
    super(scope, id);
    this.#stage = stage;
    this.#files = new ConnectorFiles(this, 'Files');
    this.#network = new ConnectorNetwork(this, 'Network', stage);
    this.#logGroup = new LogGroup(this, 'Logs', {
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#executionRole = this.#createExecutionRole();
    // Loaded only here, since the one machine starts without it sooner.
    const ecs: typeof Ecs = createRequire(import.meta.url)('aws-cdk-lib/aws-ecs');
    const cluster = new ecs.CfnCluster(this, 'Cluster');
    this.#clusterArn = cluster.attrArn;
    Validations.of(cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason:
        'A task lives for minutes, and its run tells how it went: container insights would cost more than the tasks.',
    });
  }

  /** What a worker is told to run them with. */
  get settings(): string {
    return Stack.of(this).toJsonString({
      prefix: this.#prefix,
      region: this.#stage.region,
      cluster: this.#clusterArn,
      subnets: this.#network.subnetIds,
      securityGroup: this.#network.securityGroupId,
      assignPublicIP: this.#network.assignsPublicIP,
      executionRole: this.#executionRole.roleArn,
      logGroup: this.#logGroup.logGroupName,
      bucket: this.#files.bucketName,
      memoryMB: this.#stage.connectorMemoryMB,
      relayImage: this.#stage.connectorRelayImage,
      commands: this.#stage.connectorCommands,
    });
  }

  /** The function can run connectors, look after those that it runs, and stop them. */
  grantRun(fn: HouseFunction): void {
    const arn = (resource: string, resourceName: string) =>
      Stack.of(this).formatArn({ service: 'ecs', resource, resourceName });
    const tasks = arn('task', '*');
    // With a revision or without one: ECS has authorised by either.
    const definitionNames = `${this.#prefix}-connector-*`;
    const definitions = arn('task-definition', definitionNames);
    const inCluster = { ArnEquals: { 'ecs:cluster': this.#clusterArn } };
    this.#files.grantExchange(fn);
    fn.allow({ actions: ['ecs:RegisterTaskDefinition'], resources: ['*'] });
    fn.allow({ actions: ['ecs:RunTask'], resources: [definitions], conditions: inCluster });
    fn.allow({ actions: ['ecs:DescribeTasks', 'ecs:StopTask'], resources: [tasks], conditions: inCluster });
    fn.allow({ actions: ['ecs:ListTasks'], resources: ['*'], conditions: inCluster });
    fn.allow({
      actions: ['ecs:TagResource'],
      resources: [tasks],
      conditions: { StringEquals: { 'ecs:CreateAction': 'RunTask' } },
    });
    fn.allow({
      actions: ['iam:PassRole'],
      resources: [this.#executionRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
    });
    Validations.of(fn).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'ecs:RegisterTaskDefinition and ecs:ListTasks know no resources that could be named; the latter is held to the cluster.',
      },
      ...['task/*', `task-definition/${definitionNames}`].map((resource) => ({
        id: this.#checkOf('ecs', resource),
        reason:
          'Each start of a connector is a task of its own, and each image has a definition: both are held to the cluster.',
      })),
    );
  }

  /** How the checks name a right with a wildcard. */
  #checkOf(service: string, resource: string): string {
    const { partition, region } = Stack.of(this);
    return `AwsSolutions-IAM5[Resource::arn:${partition}:${service}:${region}:<AWS::AccountId>:${resource}]`;
  }

  get #prefix(): string {
    return `millrace-${this.#stage.name}`;
  }

  /** What Fargate itself may do for a task: write its log, and fetch images from repositories of this account. */
  #createExecutionRole(): Role {
    const { account } = Stack.of(this);
    const role = new Role(this, 'ExecutionRole', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const repositories = Stack.of(this).formatArn({
      service: 'ecr',
      resource: 'repository',
      resourceName: REPOSITORIES,
    });
    this.#logGroup.grantWrite(role);
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [repositories],
      }),
    );
    role.addToPolicy(new PolicyStatement({ actions: ['ecr:GetAuthorizationToken'], resources: ['*'] }));
    Validations.of(role).acknowledge(
      {
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason: 'ecr:GetAuthorizationToken knows no resources; what can be fetched with it is told apart.',
      },
      {
        id: this.#checkOf('ecr', `repository/${REPOSITORIES}`),
        reason: 'Whoever keeps images of connectors in the account names their repositories so.',
      },
    );
    return role;
  }
}

import { buildBundles } from '../../lib/bundles.ts';
import { synthesise } from '../../lib/synthesise.ts';
import {
  actionsOf,
  aStage,
  FIXTURE_LAMBDAS,
  functionOf,
  onlyOf,
  resourcesOf,
  roleOf,
  statementsOf,
  synthesiseTemplate,
  type Statement,
  type Template,
} from './support/template.ts';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';

test("with connectors, the template passes cdk-nag's rules and CloudFormation's own", async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-connectors-'));
  try {
    const outDirectory = join(directory, 'cdk.out');
    synthesise({
      stage: aStage({ connectors: true }),
      bundles: await buildBundles({
        outDirectory: join(directory, 'bundles'),
        lambdasDirectory: FIXTURE_LAMBDAS,
      }),
      outDirectory,
      checked: true,
    });
    const report = JSON.parse(readFileSync(join(outDirectory, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports).toEqual([]);
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 60_000);

describe('a stage with connectors', () => {
  let template: Template;
  beforeAll(async () => {
    template = await synthesiseTemplate({ stage: aStage({ connectors: true }) });
  });

  function settingsOfWorker(): string {
    const { CONTAINER_TASKS } = functionOf(template, 'work-run').resource.Properties.Environment.Variables;
    return JSON.stringify(CONTAINER_TASKS);
  }

  function statementsOn(action: string): Statement[] {
    return statementsOf(template, roleOf(functionOf(template, 'work-run').resource)).filter((each) =>
      actionsOf(each).includes(action),
    );
  }

  test('has a network with a way out, no way in and no gateway that costs', () => {
    expect(resourcesOf(template, 'AWS::EC2::NatGateway')).toEqual([]);
    expect(resourcesOf(template, 'AWS::EC2::Subnet')).toHaveLength(2);
    const group = onlyOf(template, 'AWS::EC2::SecurityGroup').Properties;
    expect(group.SecurityGroupIngress).toBeUndefined();
    expect(resourcesOf(template, 'AWS::EC2::SecurityGroupIngress')).toEqual([]);
    expect(onlyOf(template, 'AWS::EC2::VPCEndpoint').Properties.VpcEndpointType).toBe('Gateway');
  });

  test('keeps what goes between a worker and a task for a day, encrypted, and reached by TLS alone', () => {
    const [, bucket] =
      resourcesOf(template, 'AWS::S3::Bucket').find(([id]) => id.startsWith('ConnectorsFiles')) ?? [];
    expect(bucket?.Properties.LifecycleConfiguration.Rules[0].ExpirationInDays).toBe(1);
    expect(bucket?.Properties.BucketEncryption).toBeDefined();
    expect(bucket?.Properties.PublicAccessBlockConfiguration.BlockPublicPolicy).toBe(true);
  });

  test('lets its worker alone run tasks, of its own definitions, in its own cluster', () => {
    const cluster = { 'Fn::GetAtt': [resourcesOf(template, 'AWS::ECS::Cluster')[0]?.[0], 'Arn'] };
    const inCluster = { ArnEquals: { 'ecs:cluster': cluster } };
    const [run, ...others] = statementsOn('ecs:RunTask');
    expect(others).toEqual([]);
    expect(run?.Condition).toEqual(inCluster);
    expect(JSON.stringify(run?.Resource)).toContain(':task-definition/millrace-test-connector-*"');
    for (const action of ['ecs:DescribeTasks', 'ecs:StopTask', 'ecs:ListTasks']) {
      expect(statementsOn(action)).toEqual([expect.objectContaining({ Condition: inCluster })]);
    }
    const running = resourcesOf(template, 'AWS::IAM::Policy').filter(([, { Properties }]) =>
      JSON.stringify(Properties.PolicyDocument).includes('"ecs:'),
    );
    expect(running).toHaveLength(1);
  });

  test('hands tasks a role for their log and images, which ECS alone may take on, and none of their own', () => {
    const [roleId] = resourcesOf(template, 'AWS::IAM::Role').find(([id]) =>
      id.startsWith('ConnectorsExecutionRole'),
    ) ?? [''];
    expect(statementsOn('iam:PassRole')).toEqual([
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: { 'Fn::GetAtt': [roleId, 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
    ]);
    const trust = template.Resources[roleId]?.Properties.AssumeRolePolicyDocument.Statement;
    expect(trust).toEqual([expect.objectContaining({ Principal: { Service: 'ecs-tasks.amazonaws.com' } })]);
    expect(statementsOf(template, roleId).flatMap(actionsOf).sort()).toEqual([
      'ecr:BatchGetImage',
      'ecr:GetAuthorizationToken',
      'ecr:GetDownloadUrlForLayer',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
    ]);
  });

  test('tells its worker where to run them, in what fits into the environment of a function', () => {
    const settings = settingsOfWorker();
    for (const part of [
      '"ConnectorsCluster',
      '"ConnectorsLogs',
      '"ConnectorsFiles',
      'assignPublicIP\\":true',
    ]) {
      expect(settings).toContain(part);
    }
    // Lambda has 4 KB for all variables together.
    const { Variables } = functionOf(template, 'work-run').resource.Properties.Environment;
    expect(JSON.stringify(Variables).length).toBeLessThan(3_000);
  });
});

test('a stage that names subnets has its connectors in them, without addresses of their own', async () => {
  const connectorNetwork = { vpcId: 'vpc-1a', subnetIds: ['subnet-1a', 'subnet-2b'] };
  const template = await synthesiseTemplate({ stage: aStage({ connectors: true, connectorNetwork }) });
  expect(resourcesOf(template, 'AWS::EC2::VPC')).toEqual([]);
  expect(onlyOf(template, 'AWS::EC2::SecurityGroup').Properties.VpcId).toBe('vpc-1a');
  const { CONTAINER_TASKS } = functionOf(template, 'work-run').resource.Properties.Environment.Variables;
  expect(JSON.stringify(CONTAINER_TASKS)).toContain('subnet-2b');
  expect(JSON.stringify(CONTAINER_TASKS)).toContain('assignPublicIP\\":false');
});

test('a stage without connectors has none of it, and its worker is told so', async () => {
  const template = await synthesiseTemplate();
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(types.filter((type) => /^AWS::(?:ECS|EC2)::/.test(type))).toEqual([]);
  expect(functionOf(template, 'work-run').resource.Properties.Environment.Variables.CONTAINER_TASKS).toBe('');
});

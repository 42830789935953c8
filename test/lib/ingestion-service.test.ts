import { TABLE_INDEXES } from '../../core/foundation/table.ts';
import {
  aStage,
  functionOf,
  onlyOf,
  resourcesOf,
  synthesiseTemplate,
  type Template,
} from './support/template.ts';
import { beforeAll, describe, expect, test } from 'vitest';

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
});

describe('queues', () => {
  test('every queue that is worked has a dead-letter queue and gives up after a few receptions', () => {
    for (const [, mapping] of resourcesOf(template, 'AWS::Lambda::EventSourceMapping')) {
      const queue = template.Resources[mapping.Properties.EventSourceArn['Fn::GetAtt'][0]];
      const { deadLetterTargetArn, maxReceiveCount } = queue?.Properties.RedrivePolicy ?? {};
      expect(template.Resources[deadLetterTargetArn['Fn::GetAtt'][0]]?.Type).toBe('AWS::SQS::Queue');
      expect(maxReceiveCount).toBe(3);
    }
  });

  test('every queue is worked, or is where undelivered messages end', () => {
    const serialised = JSON.stringify(template.Resources);
    for (const [id] of resourcesOf(template, 'AWS::SQS::Queue')) {
      const roles = ['EventSourceArn', 'deadLetterTargetArn'].map(
        (key) => `"${key}":{"Fn::GetAtt":["${id}","Arn"]}`,
      );
      const scheduled = `"DeadLetterConfig":{"Arn":{"Fn::GetAtt":["${id}","Arn"]}}`;
      const ofTasks = `"SCHEDULE_DEAD_LETTERS_ARN":{"Fn::GetAtt":["${id}","Arn"]}`;
      expect([...roles, scheduled, ofTasks].some((role) => serialised.includes(role))).toBe(true);
    }
  });

  test('every target of every rule, and every schedule, keeps what it could not deliver in a queue', async () => {
    // With a partner event source there is one rule more.
    const commercetoolsEventSource = 'aws.partner/commercetools.com/a-project/events';
    const fed = await synthesiseTemplate({ stage: aStage({ commercetoolsEventSource }) });
    const targets = [
      ...resourcesOf(fed, 'AWS::Events::Rule').flatMap(([, { Properties }]) => Properties.Targets),
      ...resourcesOf(fed, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => Properties.Target),
    ];
    expect(targets).toHaveLength(3);
    for (const { DeadLetterConfig } of targets) {
      expect(fed.Resources[DeadLetterConfig?.Arn['Fn::GetAtt'][0]]?.Type).toBe('AWS::SQS::Queue');
    }
  });

  test('every dead-letter queue has an alarm of its own, which one message sets off, with an entry in the runbook', () => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    const worked = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ([, { Properties }]) => Properties.EventSourceArn['Fn::GetAtt'][0],
    );
    const deadLetters = resourcesOf(template, 'AWS::SQS::Queue').filter(([id]) => !worked.includes(id));
    expect(deadLetters.length).toBeGreaterThanOrEqual(worked.length);
    for (const [id] of deadLetters) {
      const [alarm, ...others] = alarms.filter(
        ({ Dimensions = [] }) => Dimensions[0]?.Value?.['Fn::GetAtt']?.[0] === id,
      );
      expect(others).toEqual([]);
      expect(alarm).toMatchObject({
        MetricName: 'ApproximateNumberOfMessagesVisible',
        Threshold: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        AlarmDescription: expect.stringMatching(/Runbook: docs\/runbook\.md#\S+$/),
      });
    }
  });

  test('a message stays hidden for at least six times the timeout of the function that works on it', () => {
    for (const [, mapping] of resourcesOf(template, 'AWS::Lambda::EventSourceMapping')) {
      const queue = template.Resources[mapping.Properties.EventSourceArn['Fn::GetAtt'][0]];
      const worker = template.Resources[mapping.Properties.FunctionName.Ref];
      expect(queue?.Properties.VisibilityTimeout).toBeGreaterThanOrEqual(6 * worker?.Properties.Timeout);
    }
  });

  test('every mapping answers per message and bounds how much runs at once', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping').map(
      ([, { Properties }]) => Properties,
    );
    for (const { FunctionResponseTypes } of mappings)
      expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    const bounds = new Map(
      mappings.map(({ FunctionName, BatchSize, ScalingConfig }) => [
        template.Resources[FunctionName.Ref]?.Metadata?.['millrace:function'],
        [BatchSize, ScalingConfig.MaximumConcurrency],
      ]),
    );
    expect(bounds).toEqual(
      new Map([
        ['receive-message', [10, 5]],
        ['start-run', [10, 5]],
        ['poll-link', [1, 10]],
        ['work-run', [1, 7]],
        ['send-alert', [5, 5]],
      ]),
    );
  });

  test('every queue is encrypted and refuses requests without TLS', () => {
    const policies = resourcesOf(template, 'AWS::SQS::QueuePolicy');
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::SQS::Queue')) {
      expect(Properties.SqsManagedSseEnabled).toBe(true);
      const policy = policies.find(([, policy]) => policy.Properties.Queues[0].Ref === id);
      expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });
});

test('the table has its keys, indexes and expiry, is encrypted, recoverable and protected, and has no stream', () => {
  const { Properties } = onlyOf(template, 'AWS::DynamoDB::GlobalTable');
  const [replica] = Properties.Replicas;
  expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
  expect(Properties.KeySchema).toEqual([
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ]);
  expect(Properties.GlobalSecondaryIndexes.map((index: { IndexName: string }) => index.IndexName)).toEqual(
    Object.values(TABLE_INDEXES).map(({ name }) => name),
  );
  expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  expect(Properties.StreamSpecification).toBeUndefined();
  expect(Properties.Replicas).toHaveLength(1);
  expect(replica).toMatchObject({
    Region: 'eu-west-1',
    DeletionProtectionEnabled: true,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  const key = replica.SSESpecification.KMSMasterKeyId['Fn::GetAtt'][0];
  expect(template.Resources[key]?.Properties.EnableKeyRotation).toBe(true);
});

test('pushed records are encrypted, private, reached by TLS only, and expire', () => {
  const { Properties } = onlyOf(template, 'AWS::S3::Bucket');
  expect(Properties).toMatchObject({
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LifecycleConfiguration: { Rules: [expect.objectContaining({ ExpirationInDays: 14, Status: 'Enabled' })] },
  });
  expect(onlyOf(template, 'AWS::S3::BucketPolicy').Properties.PolicyDocument.Statement).toContainEqual(
    expect.objectContaining({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    }),
  );
});

test('the sweep is started each minute, retries for no longer than that and keeps what could not be delivered', () => {
  const { Properties } = onlyOf(template, 'AWS::Scheduler::Schedule');
  expect(Properties).toMatchObject({
    ScheduleExpression: 'rate(1 minute)',
    State: 'ENABLED',
    Target: {
      Arn: { 'Fn::GetAtt': [functionOf(template, 'poll-runs').id, 'Arn'] },
      RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 1 },
    },
  });
  const group = template.Resources[Properties.GroupName.Ref];
  expect(group).toMatchObject({
    Type: 'AWS::Scheduler::ScheduleGroup',
    Properties: { Name: 'millrace-test' },
  });
  const deadLetters = Properties.Target.DeadLetterConfig.Arn['Fn::GetAtt'][0];
  expect(template.Resources[deadLetters]?.Type).toBe('AWS::SQS::Queue');
});

test('deliveries go to a function of their own, every other request to the api; all are throttled, and logged without query string or headers', () => {
  const stage = onlyOf(template, 'AWS::ApiGatewayV2::Stage');
  const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => {
    const [, integrationID] = Properties.Target['Fn::Join'][1];
    const integration = template.Resources[integrationID.Ref]?.Properties;
    expect(integration.PayloadFormatVersion).toBe('2.0');
    return [Properties.RouteKey, integration.IntegrationUri['Fn::GetAtt'][0]];
  });
  expect(new Map(routes as [string, string][])).toEqual(
    new Map([
      ['$default', functionOf(template, 'api').id],
      ['POST /hooks/{hookID}', functionOf(template, 'receive-webhook').id],
    ]),
  );
  expect(stage.Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
  const format = JSON.parse(stage.Properties.AccessLogSettings.Format);
  expect(format.path).toBe('$context.path');
  expect(JSON.stringify(format)).not.toMatch(/query|rawPath|header|requestOverride/i);
});

test('a second stage shares no physical name with the first', async () => {
  const names = (of: Template): string[] =>
    Object.values(of.Resources)
      .flatMap(({ Properties }): unknown[] => [Properties.Name, Properties.AlarmName])
      .filter((name) => typeof name === 'string');
  const other = await synthesiseTemplate({ stage: aStage({ name: 'other' }) });
  const first = names(template);
  expect(first.length).toBeGreaterThan(0);
  expect(names(other).filter((name) => first.includes(name))).toEqual([]);
});

test('a user is told where everything is', () => {
  expect(Object.keys(template.Outputs).sort()).toEqual([
    'AdminKeySecretArn',
    'ApiUrl',
    'BusName',
    'RunsQueueUrl',
    'TableName',
  ]);
});

test('the template needs nothing but AWS itself: no custom resources, no parameters', () => {
  const types = Object.values(template.Resources).map(({ Type }) => Type);
  expect(
    types.filter((type) => type.startsWith('Custom::') || type.startsWith('AWS::CloudFormation')),
  ).toEqual([]);
  expect(template.Parameters).toBeUndefined();
  expect(template.Rules).toBeUndefined();
});

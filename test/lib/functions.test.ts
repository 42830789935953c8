import { functionOf, resourcesOf, synthesiseTemplate, type Template } from './support/template.ts';
import { beforeAll, describe, expect, test } from 'vitest';

let template: Template;

beforeAll(async () => {
  template = await synthesiseTemplate();
});

describe('functions', () => {
  const TO_ACCEPT = [
    'TABLE_NAME',
    'STARTS_QUEUE_URL',
    'RUNS_QUEUE_URL',
    'PUSH_BUCKET',
    'RUN_RETENTION_DAYS',
    'WEBHOOK_WINDOW_SECONDS',
  ] as const;

  test('each runs on Node 24 on ARM, traces, and keeps its logs as long as the stage says', () => {
    const functions = resourcesOf(template, 'AWS::Lambda::Function');
    expect(functions).toHaveLength(9);
    for (const [, { Properties }] of functions) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
      });
      const logGroup = template.Resources[Properties.LoggingConfig.LogGroup.Ref];
      expect(logGroup).toMatchObject({ Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 14 } });
    }
  });

  test('each has an alarm on its errors', () => {
    const alarms = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
    for (const [id] of resourcesOf(template, 'AWS::Lambda::Function')) {
      expect(alarms).toContainEqual(
        expect.objectContaining({
          Namespace: 'AWS/Lambda',
          MetricName: 'Errors',
          Dimensions: [{ Name: 'FunctionName', Value: { Ref: id } }],
        }),
      );
    }
  });

  test.for([
    ['api', 29, 512],
    ['start-run', 30, 256],
    ['receive-webhook', 10, 512],
    ['receive-message', 30, 256],
    ['work-run', 900, 1024],
    ['poll-link', 90, 256],
    ['poll-runs', 60, 256],
    ['run-transform', 20, 512],
    ['send-alert', 60, 256],
  ] as const)('%s has %d seconds and %d MB', ([name, timeout, memory]) => {
    expect(functionOf(template, name).resource.Properties).toMatchObject({
      Timeout: timeout,
      MemorySize: memory,
    });
  });

  test.for([
    [
      'api',
      [
        'TABLE_NAME',
        'LIMITS',
        'PUSH_BUCKET',
        'PUSH_MAX_BYTES',
        'RUN_TRANSFORM_NAME',
        'WATCH_SECONDS',
        'RUNS_QUEUE_URL',
        'LINKS_QUEUE_URL',
        'SCHEDULE_GROUP',
        'STARTS_QUEUE_ARN',
        'SCHEDULE_ROLE_ARN',
        'SCHEDULE_DEAD_LETTERS_ARN',
        'ADMIN_SECRET_ARN',
        'KEY_ARN',
        'RUN_RETENTION_DAYS',
        'ALERTS_QUEUE_URL',
        'ALERT_SENDER',
        'ALERT_TOPIC_ARNS',
        'COMMERCETOOLS_PROJECTS',
      ],
    ],
    ['receive-webhook', ['KEY_ARN', 'LIMITS', ...TO_ACCEPT]],
    ['receive-message', ['COMMERCETOOLS_PROJECTS', ...TO_ACCEPT]],
    [
      'poll-link',
      ['TABLE_NAME', 'KEY_ARN', 'INGESTION_HOSTS', 'ALLOW_PRIVATE', 'TRUSTED_HOSTS', 'RUN_RETENTION_DAYS'],
    ],
    [
      'start-run',
      ['TABLE_NAME', 'RUNS_QUEUE_URL', 'STARTS_QUEUE_URL', 'LINKS_QUEUE_URL', 'RUN_RETENTION_DAYS'],
    ],
    [
      'work-run',
      [
        'TABLE_NAME',
        'RUNS_QUEUE_URL',
        'BUS_NAME',
        'PUSH_BUCKET',
        'RUN_TRANSFORM_NAME',
        'KEY_ARN',
        'SEARCH_HOSTS',
        'VENDOR_HOSTS',
        'ALLOW_PRIVATE',
        'TRUSTED_HOSTS',
        'LEASE_SECONDS',
        'MAX_RECORD_BYTES',
        'LOCAL_CONTAINERS',
        'CONTAINER_TASKS',
        'RUN_RETENTION_DAYS',
      ],
    ],
    [
      'poll-runs',
      [
        'TABLE_NAME',
        'RUNS_QUEUE_URL',
        'LINKS_QUEUE_URL',
        'STARTS_QUEUE_URL',
        'BUS_NAME',
        'ALERTS_QUEUE_URL',
        'SCHEDULE_GROUP',
        'STARTS_QUEUE_ARN',
        'SCHEDULE_ROLE_ARN',
        'SCHEDULE_DEAD_LETTERS_ARN',
      ],
    ],
    [
      'send-alert',
      [
        'TABLE_NAME',
        'ALERTS_QUEUE_URL',
        'BUS_NAME',
        'KEY_ARN',
        'API_URL',
        'ALLOW_PRIVATE',
        'RUN_RETENTION_DAYS',
        'DEAD_LETTER_QUEUES',
        'ALERT_SENDER',
        'ALERT_RECIPIENT',
        'ALERT_TOPIC_ARNS',
        'SMTP_URL',
        'SMTP_SECRET_ARN',
      ],
    ],
  ] as const)('%s gets only the variables that it uses', ([name, variables]) => {
    const { Variables } = functionOf(template, name).resource.Properties.Environment;
    expect(Object.keys(Variables).sort()).toEqual([...variables].sort());
  });

  test("the worker's settings are those of the stage", () => {
    expect(functionOf(template, 'work-run').resource.Properties.Environment.Variables).toMatchObject({
      SEARCH_HOSTS: '{"OTHERAPP":"http://127.0.0.1:9000"}',
      ALLOW_PRIVATE: '10.0.0.0/8',
      TRUSTED_HOSTS: '127.0.0.1:4800',
      LEASE_SECONDS: '45',
      RUN_RETENTION_DAYS: '60',
    });
  });
});

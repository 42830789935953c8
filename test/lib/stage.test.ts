import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { readStage } from '../../lib/stage.ts';
import { describe, expect, test } from 'vitest';

function lookupIn(context: Record<string, unknown>): (key: string) => unknown {
  return (key) => context[key];
}

describe('readStage', () => {
  test('comes to the defaults of AWS when nothing is set', () => {
    expect(readStage(lookupIn({}), {})).toEqual({
      name: 'dev',
      region: 'us-east-1',
      applicationID: 'MILLRACE',
      searchHosts: {},
      ingestionHosts: {},
      vendorHosts: {},
      allowPrivate: [],
      trustedHosts: [],
      localContainers: '',
      connectors: false,
      connectorMemoryMB: 3072,
      connectorCommands: {},
      connectorRelayImage: 'public.ecr.aws/docker/library/node:24-slim',
      leaseSeconds: 60,
      runRetentionDays: 400,
      pushMaxBytes: 5_242_880,
      maxRecordBytes: 100_000,
      watchSeconds: 25,
      limits: {
        observabilityRequestsPer30Seconds: 200,
        requestsPerMinute: 200,
        webhookDeliveriesPerMinute: 12_000,
        authentications: 200,
        sources: 100,
        destinations: 500,
        tasksPerSource: 10,
        alerts: 100,
      },
      alertTopicArns: [],
      logRetentionDays: 30,
      runConcurrency: 10,
      webhookWindowSeconds: 2,
      commercetoolsProjects: {},
    });
  });

  test('takes the context before the environment, and the environment before the defaults', () => {
    const environment = {
      MILLRACE_STAGE: 'from-environment',
      MILLRACE_APPLICATION_ID: 'APPENV',
      MILLRACE_LEASE_SECONDS: '30',
      CDK_DEFAULT_REGION: 'eu-central-1',
    };
    expect(readStage(lookupIn({ stage: 'from-context' }), environment)).toMatchObject({
      name: 'from-context',
      applicationID: 'APPENV',
      leaseSeconds: 30,
      region: 'eu-central-1',
    });
  });

  test('reads lists and objects from the text of a command line as well as from cdk.json', () => {
    const expected = {
      allowPrivate: ['10.0.0.0/8', 'fd00::/8'],
      trustedHosts: ['127.0.0.1:4800'],
      searchHosts: { APP: 'https://search.example.com' },
    };
    const asText = {
      allowPrivate: '10.0.0.0/8, fd00::/8',
      trustedHosts: '127.0.0.1:4800,',
      searchHosts: '{"APP":"https://search.example.com"}',
    };
    expect(readStage(lookupIn(asText), {})).toMatchObject(expected);
    expect(readStage(lookupIn(expected), {})).toMatchObject(expected);
  });

  test('takes connectors from a command line as well as from cdk.json', () => {
    const network = { vpcId: 'vpc-1a', subnetIds: ['subnet-2b'] };
    const asText = {
      connectors: 'true',
      connectorMemoryMB: '4096',
      connectorCommands: '{"tap-csv":["tap-csv","--quiet"]}',
      connectorNetwork: JSON.stringify(network),
    };
    expect(readStage(lookupIn(asText), {})).toMatchObject({
      connectors: true,
      connectorMemoryMB: 4096,
      connectorCommands: { 'tap-csv': ['tap-csv', '--quiet'] },
      connectorNetwork: network,
    });
    expect(readStage(lookupIn({ connectors: true }), {}).connectors).toBe(true);
    expect(readStage(lookupIn({}), { MILLRACE_CONNECTORS: 'false' }).connectors).toBe(false);
  });

  test('takes single limits beside the defaults, none for null, and none at all when they are off', () => {
    const { limits } = readStage(lookupIn({ limits: '{"sources":7,"destinations":null}' }), {});
    expect(limits).toMatchObject({ sources: 7, destinations: null, authentications: 200 });
    const off = readStage(lookupIn({}), { MILLRACE_LIMITS: 'off' }).limits;
    expect(new Set(Object.values(off))).toEqual(new Set([null]));
  });

  test.for([
    ['stage', 'Prod_1', 'stage (or MILLRACE_STAGE)'],
    ['region', 'Frankfurt', 'region (or MILLRACE_REGION)'],
    ['applicationID', 'two words', 'applicationID (or MILLRACE_APPLICATION_ID)'],
    ['searchHosts', '{"APP":', 'searchHosts (or MILLRACE_SEARCH_HOSTS)'],
    ['searchHosts', { APP: 'ftp://example.com' }, 'searchHosts.APP (or MILLRACE_SEARCH_HOSTS)'],
    ['vendorHosts', { bigcommerce: 'api' }, 'vendorHosts.bigcommerce (or MILLRACE_VENDOR_HOSTS)'],
    ['allowPrivate', '10.0.0.0', 'allowPrivate.0 (or MILLRACE_ALLOW_PRIVATE)'],
    ['trustedHosts', 'a:1,b', 'trustedHosts.1 (or MILLRACE_TRUSTED_HOSTS)'],
    ['leaseSeconds', 'soon', 'leaseSeconds (or MILLRACE_LEASE_SECONDS)'],
    ['limits', 'none', 'limits (or MILLRACE_LIMITS)'],
    ['limits', '{"requests":5}', 'limits (or MILLRACE_LIMITS)'],
    ['limits', { sources: 0 }, 'limits.sources (or MILLRACE_LIMITS)'],
    ['runRetentionDays', '0', 'runRetentionDays (or MILLRACE_RUN_RETENTION_DAYS)'],
    ['logRetentionDays', '31', 'logRetentionDays (or MILLRACE_LOG_RETENTION_DAYS)'],
    ['runConcurrency', 1, 'runConcurrency (or MILLRACE_RUN_CONCURRENCY)'],
    ['connectors', 'yes', 'connectors (or MILLRACE_CONNECTORS)'],
    ['connectorMemoryMB', '3000', 'connectorMemoryMB (or MILLRACE_CONNECTOR_MEMORY_MB)'],
    ['connectorCommands', '{"tap":"tap"}', 'connectorCommands.tap (or MILLRACE_CONNECTOR_COMMANDS)'],
    ['connectorCommands', { tap: ['x'.repeat(1500)] }, 'connectorCommands (or MILLRACE_CONNECTOR_COMMANDS)'],
    ['connectorNetwork', { vpcId: 'vpc-1' }, 'connectorNetwork.subnetIds (or MILLRACE_CONNECTOR_NETWORK)'],
    ['alarmTopicArn', 'my-topic', 'alarmTopicArn (or MILLRACE_ALARM_TOPIC_ARN)'],
    ['alertSender', 'millrace', 'alertSender (or MILLRACE_ALERT_SENDER)'],
    ['smtpURL', 'smtp://user:password@mail.example:25', 'smtpURL (or MILLRACE_SMTP_URL)'],
    ['smtpSecretArn', 'smtp', 'smtpSecretArn (or MILLRACE_SMTP_SECRET_ARN)'],
    ['alertTopicArns', 'alerts', 'alertTopicArns.0 (or MILLRACE_ALERT_TOPIC_ARNS)'],
  ] as const)('names the key when %s is %o', ([key, value, named]) => {
    expect(() => readStage(lookupIn({ [key]: value }), {})).toThrow(`${named}: `);
  });

  test('names every key at fault at once', () => {
    expect(() => readStage(lookupIn({ stage: '?', leaseSeconds: '1' }), {})).toThrow(
      /stage .*; leaseSeconds /,
    );
  });
});

test('the README of lib names every setting, with its variable', () => {
  const code = readFileSync(join(import.meta.dirname, '../../lib/stage.ts'), 'utf8');
  const readme = readFileSync(join(import.meta.dirname, '../../lib/README.md'), 'utf8');
  const settings = [...code.matchAll(/contextKey: '(\w+)',\s+variables: \['(\w+)'/g)];
  expect(settings.length).toBeGreaterThan(20);
  for (const [, key, variable] of settings) {
    expect(readme).toMatch(new RegExp(`\\| \`${key}\`.*\\| \`${variable}\``));
  }
});

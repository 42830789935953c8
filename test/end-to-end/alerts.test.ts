import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Run } from 'algoliasearch';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';
import { startSourceServer, type SourceServer } from '../support/source-server.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes for tests').toString('base64')}`;

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:on-call';
const data = mkdtempSync(join(tmpdir(), 'millrace-alerts-'));

let machine: OneMachine;
let server: SourceServer;
let receiver: WebhookReceiver;
let mail: MailServer;

beforeAll(async () => {
  [server, receiver, mail] = await Promise.all([
    startSourceServer(),
    startWebhookReceiver(),
    startMailServer(),
  ]);
  machine = await startOneMachine({
    data,
    environment: {
      MILLRACE_ALERT_TOPIC_ARNS: TOPIC,
      MILLRACE_SMTP_URL: mail.url,
      MILLRACE_ALERT_SENDER: 'millrace@shop.example',
      MILLRACE_ALERT_RECIPIENT: 'operator@shop.example',
    },
  });
});
afterAll(async () => {
  await machine.remove();
  await Promise.all([server.stop(), receiver.stop(), mail.stop()]);
});

async function ext(method: string, path: string, body?: unknown) {
  const { url, appID, apiKey } = machine.connection;
  const answer = await fetch(`${url}/ext/1/${path}`, {
    method,
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    if (isTrue()) return;
    await delay(50);
  }
  throw new Error(`It did not come about in 20 s:\n${machine.output()}`);
}

function emailsTo(name: string): string[] {
  return mail.emails.filter(({ to }) => to.join() === `${name}@shop.example`).map(({ text }) => text);
}

/** The next run of the task that has ended, besides those that are known; its schedule names each minute. */
async function nextEndedRun(taskID: string, known: readonly string[]): Promise<Run> {
  for (let attempt = 0; attempt < 900; attempt += 1) {
    const { runs } = await machine.ingestion.listRuns({ taskID, status: ['finished'] });
    const run = runs.find(({ runID }) => !known.includes(runID));
    if (run) return run;
    await delay(100);
  }
  throw new Error(`No run ended in 90 s:\n${machine.output()}`);
}

/** `bad` of 100 rows have too many columns. */
function rows(bad: number): string {
  const lines = Array.from({ length: 100 }, (_, row) =>
    row < bad ? `S${row},Thing ${row},one too many` : `S${row},Thing ${row}`,
  );
  return ['sku,title', ...lines].join('\n');
}

test('a scheduled task that breaches its threshold alerts once, signed and by email, within 5 s, and its next scheduled run tells that it recovered', async () => {
  server.files.set('/rows.csv', { body: rows(10) });
  const { taskID, run } = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${server.url}/rows.csv`, uniqueIDColumn: 'sku' },
    indexName: 'products',
    failureThreshold: 5,
  });
  const alert = await ext('POST', 'alerts', {
    name: 'shop',
    conditions: [{ type: 'thresholdBreached' }],
    channels: [
      { type: 'webhook', url: `${receiver.url}/alerts`, secret: SECRET },
      { type: 'email', to: ['owner@shop.example'] },
    ],
  });
  expect(alert.status).toBe(200);
  await machine.ingestion.updateTask({
    taskID,
    taskUpdate: { cron: '* * * * *', notifications: { email: { enabled: true } } },
  });

  const failed = await nextEndedRun(taskID, []);
  expect(failed).toMatchObject({ outcome: 'failure', reasonCode: 'too_many_errors' });
  await until(() => receiver.received.length > 0);
  // The run names its end in whole seconds, rounded down.
  expect((receiver.received[0]?.at ?? 0) - Date.parse(failed.finishedAt ?? '')).toBeLessThan(5_000);
  await until(() => emailsTo('operator').length + emailsTo('owner').length === 2);
  expect(emailsTo('owner')[0]).toContain('10 of 100 records failed');

  const repeated = await run();
  server.files.set('/rows.csv', { body: rows(0) });
  const succeeded = await nextEndedRun(taskID, [failed.runID, repeated.runID]);
  expect(succeeded).toMatchObject({ outcome: 'success' });
  await until(() => receiver.received.length > 1);
  expect((receiver.received[1]?.at ?? 0) - Date.parse(succeeded.finishedAt ?? '')).toBeLessThan(5_000);
  await until(() => emailsTo('operator').length === 2 && emailsTo('owner').length === 2);
  const told = receiver.verified(SECRET);
  expect(told.map(({ type }) => type)).toEqual(['alert.opened', 'alert.recovered']);
  expect(told[0]?.data).toMatchObject({
    transition: 'opened',
    title: 'Too many records failed: source of products → products',
    text: expect.stringContaining('10 of 100 records failed (10 %); the task accepts 5 %.'),
    incidents: [{ cause: 'thresholdBreached', status: 'open', run: { runID: failed.runID, rejected: 10 } }],
  });
  expect(told[1]?.data).toMatchObject({
    incidents: [{ status: 'recovered', occurrences: 2, run: { runID: failed.runID } }],
  });

  const { body } = await ext('GET', `incidents?taskID=${taskID}`);
  expect(body['incidents']).toMatchObject([
    { status: 'recovered', occurrences: 2, cause: 'thresholdBreached' },
  ]);
  await machine.ingestion.disableTask({ taskID });
}, 180_000);

/** A queue that is subscribed to the topic, as an operator makes one, and what is in it. */
async function subscribeToTopic() {
  const { region, endpoints } = JSON.parse(readFileSync(join(data, 'services.json'), 'utf8')) as {
    region: string;
    endpoints: Record<'SNS' | 'SQS', string>;
  };
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const sns = new SNSClient({ endpoint: endpoints.SNS, region, credentials });
  const sqs = new SQSClient({ endpoint: endpoints.SQS, region, credentials });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'pager' }));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:pager';
  await sns.send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint }));
  return async () => {
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    return Messages.map(({ Body }) => JSON.parse(Body ?? '') as { Subject: string; Message: string });
  };
}

test('a test of an alert says what each channel answered', async () => {
  const readTopic = await subscribeToTopic();
  const { body: alert } = await ext('POST', 'alerts', {
    name: 'to be tested',
    conditions: [{ type: 'webhookSignatureFailures' }],
    channels: [
      { type: 'email', to: ['tester@shop.example'] },
      { type: 'eventBridge' },
      { type: 'sns', topicARN: TOPIC },
      { type: 'webhook', url: 'http://127.0.0.1:9/nobody', secret: SECRET },
    ],
  });
  const { status, body } = await ext('POST', `alerts/${alert['alertID']}/test`);
  expect(status).toBe(200);
  const deliveries = body['deliveries'] as { channelType: string; status: string; attempts: object[] }[];
  expect(Object.fromEntries(deliveries.map((each) => [each.channelType, each.status]))).toEqual({
    email: 'delivered',
    eventBridge: 'delivered',
    sns: 'delivered',
    webhook: 'failed',
  });
  expect(await readTopic()).toMatchObject([
    { Subject: 'Test of the alert to be tested', Message: expect.stringContaining('Nothing is wrong.') },
  ]);
  expect(emailsTo('tester')).toEqual([expect.stringContaining('Nothing is wrong.')]);
});

import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { createSendThrough, type ChannelMeans } from '../../../connectors/alerts/create-send-through.ts';
import { createSmtpMailer } from '../../../connectors/alerts/smtp-mailer.ts';
import { createHttpClient } from '../../../connectors/http/http-client.ts';
import type { OpenedChannel, OutgoingAlert } from '../../../core/alerts/channel-port.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { startMailServer, type MailServer } from '../../support/mail-server.ts';
import { TEST_CREDENTIALS } from '../../support/table.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes for tests').toString('base64')}`;

const ALERT: OutgoingAlert = {
  at: new Date('2026-01-08T16:47:44.000Z'),
  rendered: {
    title: 'A run failed: Bücher → shop',
    text: 'the text',
    html: '<p>the html</p>',
    slack: '*the slack*',
  },
  raised: {
    version: 1,
    appID: 'APP',
    alertID: 'alert-1',
    deliveryID: 'delivery-1',
    transition: 'opened',
    title: 'A run failed',
    text: 'the text',
    incidents: [],
  },
};

let receiver: WebhookReceiver;
let mail: MailServer;
beforeAll(async () => {
  [receiver, mail] = await Promise.all([startWebhookReceiver(), startMailServer()]);
});
afterAll(async () => {
  await Promise.all([receiver.stop(), mail.stop()]);
});

async function send(channel: OpenedChannel, means: Partial<ChannelMeans> = {}) {
  const http = createHttpClient({ allowPrivate: ['127.0.0.0/8'], trustedHosts: [] });
  const sendThrough = createSendThrough({
    http,
    clock: systemClock,
    mailer: createSmtpMailer(mail.url, async () => undefined),
    sender: 'millrace@shop.example',
    sns: () => new SNSClient(TEST_CREDENTIALS),
    topicARNs: [],
    eventBridge: new EventBridgeClient(TEST_CREDENTIALS),
    busName: 'bus',
    ...means,
  });
  try {
    return await sendThrough(channel, ALERT);
  } finally {
    http.close();
  }
}

const webhookTo = (path: string): OpenedChannel => ({
  type: 'webhook',
  url: `${receiver.url}${path}`,
  secret: new Secret(SECRET),
});

/** The last request to a path of this test's own. */
const lastTo = (path: string) => receiver.received.findLast((request) => request.path === path);

describe('a webhook', () => {
  test('is signed so that the official library accepts it, under the id of its delivery', async () => {
    receiver.status = 204;
    expect(await send(webhookTo('/signed'))).toMatchObject({ result: 'delivered', statusCode: 204 });
    expect(lastTo('/signed')?.id).toBe('delivery-1');
    expect(receiver.verified(SECRET, '/signed').at(-1)).toMatchObject({
      type: 'alert.opened',
      timestamp: '2026-01-08T16:47:44.000Z',
      data: { deliveryID: 'delivery-1' },
    });
  });

  test.each([
    [410, 'gone'],
    [500, 'failed'],
    [301, 'failed'],
    [404, 'failed'],
  ])('that is answered with %d is %s', async (status, result) => {
    receiver.status = status;
    expect(await send(webhookTo(`/status-${status}`))).toMatchObject({ result, statusCode: status });
  });

  test('to a private address that nobody allowed is not sent', async () => {
    const guarded = createHttpClient({ allowPrivate: [], trustedHosts: [] });
    const before = receiver.received.length;
    expect(await send(webhookTo('/private'), { http: guarded })).toMatchObject({ result: 'failed' });
    expect(receiver.received).toHaveLength(before);
    guarded.close();
  });
});

test('a chat channel gets the text in its own marks, and errors do not show its secret path', async () => {
  receiver.status = 200;
  const url = new Secret(`${receiver.url}/services/T0/secret-canary`);
  expect(await send({ type: 'slack', url })).toMatchObject({ result: 'delivered' });
  expect(lastTo('/services/T0/secret-canary')?.body).toBe(JSON.stringify({ text: '*the slack*' }));
  const nowhere = new Secret('http://127.0.0.1:9/services/secret-canary');
  const answer = await send({ type: 'slack', url: nowhere });
  expect(answer.result).toBe('failed');
  expect(answer.answer).not.toContain('canary');
});

describe('an email', () => {
  const channel: OpenedChannel = { type: 'email', to: ['one@shop.example', 'two@shop.example'] };

  test('arrives at every address with its subject, text and HTML', async () => {
    expect(await send(channel)).toMatchObject({ result: 'delivered' });
    const email = mail.emails.at(-1);
    expect(email?.to).toEqual(['one@shop.example', 'two@shop.example']);
    expect(email?.text).toContain('From: millrace@shop.example');
    expect(email?.text).toContain('Subject: =?UTF-8?');
    expect(email?.text).toContain('the text');
    expect(email?.text).toContain('<p>the html</p>');
  });

  test('that the server refuses is tried again later, and says why', async () => {
    mail.refuses = true;
    expect(await send(channel)).toMatchObject({
      result: 'failed',
      answer: expect.stringContaining('The mailbox is full'),
    });
    mail.refuses = false;
  });

  test('with a password is not sent over a line that is not encrypted', async () => {
    const mailer = createSmtpMailer(mail.url, async () => ({ username: 'u', password: 'secret-canary' }));
    const { result, answer } = await send(channel, { mailer });
    expect(result).toBe('failed');
    expect(answer).not.toContain('canary');
  });
});

test('a topic that the operator allows gets the text, and no other does', async () => {
  const fauxqs = await startFauxqs({ port: 0, logger: false });
  const at = { ...TEST_CREDENTIALS, endpoint: `http://127.0.0.1:${fauxqs.port}` };
  const [sns, sqs] = [new SNSClient(at), new SQSClient(at)];
  const { TopicArn: topicARN = '' } = await sns.send(new CreateTopicCommand({ Name: 'alerts' }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'listener' }));
  const Endpoint = 'arn:aws:sqs:us-east-1:000000000000:listener';
  await sns.send(new SubscribeCommand({ TopicArn: topicARN, Protocol: 'sqs', Endpoint }));
  const channel: OpenedChannel = { type: 'sns', topicARN };
  expect(await send(channel, { sns: () => sns })).toMatchObject({ result: 'failed' });
  expect(await send(channel, { sns: () => sns, topicARNs: [topicARN] })).toMatchObject({
    result: 'delivered',
  });
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
  expect(JSON.parse(Messages?.[0]?.Body ?? '{}')).toMatchObject({
    Subject: 'A run failed: B?cher -> shop',
    Message: 'the text',
  });
  await fauxqs.stop();
});
